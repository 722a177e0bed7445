"""The heart: what a dossier is, as a function of the set of its accepted events (CONTRACT §2).

No clock, no I/O, no order of arrival. Read this file first.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from operator import itemgetter
from typing import Any, Literal, NamedTuple, cast

from hub.core.identity import ORDER
from hub.core.time import DAY, NEVER, OFFSET, is_saturday, local_day
from hub.dossier.figures import RATED, Mark
from schemas.event import Accepted, Event

FOLD_VERSION = 1
"""Raise it by one where the fold gives other facts for the same events and neither `Mark` nor the
table `facts` changed: stores then fold all their events anew. A test tells when."""

_KIND_OF = itemgetter(4)
CLOSING = frozenset(("resolved", "withdrawn", "stopped"))
_UNDO = frozenset(("retracted", "voided"))
DUE = frozenset(("received", "supplemented", "resumed", "extended", "reopened"))
_WAITS = {
    "supplement_requested": True, "suspended": True,
    "supplemented": False, "resumed": False, "reopened": False,
}  # fmt: skip
RECEIVED = {
    **{("direct", level): Mark.RECEIVED_DIRECT for level in (None, "full", "partial")},
    **{("post", level): Mark.RECEIVED_POST for level in (None, "full", "partial")},
    ("online", None): Mark.RECEIVED_ONLINE,
    ("online", "full"): Mark.RECEIVED_ONLINE_FULL,
    ("online", "partial"): Mark.RECEIVED_ONLINE_PARTIAL,
}
_COUNTED = {
    ("extended", "letter"): Mark.APOLOGY_LETTER, ("extended", "message"): Mark.APOLOGY_MESSAGE,
    ("result_returned", "post"): Mark.RETURNED_BY_POST,
}  # fmt: skip
_COUNTED_BY = {"extended": "apology", "result_returned": "channel", "rated": "rating"}
_TIMELINESS = {
    "early": Mark.CLOSED_EARLY, "on_time": Mark.CLOSED_ON_TIME, "late": Mark.CLOSED_LATE,
}  # fmt: skip
OUTCOME = {"refused": Mark.REFUSED, "withdrawn": Mark.WITHDRAWN, "stopped": Mark.WITHDRAWN}
# by names of their own, since a member of an enumeration costs ten times as much to look up
_OVERDUE = Mark.OVERDUE, Mark.OVERDUE_END
_WAITING = Mark.WAITING, Mark.WAITING_END
_WAITING_OVERDUE = Mark.WAITING_OVERDUE, Mark.WAITING_OVERDUE_END
_SATURDAY, _SAME_SATURDAY = Mark.SATURDAY, Mark.SAME_SATURDAY

Status = Literal["dossier", "void", "orphan"]
Timeliness = Literal["early", "on_time", "late"]
Outcome = Literal["granted", "refused", "withdrawn", "stopped"]
Interval = tuple[int, int]
"""Half-open: from the first instant on, until before the second."""


class Facts(NamedTuple):
    """What is known of a dossier. Instants in µs UTC; `NEVER` where there is none."""

    status: Status
    attributes: dict[str, str]
    received_at: int
    closed_at: int
    timeliness: Timeliness | None
    outcome: Outcome | None
    due: list[tuple[int, int]]
    """(since, due_at): from `since` on the due date is `due_at`; the first holds before, too."""
    marks: list[tuple[int, int, str]]
    """(Mark, at, event), by which figures count; `event`: "source id" where events count."""


def fold(events: Iterable[Event]) -> Facts:  # noqa: C901 - one rule after the other, read as one
    """The facts of one dossier from the distinct accepted events of it, in any order."""
    events = sorted(events, key=ORDER)
    attributes: dict[str, Any] = {}
    received_at = closed_at = NEVER
    closing: Event | None = None
    due: list[tuple[int, int]] = []
    waits: list[tuple[int, bool]] = []
    requests: list[int] = []
    marks: list[tuple[int, int, str]] = []
    for event in remaining(events):
        _, _, source, name, kind, time, _, data = event
        if kind == "received":
            received_at = min(received_at, time)
            attributes.update(data)
        elif kind == "corrected":
            attributes.update(data)
            closed_at = data.get("closed_at", closed_at)
        elif kind in CLOSING:
            closing = closing or event
        elif kind == "reopened":
            closing, closed_at = None, NEVER
        elif kind == "supplement_requested":
            requests.append(time)
        if "due_at" in data and kind in DUE:
            due.append((time, data["due_at"]))
        if kind in _WAITS:
            waits.append((time, _WAITS[kind]))
        elif kind in _COUNTED_BY and (mark := counted_mark(event)):
            marks.append((mark, time, f"{source} {name}"))

    if received_at == NEVER:
        was_received = any(event.kind == "received" for event in events)
        return Facts("void" if was_received else "orphan", {}, NEVER, NEVER, None, None, [], [])
    received_at = attributes.pop("received_at", received_at)
    for instant in ("due_at", "closed_at"):  # kept apart
        attributes.pop(instant, None)
    if closing is None:
        closed_at = NEVER
    else:
        closed_at = max(received_at, closing.time if closed_at == NEVER else closed_at)
    hourly = attributes.get("due_basis") == "hour"
    timeliness, outcome = _closed(closing, closed_at, due_at(due, closed_at), hourly)

    marks += _received(attributes, received_at, closed_at)
    if timeliness:
        marks.append((_TIMELINESS[timeliness], closed_at, ""))
        if outcome in OUTCOME:
            marks.append((OUTCOME[outcome], closed_at, ""))
    if len(requests) > 1:
        marks.append((Mark.SUPPLEMENTED_TWICE, requests[1], ""))
    opened = (received_at + 1, closed_at + 1)  # open at every instant T in it
    overdue = _overdue(due, hourly, opened)
    if overdue:
        marks += _stretches(overdue, *_OVERDUE)
    if waits:
        waiting = _waiting(waits, opened)
        both = [(max(a, c), min(b, d)) for a, b in overdue for c, d in waiting if a < d and c < b]
        marks += _stretches(waiting, *_WAITING)
        marks += _stretches(both, *_WAITING_OVERDUE)
    return Facts("dossier", attributes, received_at, closed_at, timeliness, outcome, due, marks)


def remaining(events: list[Event]) -> list[Event]:
    """What retractions and the last `voided` leave of the ordered events."""
    if _UNDO.isdisjoint(map(_KIND_OF, events)):
        return events
    taken_back = {(e.source, e.data["id"]) for e in events if e.kind == "retracted"}
    events = [e for e in events if e.kind != "retracted" and (e.source, e.id) not in taken_back]
    voided = max((i for i, e in enumerate(events) if e.kind == "voided"), default=-1)
    return events[voided + 1 :]


def due_at(due: list[tuple[int, int]], instant: int) -> int | None:
    """The due date current at an instant."""
    if not due:
        return None
    if len(due) == 1:
        return due[0][1]
    return next((at for since, at in reversed(due) if since <= instant), due[0][1])


def deadline(due: int, hourly: bool) -> int:
    """The instant after which an open dossier is overdue: `hour` basis the due date itself,
    else the end of its local day."""
    return due if hourly else ((due + OFFSET) // DAY + 1) * DAY - OFFSET


def _closed(
    closing: Event | None, closed_at: int, due: int | None, hourly: bool
) -> tuple[Timeliness | None, Outcome | None]:
    """How timely the dossier was closed, and how."""
    if closing is None:
        return None, None
    if closing.kind != "resolved":
        return "on_time", cast("Outcome", closing.kind)
    outcome: Outcome = closing.data["outcome"]
    if due is None:
        return "on_time", outcome
    closed_day, due_day = local_day(closed_at), local_day(due)
    if (closed_at > due) if hourly else (closed_day > due_day):
        return "late", outcome
    return ("early" if closed_day < due_day else "on_time"), outcome


def _overdue(due: list[tuple[int, int]], hourly: bool, opened: Interval) -> list[Interval]:
    """When the dossier is overdue: in each stretch of one due date, after its deadline."""
    found: list[Interval] = []
    for i, (since, until) in enumerate(due):
        start = deadline(until, hourly) + 1
        if start < opened[1]:
            end = min(due[i + 1][0] if i + 1 < len(due) else NEVER, opened[1])
            _join(found, max(since if i else -NEVER, start, opened[0]), end)
    return found


def _waiting(waits: list[tuple[int, bool]], opened: Interval) -> list[Interval]:
    """When the dossier waits: strictly after the event, up to and with the next one's instant."""
    found: list[Interval] = []
    for i, (time, waits_now) in enumerate(waits):
        if waits_now:
            end = waits[i + 1][0] + 1 if i + 1 < len(waits) else NEVER
            _join(found, max(time + 1, opened[0]), min(end, opened[1]))
    return found


def _join(intervals: list[Interval], start: int, end: int) -> None:
    """Add an interval that begins at or after the last one's end; the two may touch."""
    if start >= end:
        return
    if intervals and intervals[-1][1] == start:
        start = intervals.pop()[0]
    intervals.append((start, end))


def holds_at(marks: list[tuple[int, int, str]], on: Mark, off: Mark, instant: int) -> bool:
    """Whether what two marks delimit holds at an instant T."""
    return sum((code == on) - (code == off) for code, at, _ in marks if at < instant) > 0


def _stretches(intervals: list[Interval], on: Mark, off: Mark) -> Iterator[tuple[int, int, str]]:
    """Marks that count 1 at every instant T of the intervals: N(on, T) - N(off, T)."""
    for start, end in intervals:
        yield on, start - 1, ""
        if end < NEVER:
            yield off, end - 1, ""


def received_mark(attributes: Mapping[str, Any]) -> Mark:
    """How a dossier of these attributes was received."""
    return RECEIVED[attributes["channel"], attributes.get("online_level")]


def counted_mark(event: Event) -> Mark | None:
    """The mark of an event that counts by itself, where it does: an apology, a rating, ..."""
    kind, data = event.kind, event.data
    if kind == "rated":
        return RATED[data["rating"], data.get("via")]
    return _COUNTED.get((kind, data[_COUNTED_BY[kind]]))


def _received(
    attributes: dict[str, str], received_at: int, closed_at: int
) -> list[tuple[int, int, str]]:
    marks: list[tuple[int, int, str]] = [(received_mark(attributes), received_at, "")]
    day = local_day(received_at)
    if is_saturday(day):
        marks.append((_SATURDAY, received_at, ""))
        if local_day(closed_at) == day:
            marks.append((_SAME_SATURDAY, closed_at, ""))
    return marks


def versions(accepted: Sequence[Accepted], since: int) -> list[tuple[int, int, Facts]]:
    """(number of events, moment, facts) at each moment of acceptance from `since` (µs) on.

    `accepted`: the events of one dossier in the order of their positions, each identity once.
    More events is a superset, hence newer: the number is the version.
    """
    events = [event for _, _, event in accepted]
    moments = [moment for _, moment, _ in accepted]
    return [
        (number, moment, fold(events[:number]))
        for number, (moment, following) in enumerate(pairwise([*moments, NEVER]), 1)
        if moment != following and moment >= since
    ]
