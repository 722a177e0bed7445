"""The writing half of the store: events in, facts in, events of some dossiers out."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from typing import Any, NamedTuple

import orjson

from hub.core.fold import Facts
from hub.core.identity import POSITION
from hub.store.port import Dossier, Engine
from hub.store.tables import EVENTS, FACTS
from schemas.event import Accepted, Event

_EVENTS_OF = (
    f"SELECT {', '.join(EVENTS)} FROM events "
    "PREWHERE (unit, subject) IN (SELECT unit, subject FROM {keys})"
)


class Version(NamedTuple):
    """A dossier's facts at one moment of acceptance."""

    dossier: Dossier
    number: int
    accepted: int
    facts: Facts


def events_of(engine: Engine, dossiers: Collection[Dossier]) -> dict[Dossier, list[Accepted]]:
    """The stored events of some dossiers, in the order of the log, an identity perhaps twice."""
    found: defaultdict[Dossier, list[Accepted]] = defaultdict(list)
    if dossiers:
        for row in engine.select(_EVENTS_OF, {}, dossiers):
            found[row[0], row[1]].append(accepted_of(row))
    for rows in found.values():
        rows.sort(key=POSITION)
    return found


def accepted_of(row: Sequence[Any]) -> Accepted:
    """A row of the table `events`, in the order of its columns, as an accepted event."""
    unit, subject, source, name, kind, time, sequence, position, accepted, data = row
    event = Event(unit, subject, source, name, kind, time, sequence, orjson.loads(data))
    return Accepted(position, accepted, event)


def append_events(engine: Engine, rows: Iterable[Accepted]) -> None:
    """Add events to the set."""
    _insert(engine, "events", EVENTS, (
        (*event[:7], position, accepted, orjson.dumps(event.data).decode())
        for position, accepted, event in rows
    ))  # fmt: skip


def append_facts(engine: Engine, versions: Iterable[Version]) -> None:
    """Add versions of dossiers to their history, and so to the newest ones."""
    _insert(engine, "facts", FACTS, map(_fact_row, versions))


def _insert(
    engine: Engine, table: str, names: Iterable[str], rows: Iterable[Sequence[Any]]
) -> None:
    columns = dict(zip(names, zip(*rows, strict=True), strict=False))
    if columns:
        engine.insert(table, columns)


def _fact_row(version: Version) -> tuple[Any, ...]:
    facts = version.facts
    get = facts.attributes.get
    since, due_at = zip(*facts.due, strict=True) if facts.due else ((), ())
    code, at, event = zip(*facts.marks, strict=True) if facts.marks else ((), (), ())
    return (
        *version.dossier, version.number, version.accepted, facts.status,
        get("parent", ""), get("procedure", ""), get("field", ""), get("channel", ""),
        get("online_level", ""), get("authority", ""), get("level", ""), get("model", ""),
        int(get("due_basis") == "hour"), facts.received_at, facts.closed_at,
        facts.timeliness or "", facts.outcome or "", since, due_at, code, at, event,
    )  # fmt: skip
