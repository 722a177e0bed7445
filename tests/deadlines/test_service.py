"""The service on a real log and store, with a clock that the test moves."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from hub.core.identity import HUB
from hub.core.time import DAY, HOUR, SECOND, day_start, days_of, local_day
from hub.dossier.store.deadlines import timed
from hub.dossier.store.limits import limited
from hub.log.port import Position
from hub.log.sql import SqlLog
from hub.registry import Registry, Source, open_registry
from hub.registry.calendar import CalendarDay
from hub.services.deadlines import DeadlineService, Parts
from hub.services.live import Notice
from hub.store.chdb_engine import ChdbEngine
from hub.store.clickhouse_engine import ClickHouseEngine
from hub.store.driver import Engine
from hub.store.events import events_of_dossier
from hub.store.scope import Scope
from schemas.event import Event
from streams.processor import apply

MONDAY = day_start(local_day(1_795_000_000_000_000) // 7 * 7 + 4) + 9 * HOUR
"""Nine in the morning of a Monday (1970-01-05 was one)."""


class World:
    """A log, a store and a registry; `processor()` brings the log into the store."""

    def __init__(self, folder: Path, store: Engine | None = None) -> None:
        self.now = MONDAY
        self.registry: Registry = open_registry(f"sqlite:///{folder}/registry.db")
        self.log = SqlLog(f"sqlite:///{folder}/log.db", lambda: self.now)
        self.store = store or ChdbEngine(folder / "store")
        self.notices: list[Notice] = []
        self.delays: list[float] = []
        self.waited: list[Position] = []
        self.applied: dict[int, int] = {}
        self.begin()

    def begin(self) -> None:
        """The service, as after a start of the hub."""
        parts = Parts(
            self.log, self.store, self.registry, lambda: self.now, self.notices.extend,
            self.delays.append, self.included,
        )  # fmt: skip
        self.service = DeadlineService(parts)

    def included(self, position: Position) -> bool:
        """The figures have it at once; the service asked."""
        self.waited.append(position)
        return True

    def send(self, *events: Event) -> None:
        self.log.append(events).result()
        self.processor()

    def processor(self) -> list[Event]:
        """What was new in the log."""
        events, self.applied = self.log.read(self.applied, 1_000_000)
        apply(self.store, events)
        self.service.changed({row.event.dossier for row in events})
        return [row.event for row in events]

    def at(self, instant: int) -> list[Event]:
        """Go on to an instant; the events that the hub adds."""
        self.now = instant
        self.service._news_at = 0  # as if nothing had been asked for long
        self.service.round()
        return self.processor()

    def close(self) -> None:
        self.log.close()
        self.store.close()
        self.registry.close()


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path)
    yield made
    made.close()


def event(subject: str, kind: str, time: int, source: str = "/a", **data: Any) -> Event:
    return Event("H1", subject, source, f"{kind}-{time}", kind, time, 0, data)


def received(
    subject: str, due_at: int, source: str = "/a", *, at: int = MONDAY - 20 * DAY, **data: Any
) -> Event:
    data = {"channel": "direct", "due_at": due_at, "due_basis": "hour"} | data
    return event(subject, "received", at, source, **data)


def day(year: int, month: int, number: int) -> int:
    """When (µs) a local day begins."""
    return day_start(days_of(date(year, month, number)))


def kinds(events: list[Event]) -> list[tuple[str, str]]:
    return sorted((e.subject, e.kind) for e in events if e.source == HUB)


def test_a_deadline_is_told_once_and_right_after_its_instant(world: World) -> None:
    due = MONDAY + HOUR
    world.send(received("s", due))
    assert world.at(MONDAY + SECOND) == []
    assert world.at(due) == []
    assert world.delays == []
    (said,) = world.at(due + 1)
    assert world.delays == [1 / SECOND]
    assert (said.source, said.kind, said.time, said.data) == (HUB, "overdue", due, {"due_at": due})
    assert world.at(due + DAY) == []
    world.begin()
    assert world.at(due + DAY + HOUR) == []


@pytest.mark.parametrize("days", [9, 16, 100])
def test_down_time_is_caught_up_however_long_it_was(world: World, days: int) -> None:
    world.at(MONDAY)
    world.send(received("s", MONDAY + HOUR))
    world.now = MONDAY + days * DAY
    world.begin()
    assert kinds(world.at(world.now)) == [("s", "overdue")]
    # what happened while it was off comes later, and after another start, too
    world.send(received("t", MONDAY + DAY))
    assert kinds(world.at(world.now + DAY)) == [("t", "overdue")]
    world.begin()
    world.send(received("u", MONDAY + 2 * DAY), received("v", MONDAY - DAY))
    assert kinds(world.at(world.now + DAY)) == [("u", "overdue")]
    world.at(world.now + 12 * DAY)  # by now that is long past
    world.send(received("w", MONDAY + 3 * DAY))
    assert world.at(world.now + DAY) == []


def test_what_passed_before_tet_is_told_after_it_and_nothing_older(world: World) -> None:
    """Tết 2026: nine days off in a row, from Saturday 14 to Sunday 22 February."""
    before, after = day(2026, 2, 13) + 10 * HOUR, day(2026, 2, 23) + 9 * HOUR
    world.now = after
    world.begin()  # for the first time
    due = before - 7 * DAY
    world.send(received("s", before, at=due), received("old", due - 2 * DAY, at=due - 9 * DAY))
    assert kinds(world.at(after)) == [("s", "overdue")]


def test_a_working_day_after_a_long_closure_is_noticed_before_it(world: World) -> None:
    closed = [CalendarDay(date(2026, 12, 1) + timedelta(n), "off", "H1") for n in range(40)]
    world.registry.calendar.put(closed)
    opening = day(2027, 1, 11)  # a Monday; the last working day before is Monday 30 November
    world.now = day(2026, 11, 30) + 7 * HOUR
    world.begin()
    world.send(received("s", opening + 9 * HOUR))
    world.at(world.now)
    assert world.notices == []
    world.at(day(2026, 11, 30) + 8 * HOUR)
    assert [(n.dossier.subject, n.kind) for n in world.notices] == [("s", "working_day")]


def test_late_news_take_it_back_and_later_news_say_it_again(world: World) -> None:
    due = MONDAY + HOUR
    world.send(received("s", due))
    assert kinds(world.at(due + SECOND)) == [("s", "overdue")]
    closing = event("s", "resolved", due - SECOND, outcome="granted")
    world.send(closing)
    assert kinds(world.at(due + 5 * SECOND)) == [("s", "retracted")]
    assert world.at(due + 10 * SECOND) == []
    world.send(event("s", "retracted", due, id=closing.id))
    assert kinds(world.at(due + 20 * SECOND)) == [("s", "overdue")]
    world.send(event("s", "extended", due + 21 * SECOND, due_at=due + HOUR, apology="none"))
    assert world.at(due + 30 * SECOND) == []  # it was overdue until then
    assert kinds(world.at(due + HOUR + 1)) == [("s", "overdue")]
    rows = events_of_dossier(world.store, "H1", "s")
    assert len({row.event.id for row in rows}) == len(rows)


def test_what_was_told_is_taken_back_however_long_ago(world: World) -> None:
    due = MONDAY + HOUR
    world.send(received("s", due), received("t", due))
    assert kinds(world.at(due + SECOND)) == [("s", "overdue"), ("t", "overdue")]
    world.at(due + 21 * DAY)
    world.send(event("s", "resolved", due - SECOND, outcome="granted"))
    assert kinds(world.at(world.now + SECOND)) == [("s", "retracted")]


def test_clocks_of_what_is_long_past_are_not_read(world: World) -> None:
    due, dossiers = MONDAY + HOUR, [("H1", name) for name in ("s", "t", "u")]
    world.send(received("s", due), received("t", due - DAY))
    world.send(event("u", "received", due, channel="direct"))
    assert timed(world.store, dossiers, MONDAY, due).keys() == {("H1", "s"), ("H1", "u")}
    assert timed(world.store, dossiers, MONDAY, due + 1).keys() == set()
    assert timed(world.store, dossiers, MONDAY).keys() == set(dossiers)
    world.send(event("t", "extended", due + DAY, due_at=due - DAY, apology="none"))
    assert timed(world.store, dossiers, MONDAY, due + 1).keys() == {("H1", "t")}


def test_late_news_of_the_time_before_a_crash_are_seen(world: World) -> None:
    due = MONDAY + HOUR
    world.send(received("s", due))
    world.at(due + SECOND)
    world.log.append([event("s", "resolved", due - SECOND, outcome="granted")]).result()
    events, world.applied = world.log.read(world.applied, 1_000)
    apply(world.store, events)
    world.now += SECOND
    world.begin()  # nobody told this one what changed
    assert kinds(world.at(world.now)) == [("s", "retracted")]


def test_what_the_source_said_is_not_said_again(world: World) -> None:
    due = MONDAY + HOUR
    world.send(received("s", due), event("s", "overdue", due, due_at=due))
    assert world.at(due + SECOND) == []


def test_a_source_that_fills_up_is_left_alone(world: World) -> None:
    world.registry.sources.put([Source("/old", "old dossiers", backfilling=True)])
    world.send(received("old", MONDAY + HOUR, "/old"), received("s", MONDAY + HOUR))
    assert kinds(world.at(MONDAY + HOUR + 1)) == [("s", "overdue")]


def test_notices_come_once_a_day_and_a_working_day_before(world: World) -> None:
    friday, monday = MONDAY + 4 * DAY, MONDAY + 7 * DAY
    world.at(MONDAY)
    world.send(received("s", monday + HOUR), received("soon", MONDAY + 5 * HOUR))
    told: dict[int, list[tuple[str, str]]] = {}
    for hour in range(1, 8 * 24):
        world.notices.clear()
        world.at(MONDAY + hour * HOUR)
        if world.notices:
            told[hour] = sorted((n.dossier.subject, n.kind) for n in world.notices)
        if hour == 100:
            world.begin()  # a restart in between
    opening = (friday - MONDAY) // HOUR - 1  # the first full hour after 7:30
    assert told == {
        1: [("soon", "24h"), ("soon", "working_day")],
        opening: [("s", "working_day")],
        6 * 24 + 1: [("s", "24h")],
    }


def test_a_failing_log_is_asked_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    from hub.log.port import LogUnavailableError

    def fails(_: object) -> None:
        raise LogUnavailableError("full")

    world.send(received("s", MONDAY + HOUR))
    world.now = MONDAY + HOUR + 1
    with monkeypatch.context() as patched:
        patched.setattr(world.log, "append", fails)
        with pytest.raises(LogUnavailableError):
            world.service.round()
    assert kinds(world.at(MONDAY + HOUR + 2 * SECOND)) == [("s", "overdue")]


def test_many_deadlines_at_one_instant_are_out_at_once(world: World) -> None:
    due = MONDAY + HOUR
    world.send(*(received(f"s{i}", due) for i in range(5_000)))
    world.at(due)
    before = world.log.end()
    world.now = due + 1
    world.service.round()
    records = world.log.end()[0] - before[0]
    assert len(world.processor()) == 5_000
    assert records == 5
    assert len(world.waited) == 2  # twice two in a row: others' events get in between


def test_the_questions_are_understood_by_an_old_server(
    tmp_path: Path, clickhouse_database: str
) -> None:
    server = ClickHouseEngine(clickhouse_database)
    server.create_tables()
    world = World(tmp_path, server)
    try:
        due = MONDAY + HOUR
        world.send(received("s", due, procedure="1.1"), received("soon", due + 5 * HOUR))
        assert kinds(world.at(due + 1)) == [("s", "overdue")]
        world.send(event("s", "resolved", due - SECOND, outcome="granted"))
        assert kinds(world.at(due + 5 * SECOND)) == [("s", "retracted")]
        assert {(n.dossier.subject, n.kind) for n in world.notices} >= {("soon", "24h")}
        world.begin()
        assert world.at(due + 9 * SECOND) == []
        (row,) = limited(server, Scope(), ["1.1"], due, 0)
        assert (row.subject, row.due_at, row.was_moved) == ("s", due, False)
    finally:
        world.close()
