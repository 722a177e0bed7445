"""The embedded runner: when it works, and that its cursor never passes what is stored."""

import random
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from hub.log.port import Position
from hub.log.sql import SqlLog
from hub.store.driver import StoreUnavailableError
from hub.store.progress import FACTS, read_reached
from streams import embedded
from streams.embedded import EmbeddedRunner
from streams.refresh import EVERY
from tests.contracts.log import SECONDS, Clock, event
from tests.contracts.store import Interrupted
from tests.eventually import eventually
from tests.faults.test_lost_store import Embedded


def test_what_changed_is_aggregated_as_soon_as_it_may_be(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    patience: list[float] = []
    read = SqlLog.read

    def asked(log: SqlLog, after: Position, limit: int, timeout: float = 0.0) -> object:
        patience.append(timeout)
        return read(log, after, limit, timeout)

    monkeypatch.setattr(SqlLog, "read", asked)
    clock = Clock()
    hub = Embedded(tmp_path, clock)
    hub.log.append([event(1)]).result(SECONDS)
    hub.runner.start()
    eventually(lambda: hub.runner.quarters_cover(clock.at))
    clock.at += 3 * EVERY // 4
    patience.clear()
    hub.log.append([event(2, "H2")]).result(SECONDS)
    eventually(lambda: 0.25 in patience)  # until the next pass may begin
    assert not hub.runner.quarters_cover(1)
    clock.at += EVERY // 4
    eventually(lambda: hub.runner.quarters_cover(clock.at))
    eventually(lambda: patience[-1] == 1.0)
    hub.stop()


def test_after_a_small_batch_the_engine_is_others_for_a_while(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pauses: list[float] = []

    class Stop(threading.Event):
        def wait(self, timeout: float | None = None) -> bool:
            pauses.append(timeout or 0.0)
            return super().wait(timeout)

    monkeypatch.setattr(embedded, "_SHORTEST", 3600.0)
    hub = Embedded(tmp_path, Clock())
    hub.runner._stop = Stop()
    hub.log.append([event(1)]).result(SECONDS)
    hub.runner.start()
    eventually(lambda: max(pauses, default=0.0) > 3000.0)
    assert hub.runner.includes(hub.log.end())
    hub.stop()  # does not wait for the end of the pause


def test_the_cursor_never_passes_what_is_stored(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embedded, "BATCH", 3)
    monkeypatch.setattr(embedded, "_RETRY_FIRST", 0.001)
    monkeypatch.setattr(embedded, "_RETRY_LAST", 0.001)
    monkeypatch.setattr(embedded, "_KEEP_EVERY", 0.001)
    rng, clock, moved, synced = random.Random(7), Clock(), list[int](), set[str]()
    hub = Embedded(tmp_path, clock)

    def failing(_: str) -> None:
        if started and rng.random() < 0.4:
            raise StoreUnavailableError("away")

    class Watched(Interrupted):
        def insert(self, table: str, columns: Mapping[str, Sequence[Any]]) -> None:
            if table == "applied":
                reached = columns["record"][list(columns["stage"]).index("facts")]
                assert {f"U{number}" for number in range(1, reached + 1)} <= synced
                moved.append(reached)
            super().insert(table, columns)

        def sync(self) -> None:
            synced.update(one for (one,) in self.engine.select("SELECT unit FROM current", {}))
            super().sync()

    started = False
    for number in range(1, 61):
        hub.log.append([event(number, f"U{number}")]).result(SECONDS)
    hub.runner = EmbeddedRunner(
        hub.log, Watched(hub.engine, failing), hub.registry, clock, hub.crashes.append
    )
    hub.runner.start()
    started = True
    eventually(lambda: hub.runner.includes({0: 60}) or bool(hub.crashes))
    hub.stop()
    assert moved == sorted(moved)
    assert moved[-1] == 60
    assert len(set(moved)) > 5


def test_a_disk_that_cannot_be_synced_ends_the_hub_before_its_cursor_moves(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Broken(Interrupted):
        def sync(self) -> None:
            raise OSError("the disk is gone")

    monkeypatch.setattr(embedded, "_KEEP_EVERY", 0.001)
    hub = Embedded(tmp_path, Clock())
    hub.log.append([event(1)]).result(SECONDS)
    engine = Broken(hub.engine, lambda _: None)
    hub.runner = EmbeddedRunner(hub.log, engine, hub.registry, Clock(), hub.crashes.append)
    hub.runner.start()
    eventually(lambda: bool(hub.crashes))
    hub.runner.stop()
    assert {str(crash) for crash in hub.crashes} == {"the disk is gone"}
    hub.crashes.clear()
    assert read_reached(hub.engine)[FACTS][0].record == 0
    hub.stop(started=False)
