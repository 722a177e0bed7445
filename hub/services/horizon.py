"""How far back deadlines are told: some working days, and whatever passed while the hub was off."""

from collections.abc import Mapping

from hub.core.time import day_start, local_day
from hub.dossier.deadlines import WORKING_DAYS_BACK
from hub.registry.calendar import Calendar

DONE, _OFF_SINCE, _STARTED = 0, 1, 2
"""Numbers in the cursor: up to when deadlines are told; since when the hub was off before it was
started last after a closure; when that start was."""


class Horizon:
    """Begins at a start of the hub. `kept`: what `places` gave last, if anything. Instants in µs.

    Spans are in working days, so that no deadline is lost over Tết. Nor is one that passed while
    the hub was off, however long that was: for some working days after the start, and after other
    starts in these days, what is sent of that time is told, too.
    """

    def __init__(self, calendar: Calendar, kept: Mapping[int, int], now: int) -> None:
        self._calendar = calendar
        self._off_since, self._started = kept.get(DONE, now), now
        if kept.get(_STARTED, 0) >= self._working_days_back(now):
            self._off_since = min(self._off_since, kept[_OFF_SINCE])
            self._started = kept[_STARTED]

    def at(self, now: int) -> int:
        """Nothing is told about deadlines before this instant."""
        back = self._working_days_back(now)
        return min(back, self._off_since) if back <= self._started else back

    def places(self, done: int) -> dict[int, int]:
        """What to keep when all deadlines up to an instant are told."""
        return {DONE: done, _OFF_SINCE: self._off_since, _STARTED: self._started}

    def _working_days_back(self, now: int) -> int:
        """When the first of the last few working days began, for the unit where that is longest
        ago."""
        today = local_day(now)
        worked = (
            calendar.working_days_before(today, WORKING_DAYS_BACK)
            for calendar in self._calendar.all()
        )
        return day_start(min(worked))
