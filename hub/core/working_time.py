"""Working time: which days and minutes count for a time limit, and why. Advice, never a figure.

The day of the event is not counted, and a limit that would end on a day off ends on the next
working day (Civil Code 2015, Art. 147-148). A Saturday on which the desk is open counts for
limits in hours only: receiving on a Saturday does not make it a working day.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count, islice
from typing import Literal, NamedTuple

from hub.core.time import SECOND, day_start, is_saturday, local_day

MINUTE = 60_000_000
Hours = tuple[tuple[int, int], ...]
"""Sessions of a day: (from, to) in minutes after midnight, in order; 1440 is the next midnight."""

OFFICE: Hours = ((450, 690), (810, 1020))
"""7:30-11:30 and 13:30-17:00."""

LATE_FROM = 15 * 60
"""Minutes after midnight: what comes later may be handed on the next working day (Decree
61/2018/NĐ-CP, Art. 18); for some procedures the limit then counts from that day."""

LimitUnit = Literal["working_day", "calendar_day", "hour"]
Why = Literal["received", "received_late", "counted", "weekend", "day_off", "moved"]


class Step(NamedTuple):
    """One day of an explanation: what it counted up to (days, or minutes of working time)."""

    day: int
    why: Why
    counted: int
    note: str


class Advice(NamedTuple):
    """A due date (µs) that the calendar gives, and how it was found."""

    due_at: int
    basis: Literal["day", "hour"]
    steps: list[Step]


@dataclass(frozen=True)
class WorkingTime:
    """When a unit works. Days are days since 1970-01-01; a day not named is as its weekday."""

    hours: Hours = OFFICE
    saturday: Hours = ()
    """When the desk is open on Saturdays."""
    off: Mapping[int, str] = field(default_factory=dict)
    """Holidays and days swapped away, with their names."""
    made_up: Mapping[int, str] = field(default_factory=dict)
    """Days worked in place of others, with their names; they win over `off`."""

    def is_working_day(self, day: int) -> bool:
        """Whether a day counts for limits in days."""
        return day in self.made_up or (_weekday(day) < 5 and day not in self.off)

    def sessions(self, day: int) -> list[tuple[int, int]]:
        """When (µs) there is work on a day."""
        hours = self.hours if self.is_working_day(day) else ()
        if is_saturday(day) and day not in self.off and day not in self.made_up:
            hours = self.saturday
        start = day_start(day)
        return [(start + a * MINUTE, start + b * MINUTE) for a, b in hours]

    def working_minutes(self, start: int, end: int) -> int:
        """Whole minutes of work in [start, end)."""
        days = range(local_day(start), local_day(end) + 1)
        worked = (max(0, min(b, end) - max(a, start)) for d in days for a, b in self.sessions(d))
        return sum(worked) // MINUTE

    def working_days_before(self, day: int, number: int) -> int:
        """The day from which on, up to the day before a day, so many days are worked."""
        worked = (d for d in count(day - 1, -1) if self.is_working_day(d))
        return next(islice(worked, number - 1, None))

    def next_working_day(self, day: int) -> int:
        """The first working day after a day."""
        return next(d for d in count(day + 1) if self.is_working_day(d))

    def opening_before(self, day: int) -> int:
        """When (µs) work begins on the last working day before a day: the moment by which the
        applicant must be told that the dossier will be late (Decree 61/2018/NĐ-CP, Art. 19.9)."""
        before = next(d for d in count(day - 1, -1) if self.is_working_day(d))
        return self.sessions(before)[0][0]

    def advise(
        self, received_at: int, limit: int, unit: LimitUnit, *, late_rule: bool = False
    ) -> Advice:
        """The due date of a dossier received at an instant (µs), with a limit of at least 1.

        `late_rule`: what comes after 15:00 counts as received on the next working day. So does what
        comes on a day off, or it would be due before what had come the evening before.
        """
        day = local_day(received_at)
        works, came_too_late = self.is_working_day(day), late_rule and came_late(received_at)
        is_late = late_rule and (came_too_late or not works)
        note = "" if works else self.off.get(day, "")
        first = Step(day, "received_late" if came_too_late else "received", 0, note)
        from_day = self.next_working_day(day) if is_late else day
        steps = [first, *(self._uncounted(d, 0) for d in range(day + 1, from_day))]
        if is_late:
            steps.append(Step(from_day, "received", 0, self.made_up.get(from_day, "")))
        if unit == "hour":
            start = day_start(from_day) if is_late else received_at
            due_at = self._after_minutes(start, limit * 60, steps)
            return Advice(due_at, "hour", steps)
        counting = self._working_days if unit == "working_day" else self._calendar_days
        steps += counting(from_day, limit)
        return Advice(self._closing(steps[-1].day), "day", steps)

    def _working_days(self, after: int, limit: int) -> Iterator[Step]:
        counted = 0
        for day in count(after + 1):
            if self.is_working_day(day):
                counted += 1
                yield Step(day, "counted", counted, self.made_up.get(day, ""))
                if counted == limit:
                    return
            else:
                yield self._uncounted(day, counted)

    def _calendar_days(self, after: int, limit: int) -> Iterator[Step]:
        for counted, day in enumerate(range(after + 1, after + limit + 1), 1):
            yield Step(day, "counted", counted, self.off.get(day, self.made_up.get(day, "")))
        last = after + limit
        while not self.is_working_day(last):
            last += 1
            is_end = self.is_working_day(last)
            yield Step(last, "moved", limit, "") if is_end else self._uncounted(last, limit)

    def _after_minutes(self, start: int, minutes: int, steps: list[Step]) -> int:
        """The instant by which so much work was done since `start`; adds its days to `steps`."""
        left = minutes * MINUTE
        for day in count(local_day(start)):
            for a, b in self.sessions(day):
                work = max(0, b - max(a, start))
                if work >= left:
                    steps.append(Step(day, "counted", minutes, self.made_up.get(day, "")))
                    return max(a, start) + left
                left -= work
            done = minutes - left // MINUTE
            told = Step(day, "counted", done, "") if self.sessions(day) else None
            steps.append(told or self._uncounted(day, done))
        raise AssertionError("days never end")

    def _uncounted(self, day: int, counted: int) -> Step:
        if day in self.off:
            return Step(day, "day_off", counted, self.off[day])
        return Step(day, "weekend", counted, "")

    def _closing(self, day: int) -> int:
        """When (µs) work ends on a working day. Work until midnight ends a second before: a due
        date lies on its own day."""
        return min(self.sessions(day)[-1][1], day_start(day + 1) - SECOND)


def came_late(received_at: int) -> bool:
    """Whether something came (µs) after 15:00."""
    return received_at > day_start(local_day(received_at)) + LATE_FROM * MINUTE


def _weekday(day: int) -> int:
    """0 is Monday (1970-01-01 was a Thursday)."""
    return (day + 3) % 7
