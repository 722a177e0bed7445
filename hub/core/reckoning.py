"""Due dates of many dossiers by the calendar, at a price that lets millions be looked through."""

from bisect import bisect_left
from itertools import accumulate

from hub.core.time import local_day
from hub.core.working_time import MINUTE, LimitUnit, WorkingTime, came_late

TimeLimit = tuple[int, LimitUnit]
_MOST_KEPT = 200_000
_SPAN = 400


class DueDates:
    """The due dates that `WorkingTime.advise` gives. Those of limits in days are reckoned once for
    all that came on a day, those of limits in hours from a table of the hours worked."""

    def __init__(self, *, late_rule: bool) -> None:
        self._late_rule = late_rule
        self._calendars: dict[int, _OfCalendar] = {}

    def due_at(self, calendar: WorkingTime, received_at: int, limit: TimeLimit) -> int:
        """The due date (µs) of a dossier received at an instant (µs)."""
        known = self._calendars.get(id(calendar))
        if known is None:  # it keeps the calendar, so that no other one can get its id
            known = self._calendars[id(calendar)] = _OfCalendar(calendar)
        day = local_day(received_at)
        is_late = False
        if self._late_rule:
            is_late = came_late(received_at)
        if limit[1] == "hour" and not (
            self._late_rule and (is_late or not calendar.is_working_day(day))
        ):
            return known.after(received_at, day, limit[0] * 60 * MINUTE)
        key = (day, is_late, limit)  # by the rule hours count from the day's beginning, too
        if (found := known.found.get(key)) is None:
            if len(known.found) >= _MOST_KEPT:
                known.found.clear()
            advice = calendar.advise(received_at, *limit, late_rule=self._late_rule)
            found = known.found[key] = advice.due_at
        return found


class _OfCalendar:
    """What is known of a calendar: due dates, the sessions of a span of days, and the work (µs)
    that was done by the end of each."""

    def __init__(self, calendar: WorkingTime) -> None:
        self._calendar = calendar
        self._days = range(0)
        self.found: dict[tuple[int, bool, TimeLimit], int] = {}

    def after(self, start: int, day: int, work: int) -> int:
        """The instant (µs) by which so much work was done since another, which lies on a day."""
        if day not in self._days:
            known = self._days or range(day, day + 1)
            self._span(min(day, known.start), max(day + 1, known.stop) + _SPAN)
        while True:
            place = day - self._days.start
            first = self._first[place]
            wanted = work + (self._done[first - 1] if first else 0)
            for a, b in self._sessions[place]:
                if a < start:
                    wanted += min(b, start) - a
            last = bisect_left(self._done, wanted, first)
            if last < len(self._done):
                return self._ends[last] - self._done[last] + wanted
            self._span(self._days.start, self._days.stop + len(self._days))

    def _span(self, first: int, stop: int) -> None:
        self._days = range(first, stop)
        self._sessions = [self._calendar.sessions(day) for day in self._days]
        self._first = list(accumulate(map(len, self._sessions), initial=0))
        self._ends = [b for of_day in self._sessions for _, b in of_day]
        self._done = list(accumulate(b - a for of_day in self._sessions for a, b in of_day))
