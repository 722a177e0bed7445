"""The board's numbers and lists against the independent oracle, on nasty sets of events."""

import itertools
import uuid
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.core.time import DAY, day_start, local_day
from hub.dossier.store.board import (
    Filter,
    Numbers,
    closed_among,
    coming_page,
    coming_total,
    daily,
    overdue_page,
    overdue_total,
    unit_boards,
)
from hub.store.chdb_engine import ChdbEngine
from hub.store.scope import Scope
from streams.processor import apply
from tests import oracle, pure
from tests.oracle_fold import attribute, closed_at, deadline_at, open_at, overdue_at, waiting_at
from tests.strategies import POOL, logs

SOME = settings(
    max_examples=5,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
POOL_INSTANTS = [oracle.micros(moment) for moment in POOL]
instants = st.sampled_from(POOL_INSTANTS).flatmap(
    lambda at: st.sampled_from((at, at + 1, at - DAY, at - DAY + 1, at + 3_600_000_000))
)

MANY = st.lists(logs(min_size=2, max_size=14), min_size=3, max_size=6)


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ChdbEngine]:
    opened = ChdbEngine(tmp_path_factory.mktemp("board"))
    yield opened
    opened.close()


def load(
    engine: ChdbEngine, found: list[list[oracle.Accepted]]
) -> tuple[Scope, list[oracle.Accepted], list[oracle.Dossier]]:
    """Put logs into the store, each under units of its own: which, all as one log, its dossiers."""
    place = itertools.count()
    log = []
    for one in found:
        name = uuid.uuid4().hex[:8]
        for row in one:
            data = row.event["data"] | {"unit": f"{name}.{row.event['data']['unit']}"}
            log.append(oracle.Accepted(row.event | {"data": data}, row.accepted, next(place)))
    apply(engine, pure.accept(log))
    dossiers = [d for d in oracle.dossiers(log).values() if d.status == "dossier"]
    return Scope(frozenset(row.event["data"]["unit"] for row in log)), log, dossiers


def next_deadline(d: oracle.Dossier, now: int) -> int | None:
    """The first instant from `now` on right after which the dossier, not overdue so far, is."""
    starts = {e.time for e in d.events} | {oracle.received_at(d), oracle.instant(now)}
    deadlines = {deadline_at(d, at) for at in starts}
    for at in sorted(moment for moment in starts | deadlines if moment):
        if oracle.micros(at) >= now and overdue_at(d, oracle.instant(oracle.micros(at) + 1)):
            return oracle.micros(at)
    return None


def numbers(dossiers: list[oracle.Dossier], now: int) -> Numbers:
    at, today = oracle.instant(now), local_day(now)

    def is_today(moment: object) -> bool:
        instant = None if moment is None else oracle.micros(moment)  # type: ignore[arg-type]
        return instant is not None and day_start(today) <= instant < now

    whole = [d for d in dossiers if attribute(d, "parent") is None]
    gone = [d for d in whole if is_today(closed_at(d))]
    coming = [
        deadline
        for d in dossiers
        if open_at(d, at) and not overdue_at(d, at) and (deadline := next_deadline(d, now))
    ]
    return Numbers(
        in_progress=sum(open_at(d, at) for d in whole),
        overdue_now=sum(overdue_at(d, at) for d in dossiers),
        due_today=sum(deadline <= day_start(today + 1) for deadline in coming),
        due_24h=sum(deadline <= now + DAY for deadline in coming),
        waiting=sum(open_at(d, at) and waiting_at(d, at) for d in whole),
        received_today=sum(is_today(oracle.received_at(d)) for d in whole),
        resolved_today=len(gone),
        late_today=sum(oracle.timeliness(d) == "late" for d in gone),
    )


@given(found=MANY, now=instants)
@SOME
def test_numbers_and_lists_equal_the_oracle(engine, found, now):
    scope, log, dossiers = load(engine, found)
    boards = unit_boards(engine, scope, now)
    for unit in {d.unit for d in dossiers}:
        own = [d for d in dossiers if d.unit == unit]
        told = boards[unit].numbers if unit in boards else Numbers()
        assert told == numbers(own, now)
    wanted = oracle.overdue(log, now)
    listed = overdue_page(engine, scope, Filter(), now)
    assert [(row.unit, row.subject, oracle.instant(row.due_at), row.waiting) for row in listed] == [
        (item.unit, item.subject, item.due_at, item.waiting) for item in wanted
    ]
    assert overdue_total(engine, scope, Filter(), now) == len(wanted)
    closed = [(d, moment) for d in dossiers if (moment := closed_at(d))]
    keys = {(row.event["data"]["unit"], row.event["subject"]) for row in log}
    assert closed_among(engine, keys, now) == {
        (d.unit, d.subject) for d, moment in closed if oracle.micros(moment) < now
    }
    late = overdue_page(engine, scope, Filter(min_days=30), now)
    assert [row.subject for row in late] == [w.subject for w in wanted if w.days_late >= 30]
    coming = coming_page(engine, scope, Filter(), now, now + DAY)
    assert len(coming) == sum(board.numbers.due_24h for board in boards.values())
    assert coming_total(engine, scope, Filter(), now, now + DAY) == len(coming)


@given(found=MANY, now=instants, later=instants)
@SOME
def test_nothing_changes_before_it_is_said_to(engine, found, now, later):
    scope, _, _ = load(engine, found)
    now, later = sorted((now, later))
    before, after = unit_boards(engine, scope, now), unit_boards(engine, scope, later)
    for unit, board in before.items():
        if later <= board.next_change and local_day(now) == local_day(later):
            assert after[unit].numbers == board.numbers
            assert after[unit].fingerprint == board.fingerprint


@given(found=MANY, now=instants)
@SOME
def test_a_trend_is_the_boards_and_figures_of_its_days(engine, found, now):
    scope, _, dossiers = load(engine, found)
    days = range(local_day(now) - 6, local_day(now) + 1)
    for unit, lines in daily(engine, scope, days, now).items():
        own = [d for d in dossiers if d.unit == unit]
        for day in days:
            end = min(day_start(day + 1), now)
            at_end = numbers(own, end)
            assert lines[day][0] == at_end.overdue_now
            if day == local_day(now):  # at midnight the day before ends now, too
                assert lines[day][1:] == (at_end.received_today, at_end.resolved_today)
