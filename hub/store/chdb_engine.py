"""The columnar engine inside the process: chDB on a folder.

chDB serialises the queries of one connection, so one connection writes and a few others read. It
allows one process per folder, which the caller must see to. It releases the GIL while it works.
"""

import contextlib
import ctypes
import os
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any, TypeVar

import orjson
import pyarrow as pa

from hub.core.batch import FEW
from hub.store import stopping
from hub.store.chdb_connections import LONGEST, NEVER, Connections, Cut, errors
from hub.store.driver import ARROW, ByColumn, Dossiers, Row, values
from hub.store.revisions import create_tables
from hub.store.tables import BUILDING, TABLES, Layout
from hub.store.text import escape, sets, tuples

READERS = 3
WRITERS = 2
ASIDE = 5
"""Connections for what may be stopped: each place in a lane, and the live board. They may be dear,
and leave the others theirs."""

T = TypeVar("T")
_DATABASE = "hub"
_LIBC = ctypes.CDLL(None, use_errno=True)
_SETTINGS = (
    "auto_statistics_types = ''",
    "write_marks_for_substreams_in_compact_parts = 0",
    "concurrent_part_removal_threshold = 1000000",
)
"""Of tables: no question is planned by statistics, which would make merges dearer, or reads
a part of a column, for which each insert would write a file more; and one thread removes what was
merged away: all inserts wait for many threads that remove."""
_OF_OLD = ("fsync_after_insert", "fsync_part_directory")
"""Settings that stores of earlier releases have (see `ChdbEngine.sync`)."""
_READ = (
    " SETTINGS max_execution_time = 120, output_format_json_quote_64bit_integers = 0,"
    " do_not_merge_across_partitions_select_final = 1"
)
_ROWS = "JSONCompact"
_PIECES = ", max_block_size = 16384"
"""Rows that are read at a time: Python parses them in one go, and lets nothing else run then."""
_NARROW = ", max_threads = 1"
"""Of a question that reads little from many small parts: two threads take more of the CPU than one
and are no sooner done."""
_MEMBERS = "(SELECT value FROM Python(sets) WHERE name = '{name}')"
_AS_IT_IS = " SETTINGS optimize_on_insert = 0, insert_null_as_default = 0"
"""Of many rows few replace each other: to see to it at once makes an insert dearer, and the merges
that follow no cheaper. No value is missing, so none needs its column's default."""


class ChdbEngine:
    """`Engine` on chDB; `folder` is created when missing."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._place = folder = folder.resolve()
        self._folder = os.open(folder, os.O_RDONLY)  # once: later there may be no descriptor left
        self._workers = ThreadPoolExecutor(READERS + WRITERS + ASIDE, "chdb")
        self._numbers = count()
        # chDB takes a config.xml that lies in the current directory for its own: look elsewhere
        with contextlib.chdir(folder):
            self._writers = Connections(self._connected, WRITERS)
            self._readers = Connections(self._connected, READERS)
            self._aside = Connections(self._connected, ASIDE)
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
        answer = self._read(text, table, members)
        return orjson.loads(answer)["data"] if answer else []

    def select_columns(self, sql: str, params: Mapping[str, Any]) -> pa.RecordBatch:
        """The rows of a SELECT by columns."""
        tables, members = _with_sets(params)
        answer = self._read(escape(sql, params, tables) + _READ, None, members, "ArrowStream")
        table = pa.ipc.open_stream(pa.BufferReader(answer)).read_all()
        return table.combine_chunks().to_batches()[0] if len(table) else _no_rows(table.schema)

    def stream(self, sql: str, params: Mapping[str, Any]) -> Iterator[list[Row]]:
        """The rows of a SELECT that are too many to be held, some thousands at a time."""
        tables, members = _with_sets(params)
        connections, cut = self._by_what()
        text = cut.mark + escape(sql, params, tables) + _READ + _PIECES
        one = connections.take()
        asked = begun = self._workers.submit(_begin_stream, one, text, members)
        ended = False
        try:
            pieces = _answer(asked, cut)
            while True:
                asked = self._workers.submit(pieces.fetch)
                if (piece := _answer(asked, cut)) is None:
                    ended = True
                    return
                yield orjson.loads(b"[%b]" % piece.bytes().rstrip().replace(b"\n", b","))
        finally:
            if not ended:  # also where it began and was stopped before anybody had its pieces
                asked = self._workers.submit(_end_stream, begun, cut)
            asked.add_done_callback(lambda _: connections.give_back(one, spent=not ended))

    def insert(self, table: str, columns: ByColumn) -> None:
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
            number = ctypes.get_errno()
            raise OSError(number, f"syncfs: {os.strerror(number)}", str(self._place))

    def command(self, sql: str) -> None:
        """Run a statement without an answer."""
        self._ask(self._writers, sql)

    def _ask(
        self, among: Connections, sql: str, *tables: pa.Table | None, form: str = _ROWS
    ) -> bytes:
        """The answer of the next free connection of some."""
        return _answer(self._begin(among, sql, *tables, form=form))

    def _begin(
        self,
        among: Connections,
        sql: str,
        *tables: pa.Table | None,
        form: str = _ROWS,
        cut: Cut = NEVER,
    ) -> "Future[bytes]":
        one = among.take()
        asked = self._workers.submit(_query, one, sql, form, *tables)
        asked.add_done_callback(  # however late that is
            lambda _: among.give_back(one, spent=bool(asked.exception() or cut.was_made))
        )
        return asked

    def _connected(self) -> Any:
        from chdb import connect

        one = connect(str(self._place))
        one.query(f"CREATE DATABASE IF NOT EXISTS {_DATABASE}")
        one.query(f"USE {_DATABASE}")
        return one

    def _read(
        self, sql: str, table: pa.Table | None, members: pa.Table | None, form: str = _ROWS
    ) -> bytes:
        connections, cut = self._by_what()
        asked = self._begin(connections, cut.mark + sql, table, members, form=form, cut=cut)
        return _answer(asked, cut)

    def _by_what(self) -> tuple[Connections, Cut]:
        """The connections by which this thread reads, and what ends its query: what may be stopped
        goes by connections of its own."""
        if stopping.current() is None:
            return self._readers, NEVER
        mark = f"/* {next(self._numbers)} */ "
        kill = f"KILL QUERY WHERE startsWith(query, '{mark}') ASYNC"
        # not as an answer that may be stopped itself: it is to be made until the query has ended
        begin = partial(self._begin, self._readers, kill)
        return self._aside, Cut(mark, lambda: begin().result(LONGEST))

    def close(self) -> None:
        """Close all connections; the last one shuts the engine down."""
        for connections in (self._writers, self._readers, self._aside):
            connections.close()
        self._workers.shutdown()
        os.close(self._folder)


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
    try:
        answer: bytes = connection.query(sql, form).bytes()
    except RuntimeError:
        with suppress(RuntimeError):  # until its next query a connection holds what this one held
            connection.query("SELECT 1", form)
        raise
    return answer


def _begin_stream(connection: Any, sql: str, sets: pa.Table | None) -> Any:  # noqa: ARG001
    """The pieces of an answer; the SQL reads the table by its name."""
    return connection.send_query(sql, "JSONCompactEachRow")


def _end_stream(begun: "Future[Any]", cut: Cut) -> None:
    """Have the engine let go of a stream that nobody reads any more, if it began: what reckons
    before it has a first row is not cancelled, but cut."""
    pieces = begun.result()
    cut()
    pieces.cancel()


def _no_rows(schema: pa.Schema) -> pa.RecordBatch:
    return pa.RecordBatch.from_pylist([], schema)


def _answer(asked: "Future[T]", cut: Callable[[], object] = NEVER) -> T:
    """The answer of a query, unless it hangs: nobody may wait for ever. `cut` ends it."""
    with errors():
        return stopping.result(asked, cut, LONGEST)
