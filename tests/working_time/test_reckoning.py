"""Due dates of many dossiers are those that the advice gives one by one."""

from hypothesis import given, settings
from hypothesis import strategies as st

from hub.core.reckoning import DueDates
from hub.core.time import DAY, day_start
from hub.core.working_time import MINUTE, OFFICE, WorkingTime

FIRST = 18_262  # 2020-01-01
DAYS = st.integers(FIRST - 30, FIRST + 60)
SESSIONS = st.sampled_from([OFFICE, ((480, 720),), ((0, 10), (900, 901), (1400, 1439))])
CALENDARS = st.builds(
    WorkingTime,
    SESSIONS,
    st.sampled_from([(), ((450, 690),)]),
    st.dictionaries(DAYS, st.just("off"), max_size=40),
    st.dictionaries(DAYS, st.just("made up"), max_size=5),
)
LIMITS = st.tuples(st.integers(1, 400), st.sampled_from(["working_day", "calendar_day", "hour"]))
# at the borders of sessions, and anywhere
MOMENTS = st.builds(
    lambda day, minute, more: day_start(day) + minute * MINUTE + more,
    DAYS, st.sampled_from([0, 449, 450, 690, 809, 810, 900, 901, 1019, 1020, 1439]),
    st.sampled_from([0, 1, -1, 59_999_999]),
) | st.integers(day_start(FIRST - 30), day_start(FIRST + 60))  # fmt: skip


@settings(deadline=None)
@given(
    st.lists(CALENDARS, min_size=1, max_size=3),
    st.lists(st.tuples(st.integers(0, 2), MOMENTS, LIMITS), min_size=1, max_size=30),
    st.booleans(),
)
def test_due_dates_of_many_are_those_of_the_advice(calendars, asked, late_rule):
    many = DueDates(late_rule=late_rule)
    for number, moment, limit in asked:
        calendar = calendars[number % len(calendars)]
        wanted = calendar.advise(moment, *limit, late_rule=late_rule).due_at
        assert many.due_at(calendar, moment, limit) == wanted


def test_what_came_long_before_and_needs_long_is_reckoned_too():
    calendar, many = WorkingTime(), DueDates(late_rule=False)
    for moment in (day_start(FIRST), day_start(FIRST) - 9000 * DAY, day_start(FIRST) + 9000 * DAY):
        limit = (10_000, "hour")
        assert many.due_at(calendar, moment, limit) == calendar.advise(moment, *limit).due_at
