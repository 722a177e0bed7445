"""The writing half of the store: events in, facts in, events of some dossiers out."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import Any

import orjson

from hub.core.fold import Facts
from hub.core.identity import POSITION
from hub.store.port import Dossier, Engine
from hub.store.tables import EVENTS, FACTS
from schemas.event import Accepted, Event

_EVENTS_OF = (
    f"SELECT {', '.join(EVENTS)} FROM events "
    "WHERE (unit, subject) IN (SELECT unit, subject FROM {keys})"
)
"""Not PREWHERE: the engine then reads the whole table (at ten million events 1 s for 20 dossiers
instead of 0.03 s)."""


Version = tuple[Dossier, int, int, Facts]
"""A dossier, and its number of events, moment of acceptance (µs) and facts then."""


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


def append_events(engine: Engine, rows: Sequence[Accepted]) -> None:
    """Add events to the set."""
    if rows:
        positions, accepted, events = zip(*rows, strict=True)
        *flat, data = zip(*events, strict=True)
        texts = [orjson.dumps(one).decode() for one in data]
        columns = (*flat, positions, accepted, texts)
        engine.insert("events", dict(zip(EVENTS, columns, strict=True)))


def append_facts(engine: Engine, versions: Sequence[Version]) -> None:
    """Add versions of dossiers to their history, and so to the newest ones."""
    if not versions:
        return
    dossiers, numbers, accepted, facts = zip(*versions, strict=True)
    status, attributes, received_at, closed_at, timeliness, outcome, due, marks = zip(
        *facts, strict=True
    )
    columns: tuple[Sequence[Any], ...] = (
        *zip(*dossiers, strict=True), numbers, accepted, status,
        *([of.get(name, "") for of in attributes] for name in _ATTRIBUTES),
        [int(of.get("due_basis") == "hour") for of in attributes],
        received_at, closed_at,
        [one or "" for one in timeliness], [one or "" for one in outcome],
        *([[pair[i] for pair in one] for one in due] for i in range(2)),
        *([[mark[i] for mark in one] for one in marks] for i in range(3)),
    )  # fmt: skip
    engine.insert("facts", dict(zip(FACTS, columns, strict=True)))


_ATTRIBUTES = (
    "parent", "procedure", "field", "channel", "online_level", "authority", "level", "model"
)  # fmt: skip
