"""The store as others than its processor see it: closed while it is being brought up to date."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pyarrow as pa

from hub.store.driver import ByColumn, Dossiers, Engine, Row, StoreUpgradingError
from hub.store.tables import Layout


class Gate:
    """An `Engine` that raises `StoreUpgradingError` as long as there is a reason why.

    A question over facts of an earlier release would be answered with zeros for what that release
    did not know.
    """

    def __init__(self, engine: Engine, why: Callable[[], str | None]) -> None:
        self._inner, self._why = engine, why

    @property
    def layout(self) -> Layout:
        """How its tables are made."""
        return self._inner.layout

    def select(
        self,
        sql: str,
        params: Mapping[str, Any],
        keys: Dossiers | None = None,
        *,
        narrow: bool = False,
    ) -> list[Row]:
        """The rows of a SELECT."""
        return self._open().select(sql, params, keys, narrow=narrow)

    def select_columns(self, sql: str, params: Mapping[str, Any]) -> pa.RecordBatch:
        """The rows of a SELECT by columns."""
        return self._open().select_columns(sql, params)

    def stream(self, sql: str, params: Mapping[str, Any]) -> Iterator[list[Row]]:
        """The rows of a SELECT that are too many to be held."""
        return self._open().stream(sql, params)

    def insert(self, table: str, columns: ByColumn) -> None:
        """Append rows."""
        self._open().insert(table, columns)

    def sync(self) -> None:
        """All that was inserted is on the disk when it returns."""
        self._inner.sync()

    def command(self, sql: str) -> None:
        """Run a statement without an answer."""
        self._open().command(sql)

    def close(self) -> None:
        """Let go of the engine."""
        self._inner.close()

    def _open(self) -> Engine:
        if why := self._why():
            raise StoreUpgradingError(why)
        return self._inner
