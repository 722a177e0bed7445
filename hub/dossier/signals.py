"""Signals: what of a dossier a supervisor may want to look at again. No signal is a verdict.

A signal is about dossiers and units, never about a person. Each has innocent explanations, which
`SIGNALS.md` tells with the thresholds. They touch no figure. Instants are µs UTC, days local.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from itertools import pairwise
from types import MappingProxyType
from typing import Literal, NamedTuple

from hub.core.identity import ORDER
from hub.core.time import HOUR, local_day
from hub.core.working_time import WorkingTime
from hub.dossier.fold import CLOSING, DUE, Facts, due_at, fold, remaining
from hub.dossier.thresholds import DEFAULTS, Thresholds
from schemas.event import Accepted, Event

Signal = Literal[
    "due_date_moved", "supplement_on_last_day", "closed_at_period_end", "reopened", "entered_late"
]
How = Literal[
    "before", "after", "entered_after", "restated", "on_due_day", "closed", "recorded", "soon",
    "after_period", "late",
]  # fmt: skip
"""By which part of its definition a signal was seen."""


_UNITS: MappingProxyType[Signal, dict[str, str]] = MappingProxyType({
    "due_date_moved": {"moved_before": "working_day", "moved_entered": "working_day"},
    "supplement_on_last_day": {},
    "closed_at_period_end": {
        "closed_hours": "hour", "closed_least": "dossier", "closed_percent": "percent",
    },
    "reopened": {"reopened_within": "day"},
    "entered_late": {"entered_within": "working_day"},
})  # fmt: skip
SIGNALS: tuple[Signal, ...] = tuple(_UNITS)


def thresholds_of(signal: Signal, among: Thresholds = DEFAULTS) -> dict[str, dict[str, object]]:
    """The thresholds of a signal by name: `value` and its `unit`."""
    return {
        name: {"value": getattr(among, name), "unit": unit} for name, unit in _UNITS[signal].items()
    }


class Span(NamedTuple):
    """A period as far as it is known: [start, end), and the midnight at which it ends."""

    start: int
    end: int
    midnight: int

    def has(self, instant: int) -> bool:
        """Whether an instant lies in it."""
        return self.start <= instant < self.end


class Seen(NamedTuple):
    """Once that a signal was seen of a dossier; None where something plays no part in it."""

    how: How
    at: int
    """When that happened, by the event; where a statement was replaced, when that was accepted."""
    recorded_at: int
    """When the hub accepted it."""
    due_at: int | None = None
    became: int | None = None
    """The due date after the move."""
    closed_at: int | None = None


class Look(NamedTuple):
    """What was seen of a dossier that was looked at; perhaps nothing."""

    unit: str
    subject: str
    received_at: int
    closed_at: int
    seen: list[Seen]


class Life(NamedTuple):
    """A dossier's events in the order of the log, each identity once; those that remain, in order
    (CONTRACT §2); and what they make."""

    rows: Sequence[Accepted]
    left: list[Event]
    facts: Facts

    @property
    def is_hourly(self) -> bool:
        """Whether its due dates are instants, not days."""
        return self.facts.attributes.get("due_basis") == "hour"


def life_of(rows: Sequence[Accepted]) -> Life:
    """The life that some distinct events of one dossier make."""
    events = sorted((row.event for row in rows), key=ORDER)
    return Life(rows, remaining(events), fold(events))


def due_date_moved(
    life: Life, span: Span, calendar: WorkingTime, limits: Thresholds = DEFAULTS
) -> list[Seen]:
    """Due dates that were moved to a later deadline: by an extension that is dated shortly before
    the due day, or after it, or was entered long after it; or because a statement was replaced."""
    accepted = {row.event.identity: row.accepted for row in life.rows}
    known_since = min(row.accepted for row in life.rows if row.event.kind == "received")
    found: list[Seen] = []
    before: int | None = None
    for event in life.left:
        if event.kind not in DUE or "due_at" not in event.data:
            continue
        due = event.data["due_at"]
        if before is not None and event.kind == "extended" and span.has(event.time):
            recorded = accepted[event.identity]
            how = _moved(life, before, due, event.time, calendar, limits)
            if how is None and _is_later(life, before, due):
                last = _working_day_after(calendar, local_day(before), limits.moved_entered)
                # who loads years at once enters everything late: the hub must have known of it
                if local_day(recorded) > last and not has_passed(life, before, known_since):
                    how = "entered_after"
            if how:
                found.append(Seen(how, event.time, recorded, before, due))
        before = due
    return found + _restated(life, span, calendar, limits)


def _moved(
    life: Life, due: int, became: int, at: int, calendar: WorkingTime, limits: Thresholds
) -> How | None:
    """How a due date was moved at an instant, if late enough."""
    if not _is_later(life, due, became):
        return None
    if has_passed(life, due, at):
        return "after"
    first = calendar.working_days_before(local_day(due), limits.moved_before)
    return "before" if local_day(at) >= first else None


def _restated(life: Life, span: Span, calendar: WorkingTime, limits: Thresholds) -> list[Seen]:
    """Due dates that were taken out and stated anew, later: there no event tells of a move. So it
    comes from sources that keep one date, and overwrite it."""
    left = {event.identity for event in life.left}
    stated: defaultdict[tuple[str, int], list[Accepted]] = defaultdict(list)
    for row in life.rows:
        kind = row.event.kind
        if kind in DUE and "due_at" in row.event.data:
            stated[kind, 0 if kind == "received" else row.event.time].append(row)
    found = []
    for old, new in (pair for rows in stated.values() for pair in pairwise(rows)):
        due, became = old.event.data["due_at"], new.event.data["due_at"]
        if (
            old.event.identity not in left
            and span.has(new.accepted)
            and not has_passed(life, due, old.accepted)
            and _moved(life, due, became, new.accepted, calendar, limits)
        ):
            found.append(Seen("restated", new.accepted, new.accepted, due, became))
    return found


def requests(life: Life, span: Span) -> list[Event]:
    """The supplements that were requested in a period."""
    return [it for it in life.left if it.kind == "supplement_requested" and span.has(it.time)]


def supplement_on_last_day(
    life: Life, span: Span, calendar: WorkingTime, _: Thresholds = DEFAULTS
) -> list[Seen]:
    """Supplements that were requested on the due day, or after it. Where that is a day off, its
    last working day before, too."""
    accepted = {row.event.identity: row.accepted for row in life.rows}
    found = []
    for event in requests(life, span):
        due = due_at(life.facts.due, event.time)
        if due is None:
            continue
        day = local_day(due)
        first = day if calendar.is_working_day(day) else calendar.working_days_before(day, 1)
        if local_day(event.time) >= first:
            how: How = "after" if has_passed(life, due, event.time) else "on_due_day"
            found.append(Seen(how, event.time, accepted[event.identity], due))
    return found


def reopened(life: Life, span: Span, _: WorkingTime, limits: Thresholds = DEFAULTS) -> list[Seen]:
    """Closings in a period that were annulled soon, or after the period's end."""
    accepted = {row.event.identity: row.accepted for row in life.rows}
    found = []
    closing: Event | None = None
    for event in life.left:
        if event.kind in CLOSING:
            closing = closing or event
        elif event.kind == "reopened":
            if closing is not None and span.has(closing.time):
                days = local_day(event.time) - local_day(closing.time)
                how: How | None = "after_period" if event.time >= span.midnight else None
                how = "soon" if days <= limits.reopened_within else how
                if how:
                    recorded = accepted[event.identity]
                    found.append(Seen(how, event.time, recorded, closed_at=closing.time))
            closing = None
    return found


def entered_late(
    received_at: int, known_since: int, calendar: WorkingTime, limits: Thresholds = DEFAULTS
) -> list[Seen]:
    """A reception of which the hub first knew long after it."""
    last = _working_day_after(calendar, local_day(received_at), limits.entered_within)
    return [Seen("late", received_at, known_since)] if local_day(known_since) > last else []


def closed_at_period_end(
    closed_at: int, known_since: int, span: Span, limits: Thresholds = DEFAULTS
) -> list[Seen]:
    """A closing that happened, or of which the hub first knew, right before a period ended."""
    begin = span.midnight - limits.closed_hours * HOUR
    if begin <= closed_at < span.midnight:
        return [Seen("closed", closed_at, known_since, closed_at=closed_at)]
    if begin <= known_since < span.midnight:
        return [Seen("recorded", closed_at, known_since, closed_at=closed_at)]
    return []


def is_bulk(number: int, closed: int, limits: Thresholds = DEFAULTS) -> bool:
    """Whether so many closings right before a period's end, of all in it, are many for a unit."""
    return number >= limits.closed_least and 100 * number >= limits.closed_percent * closed


def has_passed(life: Life, due: int, instant: int) -> bool:
    """Whether a due date has passed at an instant, as a closing would then be late."""
    return instant > due if life.is_hourly else local_day(instant) > local_day(due)


def _is_later(life: Life, due: int, became: int) -> bool:
    return became > due if life.is_hourly else local_day(became) > local_day(due)


def _working_day_after(calendar: WorkingTime, day: int, number: int) -> int:
    for _ in range(number):
        day = calendar.next_working_day(day)
    return day


ByHistory = Callable[[Life, Span, WorkingTime, Thresholds], list[Seen]]
BY_HISTORY: MappingProxyType[Signal, ByHistory] = MappingProxyType({
    "due_date_moved": due_date_moved,
    "supplement_on_last_day": supplement_on_last_day,
    "reopened": reopened,
})  # fmt: skip
"""Signals for which the events of a dossier must be read; facts tell the others."""
