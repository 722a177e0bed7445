"""Databases of several makers: how each is connected to, and made to read only."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import md5
from typing import Any, NamedTuple
from urllib.parse import quote

import sqlalchemy as sa
from sqlalchemy.engine import URL, Connection
from sqlalchemy.exc import DataError
from sqlalchemy.pool import NullPool

_SECONDS = 60
"""How long one statement may take at most."""

_DRIVERS = {
    "postgresql": "postgresql+psycopg",
    "postgres": "postgresql+psycopg",
    "mysql": "mysql+pymysql",
    "mariadb": "mariadb+pymysql",
}


class Maker(NamedTuple):
    """What differs between databases."""

    session: tuple[str, ...]
    """Statements after connecting: nothing is written, nothing waits long, times are in UTC."""
    snapshot: str
    """Begins a transaction whose statements all see one moment, and which locks nothing."""


_MYSQL = Maker(
    session=(
        "SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ",
        "SET SESSION TRANSACTION READ ONLY",
        "SET SESSION time_zone = '+00:00'",
        "SET SESSION lock_wait_timeout = 10",
    ),
    snapshot="START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY",
)
MAKERS = {
    "postgresql": Maker(
        session=(
            "SET default_transaction_read_only = on",
            f"SET statement_timeout = '{_SECONDS}s'",
            "SET lock_timeout = '10s'",
            "SET idle_in_transaction_session_timeout = '300s'",
            "SET TimeZone = 'UTC'",
            "SET DateStyle = 'ISO'",
        ),
        snapshot="BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
    ),
    "mariadb": _MYSQL,
    "mysql": _MYSQL,
    "sqlite": Maker(session=("PRAGMA query_only = on",), snapshot="BEGIN"),
    "oracle": Maker(
        session=("ALTER SESSION SET TIME_ZONE = '+00:00'",), snapshot="SET TRANSACTION READ ONLY"
    ),
    "mssql": Maker(
        session=("SET LOCK_TIMEOUT 10000", "SET TRANSACTION ISOLATION LEVEL SNAPSHOT"),
        snapshot="BEGIN TRANSACTION",
    ),
}


def engine_of(url: URL) -> sa.Engine:
    """An engine that connects anew each time; the caller keeps its one connection."""
    url = url.set(drivername=_DRIVERS.get(url.drivername, url.drivername))
    settings: dict[str, Any] = {
        "poolclass": NullPool,
        "isolation_level": "AUTOCOMMIT",
        "hide_parameters": True,
    }
    name = url.get_backend_name()
    if name == "sqlite":
        del settings["isolation_level"]
        return sa.create_engine(
            "sqlite://", creator=lambda: _sqlite(url.database or ""), **settings
        )
    if name == "postgresql":
        settings["connect_args"] = {"connect_timeout": 10, "prepare_threshold": None}
    if name in ("mysql", "mariadb"):
        settings["connect_args"] = {"connect_timeout": 10, "read_timeout": 2 * _SECONDS}
        if url.password is not None:  # as text, the driver takes Latin letters only
            settings["connect_args"]["password"] = str(url.password).encode()
    return sa.create_engine(url, **settings)


def connected(engine: sa.Engine) -> Connection:
    """A connection that reads only. Raises SQLAlchemy's errors."""
    connection = engine.connect()
    try:
        for statement in MAKERS[engine.dialect.name].session:
            connection.exec_driver_sql(statement)
        if engine.dialect.name in ("mysql", "mariadb"):
            limit = (
                f"max_statement_time = {_SECONDS}"
                if engine.dialect.is_mariadb  # type: ignore[attr-defined]
                else f"max_execution_time = {_SECONDS * 1000}"
            )
            connection.exec_driver_sql(f"SET SESSION {limit}")
    except BaseException:
        connection.invalidate()
        connection.close()
        raise
    return connection


@contextmanager
def snapshot(connection: Connection) -> Iterator[None]:
    """All that is read inside is of one moment."""
    name = connection.dialect.name
    connection.exec_driver_sql(MAKERS[name].snapshot)
    try:
        yield
    finally:
        if not connection.closed and not connection.invalidated:
            connection.exec_driver_sql("ROLLBACK")


def _sqlite(path: str) -> sqlite3.Connection:
    connection = sqlite3.connect(
        f"file:{quote(path)}?mode=ro", uri=True, timeout=5.0, isolation_level=None
    )
    # A text that is no UTF-8 gets a sign that no code has, so the mapping refuses its row by name.
    connection.text_factory = lambda text: text.decode("utf-8", "replace")
    connection.create_function("md5", 1, _md5, deterministic=True)
    return connection


def _md5(value: Any) -> str | None:
    if value is None:
        return None
    return md5(str(value).encode(), usedforsecurity=False).hexdigest()


def read_leniently(connection: Connection, error: DataError) -> bool:
    """From now on give as text what Python has no value for, such as PostgreSQL's infinity; False
    where that is not what went wrong. The driver's own way is far quicker as long as it will do."""
    is_driver = getattr(error.orig, "sqlstate", "") is None
    if connection.dialect.name != "postgresql" or not is_driver:
        return False
    from psycopg.types import datetime as types

    adapters = connection.connection.dbapi_connection.adapters  # type: ignore[union-attr]
    for name, loader in (
        ("date", types.DateLoader),
        ("timestamp", types.TimestampLoader),
        ("timestamptz", types.TimestamptzLoader),
    ):
        adapters.register_loader(name, _lenient(loader))
    return True


def _lenient(loader: Any) -> Any:
    from psycopg import DataError

    class Lenient(loader):  # type: ignore[misc]
        def load(self, data: Any) -> Any:
            try:
                return super().load(data)
            except DataError:
                return bytes(data).decode()

    return Lenient
