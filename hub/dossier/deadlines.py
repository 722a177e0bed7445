"""What the hub itself says about deadlines: its own `overdue` events, and taking them back.

A function of what is known of a dossier, without memory: to ask twice says the same twice, under
the same ids, and news that arrive late change the answer.
"""

from collections.abc import Collection, Iterable, Iterator
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from hub.core.batch import Batch, Columns, Rows
from hub.core.identity import HUB
from hub.core.sheet import key_codes
from hub.core.time import NEVER
from hub.dossier.fold import deadline
from schemas.event import Accepted, Event

WORKING_DAYS_BACK = 7
"""Of deadlines that passed more working days ago nothing is said, unless the hub was off since."""


class Clock(NamedTuple):
    """What of a dossier's facts decides when it is overdue. Instants in µs."""

    due: list[tuple[int, int]]
    hourly: bool
    received_at: int
    closed_at: int


class Passed(NamedTuple):
    """A deadline that passed, or will, while the dossier is open and this due date current:
    overdue at every instant in [since, until)."""

    deadline: int
    due_at: int
    since: int
    until: int


def is_reminder(event: Event) -> bool:
    """Whether the hub itself says with it that a dossier is overdue. It does so of dossiers that
    it knows, and an `overdue` is in no figure (CONTRACT §1): the facts stay as they are."""
    return event.source == HUB and event.kind == "overdue"


def reminders_apart(batch: Batch[Accepted]) -> tuple[Batch[Accepted], Batch[Accepted]]:
    """The events of dossiers of which the hub says only that they are overdue (a midnight brings
    many), and all others."""
    if isinstance(batch, Columns):
        return _reminders_apart(batch)
    told = {row[2][:2] for row in batch if row[2][4] == "overdue" and is_reminder(row[2])}
    if not told:
        return Rows(), batch
    told -= {row[2][:2] for row in batch if not is_reminder(row[2])}
    parts: tuple[Rows[Accepted], Rows[Accepted]] = Rows(), Rows()
    for row in batch:
        parts[row[2][:2] not in told].append(row)
    return parts


def _reminders_apart(batch: Columns[Accepted]) -> tuple[Batch[Accepted], Batch[Accepted]]:
    """Set reminders apart in a batch of columns."""
    table = batch.table
    is_reminder = pc.and_(pc.equal(table["source"], HUB), pc.equal(table["kind"], "overdue"))
    reminds = is_reminder.to_numpy(zero_copy_only=False)
    if not reminds.any():
        return Rows(), batch
    key = np.unique(key_codes(table), return_inverse=True)[1]
    told = reminds & (np.bincount(key, ~reminds) == 0)[key]
    return Columns(table.filter(pa.array(told))), Columns(table.filter(pa.array(~told)))


def deadlines(clock: Clock) -> Iterator[Passed]:
    """Every deadline at which a dossier becomes overdue, as far as is known."""
    for i, (since, due_at) in enumerate(clock.due):
        at = deadline(due_at, clock.hourly)
        start = max(since if i else -NEVER, at + 1, clock.received_at + 1)
        following = clock.due[i + 1][0] if i + 1 < len(clock.due) else NEVER
        end = min(following, clock.closed_at + 1)
        if start < end:
            yield Passed(at, due_at, start, end)


def to_say(
    dossier: tuple[str, str],
    clock: Clock,
    said: Collection[Event],
    now: int,
    horizon: int,
    backfilling: Collection[str] = (),
) -> list[Event]:
    """The hub's events about a dossier that are missing at `now` (µs).

    `horizon` (µs): nothing is said about deadlines before this instant. `said`: the dossier's
    events of the kinds `overdue` and `retracted`, and `received` from sources in `backfilling`,
    each identity once.
    An `overdue` for each deadline by which it is overdue now, unless somebody said so already, the
    deadline lies before `horizon`, or a source that opened the dossier is in `backfilling`; a
    `retracted` for each own `overdue` that turned out never to have been true.
    """
    passed = list(deadlines(clock))
    taken_back = {(e.source, e.data["id"]) for e in said if e.kind == "retracted"}
    standing = [e for e in said if e.kind == "overdue" and (e.source, e.id) not in taken_back]
    events = list(_overdue(dossier, passed, standing, taken_back, now, horizon))
    if any(e.source in backfilling for e in said if e.kind == "received"):
        events = []
    true = {(p.deadline, p.due_at) for p in passed}
    return events + [
        Event(*dossier, HUB, f"retracted-{e.id}", "retracted", e.time, 0, {"id": e.id})
        for e in standing
        if e.source == HUB and (e.time, e.data["due_at"]) not in true
    ]


def _overdue(
    dossier: tuple[str, str],
    passed: Iterable[Passed],
    standing: Iterable[Event],
    taken_back: Collection[tuple[str, str]],
    now: int,
    horizon: int,
) -> Iterator[Event]:
    said = {e.data["due_at"] for e in standing}
    for p in passed:
        if p.since <= now < p.until and p.deadline >= horizon and p.due_at not in said:
            # An identity once retracted stays so: what became true again gets another one.
            name = f"overdue-{p.deadline}-{p.due_at}"
            again = f"{name}-"
            times = sum(s == HUB and (i == name or i.startswith(again)) for s, i in taken_back)
            name = f"{again}{times}" if times else name
            yield Event(*dossier, HUB, name, "overdue", p.deadline, 0, {"due_at": p.due_at})
