"""How soon what is committed to a vendor's database is in the hub's log, by its stamps."""

import tempfile
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from statistics import median, quantiles

import httpx
import sqlalchemy as sa

from bench.hostile import DOSSIERS, META, now
from bench.losing import connector, database, engine_of
from tests.eventually import eventually
from tests.hub_process import HubProcess

MAKERS = ("postgresql", "mariadb", "sqlite")
_PAUSE = 0.13
"""Seconds between two commits; no multiple of a poll's."""


def lateness(maker: str, seconds: float) -> Iterator[tuple[str, str]]:
    """Of rows that are committed one by one while a connector polls as often as by default."""
    with (
        database(maker) as url,
        tempfile.TemporaryDirectory() as folder,
        HubProcess(Path(folder) / "hub") as hub,
    ):
        engine = engine_of(url)
        META.create_all(engine)
        committed(engine, 0)
        row = 0
        with connector(hub, url, Path(folder)):
            eventually(lambda: accepted(hub, 0), "the first row")
            times = {}
            until = time.monotonic() + seconds
            while time.monotonic() < until:
                row = len(times) + 1
                times[row] = committed(engine, row)
                time.sleep(_PAUSE)
            eventually(lambda: accepted(hub, row), "the last row")
            took = [(accepted(hub, key) or 0.0) - at for key, at in times.items()]
        engine.dispose()
    told = f"{median(took):.2f} s, p99 {quantiles(took, n=100)[98]:.2f} s"
    print(maker, told, flush=True)
    yield f"committed in {maker} → in the log ({len(took)} rows)", told


def committed(engine: sa.Engine, key: int) -> float:
    """When a new row was there for all, in s since 1970."""
    values = {
        "id": key, "ma_ho_so": f"D{key}", "don_vi": "H1", "linh_vuc": "f1",
        "ngay_tiep_nhan": now() - timedelta(days=1), "ngay_cap_nhat": now(),
    }  # fmt: skip
    with engine.begin() as connection:
        connection.execute(DOSSIERS.insert().values(values))
    return time.time()


def accepted(hub: HubProcess, key: int) -> float | None:
    """The stamp of a row's event, in s since 1970."""
    answer = httpx.get(f"{hub.url}/v1/dossiers/H1/D{key}", timeout=60)
    if not answer.is_success:
        return None
    (event,) = answer.json()["events"]
    return datetime.fromisoformat(event["accepted"]).timestamp()
