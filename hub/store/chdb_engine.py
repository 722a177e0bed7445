"""The columnar engine inside the process: chDB on a folder.

chDB serialises the queries of one connection, so one connection writes and a few others read. It
allows one process per folder, which the caller must see to. It releases the GIL while it works.
"""

import contextlib
import ctypes
import os
import queue
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa

from hub.store.port import (
    ARROW,
    FEW,
    Columns,
    Dossiers,
    Row,
    StoreDamagedError,
    StoreUnavailableError,
    values,
)
from hub.store.revisions import create_tables
from hub.store.tables import BUILDING, TABLES, Layout
from hub.store.text import escape, sets, tuples

READERS = 3
WRITERS = 2
LONGEST = 150.0
"""Seconds after which a query is given up that the engine itself has not ended after 120."""

_DATABASE = "hub"
_LIBC = ctypes.CDLL(None, use_errno=True)
_SETTINGS = (
    "auto_statistics_types = ''",
    "write_marks_for_substreams_in_compact_parts = 0",
    "concurrent_part_removal_threshold = 1000000",
)
"""Of tables: no question is planned by statistics, which cost a quarter of all merging, or reads
a part of a column, for which each insert would write a file more; and what was merged away is
removed by one thread: 128 of them let all inserts wait for half a second."""
_OF_OLD = ("fsync_after_insert", "fsync_part_directory")
"""Settings that stores of earlier releases have (see `ChdbEngine.sync`)."""
_READ = (
    " SETTINGS max_execution_time = 120, output_format_json_quote_64bit_integers = 0,"
    " do_not_merge_across_partitions_select_final = 1"
)
_ROWS = "JSONCompact"
_NARROW = ", max_threads = 1"
"""Of a question that reads little from many small parts, two threads take half as much again of
the CPU as one."""
_MEMBERS = "(SELECT value FROM Python(sets) WHERE name = '{name}')"
_AS_IT_IS = " SETTINGS optimize_on_insert = 0, insert_null_as_default = 0"
"""Of many rows few replace each other: to see to it at once costs a third of an insert, and the
merges that follow cost no less for it. No value is missing, so none needs its column's default."""
_PASSING = ("MEMORY_LIMIT_EXCEEDED", "NOT_ENOUGH_SPACE", "TOO_MANY_PARTS", "TIMEOUT_EXCEEDED",
            "CANNOT_WRITE_TO_FILE_DESCRIPTOR", "CANNOT_FSYNC", "CANNOT_OPEN_FILE", "std::exception",
            "No space left on device", "errno: 28",
            "Too many open files", "errno: 24", "errno: 23")  # fmt: skip

_DAMAGED = ("CHECKSUM_DOESNT_MATCH", "CANNOT_READ_ALL_DATA", "CORRUPTED_DATA", "CANNOT_DECOMPRESS",
            "UNKNOWN_CODEC", "FILE_DOESNT_EXIST", "NO_FILE_IN_DATA_PART", "BAD_SIZE_OF_FILE",
            "TOO_LARGE_SIZE_COMPRESSED", "UNEXPECTED_FILE_IN")  # fmt: skip


class ChdbEngine:
    """`Engine` on chDB; `folder` is created when missing."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        folder = folder.resolve()
        self._folder = os.open(folder, os.O_RDONLY)  # once: later there may be no descriptor left
        self._workers = ThreadPoolExecutor(READERS + WRITERS, "chdb")
        self._readers: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._writers: queue.SimpleQueue[Any] = queue.SimpleQueue()
        # chDB takes a config.xml that lies in the current directory for its own: look elsewhere
        with contextlib.chdir(folder):
            import chdb

            for connections in WRITERS * [self._writers] + READERS * [self._readers]:
                one = chdb.connect(str(folder))
                one.query(f"CREATE DATABASE IF NOT EXISTS {_DATABASE}")
                one.query(f"USE {_DATABASE}")
                connections.put(one)
            create_tables(self)
            self._give_settings()
        # chDB loads pandas when it first reads a Python table: better now than amid a load, and
        # nobody needs to wait for it
        self._begin(self._readers, "SELECT count() FROM Python(table)", pa.table({"one": [1]}))

    @property
    def layout(self) -> Layout:
        """How its tables are made."""
        return Layout("".join(f", {setting}" for setting in _SETTINGS))

    def _give_settings(self) -> None:
        """Give the tables of an earlier release the settings of this one."""
        of_tables = "SELECT name, engine_full FROM system.tables WHERE database = %(hub)s"
        for name, engine in self.select(of_tables, {"hub": _DATABASE}):
            if name not in TABLES:
                continue
            if any(setting not in engine for setting in _SETTINGS):
                self.command(f"ALTER TABLE {name} MODIFY SETTING {', '.join(_SETTINGS)}")
            if any(setting in engine for setting in _OF_OLD):
                self.command(f"ALTER TABLE {name} RESET SETTING {', '.join(_OF_OLD)}")

    def select(
        self,
        sql: str,
        params: Mapping[str, Any],
        keys: Dossiers | None = None,
        *,
        narrow: bool = False,
    ) -> list[Row]:
        """The rows of a SELECT, on the next free reading connection."""
        among, table = "(SELECT unit, subject FROM Python(table))", None
        if keys is not None:
            if isinstance(keys, pa.Table):
                table = keys
            elif len(keys) <= FEW:
                among, narrow = f"({tuples(keys)})", True
            else:
                units, subjects = zip(*keys, strict=True)
                table = pa.table({"unit": units, "subject": subjects})
        tables, members = _with_sets(params)
        # one part at a time: neither a key nor a parameter is taken for a place to fill
        text = among.join(escape(part, params, tables) for part in sql.split("{keys}")) + _READ
        if narrow:
            text += _NARROW
        answer = self._ask(self._readers, text, table, members)
        return orjson.loads(answer)["data"] if answer else []

    def select_columns(self, sql: str, params: Mapping[str, Any]) -> pa.RecordBatch:
        """The rows of a SELECT by columns."""
        tables, members = _with_sets(params)
        text = escape(sql, params, tables) + _READ
        answer = self._ask(self._readers, text, None, members, form="ArrowStream")
        table = pa.ipc.open_stream(pa.BufferReader(answer)).read_all()
        return table.combine_chunks().to_batches()[0] if len(table) else _no_rows(table.schema)

    def insert(self, table: str, columns: Columns) -> None:
        """Append rows; one part, so all of them become visible at once."""
        names = ", ".join(f"`{name}`" for name in columns)
        kinds = TABLES[table.removesuffix(BUILDING)].columns
        if len(next(iter(columns.values()))) <= FEW:
            rows = zip(*map(values, columns.values()), strict=True)
            text = b"\n".join(map(orjson.dumps, rows)).decode()
            now = "SETTINGS async_insert = 0 FORMAT JSONCompactEachRow"
            self.command(f"INSERT INTO {table} ({names}) {now} {text}")
        else:
            arrow = pa.table(
                {
                    name: v if isinstance(v, pa.Array) else pa.array(v, ARROW[kinds[name]])
                    for name, v in columns.items()
                }
            )
            text = f"INSERT INTO {table} ({names}) SELECT {names} FROM Python(table){_AS_IT_IS}"
            self._ask(self._writers, text, arrow)

    def sync(self) -> None:
        """Let the disk have all that was inserted. Raises `OSError`: nobody can tell then
        what of it the disk has, so the process must end, and apply again what came since.
        """
        if not hasattr(_LIBC, "syncfs"):  # on Linux only
            os.sync()
            return
        if _LIBC.syncfs(self._folder):
            raise OSError(ctypes.get_errno(), f"syncfs: {os.strerror(ctypes.get_errno())}")

    def command(self, sql: str) -> None:
        """Run a statement without an answer."""
        self._ask(self._writers, sql)

    def _ask(
        self, among: "queue.SimpleQueue[Any]", sql: str, *tables: pa.Table | None, form: str = _ROWS
    ) -> bytes:
        """The answer of the next free connection of some."""
        return _answer(self._begin(among, sql, *tables, form=form))

    def _begin(
        self, among: "queue.SimpleQueue[Any]", sql: str, *tables: pa.Table | None, form: str = _ROWS
    ) -> "Future[bytes]":
        try:
            one = among.get(timeout=LONGEST)
        except queue.Empty:
            raise StoreUnavailableError(f"no connection was free within {LONGEST:.0f} s") from None
        if one is None:
            among.put(None)
            raise RuntimeError("the store is closed")
        asked = self._workers.submit(_query, one, sql, form, *tables)
        asked.add_done_callback(lambda _: among.put(one))  # however late that is
        return asked

    def close(self) -> None:
        """Close all connections; the last one shuts the engine down."""
        for connections in READERS * [self._readers] + WRITERS * [self._writers]:
            connections.get().close()
        self._workers.shutdown()
        os.close(self._folder)
        for connections in (self._readers, self._writers):
            connections.put(None)


def _with_sets(params: Mapping[str, Any]) -> tuple[dict[str, str], pa.Table | None]:
    """What stands in the SQL for sets that are too many for text, and their members as one table,
    each beside the name of its set."""
    many = sets(params)
    if not many:
        return {}, None
    names = [pa.repeat(name, len(members)) for name, members in many.items()]
    members = [pa.array(members, pa.string()) for members in many.values()]
    table = pa.table({"name": pa.concat_arrays(names), "value": pa.concat_arrays(members)})
    return {name: _MEMBERS.format(name=name) for name in many}, table


def _query(
    connection: Any,
    sql: str,
    form: str,
    table: pa.Table | None = None,  # noqa: ARG001
    sets: pa.Table | None = None,  # noqa: ARG001
) -> bytes:
    """The answer; the SQL reads the tables by their names, as `Python(table)`."""
    answer: bytes = connection.query(sql, form).bytes()
    return answer


def _no_rows(schema: pa.Schema) -> pa.RecordBatch:
    return pa.RecordBatch.from_pylist([], schema)


def _answer(asked: "Future[bytes]") -> bytes:
    """The answer of a query, unless it hangs: nobody may wait for ever."""
    with _errors():
        try:
            return asked.result(LONGEST)
        except TimeoutError:
            raise StoreUnavailableError(f"no answer within {LONGEST:.0f} s") from None


@contextmanager
def _errors() -> Iterator[None]:
    """ChDB raises RuntimeError with ClickHouse's text: tell passing trouble from our own faults."""
    try:
        yield
    except RuntimeError as error:
        if any(word in str(error) for word in _PASSING):
            raise StoreUnavailableError(str(error)) from error
        if any(word in str(error) for word in _DAMAGED):
            raise StoreDamagedError(str(error)) from None
        raise
