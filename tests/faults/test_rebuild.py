"""`hub rebuild`: the store anew from the log, and from the old store where the log was trimmed."""

import shutil
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from hub.log.sql import SqlLog
from hub.registry import open_registry
from hub.store.chdb_engine import ChdbEngine
from streams.embedded import EmbeddedRunner
from tests.eventually import eventually
from tests.faults.commands import begin, killed_when, run
from tests.faults.test_kill9 import last_of_moments, run_again, stored
from tests.hub_process import HubProcess
from tests.store.random_log import random_log

pytestmark = [pytest.mark.faults, pytest.mark.timeout(600)]


@pytest.fixture
def data(tmp_path: Path) -> Iterator[Path]:
    """A stopped hub's folder, with many records in its log, all of them in the store."""
    folder = tmp_path / "data"
    folder.mkdir()
    registry = open_registry(f"sqlite:///{folder / 'registry.db'}")
    log = SqlLog(f"sqlite:///{folder / 'log.db'}", lambda: time.time_ns() // 1000)
    engine = ChdbEngine(folder / "store")
    crashes: list[BaseException] = []
    runner = EmbeddedRunner(log, engine, registry, lambda: time.time_ns() // 1000, crashes.append)
    runner.start()
    events = [row.event for row in random_log(3000, 71)]
    for at in range(0, len(events), 100):
        log.append(events[at : at + 100]).result(60)
    eventually(lambda: runner.includes(log.end()), "all is applied", 120)
    runner.stop()
    for part in (log, engine, registry):
        part.close()
    assert crashes == []
    yield folder
    shutil.rmtree(folder)


def spoil(folder: Path, *statements: str) -> None:
    engine = ChdbEngine(folder / "store")
    for statement in statements:
        engine.command(statement)
    engine.close()


def trim(folder: Path, records: int) -> None:
    log = SqlLog(f"sqlite:///{folder / 'log.db'}", lambda: 0)
    assert log.trim(2**62, {0: 10**6}, records) == records
    log.close()


def test_a_damaged_store_is_made_anew_from_the_log(data: Path) -> None:
    facts, events = stored(data)
    for file in (data / "store").rglob("*.bin"):
        file.write_bytes(b"not what it was")
    process = begin("rebuild", "--data", data)
    killed_when(process, lambda: (data / "store-new.json").exists())
    code, said = run("rebuild", "--data", data)
    assert code == 0, said
    aside = [it.name for it in data.iterdir() if it.name.startswith("store")]
    assert len(aside) == 2, "the old store lies beside the new one, and nothing else"
    assert any(name in said for name in aside if name != "store"), said
    found, found_events = stored(data)
    assert found_events == events
    assert last_of_moments(found) == last_of_moments(facts)
    run_again(data)


def test_what_the_log_no_longer_has_comes_from_the_old_store(data: Path) -> None:
    facts, events = stored(data)
    trim(data, 12)
    spoil(data, *(f"TRUNCATE TABLE {name}" for name in ("facts", "current", "unit_quarters")))
    process = begin("rebuild", "--data", data)
    killed_when(process, lambda: (data / "store-new.json").exists())
    code, said = run("rebuild", "--data", data)
    assert code == 0, said
    found, found_events = stored(data)
    assert found_events == events
    assert last_of_moments(found) == last_of_moments(facts)
    run_again(data)


def test_damaged_records_are_listed_and_left_out_and_the_old_store_gives_them(data: Path) -> None:
    before = kept(data)
    damage(data, 7)
    code, told = run("rebuild", "--data", data)
    assert code == 2, told
    assert "damaged at record 7" in told
    assert "--skip-damaged" in told
    assert "Traceback" not in told
    code, told = run("rebuild", "--data", data, "--skip-damaged")
    assert code == 0, told
    assert "damaged at record 7" in told
    assert kept(data) == before
    shutil.rmtree(data / "store")
    code, told = run("rebuild", "--data", data)  # nothing has them now
    assert code == 0, told
    assert "cannot be had" in told
    assert 0 < len(before) - len(kept(data)) <= 100
    with HubProcess(data) as hub:
        assert hub.stop() == 0


def kept(folder: Path) -> list[tuple[str, ...]]:
    """The identities of all stored events."""
    engine = ChdbEngine(folder / "store")
    try:
        rows = engine.select("SELECT DISTINCT unit, subject, source, id FROM events", {})
        return sorted(map(tuple, rows))
    finally:
        engine.close()


def damage(folder: Path, record: int) -> None:
    with closing(sqlite3.connect(folder / "log.db")) as log:
        log.execute("UPDATE records SET accepted = accepted + 1 WHERE record = ?", (record,))
        log.commit()


def test_what_would_lose_events_is_refused(data: Path, tmp_path: Path) -> None:
    trim(data, 12)
    with HubProcess(data):
        code, said = run("rebuild", "--data", data)
        assert (code, "in use by another hub" in said) == (2, True), said
    (data / "store").rename(data / "elsewhere")
    code, said = run("rebuild", "--data", data)
    assert (code, "restore a backup" in said) == (2, True), said
    assert "the log begins at record 13" in said
    (data / "registry.db").rename(data / "gone")
    code, said = run("rebuild", "--data", data)
    assert (code, "registry.db is not there" in said) == (2, True), said
    code, said = run("rebuild", "--data", tmp_path / "nothing")
    assert (code, "log.db is not there" in said) == (2, True), said
    assert not (tmp_path / "nothing").exists()
