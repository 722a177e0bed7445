"""Holding a sheet that lists many dossiers against those that the hub counts.

python -m bench.reconciling [--dossiers 100000] [--listed 50000]
"""

import argparse
import io
import tempfile
import time
from pathlib import Path

import xlsxwriter

from bench.fill import fill
from hub.core.csv_text import write_rows
from hub.processes.collector import calm_collector
from hub.processes.serve import embedded_hub
from hub.registry import Unit
from tests.api.conftest import listening
from tests.api.speaking import Speaker

YEAR = {"unit": "H29", "period": "2020"}
WRONG = 500
"""Dossiers that the sheet lacks, and as many that it lists and the hub does not know."""


def reconciling(data: Path, listed: int) -> None:
    """Print how long a workbook and a CSV file take."""
    with embedded_hub(data, open_to_all=True) as hub:
        hub.registry.units.put([Unit("H29", "Huyện", "district")])
        with listening(hub) as client:
            asked = {"figure": "received_total", "subtree": "true", "limit": "1000", **YEAR}
            counted = [it["subject"] for it in Speaker(client).pages("/v1/dossiers", **asked)]
            codes = counted[WRONG:listed] + [f"nobody-{n}" for n in range(WRONG)]
            rows = [["STT", "Mã hồ sơ"], *([n, code] for n, code in enumerate(codes, 1))]
            for name, body in (("XLSX", _book(rows)), ("CSV", write_rows(rows).encode())):
                begun, worked = time.perf_counter(), time.process_time()
                answer = client.post(
                    "/v1/reconcile", content=body, params={"form": "vpcp-06a", **YEAR}, timeout=600
                )
                took, worked = time.perf_counter() - begun, time.process_time() - worked
                (told,) = answer.raise_for_status().json()["dossiers"]
                assert told["listed"] == len(codes)
                assert told["surplus_total"] == WRONG
                assert told["missing_total"] == len(counted) - len(codes) + WRONG
                print(
                    f"{name}, {len(codes):,} listed, {told['counted']:,} counted, "
                    f"{told['missing_total']:,} missing: {took:.1f} s, processors {worked:.1f} s",
                    flush=True,
                )


def _book(rows: list[list[object]]) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        page = book.add_worksheet("Danh sách")
        for n, row in enumerate(rows):
            page.write_row(n, 0, row)
    return out.getvalue()


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m bench.reconciling", description=__doc__)
    parser.add_argument("--dossiers", type=int, default=100_000, help="in the store")
    parser.add_argument("--listed", type=int, default=50_000, help="on the sheet")
    asked = parser.parse_args()
    calm_collector()
    with tempfile.TemporaryDirectory() as folder:
        fill(Path(folder), asked.dossiers)
        reconciling(Path(folder), asked.listed)


if __name__ == "__main__":
    main()
