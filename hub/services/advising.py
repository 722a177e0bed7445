"""What the calendar has to say about many dossiers, in bounded memory: each question goes through
them as the store gives them, counts all and keeps the first ones. Advice: no figure is touched."""

import heapq
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import NamedTuple

from hub.core.advice import Finding, finding, is_late
from hub.core.reckoning import DueDates, TimeLimit
from hub.core.time import day_start, days_of
from hub.core.working_time import Advice, WorkingTime
from hub.dossier.fold import deadline
from hub.dossier.store.board import Filter
from hub.dossier.store.limits import Limited, Undated, limited, undated
from hub.registry import Procedure, Registry
from hub.registry.calendar import CalendarDay, merged_with
from hub.store.driver import Engine
from hub.store.scope import Scope
from hub.store.stopping import check


class Doubt(NamedTuple):
    """An open dossier whose first due date is missing, or is not what the calendar advises."""

    dossier: Limited
    finding: Finding
    advice: Advice


class Doubts(NamedTuple):
    """How many dossiers were looked at, how many of each finding there are, the first of them."""

    checked: int
    counts: Counter[str]
    first: list[Doubt]


class Flip(NamedTuple):
    """A dossier whose advised due date (µs) would move, and whether it is late by either."""

    dossier: Limited
    before: int
    after: int
    late_before: bool
    late_after: bool


class Flips(NamedTuple):
    """How many due dates would move, by how much figures would change, the first dossiers."""

    moved: int
    figures: Counter[str]
    first: list[Flip]


class Advised(NamedTuple):
    """A dossier without a due date, and the deadline and due date (µs) that the calendar
    advises."""

    deadline: int
    unit: str
    subject: str
    dossier: Undated
    due_at: int
    is_hourly: bool


def limit_of(procedure: Procedure | None) -> TimeLimit | None:
    """The limit of a procedure, if it is registered."""
    if procedure is None or not procedure.limit_value or not procedure.limit_unit:
        return None
    return procedure.limit_value, procedure.limit_unit


class Adviser:
    """Answers about the dossiers of a scope as they are at a moment (µs).

    `late_rule`: what comes after 15:00 or on a day off counts from the next working day.
    """

    def __init__(
        self, store: Engine, registry: Registry, scope: Scope, now: int, *, late_rule: bool
    ) -> None:
        self._store, self._scope, self._now, self._late_rule = store, scope, now, late_rule
        self._calendar_of = cache(registry.calendar.of)
        self._dates = DueDates(late_rule=late_rule)
        procedures = registry.procedures.all()
        self._limits = {p.code: limit for p in procedures if (limit := limit_of(p))}

    def doubts(self, most: int) -> Doubts:
        """Open dossiers whose first due date is missing or is not the advised one; the first
        `most` by unit and subject."""
        counts: Counter[str] = Counter()
        number = 0

        def found() -> Iterator[tuple[str, str, Finding, Limited, TimeLimit]]:
            nonlocal number
            for row, limit in self._limited(self._now, self._now):
                number += 1
                calendar = self._calendar_of(row.unit)
                advised_at = self._dates.due_at(calendar, row.received_at, limit)
                is_hourly = limit[1] == "hour"
                if says := finding(calendar, row.due_at, advised_at, is_hourly=is_hourly):
                    counts[says] += 1
                    yield row.unit, row.subject, says, row, limit

        first = []
        for unit, _, says, row, limit in heapq.nsmallest(most, found()):
            check()
            calendar = self._calendar_of(unit)
            advice = calendar.advise(row.received_at, *limit, late_rule=self._late_rule)
            first.append(Doubt(row, says, advice))
        return Doubts(number, counts, first)

    def flips(self, days: list[CalendarDay], most: int) -> Flips:
        """What would change if days were declared and due dates followed; the first `most`."""
        now = self._now
        begin = day_start(min(days_of(day.day) for day in days))
        end = day_start(max(days_of(day.day) for day in days) + 1)
        both = self._calendars_with(days)
        figures: Counter[str] = Counter()
        moved = 0

        def found() -> Iterator[tuple[str, str, Flip]]:
            nonlocal moved
            for row, limit in self._limited(min(end, now), begin):
                dates = [self._dates.due_at(c, row.received_at, limit) for c in both(row.unit)]
                if dates[0] == dates[1]:
                    continue
                moved += 1
                is_hourly = limit[1] == "hour"
                late = [is_late(row.closed_at, due, now, is_hourly=is_hourly) for due in dates]
                if late[0] != late[1] and not row.is_part:
                    worse, better = _FIGURES[row.closed_at >= now]
                    figures[worse] += late[1] - late[0]
                    figures[better] += late[0] - late[1]
                yield row.unit, row.subject, Flip(row, dates[0], dates[1], late[0], late[1])

        first = [flip for _, _, flip in heapq.nsmallest(most, found())]
        return Flips(moved, figures, first)

    def undated(
        self, wanted: Filter, after: tuple[int, str, str], most: int
    ) -> tuple[int, list[Advised]]:
        """How many open dossiers no due date was stated for, and the first `most` by advised
        deadline, unit and subject behind a place."""
        count = 0

        def later() -> Iterator[Advised]:
            nonlocal count
            for row in undated(self._store, self._scope, self._limits, wanted, self._now):
                count += 1
                limit = self._limits[row.procedure]
                due_at = self._dates.due_at(self._calendar_of(row.unit), row.received_at, limit)
                is_hourly = limit[1] == "hour"
                place = (deadline(due_at, is_hourly), row.unit, row.subject)
                if place > after:
                    yield Advised(*place, row, due_at, is_hourly)

        rows = heapq.nsmallest(most, later())
        return count, rows

    def _limited(self, received_until: int, open_at: int) -> Iterator[tuple[Limited, TimeLimit]]:
        """Dossiers of procedures whose limit is registered, and that limit."""
        for row in limited(self._store, self._scope, self._limits, received_until, open_at):
            yield row, self._limits[row.procedure]

    def _calendars_with(self, days: list[CalendarDay]) -> "Calendars":
        known: dict[tuple[int, tuple[int, ...]], tuple[WorkingTime, WorkingTime]] = {}

        @cache
        def both(unit: str) -> tuple[WorkingTime, WorkingTime]:
            """The unit's calendar now and then; units that have the same share it."""
            calendar = self._calendar_of(unit)
            own = [n for n, day in enumerate(days) if _has(unit, day.unit)]
            place = id(calendar), tuple(own)
            if place not in known:
                known[place] = calendar, merged_with(calendar, [days[n] for n in own])
            return known[place]

        return both


Calendars = Callable[[str], tuple[WorkingTime, WorkingTime]]
_FIGURES: Mapping[bool, tuple[str, str]] = {
    True: ("in_progress_overdue", "in_progress_within"),
    False: ("resolved_late", "resolved_on_time"),
}
"""The figure of those that are late and of those that are not, by whether they are open."""


def _has(unit: str, of: str) -> bool:
    """Whether a day that is declared for a unit ('': for all) is one of another unit, too."""
    return not of or unit == of or unit.startswith(f"{of}.")
