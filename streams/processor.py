"""From the log into the store: append the events, fold their dossiers, append the facts.

All of it is a union of sets: to apply a record twice, after a crash or by two workers at once,
changes nothing. The caller moves its cursor only after what it began is stored.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import closing
from itertools import chain
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from hub.core.identity import Conflict, distinct
from hub.core.sheet import (
    Columns,
    columns_of,
    dossier_codes,
    dossiers_of,
    rows_of,
    sheet_of,
)  # fmt: skip
from hub.core.time import NEVER
from hub.dossier.deadlines import HUB, is_reminder
from hub.dossier.figures import Mark
from hub.dossier.fold import Facts, deadline, versions
from hub.dossier.simple import Lives, fold_simple, simple_dossiers
from hub.dossier.store.facts import Version, append_facts
from hub.dossier.store.quarters import Span
from hub.indicator.fold import is_statement
from hub.indicator.store import append_statements
from hub.store.events import append_events, events_of
from hub.store.port import FEW, Dossier, Engine
from schemas.event import Accepted

_OVERDUE = Mark.OVERDUE


class Applied(NamedTuple):
    """What a batch changed: the units, from when on; the contradictions it held; dossiers with a
    deadline that passed or will pass, and when the last one (`NEVER`: the hub spoke of it)."""

    units: dict[str, Span]
    conflicts: list[Conflict]
    deadlines: dict[Dossier, int]


class Begun(NamedTuple):
    """A batch that is folded and being stored."""

    applied: Applied
    stored: "Future[None]"


class Processor:
    """Brings batches into the figures: while the engine stores one, Python folds the next.

    Not thread-safe. `few`: of a batch of up to as many events each dossier is folded by itself.
    """

    def __init__(self, engine: Engine, few: int = FEW) -> None:
        self._engine, self._few = engine, few
        self._beside = ThreadPoolExecutor(2, "store")  # a batch's facts, the next one's events
        self._events: Future[None] | None = None
        self._stored: Future[None] | None = None
        self._beside.submit(pa.array, [""])  # loads pandas where it is installed, not amid a load

    def begin(self, batch: Sequence[Accepted]) -> Begun:
        """Fold a batch of accepted events, in the order of the log, and begin to store it.

        Raises `StoreUnavailableError`, also where the events of the batch before could not be
        stored; then that one is to be begun again, too.
        """
        before, self._events = self._events, None
        if before is not None:
            before.result()  # dossiers of this batch may have some of them
        changes, conflicts = Changes(), list[Conflict]()
        store, engine, lives = self._beside.submit, self._engine, None
        reminders, arrived = (_parted if len(batch) <= self._few else _parted_columns)(batch)
        for row in reminders:
            changes.note(row[2][:2], [row])
        if len(arrived) <= self._few:
            arrived = list(arrived)
            known = events_of(engine, {row[2][:2] for row in arrived})
            rows = [*chain.from_iterable(known.values()), *arrived]
            first_new = len(rows) - len(arrived)
            since = min([row[1] for row in arrived], default=0)
            others, new = _distinct(enumerate(rows), first_new, conflicts)
            events = store(append_events, engine, reminders + [rows[number] for number in new])
        else:
            columns = columns_of(arrived)
            since = columns["accepted"].to_numpy().min()
            known = events_of(engine, dossiers_of(columns))
            stored = columns_of(list(chain.from_iterable(known.values())))
            sheet = sheet_of(pa.concat_batches([stored, columns]) if known else columns)
            places = simple_dossiers(sheet)
            is_simple = places.is_simple[sheet.dossier]
            numbers = np.sort(sheet.order[~is_simple])
            rows = rows_of(sheet.columns, numbers)
            numbered = zip(numbers.tolist(), rows, strict=True)
            others, new = _distinct(numbered, len(stored), conflicts)
            new += sheet.order[is_simple & (sheet.order >= len(stored))].tolist()
            events = store(append_events, engine, reminders, _some(sheet.columns, new))
            if is_simple.any():
                lives = fold_simple(sheet, places, since)
                changes.note_simple(lives)
        dossiers, statements = _by_family(others, since)
        facts = changes.fold(dossiers, since)
        self._events = events
        self._stored = store(_store_facts, self._stored, events, engine, facts, lives, statements)
        return Begun(Applied(changes.units(), conflicts, changes.deadlines), self._stored)

    def finish(self, begun: Begun) -> Applied:
        """Wait until a batch is in the figures; in the order in which they were begun.

        Raises `StoreUnavailableError`; then it and those begun after it are to be begun again.
        """
        try:
            begun.stored.result()
        except BaseException:
            self._events = None  # what comes next is not built on it
            raise
        return begun.applied

    def close(self) -> None:
        """Wait until what was begun is stored, or cannot be."""
        self._beside.shutdown()


def _store_facts(
    before: "Future[None] | None",
    events: "Future[None]",
    engine: Engine,
    facts: Sequence[Version],
    lives: Lives | None,
    statements: Sequence[Accepted],
) -> None:
    if before is not None:
        wait([before])  # a cluster refuses two inserts into one table at once
    events.result()  # where they could not be stored, nor are their facts
    append_facts(engine, facts, lives)
    append_statements(engine, statements)


def _parted(batch: Sequence[Accepted]) -> tuple[list[Accepted], Sequence[Accepted]]:
    """The events of dossiers of which the hub says only that they are overdue (a midnight brings
    many), and all others."""
    told = {row[2][:2] for row in batch if row[2][4] == "overdue" and is_reminder(row[2])}
    if not told:
        return [], batch
    told -= {row[2][:2] for row in batch if not is_reminder(row[2])}
    parts: tuple[list[Accepted], list[Accepted]] = [], []
    for row in batch:
        parts[row[2][:2] not in told].append(row)
    return parts


def _parted_columns(batch: Sequence[Accepted]) -> tuple[list[Accepted], Sequence[Accepted]]:
    """The same of many, by columns."""
    columns = columns_of(batch)
    is_reminder = pc.and_(pc.equal(columns["source"], HUB), pc.equal(columns["kind"], "overdue"))
    reminds = is_reminder.to_numpy(zero_copy_only=False)
    if not reminds.any():
        return [], Columns(columns)
    dossier = np.unique(dossier_codes(columns), return_inverse=True)[1]
    told = reminds & (np.bincount(dossier, ~reminds) == 0)[dossier]
    return rows_of(columns, np.flatnonzero(told)), Columns(columns.filter(pa.array(~told)))


def _some(columns: pa.RecordBatch, numbers: Sequence[int]) -> pa.RecordBatch:
    return columns if len(numbers) == len(columns) else columns.take(pa.array(numbers, pa.int64()))


def _distinct(
    rows: Iterable[tuple[int, Accepted]], first_new: int, conflicts: list[Conflict]
) -> tuple[dict[Dossier, list[Accepted]], list[int]]:
    """Of each dossier its events in the order of the log, each identity once; and the numbers of
    those that are new: stored ones are numbered before `first_new`."""
    by_dossier: defaultdict[Dossier, list[tuple[int, Accepted]]] = defaultdict(list)
    for row in rows:
        by_dossier[row[1][2][:2]].append(row)
    found: dict[Dossier, list[Accepted]] = {}
    new: list[int] = []
    for dossier, some in by_dossier.items():
        found[dossier] = kept = distinct([row for _, row in some], conflicts)
        fresh = {row[0] for row in kept} - {row[0] for number, row in some if number < first_new}
        new += [number for number, row in some if number >= first_new and row[0] in fresh]
    return found, new


def _by_family(
    kept: Mapping[Dossier, list[Accepted]], since: int
) -> tuple[Mapping[Dossier, list[Accepted]], list[Accepted]]:
    """The events of dossiers, and the statements of indicators accepted from a moment (µs) on."""
    mixed = [key for key, rows in kept.items() if any(is_statement(row[2]) for row in rows)]
    if not mixed:
        return kept, []
    dossiers, statements = dict(kept), list[Accepted]()
    for key in mixed:
        rows = dossiers.pop(key)
        statements += [row for row in rows if row[1] >= since and is_statement(row[2])]
        if of_dossier := [row for row in rows if not is_statement(row[2])]:
            dossiers[key] = of_dossier
    return dossiers, statements


def apply(engine: Engine, batch: Sequence[Accepted], few: int = FEW) -> Applied:
    """Bring one batch of accepted events, in the order of the log, into the figures.

    Raises `StoreUnavailableError`; the same batch may then be applied again.
    """
    with closing(Processor(engine, few)) as processor:
        return processor.finish(processor.begin(batch))


class Changes:
    """What the dossiers of a batch change, beside their facts."""

    def __init__(self) -> None:
        self.deadlines: dict[Dossier, int] = {}
        self._earliest: dict[str, int] = {}
        self._last: dict[str, int] = {}  # of the set: a repeat of an event is no news

    def fold(self, dossiers: Mapping[Dossier, Sequence[Accepted]], since: int) -> list[Version]:
        """The versions that dossiers get from a moment of acceptance (µs) on.

        `dossiers`: the events of each, in the order of the log, each identity once.
        """
        facts: list[Version] = []
        for dossier, rows in dossiers.items():
            found = versions(rows, since)
            facts += [(dossier, *version) for version in found]  # none where all was known before
            self.note(dossier, rows, found[-1][2] if found else None)
        return facts

    def note_simple(self, lives: Lives) -> None:
        """What simple dossiers change elsewhere."""
        units = lives.unit.dictionary_encode()
        number, names = units.indices.to_numpy(), units.dictionary.to_pylist()
        first, last = np.full(len(names), NEVER), np.full(len(names), -1)
        np.minimum.at(first, number, lives.first)
        np.maximum.at(last, number, lives.position)
        for unit, *span in zip(names, first.tolist(), last.tolist(), strict=True):
            self._touch(unit, *span)
        passing = lives.is_last & (lives.deadline < NEVER)
        dossiers = (column.filter(passing).to_pylist() for column in (lives.unit, lives.subject))
        for unit, subject, at in zip(*dossiers, lives.deadline[passing].tolist(), strict=True):
            self.deadlines[unit, subject] = at

    def note(self, dossier: Dossier, rows: Sequence[Accepted], facts: Facts | None = None) -> None:
        """What these events of a dossier, and its facts where they are new, change elsewhere."""
        unit, first, from_hub = dossier[0], NEVER, False
        for _, _, (_, _, source, _, _, time, _, data) in rows:
            from_hub |= source == HUB
            first = min(first, data.get("received_at", time))
        if from_hub:
            self.deadlines[dossier] = NEVER
        elif facts and _OVERDUE in [mark[0] for mark in facts.marks]:
            self.deadlines[dossier] = _last_deadline(facts)
        self._touch(unit, first, rows[-1][0])

    def _touch(self, unit: str, first: int, last: int) -> None:
        """Something changed in a unit from an instant (µs) on, the last of it at a position."""
        if first < self._earliest.get(unit, NEVER):
            self._earliest[unit] = first
        if last > self._last.get(unit, -1):
            self._last[unit] = last

    def units(self) -> dict[str, Span]:
        """What changed in each unit."""
        return {unit: Span(first, self._last[unit]) for unit, first in self._earliest.items()}


def _last_deadline(facts: Facts) -> int:
    hourly = facts.attributes.get("due_basis") == "hour"
    return max(deadline(due_at, hourly) for _, due_at in facts.due)
