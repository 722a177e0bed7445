"""What the hub asks of a columnar engine; chDB and ClickHouse give it."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Protocol, TypeAlias

import pyarrow as pa

Dossier = tuple[str, str]
"""A dossier's identity: (unit, subject)."""

Dossiers: TypeAlias = Collection[Dossier] | pa.Table
"""Some of them, each once; many as Arrow has them, in the columns `unit` and `subject`."""

Row = Sequence[Any]

Columns = Mapping[str, Sequence[Any] | pa.Array]
"""Rows to store, by column: Python's values, or many of them as Arrow has them."""


FEW = 200
"""Rows up to which Python's values and text cost less than Arrow: beside busy threads each of
Arrow's steps waits for Python's lock (20 versions of facts: 190 ms instead of 50)."""


class StoreUnavailableError(RuntimeError):
    """The engine cannot be reached or is out of a resource; the same call may succeed later."""


class Engine(Protocol):
    """A columnar engine that speaks ClickHouse's SQL. Thread-safe.

    Parameters stand in the SQL as `%(name)s` and are escaped by the engine; `(unit, subject) IN
    {keys}` asks for the given dossiers.
    Every method raises `StoreUnavailableError` for trouble that passes.
    """

    def select(
        self,
        sql: str,
        params: Mapping[str, Any],
        keys: Dossiers | None = None,
        *,
        narrow: bool = False,
    ) -> list[Row]:
        """The rows of a SELECT; `narrow`: it reads little, so that one thread is the cheapest."""

    def insert(self, table: str, columns: Columns) -> None:
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
