"""The engine inside the process under many hands: it never hangs, and comes and goes."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from random import Random

import pytest

from hub.dossier.store.board import Filter, overdue_page
from hub.dossier.store.questions import Moment, figure_rows
from hub.store import chdb_engine
from hub.store.chdb_engine import ChdbEngine
from hub.store.driver import StoreUnavailableError
from hub.store.events import events_of, events_of_dossier, known_units
from hub.store.scope import Scope
from streams.processor import apply
from tests.store.random_log import END, START, UNITS, random_log

READS = 200


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[ChdbEngine]:
    engine = ChdbEngine(tmp_path / "store")
    yield engine
    engine.close()


def test_reads_while_writing_never_hang(engine: ChdbEngine) -> None:
    rows = random_log(12_000, 5)
    dossiers = sorted({row.event.dossier for row in rows})
    apply(engine, rows[:2000])
    written = threading.Event()

    def write() -> None:
        for start in range(2000, len(rows), 500):
            apply(engine, rows[start : start + 500])
        written.set()

    def read(number: int) -> None:
        rng = Random(number)
        scope = Scope(frozenset((rng.choice(UNITS),)))
        moment = Moment(START, END, rng.choice((None, rng.randrange(START, END))))
        match number % 5:
            case 0:
                assert figure_rows(engine, scope, moment, ("unit", "field")) is not None
            case 1:
                some = rng.sample(dossiers, 100)
                assert events_of(engine, some).keys() <= set(some)
            case 2:
                assert len(overdue_page(engine, scope, Filter(), END, limit=50)) <= 50
            case 3:
                events_of_dossier(engine, *rng.choice(dossiers))
            case _:
                assert set(known_units(engine)) <= set(UNITS)

    with ThreadPoolExecutor(12) as pool:
        writing = pool.submit(write)
        reading = [pool.submit(read, number) for number in range(READS)]
        for one in [writing, *reading]:
            one.result(100)
    assert written.is_set()
    found = events_of(engine, dossiers)
    assert {row.event.identity for row in rows} == {
        row.event.identity for events in found.values() for row in events
    }


def test_a_query_that_hangs_is_given_up(
    engine: ChdbEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chdb_engine, "LONGEST", 0.2)
    slow = "SELECT sleepEachRow(0.1) FROM numbers(20)"
    with pytest.raises(StoreUnavailableError, match="no answer"):
        engine.select(slow, {})
    for _ in range(chdb_engine.READERS - 1):
        with pytest.raises(StoreUnavailableError, match="no answer"):
            engine.select(slow, {})
    monkeypatch.setattr(chdb_engine, "LONGEST", 30)
    assert engine.select("SELECT 1", {}) == [[1]]


def test_a_folder_is_opened_again_and_again_and_another_between(tmp_path: Path) -> None:
    rows = random_log(50, 1)
    for number in range(6):
        for name in ("a", "b"):
            engine = ChdbEngine(tmp_path / name)
            apply(engine, rows[: 5 * number + 5])
            units = {row.event.unit for row in rows[: 5 * number + 5]}
            assert set(known_units(engine)) == units
            engine.close()
            for _ in range(2):
                with pytest.raises(RuntimeError, match="closed"):
                    engine.select("SELECT 1", {})


def test_a_config_xml_in_the_current_directory_does_not_matter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "config.xml").write_text("<clickhouse><not well formed")
    monkeypatch.chdir(tmp_path)
    engine = ChdbEngine(Path("store"))
    assert engine.select("SELECT 1", {}) == [[1]]
    engine.close()
