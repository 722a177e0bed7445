"""The set of accepted events in the store: into it, out of it, and what it says of itself."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any, NamedTuple

import orjson

from hub.core.batch import Columns, accepted_of
from hub.core.identity import POSITION
from hub.store.driver import Dossier, Dossiers, Engine
from hub.store.scope import Scope
from hub.store.tables import EVENTS
from schemas.event import Accepted

_EVENTS_OF = f"SELECT {', '.join(EVENTS)} FROM events WHERE (unit, subject) IN {{keys}}"
"""Not PREWHERE: the engine then reads the whole table."""


def events_of(
    engine: Engine, dossiers: Dossiers, source: str | None = None
) -> dict[Dossier, list[Accepted]]:
    """The stored events of some dossiers (of one source, or of all), in the order of the log, an
    identity perhaps twice."""
    found: defaultdict[Dossier, list[Accepted]] = defaultdict(list)
    if len(dossiers):
        sql, params = _EVENTS_OF, {}
        if source is not None:
            sql, params = f"{_EVENTS_OF} AND source = %(source)s", {"source": source}
        for row in engine.select(sql, params, dossiers):
            found[row[0], row[1]].append(accepted_of(row))
    for rows in found.values():
        rows.sort(key=POSITION)
    return found


def append_events(engine: Engine, events: Sequence[Accepted]) -> None:
    """Add events to the set."""
    if not events:
        return
    if isinstance(events, Columns):
        columns: Sequence[Any] = events.table.columns
    else:
        positions, accepted, rows = zip(*events, strict=True)
        *flat, data = zip(*rows, strict=True)
        columns = [*flat, positions, accepted, [orjson.dumps(one).decode() for one in data]]
    engine.insert("events", dict(zip(EVENTS, columns, strict=True)))


def events_of_dossier(engine: Engine, unit: str, subject: str) -> list[Accepted]:
    """The stored events of one dossier, in the order of the log, an identity perhaps twice."""
    sql = (
        f"SELECT {', '.join(EVENTS)} FROM events "
        "WHERE unit = %(unit)s AND subject = %(subject)s ORDER BY position"
    )
    rows = engine.select(sql, {"unit": unit, "subject": subject}, narrow=True)
    return list(map(accepted_of, rows))


def known_units(engine: Engine) -> list[str]:
    """The codes of all units that events named."""
    rows = engine.select(
        "SELECT DISTINCT unit FROM (SELECT unit FROM current "
        "UNION ALL SELECT unit FROM statements) ORDER BY unit",
        {},
    )
    return [row[0] for row in rows]


def is_empty(engine: Engine) -> bool:
    """Whether no event was ever stored."""
    return not engine.select("SELECT 1 FROM events LIMIT 1", {})


def has_source(engine: Engine, source: str) -> bool:
    """Whether an event about any dossier came from a source."""
    sql = "SELECT 1 FROM events WHERE source = %(source)s LIMIT 1"
    return bool(engine.select(sql, {"source": source}))


def last_position(engine: Engine) -> int:
    """The highest position of an event; reads all positions."""
    rows = engine.select("SELECT max(position) FROM events", {})
    return int(rows[0][0] or 0)


class Heard(NamedTuple):
    """Of whom there are events: the sources, with when (µs) the last of each was accepted, and the
    units."""

    sources: dict[str, int]
    units: set[str]


def heard_of(engine: Engine, scope: Scope, as_of: int | None) -> Heard:
    """Who sent all events about the units of a scope, and about which units."""
    params: dict[str, Any] = {}
    units, known = scope.units_condition(params), "1"
    if as_of is not None:
        params["as_of"], known = as_of, "accepted <= %(as_of)s"
    sql = " UNION ALL ".join(
        f"SELECT unit, CAST(source AS String), max(accepted) FROM {table} "
        f"WHERE {units} AND {known} GROUP BY unit, source"
        for table in ("events", "statements")
    )
    found = Heard({}, set())
    for unit, source, last in engine.select(sql, params, narrow=scope.is_narrow):
        found.sources[source] = max(last, found.sources.get(source, 0))
        found.units.add(unit)
    return found._replace(sources=dict(sorted(found.sources.items())))


def sources_of(engine: Engine, scope: Scope, as_of: int | None) -> dict[str, int]:
    """The sources of all events about the units of a scope, and when (µs) the last of each was
    accepted."""
    return heard_of(engine, scope, as_of).sources


def units_of(engine: Engine, scope: Scope, as_of: int | None) -> set[str]:
    """The units of a scope about which there are events."""
    return heard_of(engine, scope, as_of).units
