"""From the log into the store: append the events, fold their dossiers, append the facts.

All of it is a union of sets: to apply a record twice, after a crash or by two workers at once,
changes nothing. The caller moves its cursor only after `apply` has returned.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import chain, islice
from typing import NamedTuple

from hub.core.deadlines import HUB, is_reminder
from hub.core.figures import Mark
from hub.core.fold import Facts, deadline, versions
from hub.core.identity import Conflict, distinct
from hub.core.simple import Life, Lives, fold_simple, lives
from hub.core.time import NEVER
from hub.store.facts import Version, append_facts
from hub.store.port import FEW, Dossier, Engine
from hub.store.quarters import Span
from hub.store.writing import append_events, events_of
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


def apply(
    engine: Engine, batch: Sequence[Accepted], at_once: int = AT_ONCE, few: int = FEW
) -> Applied:
    """Bring a batch of accepted events, in the order of the log, into the figures.

    `at_once`: as many dossiers are folded, then stored while the next ones are; `few`: up to as
    many are folded one by one.

    Raises `StoreUnavailableError`; the same batch may then be applied again.
    """
    arrived: defaultdict[Dossier, list[Accepted]] = defaultdict(list)
    for row in batch:
        arrived[row[2][:2]].append(row)
    since = min([row[1] for row in batch], default=0)
    changes, conflicts = Changes(), list[Conflict]()

    def store(stored: Future[None], facts: Sequence[Version], simple: Lives | None) -> None:
        stored.result()  # where the events could not be stored, nor are their facts
        append_facts(engine, facts, simple)

    stores: list[Future[None]] = []
    # while Python folds, the engine reads the next dossiers' events, stores the last ones' and,
    # beside them, the facts of those it has
    with ThreadPoolExecutor(3) as beside:
        reminders = _reminders(arrived)
        for dossier, rows in reminders.items():
            changes.note(dossier, rows)
        new = list(chain(*reminders.values()))
        dossiers = iter(arrived.items())
        some = dict(islice(dossiers, at_once))
        known = events_of(engine, some)
        while some:
            after = dict(islice(dossiers, at_once))
            asked = beside.submit(events_of, engine, after) if after else None
            for dossier, rows in some.items():
                if stored := known.get(dossier):
                    have = {row.position for row in stored}
                    some[dossier] = distinct(stored + rows, conflicts)
                    new += [row for row in some[dossier] if row.position not in have]
                else:
                    some[dossier] = distinct(rows, conflicts)
                    new += some[dossier]
            stored_new = beside.submit(append_events, engine, new)
            simple = changes.fold_simple(some, since) if len(some) > few else None
            facts = changes.fold(some, since)
            stores.append(beside.submit(store, stored_new, facts, simple))
            new, some, known = [], after, asked.result() if asked else {}
        append_events(engine, new)  # where there was nothing to store them with
        for stored_beside in stores:
            stored_beside.result()
    return Applied(changes.units(), conflicts, changes.deadlines)


def _reminders(arrived: dict[Dossier, list[Accepted]]) -> dict[Dossier, list[Accepted]]:
    """Take those out of which the hub says only that they are overdue: a midnight brings many."""
    only = [
        dossier
        for dossier, rows in arrived.items()
        if is_reminder(rows[0][2]) and all(is_reminder(row[2]) for row in rows)  # mostly none is
    ]
    return {one: arrived.pop(one) for one in only}


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

    def fold_simple(self, dossiers: dict[Dossier, list[Accepted]], since: int) -> Lives | None:
        """Take the simple ones out of `dossiers`: their facts, as `fold` gives them."""
        found: list[Life] = []
        last: list[int] = []
        positions: list[int] = []
        for dossier, rows in list(dossiers.items()):
            if of_one := lives(rows, since):
                found += of_one
                last.append(len(found) - 1)
                positions.append(rows[-1][0])
                del dossiers[dossier]
        if not found:
            return None
        simple = fold_simple(found)
        ends = (simple.deadline[last].tolist(), simple.first[last].tolist(), positions)
        for index, deadline_at, first, position in zip(last, *ends, strict=True):
            received = found[index].received
            self._touch(received[0], first, position)
            if deadline_at < NEVER:
                self.deadlines[received[:2]] = deadline_at
        return simple

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
