"""dlt with its defaults, reading a table again and again; run by a Python that has it.

python bench/dlt_loop.py URL FOLDER    until there is a file FOLDER/stop; then what it has of each
row is in FOLDER/rows.json, and how often it polled. FOLDER/began is there after the first poll; a
row without a cursor must come later: dlt would end at it.
"""

import json
import os
import sys
import time
from pathlib import Path

PAUSE = 0.5


def main(url: str, folder: Path) -> None:
    os.environ["RUNTIME__DLTHUB_TELEMETRY"] = "false"
    import dlt  # type: ignore[import-not-found]
    from dlt.sources.sql_database import sql_table  # type: ignore[import-not-found]

    pipeline = dlt.pipeline(
        "doi", pipelines_dir=str(folder / "state"), dataset_name="made_up",
        destination=dlt.destinations.duckdb(str(folder / "rows.duckdb")),
    )  # fmt: skip
    polls = 0
    while True:
        is_last = (folder / "stop").exists()
        table = sql_table(
            credentials=url, table="doi", incremental=dlt.sources.incremental("ngay_cap_nhat"),
            primary_key="id", write_disposition="merge",
        )  # fmt: skip
        pipeline.run(table)
        polls += 1
        (folder / "began").touch()
        if is_last:
            break
        time.sleep(PAUSE)
    with pipeline.sql_client() as client:
        rows = client.execute_sql("SELECT id, linh_vuc FROM doi")
    told = {"polls": polls, "rows": {str(key): field for key, field in rows}}
    (folder / "rows.json").write_text(json.dumps(told))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
