"""From the log into the store: append the events, fold their dossiers, append the facts.

All of it is a union of sets: to apply a record twice, after a crash or by two workers at once,
changes nothing. The caller moves its cursor only after `apply` has returned.
"""

from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

from hub.core.fold import versions
from hub.core.identity import Conflict, distinct
from hub.store.port import Dossier, Engine
from hub.store.quarters import Span
from hub.store.writing import Version, append_events, append_facts, events_of
from schemas.event import Accepted


class Applied(NamedTuple):
    """What a batch changed: the units, from when on, and the contradictions it held."""

    units: dict[str, Span]
    conflicts: list[Conflict]


def apply(engine: Engine, batch: Sequence[Accepted]) -> Applied:
    """Bring a batch of accepted events, in the order of the log, into the figures.

    Raises `StoreUnavailableError`; the same batch may then be applied again.
    """
    arrived: defaultdict[Dossier, list[Accepted]] = defaultdict(list)
    for row in batch:
        arrived[row.event.unit, row.event.subject].append(row)
    known = events_of(engine, arrived)
    since = min((row.accepted for row in batch), default=0)

    new: list[Accepted] = []
    facts: list[Version] = []
    conflicts: list[Conflict] = []
    units: dict[str, Span] = {}
    for dossier, rows in arrived.items():
        stored = known.get(dossier, [])
        firsts = distinct(stored + rows, conflicts)
        have = {row.position for row in stored}
        new += [row for row in firsts if row.position not in have]
        for number, accepted, folded in versions(firsts, since):
            facts.append(Version(dossier, number, accepted, folded))
        since_event = min(min(e.time, e.data.get("received_at", e.time)) for _, _, e in firsts)
        span = Span(since_event, rows[-1].position)
        unit = dossier[0]
        units[unit] = span.joined(units[unit]) if unit in units else span
    append_events(engine, new)
    append_facts(engine, facts)
    return Applied(units, conflicts)
