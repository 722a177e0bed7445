"""What differs between SQLite and PostgreSQL, kept in one place."""

import json
import math
import sqlite3
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Generic, TypeVar

import orjson
from sqlalchemy import (
    JSON,
    URL,
    ColumnElement,
    Connection,
    Engine,
    Select,
    Table,
    Text,
    cast,
    column,
    create_engine,
    event,
    func,
    literal,
    make_url,
    select,
    text,
    true,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import ArgumentError

from hub.registry.errors import RegistryError

Insert = sqlite.Insert | postgresql.Insert
T = TypeVar("T")

# WAL: readers and the one writer do not wait for each other. FULL: a commit is on the disk.
_PRAGMAS = ("synchronous=FULL", "foreign_keys=ON")
_LOCKED_MAX_S = 10.0
_OTHER_PROCESSES_MAX_AGE_S = 5.0


def open_engine(url: str) -> Engine:
    """A pool of connections, safe for threads; connects at first use.

    Raises RegistryError for a URL that is not one of SQLite (a file) or PostgreSQL.
    """
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        # The cause is left out: it repeats the URL, which may hold a password.
        raise RegistryError("url", "is not a database URL", _URL_HINT) from None
    match parsed.get_backend_name():
        case "sqlite" if parsed.database not in (None, "", ":memory:"):
            return _sqlite(parsed)
        case "postgresql":
            return _postgresql(parsed)
        case backend:
            raise RegistryError("url", f"{backend} of this form cannot hold it", _URL_HINT)


_URL_HINT = "use sqlite:///FILE or postgresql://USER:PASSWORD@HOST/DATABASE"


def _sqlite(url: URL) -> Engine:
    # isolation_level None: the driver starts no transactions of its own; the listener below does.
    engine = create_engine(
        url, connect_args={"isolation_level": None, "timeout": _LOCKED_MAX_S}, hide_parameters=True
    )

    @event.listens_for(engine, "connect")
    def _set_up(connection: sqlite3.Connection, _record: object) -> None:
        _to_wal(connection)
        for pragma in _PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        # A transaction that reads and then writes must take the write lock first: SQLite refuses
        # at once, without waiting, to turn a reader into a writer when another wrote meanwhile.
        write = connection.get_execution_options().get("write", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")

    return engine


def _to_wal(connection: sqlite3.Connection) -> None:
    """Where another process writes a new file, or turns it to WAL itself, SQLite refuses at once
    instead of waiting."""
    until = time.monotonic() + _LOCKED_MAX_S
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                raise
            time.sleep(0.01)
        else:
            return


def _postgresql(url: URL) -> Engine:
    if "connect_timeout" not in url.query:
        url = url.update_query_dict({"connect_timeout": "10"})
    try:
        # pre_ping: after an outage the next call gets a living connection.
        return create_engine(
            url.set(drivername="postgresql+psycopg"), pool_pre_ping=True, hide_parameters=True
        )
    except ModuleNotFoundError as error:
        hint = "install motcua-hub[distributed]"
        raise RegistryError("url", "PostgreSQL needs the package psycopg", hint) from error


@contextmanager
def writing(engine: Engine, *kept: "Snapshot[Any]") -> Iterator[Connection]:
    """One transaction that writes: all of it is durable at the end, or nothing.

    What is `kept` in memory is forgotten in any case: where the connection is lost at the commit
    nobody can say whether it was done.
    """
    try:
        with engine.execution_options(write=True).begin() as connection:
            yield connection
    finally:
        for snapshot in kept:
            snapshot.forget()


def lock(connection: Connection, table: Table) -> None:
    """Let no one else write this table till the end. In SQLite `writing` has done that already."""
    if connection.dialect.name == "postgresql":
        connection.execute(text(f"LOCK TABLE {table.name} IN SHARE ROW EXCLUSIVE MODE"))


def insert(engine: Engine, table: Table) -> Insert:
    """An INSERT that knows ON CONFLICT, which both engines spell alike."""
    if engine.dialect.name == "postgresql":
        return postgresql.insert(table)
    return sqlite.insert(table)


def upsert(engine: Engine, table: Table, *, keep: tuple[str, ...] = ()) -> Insert:
    """Insert rows, or replace every column but `keep` where the primary key is there already."""
    return _replacing(insert(engine, table), table, keep)


def upsert_all(engine: Engine, table: Table, rows: Iterable[Sequence[Any]]) -> Insert:
    """As `upsert`, of any number of rows as one parameter, which is much quicker than row by row.
    Each row holds a value for every column of the table, in order, and no key is there twice.
    Raises TypeError for what JSON cannot hold exactly."""
    given, columns = literal(orjson.dumps(list(rows)).decode(), Text), list(table.columns)
    if engine.dialect.name == "postgresql":
        members = func.json_array_elements(cast(given, JSON)).table_valued(
            column("value", JSON), name="member"
        )
        values: list[ColumnElement[Any]] = [
            cast(members.c.value.op("->>")(at), it.type) for at, it in enumerate(columns)
        ]
    else:
        members = func.json_each(given).table_valued("value")
        values = [func.json_extract(members.c.value, f"$[{at}]") for at in range(len(columns))]
    # without WHERE, SQLite takes ON CONFLICT for a part of the SELECT
    chosen = select(*values).where(true())
    statement = insert(engine, table).from_select([it.name for it in columns], chosen)
    return _replacing(statement, table)


def _replacing(statement: Insert, table: Table, keep: tuple[str, ...] = ()) -> Insert:
    key = [column.name for column in table.primary_key]
    replaced = [c.name for c in table.columns if c.name not in (*key, *keep)]
    return statement.on_conflict_do_update(
        index_elements=key, set_={name: statement.excluded[name] for name in replaced}
    )


def texts(engine: Engine, values: Iterable[str]) -> Select[tuple[str]]:
    """Texts for an IN, any number of them, as one parameter."""
    given = literal(json.dumps(list(values)), Text)
    if engine.dialect.name == "postgresql":
        members = func.json_array_elements_text(cast(given, JSON)).table_valued("value")
    else:
        members = func.json_each(given).table_valued("value")
    return select(members.c.value)


def pairs(engine: Engine, values: Iterable[tuple[str, str]]) -> Select[tuple[str, str]]:
    """Pairs of texts for an IN, any number of them, as one parameter. SQLite finds those of an IN
    by an index; an OR over units makes it read all rows."""
    given = literal(json.dumps([list(pair) for pair in values]), Text)
    if engine.dialect.name == "postgresql":
        members = func.json_array_elements(cast(given, JSON)).table_valued(
            column("value", JSON), name="pair"
        )
        return select(members.c.value.op("->>")(0), members.c.value.op("->>")(1))
    members = func.json_each(given).table_valued("value")
    parts = (func.json_extract(members.c.value, f"$[{at}]") for at in (0, 1))
    return select(*parts)


class Snapshot(Generic[T]):
    """An immutable value read from the database and kept in memory, safe for threads.

    Every write of this process forgets it. Another process may write too where the database is
    shared, so there it is read again after a few seconds; an SQLite file has one process.
    """

    def __init__(self, engine: Engine, load: Callable[[], T]) -> None:
        shared = engine.dialect.name != "sqlite"
        self._max_age_s = _OTHER_PROCESSES_MAX_AGE_S if shared else math.inf
        self._load = load
        self._lock = threading.Lock()
        self._kept: tuple[T, float] | None = None

    def get(self) -> T:
        """The value; read from the database only if it is not in memory."""
        kept = self._kept
        if kept is not None and time.monotonic() < kept[1]:
            return kept[0]
        # Loading under the lock: a `forget` that comes meanwhile waits, and then does forget.
        with self._lock:
            kept = self._kept
            if kept is None or time.monotonic() >= kept[1]:
                expires = time.monotonic() + self._max_age_s
                kept = self._kept = (self._load(), expires)
            return kept[0]

    def forget(self) -> None:
        """To be called after every commit that changes what is read."""
        with self._lock:
            self._kept = None
