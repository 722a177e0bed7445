"""The log is trimmed only of what the store holds; a store that is gone is not taken for empty."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from hub.core.time import DAY, HOUR
from hub.dossier.store.questions import orphans
from hub.log.sql import SqlLog
from hub.registry import Registry, open_registry
from hub.store.chdb_engine import ChdbEngine
from hub.store.events import events_of_dossier
from hub.store.held import StoreParts
from hub.store.scope import Scope
from streams.embedded import EmbeddedRunner, StoreLostError
from tests.contracts.log import SECONDS, Clock, event, events, everything
from tests.contracts.store import Interrupted
from tests.eventually import eventually


class Embedded:
    """The parts of the hub on a folder, without HTTP; what is stopped may be made anew."""

    def __init__(self, folder: Path, clock: Clock, keep_days: int = 30) -> None:
        self.registry: Registry = open_registry(f"sqlite:///{folder / 'registry.db'}")
        self.log = SqlLog(f"sqlite:///{folder / 'log.db'}", clock, elapsed=clock)
        parts = StoreParts(folder / "store")
        self.engine = ChdbEngine(folder / "store")
        self.crashes: list[BaseException] = []
        self.runner = EmbeddedRunner(
            self.log, self.engine, self.registry, clock, self.crashes.append, keep_days, parts
        )

    def stop(self, started: bool = True) -> None:
        if started:
            self.runner.stop()
        self.log.close()
        self.engine.close()
        self.registry.close()
        assert self.crashes == []


@pytest.fixture
def clock() -> Iterator[Clock]:
    clock = Clock()
    yield clock
    clock.free.set()


def apply_all(hub: Embedded) -> None:
    """Let the runner take what is in the log."""
    hub.log.append([event(10**6, "END")]).result(SECONDS)
    end = hub.log.end()
    eventually(lambda: hub.runner.includes(end))


def without_store(folder: Path, clock: Clock) -> Embedded:
    """A hub that had applied thirty events and then lost its store; not started yet."""
    hub = Embedded(folder, clock)
    hub.log.append(events(0, 30)).result(SECONDS)
    hub.runner.start()
    apply_all(hub)
    hub.stop()
    shutil.rmtree(folder / "store")
    return Embedded(folder, clock)


def test_what_is_old_and_applied_is_trimmed(tmp_path: Path, clock: Clock) -> None:
    hub = Embedded(tmp_path, clock)
    for n in range(5):
        hub.log.append(events(3 * n, 3 * n + 3)).result(SECONDS)
        clock.at += 10 * DAY
    hub.runner.start()
    apply_all(hub)
    eventually(lambda: hub.log.start() == 3)  # older than 30 days were the first two
    assert len(everything(hub.log)) == 10
    clock.at += 10 * DAY  # the next one is due by now
    apply_all(hub)
    eventually(lambda: hub.log.start() == 4)
    assert len(events_of_dossier(hub.engine, "H1", "a/b._-")) == 5
    hub.stop()


def test_a_lost_store_is_filled_again_from_a_whole_log(tmp_path: Path, clock: Clock) -> None:
    hub = without_store(tmp_path, clock)
    hub.runner.start()
    eventually(lambda: hub.runner.includes(hub.log.end()))
    assert len(events_of_dossier(hub.engine, "H1", "a/b._-")) == 10
    hub.stop()


def test_a_crash_while_a_lost_store_is_filled_again_skips_nothing(
    tmp_path: Path, clock: Clock
) -> None:
    hub = without_store(tmp_path, clock)

    def crash(table: str) -> None:
        if table == "facts":
            raise ZeroDivisionError

    engine = Interrupted(hub.engine, crash)
    hub.runner = EmbeddedRunner(hub.log, engine, hub.registry, clock, hub.crashes.append)
    hub.runner.start()
    eventually(lambda: bool(hub.crashes))
    assert isinstance(hub.crashes.pop(), ZeroDivisionError)
    hub.stop()
    hub = Embedded(tmp_path, clock)
    hub.runner.start()
    eventually(lambda: hub.runner.includes(hub.log.end()))
    found = orphans(hub.engine, Scope(), ("", ""), 100)
    assert [unit for unit, _, _ in found] == ["A", "END", "H1", "H1.2"]
    hub.stop()


def test_a_lost_store_with_a_trimmed_log_is_refused(tmp_path: Path, clock: Clock) -> None:
    hub = Embedded(tmp_path, clock, keep_days=0)
    hub.log.append(events(0, 30)).result(SECONDS)
    clock.at += HOUR
    hub.log.append(events(30, 33)).result(SECONDS)
    clock.at += HOUR
    hub.runner.start()
    eventually(lambda: hub.log.start() == 2)
    hub.stop()
    shutil.rmtree(tmp_path / "store")
    hub = Embedded(tmp_path, clock)
    with pytest.raises(StoreLostError, match="backup"):
        hub.runner.start()
    hub.stop(started=False)


def test_an_empty_hub_that_only_sealed_starts_again(tmp_path: Path, clock: Clock) -> None:
    hub = Embedded(tmp_path, clock, keep_days=0)
    for _ in range(3):
        hub.log.seal(clock.at).result(SECONDS)
        clock.at += HOUR
    hub.runner.start()
    eventually(lambda: hub.runner.includes(hub.log.end()))
    hub.stop()
    hub = Embedded(tmp_path, clock)
    hub.runner.start()
    hub.stop()
