"""The driver of a columnar engine: what it must do for the hub. chDB and ClickHouse have one each.

The questions of the domain stand above it: in the families (`hub.dossier.store`,
`hub.indicator.store`) and in `hub.store.events`.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, Protocol, TypeAlias

import pyarrow as pa

from hub.store.tables import Layout

Dossier = tuple[str, str]
"""A dossier's identity: (unit, subject)."""

Dossiers: TypeAlias = Collection[Dossier] | pa.Table
"""Some of them, each once; many as Arrow has them, in the columns `unit` and `subject`."""

Row = Sequence[Any]

ByColumn = Mapping[str, Sequence[Any] | pa.Array]
"""Rows to store, by column: Python's values, or many of them as Arrow has them."""


ARROW: Mapping[str, pa.DataType] = {
    "UInt8": pa.uint8(), "Int32": pa.int32(), "UInt32": pa.uint32(), "Int64": pa.int64(),
    "UInt64": pa.uint64(), "String": pa.string(), "LowCardinality(String)": pa.string(),
    "Array(Int64)": pa.list_(pa.int64()), "Array(UInt8)": pa.list_(pa.uint8()),
    "Array(String)": pa.list_(pa.string()),
}  # fmt: skip
"""What Arrow calls the types of the tables' columns."""


class StoreUnavailableError(RuntimeError):
    """The engine cannot be reached or is out of a resource; the same call may succeed later."""


class StoreUpgradingError(StoreUnavailableError):
    """The store is being brought up to this release; the text says how far that is."""


class StoreDamagedError(RuntimeError):
    """What the engine keeps is not what it wrote; the text says what to do."""

    def __init__(self, told: str) -> None:
        super().__init__(
            f"the store is damaged: {told.partition(chr(10))[0][:300]}; stop the hub and restore "
            "the folder `store` from a backup, or rebuild it by `hub rebuild`; `hub verify` checks "
            "all of it"
        )


class Engine(Protocol):
    """A columnar engine that speaks ClickHouse's SQL. Thread-safe.

    Parameters stand in the SQL as `%(name)s` and are escaped by the engine; a tuple of texts stands
    after `IN` and travels as a table where there are many; `(unit, subject) IN {keys}` asks for
    the given dossiers.
    Every method raises `StoreUnavailableError` for trouble that passes. What reads ends soon, with
    `StoppedError`, when the question is stopped that its thread answers (`hub.store.stopping`).
    """

    @property
    def layout(self) -> Layout:
        """How its tables are made."""

    def select(
        self,
        sql: str,
        params: Mapping[str, Any],
        keys: Dossiers | None = None,
        *,
        narrow: bool = False,
    ) -> list[Row]:
        """The rows of a SELECT; `narrow`: it reads little, so that one thread is the cheapest."""

    def select_columns(self, sql: str, params: Mapping[str, Any]) -> pa.RecordBatch:
        """The rows of a SELECT by columns, whose types are among `ARROW`."""

    def stream(self, sql: str, params: Mapping[str, Any]) -> Iterator[list[Row]]:
        """The rows of a SELECT that are too many to be held, some thousands at a time."""

    def insert(self, table: str, columns: ByColumn) -> None:
        """Append rows; every SELECT that follows sees them."""

    def sync(self) -> None:
        """All that was inserted is on the disk when it returns."""

    def command(self, sql: str) -> None:
        """Run a statement without an answer (DDL)."""

    def close(self) -> None:
        """Let go of the engine. A call that follows raises `RuntimeError`: it must not wait."""


def values(column: Sequence[Any] | pa.Array) -> Sequence[Any]:
    """A column as Python's values."""
    found: Sequence[Any] = column.to_pylist() if isinstance(column, pa.Array) else column
    return found
