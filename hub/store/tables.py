"""The tables of the store.

Times are Int64 microseconds UTC, '' is missing. The DDL runs unchanged on ClickHouse 18.16 and on
the newest engine. `index_granularity = 512` keeps a unit's question at a few granules. Merging
all columns at once takes a third to six tenths of the CPU of merging one after the other.
"""

from collections.abc import Iterator
from typing import NamedTuple

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

APPLIED: Columns = {
    "stage": "LowCardinality(String)",
    "partition": "Int64",
    "record": "Int64",
    "at": "Int64",
}
"""How far the log is in the figures (see hub/store/progress.py)."""

LOGS: Columns = {"name": "String", "id": "String", "partitions": "Int64"}
"""The log whose positions the events bear: numbers of another one would mean nothing here."""

DURABLE = ", fsync_after_insert = 1, fsync_part_directory = 1"
"""Table settings, of servers since 20.10: an insert is on the disk when it returns."""

_SETTINGS = "index_granularity = 512, enable_vertical_merge_algorithm = 0"


class Table(NamedTuple):
    """A table's columns, its order, the column whose highest value survives, and the one whose
    values lie together in a shard."""

    columns: Columns
    order: str
    version: str = ""
    shard: str = "unit"


class Cluster(NamedTuple):
    """Several servers that share the tables: its name, and the database's name on each.

    Every server defines the macros `{shard}` and `{replica}`.
    """

    name: str
    database: str


TABLES: dict[str, Table] = {
    # by identity, then place in the log: the fold takes the first of an identity
    "events": Table(EVENTS, "unit, subject, source, id, position"),
    # all versions of a dossier lie together: `as_of` takes the last one up to a moment
    "facts": Table(FACTS, "unit, subject, version"),
    # fed from facts; only the newest version of each dossier survives
    "current": Table(FACTS, "unit, subject", "version"),
    "unit_quarters": Table(QUARTERS, "calendar, quarter, unit", "version"),
    "applied": Table(APPLIED, "stage, partition", "record", "partition"),
    "logs": Table(LOGS, "name, id", shard="name"),
}


def ddl(settings: str = "", cluster: Cluster | None = None) -> Iterator[str]:
    """The statements that create what is missing; `settings`: further MergeTree settings.

    On a cluster a unit's rows lie in one shard, in `…_local` on each of its replicas; the names
    that the questions use stand for the rows of all shards.
    """
    on, place, local = "", "", ""
    if cluster is not None:
        on, place, local = f" ON CLUSTER {cluster.name}", f"{cluster.database}.", "_local"
    for name, table in TABLES.items():
        columns = ", ".join(f"`{column}` {kind}" for column, kind in table.columns.items())
        yield (
            f"CREATE TABLE IF NOT EXISTS {place}{name}{local}{on} ({columns}) "
            f"ENGINE = {_engine(name, table.version, cluster)} ORDER BY ({table.order}) "
            f"SETTINGS {_SETTINGS}{settings}"
        )
        if cluster is not None:
            yield (
                f"CREATE TABLE IF NOT EXISTS {place}{name}{on} ({columns}) ENGINE = Distributed("
                f"{cluster.name}, {cluster.database}, {name}{local}, cityHash64({table.shard}))"
            )
    # one insert feeds both tables
    yield (
        f"CREATE MATERIALIZED VIEW IF NOT EXISTS {place}facts_to_current{on} "
        f"TO {place}current{local} AS SELECT {', '.join(FACTS)} FROM {place}facts{local}"
    )


def _engine(name: str, version: str, cluster: Cluster | None) -> str:
    if cluster is None:
        return f"ReplacingMergeTree({version})"
    path = f"/clickhouse/tables/{{shard}}/{cluster.database}/{name}"
    arguments = [f"'{path}'", "'{replica}'", *filter(None, [version])]
    return f"ReplicatedReplacingMergeTree({', '.join(arguments)})"
