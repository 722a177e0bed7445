"""The tables of the store.

Times are Int64 microseconds UTC, '' is missing. The DDL runs unchanged on ClickHouse 18.16 and on
the newest engine. `index_granularity = 512` keeps a unit's question at a few granules.
"""

from collections.abc import Iterator

from hub.core.figures import FIGURES

Columns = dict[str, str]

_DOSSIER: Columns = {"unit": "LowCardinality(String)", "subject": "String"}

EVENTS: Columns = {
    **_DOSSIER,
    "source": "LowCardinality(String)",
    "id": "String",
    "kind": "LowCardinality(String)",
    "time": "Int64",
    "sequence": "Int32",
    "position": "Int64",
    "accepted": "Int64",
    "data": "String",
}
"""The truth: the set of accepted events, each identity as it was first accepted."""

FACTS: Columns = {
    **_DOSSIER,
    "version": "UInt32",
    "accepted": "Int64",
    "status": "LowCardinality(String)",
    "parent": "String",
    "procedure": "LowCardinality(String)",
    "field": "LowCardinality(String)",
    "channel": "LowCardinality(String)",
    "online_level": "LowCardinality(String)",
    "authority": "LowCardinality(String)",
    "level": "LowCardinality(String)",
    "model": "LowCardinality(String)",
    "hourly": "UInt8",
    "received_at": "Int64",
    "closed_at": "Int64",
    "timeliness": "LowCardinality(String)",
    "outcome": "LowCardinality(String)",
    "due_since": "Array(Int64)",
    "due_at": "Array(Int64)",
    "mark_code": "Array(UInt8)",
    "mark_at": "Array(Int64)",
    "mark_event": "Array(String)",
}
"""A dossier at one moment of acceptance; the fold of as many events as `version` says."""

QUARTERS: Columns = {
    "unit": "LowCardinality(String)",
    "calendar": "LowCardinality(String)",
    "quarter": "String",
    "version": "Int64",
    "start": "Int64",
    "end": "Int64",
    **dict.fromkeys(FIGURES, "Int64"),
}
"""The figures of a unit in a quarter, written absolutely; `version`: the highest
position in the log that is folded in."""

TABLES: dict[str, tuple[Columns, str]] = {
    # by identity, then place in the log: the fold takes the first of an identity
    "events": (EVENTS, "ReplacingMergeTree ORDER BY (unit, subject, source, id, position)"),
    # all versions of a dossier lie together: `as_of` takes the last one up to a moment
    "facts": (FACTS, "ReplacingMergeTree ORDER BY (unit, subject, version)"),
    # fed from facts; only the newest version of each dossier survives
    "current": (FACTS, "ReplacingMergeTree(version) ORDER BY (unit, subject)"),
    "unit_quarters": (QUARTERS, "ReplacingMergeTree(version) ORDER BY (calendar, quarter, unit)"),
}


def ddl(settings: str = "") -> Iterator[str]:
    """The statements that create what is missing; `settings`: further MergeTree settings."""
    for table, (columns, engine) in TABLES.items():
        names = ", ".join(f"`{name}` {kind}" for name, kind in columns.items())
        yield (
            f"CREATE TABLE IF NOT EXISTS {table} ({names}) "
            f"ENGINE = {engine} SETTINGS index_granularity = 512{settings}"
        )
    # one insert feeds both tables
    yield (
        "CREATE MATERIALIZED VIEW IF NOT EXISTS facts_to_current TO current "
        f"AS SELECT {', '.join(FACTS)} FROM facts"
    )
