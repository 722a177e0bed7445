"""What a worker's consumer takes together, and what it leaves when partitions move."""

import asyncio
from collections.abc import Callable, Mapping
from types import SimpleNamespace
from typing import Any

import pytest

pytest.importorskip("faust")

import faust
from faust.types import TP

from streams import batches

ONE, TWO = TP("t", 1), TP("t", 2)
Found = Mapping[TP, list[int]]


class Scripted(batches.BatchConsumer):
    """A consumer that is given what it finds; `before` happens while it looks."""

    def __init__(
        self, looks: list[Found], before: Mapping[int, Callable[["Scripted"], None]]
    ) -> None:
        self._busy, self._moves, self.flow_active = asyncio.Lock(), 0, True
        self._looks, self._before = iter(enumerate(looks)), before
        self.waited: list[float] = []
        self.taken: list[Found] = []
        self.app = SimpleNamespace(
            should_stop=False,
            intake=SimpleNamespace(rest=lambda most: most),
            watchdog=SimpleNamespace(beat=lambda: None),
            plan=SimpleNamespace(patience=60.0),
        )

    async def _wait_next_records(self, timeout: float) -> tuple[Found, None]:  # noqa: ASYNC109 - Faust's
        number, found = next(self._looks, (-1, {}))
        self.waited.append(timeout)
        self._before.get(number, lambda _: None)(self)
        return {tp: list(rows) for tp, rows in found.items()}, None

    async def _take(self, found: Mapping[TP, Any]) -> None:
        self.taken.append(found)

    async def sleep(self, n: float) -> None:
        """Paces nothing here."""

    @property
    def should_stop(self) -> bool:
        """Once nothing comes any more."""
        return bool(self.taken) and not self.taken[-1]


def moved(consumer: Scripted) -> None:
    consumer._moves += 1


def run(
    looks: list[Found], before: Mapping[int, Callable[[Scripted], None]] | None = None
) -> Scripted:
    async def until_nothing_comes() -> Scripted:
        consumer = Scripted(looks, before or {})
        await consumer._take_all(SimpleNamespace(should_stop=False))
        return consumer

    return asyncio.run(until_nothing_comes())


def test_a_few_records_are_taken_with_what_follows_closely() -> None:
    consumer = run([{ONE: [1, 2]}, {ONE: [3], TWO: [7]}, {}, {TWO: [8]}, {}])
    assert consumer.taken == [{ONE: [1, 2, 3], TWO: [7]}, {TWO: [8]}, {}]
    assert consumer.waited[0] == 1.0
    assert max(consumer.waited[1:3]) <= batches._TOGETHER


def test_many_records_wait_for_no_others() -> None:
    consumer = run([{ONE: list(range(300))}, {ONE: [300]}, {}, {}])
    assert [sum(map(len, found.values())) for found in consumer.taken] == [300, 1, 0]


def test_records_that_go_on_coming_one_by_one_are_not_waited_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = iter(0.02 * n for n in range(100))
    monkeypatch.setattr(batches, "time", SimpleNamespace(monotonic=lambda: next(now)))
    looks: list[Found] = [{ONE: [number]} for number in range(6)]
    taken = run([*looks, {}, {}, {}]).taken
    assert sum(len(found.get(ONE, ())) for found in taken) == 6
    assert max(len(found.get(ONE, ())) for found in taken) == 2


def test_what_came_before_partitions_moved_is_left_and_what_came_after_is_taken() -> None:
    consumer = run([{ONE: [5]}, {ONE: [1, 2]}, {}, {}], {1: moved})
    assert consumer.taken == [{ONE: [1, 2]}, {}]


def test_a_look_that_lasts_while_partitions_move_brings_what_is_to_be_taken() -> None:
    consumer = run([{ONE: [1]}, {}, {}], {0: moved})
    assert consumer.taken == [{ONE: [1]}, {}]


def test_what_came_before_partitions_moved_is_left_when_it_had_to_wait_for_them() -> None:
    class Moving(asyncio.Lock):
        async def __aenter__(self) -> None:
            await super().__aenter__()
            if not consumer.taken:
                moved(consumer)
                consumer.taken.append({TWO: []})

    consumer = Scripted([{ONE: [1]}, {}, {}], {})
    consumer._busy = Moving()
    asyncio.run(consumer._take_all(SimpleNamespace(should_stop=False)))
    assert consumer.taken == [{TWO: []}, {}]


def test_partitions_move_when_they_are_revoked_and_when_they_are_assigned(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def nothing(*_: object) -> None: ...

    monkeypatch.setattr(batches.driver.Consumer, "on_partitions_revoked", nothing)

    async def moves() -> list[int]:
        consumer = Scripted([], {})
        consumer._revoked, consumer.assignment = asyncio.Event(), set
        consumer.app.thread, consumer.app.on_assigned = None, lambda _: None
        consumer.app.intake.begin = lambda _: {}
        found = [consumer._moves]
        await consumer.on_partitions_revoked(set())
        found.append(consumer._moves)
        await consumer.perform_seek()
        return [*found, consumer._moves]

    assert asyncio.run(moves()) == [0, 1, 2]


def test_the_broker_keeps_a_question_for_a_tenth_of_a_second_only() -> None:
    async def made() -> Any:
        app = faust.App("t", broker="kafka://127.0.0.1:9", autodiscover=False)
        thread = batches.FetchThread.__new__(batches.FetchThread)
        thread.app, thread.consumer = app, SimpleNamespace(in_transaction=False)
        thread._assignor = app.assignor
        found = thread._create_worker_consumer(SimpleNamespace(url=app.conf.broker, default_port=1))
        await found.stop()
        return found

    assert asyncio.run(made())._fetch_max_wait_ms == batches._FETCH == 100
