"""A data folder that an earlier release left, in a real hub: it comes up by itself.

`older/data.tar.xz` was written by `hub serve` of November 2026, before ratings were counted by
their way: the events of `random_log`, some ratings with `via`.
"""

import os
import random
import sqlite3
import subprocess
import sys
import tarfile
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import httpx
import pytest

from hub.dossier.figures import FIGURES
from hub.log.sql import SqlLog
from schemas.event import Accepted
from tests import pure
from tests.contracts.log import everything
from tests.eventually import eventually
from tests.hub_process import DEADLINE, HubProcess

pytestmark = pytest.mark.faults
_YEARS = {"from": "2019-01-01", "to": "2022-01-01", "by": "unit"}
_KILLED = """
import os, signal, sys
from pathlib import Path
from hub.store import parts
from hub.store.chdb_engine import ChdbEngine
from streams.refold import refold
parts.EVENTS_AT_ONCE, left = 20, int(sys.argv[2])
def killed(*_):
    global left
    left -= 1
    if not left:
        os.kill(os.getpid(), signal.SIGKILL)
for name in ("command", "insert"):
    def done(self, *given, _do=getattr(ChdbEngine, name)):
        killed()
        return _do(self, *given)
    setattr(ChdbEngine, name, done)
refold(ChdbEngine(Path(sys.argv[1])))
"""


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """The folder."""
    with tarfile.open(Path(__file__).parent / "older" / "data.tar.xz") as packed:
        packed.extractall(tmp_path, filter="data")
    return tmp_path / "data"


def log_of(data: Path) -> list[Accepted]:
    """The events of a folder's log; then the log is trimmed, so that nothing can come from it."""
    log = SqlLog(f"sqlite:///{data / 'log.db'}", lambda: pure.NOW)
    rows = everything(log)
    log.close()
    with sqlite3.connect(data / "log.db") as connection:
        connection.execute("DELETE FROM records WHERE record < (SELECT max(record) FROM records)")
    return rows


def assert_right(hub: HubProcess, rows: Sequence[Accepted]) -> None:
    """Every figure of every unit is that of the fold, and the audit finds nothing."""
    hub.caught_up()
    eventually(lambda: hub.readyz()["aggregates_complete"], "the aggregates are complete")
    found = httpx.get(f"{hub.url}/v1/figures", params=_YEARS).raise_for_status().json()
    wanted = pure.table(
        rows, start=date(2019, 1, 1), end=date(2022, 1, 1), now=pure.NOW, by=("unit",)
    )
    assert {(row["key"]["unit"],): row["figures"] for row in found["rows"]} == wanted.rows
    assert found["total"] == wanted.total
    assert list(found["total"]) == list(FIGURES)
    assert found["total"]["satisfied_kiosk"] > 0
    audit = httpx.post(f"{hub.url}/v1/audit", timeout=DEADLINE).json()
    assert audit["differences"] == []
    assert audit["checked"]["events"] == len({row.event.identity for row in rows})


def test_a_folder_of_an_earlier_release_is_brought_up(data: Path) -> None:
    rows = log_of(data)
    with HubProcess(data) as hub:
        assert_right(hub, rows)
        assert "folded anew" in hub.output()
        assert hub.stop() == 0
        hub.start()
        assert_right(hub, rows)
        assert "folded anew" not in hub.output()


def test_a_kill_in_the_middle_goes_on(data: Path) -> None:
    rows, rng, kills = log_of(data), random.Random(4), 0
    while True:
        command = [sys.executable, "-c", _KILLED, str(data / "store"), str(rng.randint(5, 90))]
        done = subprocess.run(command, env=os.environ, timeout=DEADLINE)
        if not done.returncode:
            break
        assert done.returncode == -9
        kills += 1
    assert kills > 1
    with HubProcess(data) as hub:
        assert "folded anew" not in hub.output()
        assert_right(hub, rows)
