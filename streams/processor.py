"""From the log into the store: append the events, fold their dossiers, append the facts.

All of it is a union of sets: to apply a record twice, after a crash or by two workers at once,
changes nothing. The caller moves its cursor only after `apply` has returned.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

from hub.core.deadlines import HUB
from hub.core.figures import Mark
from hub.core.fold import Facts, deadline, versions
from hub.core.identity import Conflict, distinct
from hub.core.time import NEVER
from hub.store.port import Dossier, Engine
from hub.store.quarters import Span
from hub.store.writing import Version, append_events, append_facts, events_of
from schemas.event import Accepted


class Applied(NamedTuple):
    """What a batch changed: the units, from when on; the contradictions it held; dossiers with a
    deadline that passed or will pass, and when the last one (`NEVER`: the hub spoke of it)."""

    units: dict[str, Span]
    conflicts: list[Conflict]
    deadlines: dict[Dossier, int]


def apply(engine: Engine, batch: Sequence[Accepted]) -> Applied:
    """Bring a batch of accepted events, in the order of the log, into the figures.

    Raises `StoreUnavailableError`; the same batch may then be applied again.
    """
    arrived: defaultdict[Dossier, list[Accepted]] = defaultdict(list)
    for row in batch:
        arrived[row.event.unit, row.event.subject].append(row)
    known = events_of(engine, arrived)

    conflicts: list[Conflict] = []
    new: list[Accepted] = []
    for dossier, rows in arrived.items():
        if stored := known.get(dossier):
            have = {row.position for row in stored}
            arrived[dossier] = distinct(stored + rows, conflicts)
            new += [row for row in arrived[dossier] if row.position not in have]
        else:
            arrived[dossier] = distinct(rows, conflicts)
            new += arrived[dossier]
    with ThreadPoolExecutor(1) as beside:  # the engine stores the events while Python folds
        storing = beside.submit(append_events, engine, new)
        facts, units, deadlines = _fold_all(arrived, batch)
        storing.result()
    append_facts(engine, facts)
    return Applied(units, conflicts, deadlines)


def _fold_all(
    dossiers: Mapping[Dossier, list[Accepted]], batch: Sequence[Accepted]
) -> tuple[list[Version], dict[str, Span], dict[Dossier, int]]:
    """The versions that a batch gives its dossiers, what changed in their units, deadlines."""
    since = min((row.accepted for row in batch), default=0)
    facts: list[Version] = []
    deadlines: dict[Dossier, int] = {}
    earliest: dict[str, int] = {}
    last: dict[str, int] = {}  # of the set: a repeat of an event is no news
    for dossier, rows in dossiers.items():
        found = [Version(dossier, *version) for version in versions(rows, since)]
        facts += found  # none where all was known before
        if HUB in [e.source for _, _, e in rows]:
            deadlines[dossier] = NEVER
        elif found and Mark.OVERDUE in [code for code, _, _ in found[-1].facts.marks]:
            deadlines[dossier] = _last_deadline(found[-1].facts)
        first = min([e.data.get("received_at", e.time) for _, _, e in rows])
        unit = dossier[0]
        last[unit] = max(rows[-1].position, last.get(unit, 0))
        if first < earliest.get(unit, NEVER):
            earliest[unit] = first
    units = {unit: Span(first, last[unit]) for unit, first in earliest.items()}
    return facts, units, deadlines


def _last_deadline(facts: Facts) -> int:
    hourly = facts.attributes.get("due_basis") == "hour"
    return max(deadline(due_at, hourly) for _, due_at in facts.due)
