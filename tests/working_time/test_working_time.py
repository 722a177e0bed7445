"""Working time: equal to a count minute by minute, and right on the days everybody knows."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from hub.core.time import DAY, day_start, days_of, local_day, microseconds_of, rfc3339
from hub.core.working_time import MINUTE, OFFICE, WorkingTime
from hub.registry.public_days import public_days

OFF, MADE_UP, _ = public_days()
VIET_NAM = WorkingTime(off=OFF, made_up=MADE_UP)
FIRST = days_of(date(2026, 1, 1))
MANY = settings(max_examples=80, deadline=None)

near = st.integers(FIRST, FIRST + 40)
named = st.dictionaries(near, st.just("x"), max_size=12)
sessions = st.lists(st.integers(0, 1440), min_size=2, max_size=6, unique=True).map(
    lambda times: tuple(zip(sorted(times)[::2], sorted(times)[1::2], strict=False))
)
calendars = st.builds(WorkingTime, sessions, st.just(()) | sessions, named, named)
instants = st.integers(day_start(FIRST), day_start(FIRST + 30)).map(
    lambda at: at // MINUTE * MINUTE
)


def at(text: str) -> int:
    return microseconds_of(datetime.fromisoformat(f"{text}+07:00"))


def is_worked(calendar: WorkingTime, instant: int) -> bool:
    """Whether the minute that begins at an instant is worked, from the words of the rules."""
    day = local_day(instant)
    minute = (instant - day_start(day)) // MINUTE
    weekday = (date(1970, 1, 1) + timedelta(days=day)).weekday()
    if day in calendar.made_up or (weekday < 5 and day not in calendar.off):
        hours = calendar.hours
    elif weekday == 5 and day not in calendar.off:
        hours = calendar.saturday
    else:
        hours = ()
    return any(a <= minute < b for a, b in hours)


@given(calendars, instants, st.integers(0, 3 * 24 * 60))
@MANY
def test_working_minutes_equal_a_count_minute_by_minute(calendar, start, minutes):
    naive = sum(is_worked(calendar, start + m * MINUTE) for m in range(minutes))
    assert calendar.working_minutes(start, start + minutes * MINUTE) == naive


@given(calendars, instants, st.integers(1, 60), st.booleans())
@MANY
def test_an_hourly_limit_ends_when_its_minutes_are_worked(calendar, start, limit, late_rule):
    advice = calendar.advise(start, limit, "hour", late_rule=late_rule)
    day = local_day(start)
    is_late = start > day_start(day) + 15 * 60 * MINUTE or not calendar.is_working_day(day)
    is_late &= late_rule
    begins = day_start(calendar.next_working_day(day)) if is_late else start
    assert calendar.working_minutes(begins, advice.due_at) == limit * 60
    assert is_worked(calendar, advice.due_at - MINUTE)
    assert advice.steps[-1].counted == limit * 60


@given(calendars, instants, st.integers(1, 40), st.sampled_from(("working_day", "calendar_day")))
@MANY
def test_a_limit_in_days_ends_on_a_working_day_and_is_told_day_by_day(calendar, start, limit, unit):
    advice = calendar.advise(start, limit, unit)
    due, day = local_day(advice.due_at), local_day(start)
    assert calendar.is_working_day(due)
    assert due == advice.steps[-1].day
    assert [step.day for step in advice.steps] == list(range(day, due + 1))
    if unit == "working_day":
        counted = [d for d in range(day + 1, due + 1) if calendar.is_working_day(d)]
        assert len(counted) == limit
        assert [s.day for s in advice.steps if s.why == "counted"] == counted
    else:
        assert not any(calendar.is_working_day(d) for d in range(day + limit, due))


@given(
    calendars, instants, instants, st.integers(1, 20), st.integers(1, 20),
    st.sampled_from(("working_day", "calendar_day", "hour")), st.booleans(),
)  # fmt: skip
@example(
    WorkingTime(hours=((1, 2),), off={20454: "x", 20455: "x", 20460: "x"}),
    1767686460000000, 1767718800000000, 1, 1, "working_day", True,
)  # fmt: skip
@MANY
def test_due_dates_never_go_back(calendar, one, other, less, more, unit, late_rule):
    (one, other), (less, more) = sorted((one, other)), sorted((less, more))

    def due(start, limit):
        return calendar.advise(start, limit, unit, late_rule=late_rule).due_at

    assert due(one, less) <= due(other, less) <= due(other, more)
    assert one < due(one, less)


@pytest.mark.parametrize(
    ("received", "limit", "unit", "late_rule", "due"),
    [
        ("2026-11-20T08:00:00", 1, "working_day", False, "2026-11-23T17:00:00"),
        ("2026-11-20T15:30:00", 1, "working_day", True, "2026-11-25T17:00:00"),  # 24/11 is off
        ("2026-11-20T15:30:00", 1, "working_day", False, "2026-11-23T17:00:00"),
        ("2026-11-24T09:00:00", 1, "working_day", True, "2026-11-26T17:00:00"),
        ("2026-11-24T09:00:00", 1, "working_day", False, "2026-11-25T17:00:00"),
        ("2026-11-20T15:00:00", 1, "working_day", True, "2026-11-23T17:00:00"),
        ("2026-02-13T09:00:00", 2, "working_day", False, "2026-02-24T17:00:00"),  # Tết
        ("2026-02-13T09:00:00", 3, "calendar_day", False, "2026-02-23T17:00:00"),
        ("2026-08-21T09:00:00", 1, "working_day", False, "2026-08-22T17:00:00"),  # made up
        ("2026-08-28T09:00:00", 1, "working_day", False, "2026-09-03T17:00:00"),  # swapped away
        ("2026-11-20T16:00:00", 2, "hour", False, "2026-11-23T08:30:00"),
        ("2026-11-20T10:00:00", 4, "hour", False, "2026-11-20T16:00:00"),
        ("2026-11-21T09:00:00", 2, "hour", False, "2026-11-23T09:30:00"),
    ],
)
def test_known_days(received, limit, unit, late_rule, due):
    advice = VIET_NAM.advise(at(received), limit, unit, late_rule=late_rule)
    assert rfc3339(advice.due_at) == f"{due}+07:00"


def test_a_saturday_desk_counts_for_hours_but_is_no_working_day():
    open_saturdays = WorkingTime(OFFICE, ((450, 690),), OFF, MADE_UP)
    assert open_saturdays.advise(at("2026-11-20T16:00:00"), 2, "hour").due_at == at(
        "2026-11-21T08:30:00"
    )
    assert open_saturdays.advise(at("2026-11-20T16:00:00"), 1, "working_day").due_at == at(
        "2026-11-23T17:00:00"
    )


def test_the_moment_of_the_apology_is_the_opening_of_the_working_day_before():
    monday = days_of(date(2026, 2, 23))  # after Tết
    assert VIET_NAM.opening_before(monday) == at("2026-02-13T07:30:00")
    assert VIET_NAM.opening_before(monday + 1) == day_start(monday) + 450 * MINUTE
    assert DAY == 1440 * MINUTE
