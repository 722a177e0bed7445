"""From the log into the store: append the events, fold their dossiers, append the facts.

All of it is a union of sets: to apply a record twice, after a crash or by two workers at once,
changes nothing. The caller moves its cursor only after `apply` has returned.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import NamedTuple

from hub.core.deadlines import HUB, is_reminder
from hub.core.figures import Mark
from hub.core.fold import Facts, deadline, versions
from hub.core.identity import Conflict, distinct
from hub.core.time import NEVER
from hub.store.port import Dossier, Engine
from hub.store.quarters import Span
from hub.store.writing import Version, append_events, append_facts, events_of
from schemas.event import Accepted

AT_ONCE = 10_000
"""Dossiers whose facts the engine stores while Python folds the next ones."""

_OVERDUE = Mark.OVERDUE


class Applied(NamedTuple):
    """What a batch changed: the units, from when on; the contradictions it held; dossiers with a
    deadline that passed or will pass, and when the last one (`NEVER`: the hub spoke of it)."""

    units: dict[str, Span]
    conflicts: list[Conflict]
    deadlines: dict[Dossier, int]


def apply(engine: Engine, batch: Sequence[Accepted], at_once: int = AT_ONCE) -> Applied:
    """Bring a batch of accepted events, in the order of the log, into the figures.

    Raises `StoreUnavailableError`; the same batch may then be applied again.
    """
    arrived: defaultdict[Dossier, list[Accepted]] = defaultdict(list)
    for row in batch:
        arrived[row[2][:2]].append(row)
    changes = Changes()
    new: list[Accepted] = []
    for dossier in [d for d, rows in arrived.items() if all(is_reminder(row[2]) for row in rows)]:
        rows = arrived.pop(dossier)  # a midnight brings many of these
        changes.note(dossier, rows)
        new += rows
    known = events_of(engine, arrived)

    conflicts: list[Conflict] = []
    for dossier, rows in arrived.items():
        if stored := known.get(dossier):
            have = {row.position for row in stored}
            arrived[dossier] = distinct(stored + rows, conflicts)
            new += [row for row in arrived[dossier] if row.position not in have]
        else:
            arrived[dossier] = distinct(rows, conflicts)
            new += arrived[dossier]

    since = min([row[1] for row in batch], default=0)
    dossiers = iter(arrived.items())
    with ThreadPoolExecutor(1) as beside:  # the engine stores while Python folds
        storing = beside.submit(append_events, engine, new)

        def store(facts: Sequence[Version]) -> None:
            storing.result()  # where the events could not be stored, nor are their facts
            append_facts(engine, facts)

        stores = [storing]
        while some := dict(islice(dossiers, at_once)):
            stores.append(beside.submit(store, changes.fold(some, since)))
        for stored_beside in stores:
            stored_beside.result()
    return Applied(changes.units(), conflicts, changes.deadlines)


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
        if first < self._earliest.get(unit, NEVER):
            self._earliest[unit] = first
        if rows[-1][0] > self._last.get(unit, -1):
            self._last[unit] = rows[-1][0]

    def units(self) -> dict[str, Span]:
        """What changed in each unit."""
        return {unit: Span(first, self._last[unit]) for unit, first in self._earliest.items()}


def _last_deadline(facts: Facts) -> int:
    hourly = facts.attributes.get("due_basis") == "hour"
    return max(deadline(due_at, hourly) for _, due_at in facts.due)
