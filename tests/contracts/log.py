"""What every event log must do. An adapter's tests subclass these classes and give the fixtures."""

import itertools
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass, field

import pytest

from hub.core.batch import Columns as EventColumns
from hub.core.batch import columns_of as event_columns
from hub.log.port import EventLog, Position, covers
from schemas.event import Accepted, Event

SECONDS = 30.0
START = 1_600_000_000_000_000
_ODD = "'\"\\%s{p:Int8}~"
Open = Callable[[], EventLog]
"""Opens the log of this test; again: after closing it, on the same data."""


@dataclass
class Clock:
    """A clock that a test sets (µs); where `free` is not set it makes the caller wait."""

    at: int = START
    free: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.free.set()

    def __call__(self) -> int:
        assert self.free.wait(SECONDS)
        return self.at


def event(number: int, unit: str = "H1") -> Event:
    """A valid event that differs from all others; the numbers are large and the letters odd."""
    data = {"due_at": 2**51 + number, "apology": "none", "reason": "x-1"}
    return Event(
        unit, "a/b._-", _ODD, f"{number}{_ODD}", "extended", START - number, 2**31 - 1, data
    )


def events(first: int, end: int, units: tuple[str, ...] = ("H1", "H1.2", "A")) -> list[Event]:
    """Events in turn of some units."""
    return [event(n, units[n % len(units)]) for n in range(first, end)]


def everything(
    log: EventLog, limit: int = 100_000, after: Position | None = None
) -> list[Accepted]:
    """All events after a position, read in pieces."""
    found: list[Accepted] = []
    reached = after or {}
    for _ in range(100_000):
        if covers(reached, log.end()):
            break
        rows, reached = log.read(reached, limit, 0.2)
        found += rows
    return found


def of_units(rows: list[Accepted]) -> dict[str, list[Accepted]]:
    """The rows of each unit, as they were read."""
    found = defaultdict(list)
    for row in rows:
        found[row.event.unit].append(row)
    return dict(found)


def assert_ordered(rows: list[Accepted]) -> None:
    """In each unit positions grow and moments never decrease."""
    for found in of_units(rows).values():
        for one, next_one in itertools.pairwise(found):
            assert one.position < next_one.position
            assert one.accepted <= next_one.accepted


def contents(rows: list[Accepted]) -> dict[str, list[Event]]:
    """The events of each unit in the order of the log."""
    return {unit: [row.event for row in found] for unit, found in of_units(rows).items()}


class LogContract:
    """Holds for every `EventLog`."""

    @pytest.fixture
    def opened(self) -> Iterator[Open]:
        """To be given by the adapter."""
        raise NotImplementedError

    def test_what_is_answered_is_there_in_order_and_stays_as_it_is(self, opened: Open) -> None:
        log = opened()
        sent = [events(n, n + 7) for n in range(0, 70, 7)]
        for some in sent:
            appended = log.append(some).result(SECONDS)
            assert not appended.unavailable
            assert covers(log.end(), appended.position)
        rows = everything(log)
        assert_ordered(rows)
        assert contents(rows) == {
            unit: [e for some in sent for e in some if e.unit == unit]
            for unit in ("H1", "H1.2", "A")
        }
        again = opened()
        assert of_units(everything(again)) == of_units(rows)
        appended = again.append([event(1000)]).result(SECONDS)
        assert covers(again.newest(), appended.position)
        assert not covers(again.newest(), {p: at + 1 for p, at in appended.position.items()})
        both = everything(again)
        assert_ordered(both)
        assert of_units(both)["H1"] == [*of_units(rows)["H1"], of_units(both)["H1"][-1]]

    def test_events_by_columns_are_stored_as_others(self, opened: Open) -> None:
        log = opened()
        for first, last in ((0, 3), (3, 400), (400, 401)):
            laid = EventColumns(event_columns(events(first, last)))
            assert not log.append(laid).result(SECONDS).unavailable
        for reopened in (log, opened()):
            rows = everything(reopened)
            assert_ordered(rows)
            assert contents(rows) == {
                unit: [e for e in events(0, 401) if e.unit == unit] for unit in ("H1", "H1.2", "A")
            }

    def test_read_in_pieces_equals_read_whole(self, opened: Open) -> None:
        log = opened()
        numbers = itertools.count()
        for size in (1, 300, 2, 30, 1, 250, 300, 1, 1, 100):  # large ones may be kept otherwise
            log.append([event(next(numbers)) for _ in range(size)]).result(SECONDS)
        whole = everything(log)
        assert sorted(row.event.id for row in whole) == sorted(event(n).id for n in range(986))
        for reopened in (log, opened()):
            for limit in (1, 10, 986, 10_000):
                assert everything(reopened, limit) == whole

    def test_a_position_covers_what_was_answered_and_no_more_is_read_twice(
        self, opened: Open
    ) -> None:
        log = opened()
        log.append(events(0, 10)).result(SECONDS)
        middle = log.end()
        first = everything(log)
        log.append(events(10, 20)).result(SECONDS)
        assert not covers(middle, log.end())
        second = everything(log, after=middle)
        assert {row.event.id for row in first} == {e.id for e in events(0, 10)}
        assert {row.event.id for row in second} == {e.id for e in events(10, 20)}

    def test_nothing_is_stored_for_no_events_and_reading_an_empty_log_ends(
        self, opened: Open
    ) -> None:
        log = opened()
        assert log.read({}, 10, 0.01)[0] == []
        appended = log.append(()).result(SECONDS)
        assert covers(log.end(), appended.position)
        assert everything(log) == []

    def test_reading_waits_for_news(self, opened: Open) -> None:
        log = opened()
        log.append([event(1)]).result(SECONDS)
        before = log.end()
        with ThreadPoolExecutor(1) as pool:
            reading = pool.submit(everything_new, log, before)
            assert not reading.done()
            log.append([event(2)]).result(SECONDS)
            assert [row.event for row in reading.result(SECONDS)] == [event(2)]

    def test_many_appenders_lose_and_double_nothing(self, opened: Open) -> None:
        log = opened()
        threads, each = 20, 15
        start = threading.Barrier(threads)

        def send(thread: int) -> list[tuple[str, Position]]:
            start.wait(SECONDS)
            answers = []
            for n in range(each):
                one = event(thread * each + n, "H1" if n % 2 else "A")
                position = log.append([one]).result(SECONDS).position
                assert covers(log.end(), position)
                answers.append((one.id, position))
            return answers

        with ThreadPoolExecutor(threads) as pool:
            running = [pool.submit(send, thread) for thread in range(threads)]
            wait(running, SECONDS)
        answers = dict(answer for one in running for answer in one.result())
        rows = everything(log)
        assert_ordered(rows)
        assert sorted(row.event.id for row in rows) == sorted(answers)
        for row in rows[:: threads * each // 10]:  # its answer's position covers it
            later = everything(log, after=answers[row.event.id])
            assert row.event.id not in {late.event.id for late in later}

    def test_a_big_batch(self, opened: Open) -> None:
        log = opened()
        sent = events(0, 30_000)
        log.append(sent).result(SECONDS)
        rows = everything(log, 1000)
        assert_ordered(rows)
        assert contents(rows) == {
            unit: [e for e in sent if e.unit == unit] for unit in of_units(rows)
        }
        assert len(rows) == len(sent)

    def test_after_a_seal_all_moments_are_later(self, opened: Open) -> None:
        log = opened()
        log.append(events(0, 3)).result(SECONDS)
        last = max(row.accepted for row in everything(log))
        sealed = log.seal(last).result(SECONDS)
        assert len([row for row in everything(log) if row.accepted <= last]) == 3
        for _ in range(2):
            log.append(events(3, 6)).result(SECONDS)
            late = everything(log, after=sealed)
            assert late
            assert all(row.accepted > last for row in late)
            log = opened()


def everything_new(log: EventLog, after: Position) -> list[Accepted]:
    """What comes after a position, waited for."""
    reached, rows = after, list[Accepted]()
    while not rows:
        rows, reached = log.read(reached, 10, SECONDS)
    return rows


class ClockedLogContract:
    """Holds for every `EventLog` that takes its moments from a clock it was given."""

    @pytest.fixture
    def clock(self) -> Clock:
        """The clock of the log."""
        return Clock()

    @pytest.fixture
    def opened(self, clock: Clock) -> Iterator[Open]:
        """To be given by the adapter."""
        raise NotImplementedError

    def test_moments_are_the_clock_s_and_never_decrease(self, opened: Open, clock: Clock) -> None:
        log = opened()
        for step, backwards in enumerate((0, 5_000_000, -3_600_000_000, -1, 0)):
            clock.at += backwards
            log.append([event(step)]).result(SECONDS)
            log = opened() if step % 2 else log
        rows = everything(log)
        assert_ordered(rows)
        assert [row.accepted for row in rows[:2]] == [START, START + 5_000_000]
        assert all(row.accepted > rows[1].accepted for row in rows[2:])
        clock.at = START + 3_600_000_000
        log.append([event(9)]).result(SECONDS)
        assert everything(log)[-1].accepted == clock.at

    @pytest.mark.parametrize("back", [0, 1, 3_600_000_000])
    def test_a_seal_holds_though_the_clock_goes_back(
        self, opened: Open, clock: Clock, back: int
    ) -> None:
        log = opened()
        log.append([event(0)]).result(SECONDS)
        clock.at += 1_000_000
        instant = clock.at
        clock.free.clear()  # what follows is stored together
        first = log.append([event(1)])
        sealing, following = log.seal(instant), log.append([event(2)])
        clock.at -= back
        clock.free.set()
        sealed = sealing.result(SECONDS)
        first.result(SECONDS)
        following.result(SECONDS)
        log = opened()
        log.append([event(3)]).result(SECONDS)
        late = everything(log, after=sealed)
        assert [row.event.id for row in late][-2:] == [event(2).id, event(3).id]
        assert all(row.accepted > instant for row in late)
        assert log.seal(instant).result(SECONDS) == log.end()
