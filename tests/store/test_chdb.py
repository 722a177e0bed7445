"""The store inside the process."""

import re
import subprocess
import sys
from collections.abc import Collection
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from hub.dossier.store.deadlines import said_about
from hub.store import chdb_engine
from hub.store.driver import Dossier, Engine
from hub.store.events import events_of
from hub.store.stopping import Stop, StoppedError, answering
from hub.store.tables import DURABLE, TABLES
from tests.contracts.engine import EngineContract
from tests.contracts.processor import ProcessorContract
from tests.contracts.quarters import QuartersContract
from tests.contracts.signals import SignalsContract
from tests.contracts.store import StoreContract
from tests.engines.chdb import chdb
from tests.eventually import eventually

__all__ = ["chdb"]


@pytest.fixture(scope="class")
def engine(chdb: Engine) -> Engine:
    return chdb


class TestChdb(EngineContract, StoreContract, ProcessorContract, QuartersContract, SignalsContract):
    """The contract."""


def test_a_stream_that_is_stopped_as_it_begins_ends(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    stop, begin = Stop(), chdb_engine._begin_stream

    def begun_late(*given: Any) -> Any:
        pieces = begin(*given)
        stop.set()
        return pieces

    monkeypatch.setattr(chdb_engine, "_begin_stream", begun_late)
    endless = "SELECT sum(cityHash64(number, 'late')) FROM numbers(10000000000000)"
    with answering(stop), pytest.raises(StoppedError):
        assert list(engine.stream(endless, {})) == []
    running = "SELECT query FROM system.processes WHERE query LIKE '%%''late''%%'"
    eventually(lambda: len(engine.select(running, {})) == 1)  # this one


class Estimated:
    """An engine that is asked how many rows a question would read, instead of the question."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.rows = 0

    def select(
        self, sql: str, params: dict[str, Any], keys: Collection[Dossier], *, narrow: bool = False
    ) -> list[Any]:
        """No rows."""
        found = self._engine.select(f"EXPLAIN ESTIMATE {sql}", params, keys, narrow=narrow)
        self.rows = sum(rows for _, _, _, rows, _ in found)
        return []


@pytest.mark.parametrize("question", [events_of, said_about])
def test_the_events_of_few_dossiers_are_found_by_the_index(engine: Engine, question: Any) -> None:
    engine.command(
        "INSERT INTO events SELECT 'Z' AS unit, toString(number) AS subject, '/a' AS source, "
        "'r' AS id, 'received' AS kind, 0 AS time, 0 AS sequence, number AS position, "
        "0 AS accepted, '{}' AS data FROM numbers(100000)"
    )
    estimated = Estimated(engine)
    question(estimated, [("Z", "500"), ("Z", "none")])
    assert 0 < estimated.rows < 10_000


def test_what_the_first_load_needs_is_loaded_beside_the_start(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from hub.store.chdb_engine import ChdbEngine;"
        "ChdbEngine(Path(sys.argv[1])).close(); assert 'pandas' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code, tmp_path], check=True, timeout=60)


def test_the_disk_is_asked_for_the_folder_and_may_refuse(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    class Disk:
        fails = False

        def syncfs(self, folder: int) -> int:
            asked.append(Path(f"/proc/self/fd/{folder}").readlink())
            return -int(self.fails)

    disk = Disk()
    monkeypatch.setattr(chdb_engine, "_LIBC", disk)
    engine.sync()
    (folder,) = asked
    assert (folder / "store").is_dir()
    assert (folder / "metadata").is_dir()
    disk.fails = True
    with pytest.raises(OSError, match=re.escape(str(folder))):
        engine.sync()


def test_a_store_of_an_earlier_release_gets_the_settings_of_this_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def settings(engine: Engine) -> dict[str, str]:
        of_tables = "SELECT name, engine_full FROM system.tables WHERE database = 'hub'"
        return {name: full for name, full in engine.select(of_tables, {}) if name in TABLES}

    with monkeypatch.context() as earlier:
        earlier.setattr(chdb_engine, "_SETTINGS", DURABLE.removeprefix(", ").split(", "))
        earlier.setattr(chdb_engine, "_OF_OLD", ())
        with closing(chdb_engine.ChdbEngine(tmp_path)) as engine:
            assert all("fsync_after_insert = 1" in full for full in settings(engine).values())
            engine.insert("logs", {"name": ["a"], "id": ["b"], "partitions": [1]})
    with closing(chdb_engine.ChdbEngine(tmp_path)) as engine:
        found = settings(engine)
        assert engine.select("SELECT id FROM logs", {}) == [["b"]]
    assert set(found) == set(TABLES)
    for full in found.values():
        assert "fsync" not in full
        assert all(setting in full for setting in chdb_engine._SETTINGS)
