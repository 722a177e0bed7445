"""Signals of many dossiers: counted by unit, and the dossiers behind each number.

A list is made of the same dossiers as its number, so their lengths are equal. No figure is touched.
"""

import heapq
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from types import MappingProxyType
from typing import NamedTuple

from hub.core.working_time import WorkingTime
from hub.dossier.signals import (
    BY_HISTORY,
    Look,
    Signal,
    Span,
    closed_at_period_end,
    entered_late,
    is_bulk,
    requests,
)
from hub.dossier.store.questions import Moment, figure_rows
from hub.dossier.store.signals import candidates, closings, lives, receptions
from hub.dossier.thresholds import DEFAULTS, Thresholds
from hub.store.driver import Engine
from hub.store.scope import Scope

BASES: MappingProxyType[Signal, tuple[str, ...]] = MappingProxyType({
    "due_date_moved": ("received_total",),
    "supplement_on_last_day": (),
    "closed_at_period_end": ("resolved_total",),
    "reopened": ("resolved_total",),
    "entered_late": ("received_online", "received_direct"),
})  # fmt: skip
"""The figures out of whose dossiers a signal is: together with those that it counts besides, they
are its base. None: those for which a supplement was requested in the period."""


class Tally(NamedTuple):
    """How many dossiers of each unit show a signal, and out of how many, themselves included."""

    shown: Counter[str]
    base: Counter[str]


class Signals:
    """Answers about the dossiers of a scope in a period, as known at `as_of` (µs); `midnight`: at
    which the period ends, perhaps later than what is known."""

    def __init__(
        self,
        store: Engine,
        calendar_of: Callable[[str], WorkingTime],
        scope: Scope,
        moment: Moment,
        as_of: int,
        midnight: int,
        limits: Thresholds = DEFAULTS,
    ) -> None:
        self._store, self._scope, self._as_of, self._limits = store, scope, as_of, limits
        self._moment = moment._replace(as_of=as_of)
        self._span = Span(moment.start, moment.end, midnight)
        self._calendar_of = cache(calendar_of)

    def tallies(self, signals: Iterable[Signal]) -> dict[Signal, Tally]:
        """The numbers of some signals, by unit."""
        figures = figure_rows(self._store, self._scope, self._moment, ("unit",))
        found = {}
        for signal in signals:
            shown, base = Counter[str](), Counter[str]()
            for (unit,), row in figures.items():
                base[str(unit)] += sum(row[name] for name in BASES[signal])
            for look in self._looks(signal):
                shown[look.unit] += bool(look.seen)
                base[look.unit] += not self._is_counted(signal, look)
            found[signal] = Tally(+shown, +base)
        return found

    def listed(self, signal: Signal, after: tuple[str, str], most: int) -> tuple[int, list[Look]]:
        """How many dossiers show a signal, and the first `most` of them behind a place, by unit and
        subject."""
        number = 0

        def later() -> Iterator[Look]:
            nonlocal number
            for look in self._looks(signal):
                number += bool(look.seen)
                if look.seen and look[:2] > after:
                    yield look

        rows = heapq.nsmallest(most, later(), key=lambda look: look[:2])
        return number, rows

    def _is_counted(self, signal: Signal, look: Look) -> bool:
        """Whether a dossier that was looked at is in the figures of the signal's base."""
        if signal == "supplement_on_last_day":
            return False
        if signal == "due_date_moved":
            return look.received_at < self._span.end and look.closed_at >= self._span.start
        return self._span.has(look.received_at if signal == "entered_late" else look.closed_at)

    def _looks(self, signal: Signal) -> Iterator[Look]:
        """Each dossier that shows a signal, once; of supplements all for which one was
        requested."""
        if signal == "entered_late":
            yield from self._entered_late()
        elif signal == "closed_at_period_end":
            yield from self._closed_at_period_end()
        else:
            found = candidates(self._store, signal, self._scope, self._span, self._as_of)
            for (unit, subject), life in lives(self._store, found, self._as_of):
                calendar = self._calendar_of(unit)
                seen = BY_HISTORY[signal](life, self._span, calendar, self._limits)
                if seen or (signal == "supplement_on_last_day" and requests(life, self._span)):
                    facts = life.facts
                    yield Look(unit, subject, facts.received_at, facts.closed_at, seen)

    def _entered_late(self) -> Iterator[Look]:
        for row in receptions(*self._asked):
            calendar = self._calendar_of(row.unit)
            if seen := entered_late(row.received_at, row.known_since, calendar, self._limits):
                yield Look(*row[:4], seen)

    def _closed_at_period_end(self) -> Iterator[Look]:
        """Those of units that closed many; none before the period is over."""
        if self._span.end < self._span.midnight:
            return
        closed = figure_rows(self._store, self._scope, self._moment, ("unit",))
        number = Counter(row.unit for row in closings(*self._asked))
        bulk = {
            unit
            for unit, count in number.items()
            if is_bulk(count, closed.get((unit,), {}).get("resolved_total", 0), self._limits)
        }
        for row in closings(*self._asked) if bulk else ():
            if row.unit in bulk:
                seen = closed_at_period_end(
                    row.closed_at, row.known_since, self._span, self._limits
                )
                yield Look(*row[:4], seen)

    @property
    def _asked(self) -> tuple[Engine, Scope, Span, int, Thresholds]:
        return self._store, self._scope, self._span, self._as_of, self._limits
