"""The columnar engine inside the process: chDB on a folder.

chDB serialises the queries of one connection, so one connection writes and a few others read. It
allows one process per folder, which the caller must see to. It releases the GIL while it works.
"""

import queue
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa

from hub.store.port import Dossier, Row, StoreUnavailableError
from hub.store.tables import DURABLE, TABLES, ddl
from hub.store.text import escape

READERS = 3
_DATABASE = "hub"
_TYPES = {
    "UInt8": pa.uint8(), "Int32": pa.int32(), "UInt32": pa.uint32(), "Int64": pa.int64(),
    "String": pa.string(), "LowCardinality(String)": pa.string(),
    "Array(Int64)": pa.list_(pa.int64()), "Array(UInt8)": pa.list_(pa.uint8()),
    "Array(String)": pa.list_(pa.string()),
}  # fmt: skip
_READ = (
    " SETTINGS max_execution_time = 120, output_format_json_quote_64bit_integers = 0,"
    " do_not_merge_across_partitions_select_final = 1"
)
_PASSING = ("MEMORY_LIMIT_EXCEEDED", "NOT_ENOUGH_SPACE", "TOO_MANY_PARTS", "TIMEOUT_EXCEEDED",
            "CANNOT_WRITE_TO_FILE_DESCRIPTOR", "CANNOT_FSYNC", "CANNOT_OPEN_FILE", "std::exception",
            "No space left on device", "errno: 28")  # fmt: skip


class ChdbEngine:
    """`Engine` on chDB; `folder` is created when missing."""

    def __init__(self, folder: Path) -> None:
        import chdb

        folder.mkdir(parents=True, exist_ok=True)
        self._writer = chdb.connect(str(folder))
        self._lock = threading.Lock()
        self._writer.query(f"CREATE DATABASE IF NOT EXISTS {_DATABASE}")
        self._writer.query(f"USE {_DATABASE}")
        for statement in ddl(DURABLE):
            self.command(statement)
        self._readers: queue.SimpleQueue[Any] = queue.SimpleQueue()
        for _ in range(READERS):
            reader = chdb.connect(str(folder))
            reader.query(f"USE {_DATABASE}")
            self._readers.put(reader)

    def select(
        self, sql: str, params: Mapping[str, Any], keys: Iterable[Dossier] | None = None
    ) -> list[Row]:
        """The rows of a SELECT, on the next free reading connection."""
        text = escape(sql, params) + _READ
        if keys is not None:
            units, subjects = zip(*keys, strict=True)
            touched = pa.table({"unit": list(units), "subject": list(subjects)})  # noqa: F841 - read by name
            text = text.replace("{keys}", "Python(touched)")
        reader = self._readers.get()
        try:
            with _errors():
                answer = reader.query(text, "JSONCompact").bytes()
        finally:
            self._readers.put(reader)
        return orjson.loads(answer)["data"] if answer else []

    def insert(self, table: str, columns: Mapping[str, Sequence[Any]]) -> None:
        """Append rows, given by column; one part, so all of them become visible at once."""
        kinds = TABLES[table].columns
        rows = pa.table({name: pa.array(v, _TYPES[kinds[name]]) for name, v in columns.items()})  # noqa: F841
        names = ", ".join(f"`{name}`" for name in columns)
        with self._lock, _errors():
            self._writer.query(f"INSERT INTO {table} ({names}) SELECT {names} FROM Python(rows)")

    def command(self, sql: str) -> None:
        """Run a statement without an answer."""
        with self._lock, _errors():
            self._writer.query(sql)

    def close(self) -> None:
        """Close all connections; the last one shuts the engine down."""
        for _ in range(READERS):
            self._readers.get().close()
        with self._lock:
            self._writer.close()


@contextmanager
def _errors() -> Iterator[None]:
    """ChDB raises RuntimeError with ClickHouse's text: tell passing trouble from our own faults."""
    try:
        yield
    except RuntimeError as error:
        if any(word in str(error) for word in _PASSING):
            raise StoreUnavailableError(str(error)) from error
        raise
