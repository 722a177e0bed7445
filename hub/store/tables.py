"""The tables of the store.

Times are Int64 microseconds UTC, '' is missing. The DDL runs unchanged on ClickHouse 18.16 and on
the newest engine. `index_granularity = 512` keeps a unit's question at a few granules. Merging
all columns at once takes a third to six tenths of the CPU of merging one after the other.
"""

from collections.abc import Iterator
from typing import NamedTuple

from hub.dossier.tables import QUARTERS, STORED_FACTS
from hub.indicator.tables import STATEMENTS, TAKEN_BACK

ColumnTypes = dict[str, str]

_DOSSIER: ColumnTypes = {"unit": "LowCardinality(String)", "subject": "String"}

EVENTS: ColumnTypes = {
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

BUILDING = "_building"
"""How the names of tables end that will take the place of others."""

APPLIED: ColumnTypes = {
    "stage": "LowCardinality(String)",
    "partition": "Int64",
    "record": "Int64",
    "at": "Int64",
}
"""How far the log is in the figures (see hub/store/progress.py)."""

LOGS: ColumnTypes = {"name": "String", "id": "String", "partitions": "Int64"}
"""The log whose positions the events bear: numbers of another one would mean nothing here."""

REFOLDED: ColumnTypes = {"revision": "LowCardinality(String)", "part": "String"}
"""What of the events is folded at a revision of the facts (see hub/store/revisions.py)."""

DURABLE = ", fsync_after_insert = 1, fsync_part_directory = 1"
"""Table settings, of servers since 20.10: an insert is on the disk when it returns."""

_SETTINGS = "index_granularity = 512, enable_vertical_merge_algorithm = 0"


class Table(NamedTuple):
    """A table's columns, its order, the column whose highest value survives, and the one whose
    values lie together in a shard."""

    columns: ColumnTypes
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
    "facts": Table(STORED_FACTS, "unit, subject, version"),
    # fed from facts; only the newest version of each dossier survives
    "current": Table(STORED_FACTS, "unit, subject", "version"),
    "unit_quarters": Table(QUARTERS, "calendar, quarter, unit", "version"),
    # a period's statements lie together; of one identity the first in the log is there
    "statements": Table(STATEMENTS, "calendar, period, unit, code, level, source, id, position"),
    "statements_taken_back": Table(TAKEN_BACK, "unit, code, source, id, position"),
    "applied": Table(APPLIED, "stage, partition", "record", "partition"),
    "logs": Table(LOGS, "name, id", shard="name"),
    "refolded": Table(REFOLDED, "revision, part", shard="revision"),
}


def ddl(settings: str = "", cluster: Cluster | None = None) -> Iterator[str]:
    """The statements that create what is missing; `settings`: further MergeTree settings."""
    layout = Layout(settings, cluster)
    for name, table in TABLES.items():
        yield from layout.create(name, table)
    yield layout.feed("facts", "current")


def _columns(table: Table) -> str:
    return ", ".join(f"`{column}` {kind}" for column, kind in table.columns.items())


class Layout(NamedTuple):
    """How tables lie on an engine.

    On a cluster a unit's rows lie in one shard, in `…_local` on each of its replicas; the names
    that the questions use stand for the rows of all shards.
    """

    settings: str = ""
    """Further MergeTree settings."""
    cluster: Cluster | None = None

    def create(self, name: str, table: Table, path: str = "") -> Iterator[str]:
        """The statements that create a table where it is missing. `path`: what it is called in
        the keeper, if not by its name."""
        yield (
            f"CREATE TABLE IF NOT EXISTS {self.local(name)}{self._on} ({_columns(table)}) "
            f"ENGINE = {self._engine(path or name, table.version)} ORDER BY ({table.order}) "
            f"SETTINGS {_SETTINGS}{self.settings}"
        )
        yield from self.spread(name, table)

    def feed(self, source: str, target: str) -> str:
        """The statement by which one insert feeds two tables of facts."""
        return (
            f"CREATE MATERIALIZED VIEW IF NOT EXISTS {self._place}{source}_to_{target}{self._on} "
            f"TO {self.local(target)} AS SELECT {', '.join(STORED_FACTS)} "
            f"FROM {self.local(source)}"
        )

    def spread(self, name: str, table: Table) -> Iterator[str]:
        """The statement that makes what stands for the rows of all shards, where there are some."""
        if self.cluster is not None:
            columns, (there, database) = _columns(table), self.cluster
            yield (
                f"CREATE TABLE IF NOT EXISTS {self._place}{name}{self._on} ({columns}) ENGINE = "
                f"Distributed({there}, {database}, {name}_local, cityHash64({table.shard}))"
            )

    def view(self, name: str, sql: str) -> Iterator[str]:
        """The statements that make a view anew."""
        yield self.drop(name)
        yield f"CREATE VIEW {self._place}{name}{self._on} AS {sql}"

    def places(self, name: str) -> list[str]:
        """What a table is called, on each server and where it stands for all shards."""
        return [f"{name}_local", name] if self.cluster else [name]

    def add_column(self, place: str, column: str, kind: str) -> str:
        """The statement that gives a table in one of its places one column more."""
        return f"ALTER TABLE {self._place}{place}{self._on} ADD COLUMN `{column}` {kind}"

    def drop(self, place: str) -> str:
        """The statement that removes a table or view where it is there."""
        return f"DROP TABLE IF EXISTS {self._place}{place}{self._on}"

    def truncate(self, name: str) -> str:
        """The statement that empties a table."""
        return f"TRUNCATE TABLE {self.local(name)}{self._on}"

    def rename(self, *names: tuple[str, str]) -> str:
        """The statement that gives tables other names on each server."""
        pairs = ", ".join(f"{self.local(old)} TO {self.local(new)}" for old, new in names)
        return f"RENAME TABLE {pairs}{self._on}"

    def local(self, name: str) -> str:
        """A table on each server, with its database."""
        return self._place + self.places(name)[0]

    @property
    def _on(self) -> str:
        return f" ON CLUSTER {self.cluster.name}" if self.cluster else ""

    @property
    def _place(self) -> str:
        return f"{self.cluster.database}." if self.cluster else ""

    def _engine(self, path: str, version: str) -> str:
        if self.cluster is None:
            return f"ReplacingMergeTree({version})"
        path = f"/clickhouse/tables/{{shard}}/{self.cluster.database}/{path}"
        arguments = [f"'{path}'", "'{replica}'", *filter(None, [version])]
        return f"ReplicatedReplacingMergeTree({', '.join(arguments)})"
