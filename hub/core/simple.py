"""The fold of simple dossiers, many at once: a column at a time instead of a dossier at a time.

Most dossiers are received, closed once, perhaps handed over and rated, and no more. A bulk load
holds hundreds of thousands of them. `hub.core.fold` says what is right, and a test holds this
against it; whatever is not simple is left to it.
"""

from collections.abc import Iterable, Sequence
from functools import partial
from itertools import permutations
from typing import Any, NamedTuple

import numpy as np

from hub.core.figures import Mark
from hub.core.fold import CLOSING, ORDER, OUTCOME, counted_mark, deadline, received_mark
from hub.core.time import NEVER, is_saturday, local_day
from schemas.event import Accepted, Event

Column = Any
"""A numpy array: what `fold` reckons for one dossier, for all of them by the same functions."""

_SIMPLE = frozenset(
    ("received", *later)
    for closing in CLOSING
    for many in range(4)
    for later in permutations((closing, "result_returned", "rated"), many)
)
_COUNTED = 2
"""How many of a simple dossier's events count by themselves, at most."""

TIMELINESS = ("", "early", "on_time", "late")
_CLOSED = np.array([0, Mark.CLOSED_EARLY, Mark.CLOSED_ON_TIME, Mark.CLOSED_LATE], np.uint8)


class Life(NamedTuple):
    """A simple dossier at one moment of acceptance (µs), when it had so many events."""

    received: Event
    number: int
    moment: int
    closing: Event | None
    counted: tuple[Event, ...]
    """Handed over, rated; in the order of the fold."""


_life = partial(tuple.__new__, Life)  # at half the price of calling Life


class Lives(NamedTuple):
    """The facts of many, as `Facts` has them, by columns."""

    life: Sequence[Life]
    received_at: Column
    closed_at: Column
    timeliness: Column
    """Places in `TIMELINESS`."""
    outcome: Sequence[str]
    """'' where it is not closed."""
    hourly: Column
    due_at: Column
    """`NEVER` where there is none."""
    deadline: Column
    """The last one at which it becomes overdue; `NEVER` where it does not."""
    first: Column
    """The first instant of its marks; no mark that it ever had was before."""
    marks: Column
    """How many of the following are of each: its marks, one dossier's after the other's."""
    code: Column
    at: Column
    event: Sequence[str]


def lives(rows: Sequence[Accepted], since: int) -> list[Life]:
    """A dossier at each moment of acceptance from `since` (µs) on; none where it is not simple.

    `rows`: all its events in the order of the log, each identity once.
    """
    if tuple([event[4] for _, _, event in rows]) not in _SIMPLE:
        return []
    received = rows[0][2]
    closing: Event | None = None
    counted: tuple[Event, ...] = ()
    found = []
    for number, (_, moment, event) in enumerate(rows, 1):
        if event[4] in CLOSING:
            closing = event
        elif number > 1:
            counted = tuple(sorted((*counted, event), key=ORDER))
        if moment >= since and (number == len(rows) or rows[number][1] != moment):
            found.append(_life((received, number, moment, closing, counted)))
    return found


def fold_simple(found: Sequence[Life]) -> Lives:
    """The facts of each, as `fold` gives them for its events."""
    received, _, _, closing, counted = zip(*found, strict=True)
    size = len(found)

    def column(kind: type, values: Iterable[Any]) -> Column:
        return np.fromiter(values, kind, size)

    received_at = column(np.int64, (event[5] for event in received))
    due_at = column(np.int64, (event[7].get("due_at", NEVER) for event in received))
    hourly = column(bool, (event[7].get("due_basis") == "hour" for event in received))
    ended = column(np.int64, (NEVER if event is None else event[5] for event in closing))
    is_resolved = column(bool, (event is not None and event[4] == "resolved" for event in closing))
    outcome = ["" if event is None else event[7].get("outcome", event[4]) for event in closing]

    closed_at, is_closed = np.maximum(received_at, ended), ended < NEVER
    received_day, closed_day, due_day = map(local_day, (received_at, closed_at, due_at))
    is_timed = is_resolved & (due_at < NEVER)
    late = is_timed & np.where(hourly, closed_at > due_at, closed_day > due_day)
    early = is_timed & ~late & (closed_day < due_day)
    timeliness = np.where(early, 1, np.where(late, 3, np.where(is_closed, 2, 0)))
    passes = np.where(hourly, due_at, deadline(due_at, hourly=False))
    overdue_at = np.maximum(passes, received_at)
    is_overdue = (due_at < NEVER) & (overdue_at < closed_at)
    saturday = is_saturday(received_day)

    later = (
        (column(np.uint8, (received_mark(event[7]) for event in received)), received_at),
        (saturday * Mark.SATURDAY, received_at),
        ((saturday & (closed_day == received_day)) * Mark.SAME_SATURDAY, closed_at),
        (_CLOSED[timeliness], closed_at),
        (column(np.uint8, (OUTCOME.get(one, 0) for one in outcome)), closed_at),
        (is_overdue * Mark.OVERDUE, overdue_at),
        ((is_overdue & is_closed) * Mark.OVERDUE_END, closed_at),
    )
    code = np.zeros((size, _COUNTED + len(later)), np.uint8)  # 0: no mark
    at = np.zeros(code.shape, np.int64)
    names = []
    for row, events in [one for one in enumerate(counted) if one[1]]:
        counting = [(mark, event) for event in events if (mark := counted_mark(event))]
        for place, (mark, event) in enumerate(counting):
            code[row, place], at[row, place] = mark, event.time
            names.append((row, place, f"{event.source} {event.id}"))
    for place, (codes, instants) in enumerate(later, _COUNTED):
        code[:, place], at[:, place] = codes, instants
    marks = np.count_nonzero(code, axis=1)
    named = [""] * int(marks.sum())
    first = np.cumsum(marks) - marks
    for row, place, name in names:
        named[first[row] + place] = name
    instants = at[code > 0]
    return Lives(
        found, received_at, closed_at, timeliness, outcome, hourly, due_at,
        np.where(is_overdue, passes, NEVER), np.minimum.reduceat(instants, first), marks,
        code[code > 0], instants, named,
    )  # fmt: skip
