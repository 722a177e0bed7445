"""The SQL log's database: opened and brought up to date, its end, its beginning, its chain."""

import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any, NamedTuple

import orjson
import sqlalchemy as sa
from sqlalchemy import Connection, Engine
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import DatabaseError

from hub.log.chain import Chain
from hub.log.port import MISSING, LogDamagedError
from hub.log.sql_records import NO_CHECKSUM, metadata, properties, records

_SQLITE_SAYS_DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
_LOW_BYTE = 0xFF
_sequence = sa.table("sqlite_sequence", sa.column("name"), sa.column("seq"))
highest = sa.select(_sequence.c.seq).where(_sequence.c.name == records.name)
"""The highest number that a record was ever given, as SQLite keeps it."""


class Last(NamedTuple):
    """The last record: number 0 where there is none."""

    record: int
    accepted: int
    checksum: bytes


def known(connection: Connection, name: str) -> str | None:
    """What the log knows of itself by this name, if anything."""
    query = sa.select(properties.c.value).where(properties.c.name == name)
    found: str | None = connection.execute(query).scalar()
    return found


def note(connection: Connection, name: str, value: str) -> None:
    """Let the log know something of itself."""
    insert = sqlite.insert(properties).values(name=name, value=value)
    replaced = {"value": insert.excluded.value}
    connection.execute(insert.on_conflict_do_update(index_elements=["name"], set_=replaced))


def identity(connection: Connection) -> int:
    """63 bits that no other log has; made once."""
    found = known(connection, "id")
    if found is None:
        found = str(secrets.randbits(63) or 1)
        note(connection, "id", found)
    return int(found)


@contextmanager
def damage_told() -> Iterator[None]:
    """SQLite's own words for a file that it cannot read become a `LogDamagedError`."""
    try:
        yield
    except DatabaseError as error:
        if is_damage(error):
            raise LogDamagedError(None, None, f"SQLite says: {error.orig}") from None
        raise


def is_damage(error: DatabaseError) -> bool:
    """Whether SQLite says that the file is not what it was."""
    code = getattr(error.orig, "sqlite_errorcode", 0)
    return code & _LOW_BYTE in _SQLITE_SAYS_DAMAGED


def opened(url: str) -> Engine:
    """The database with the tables of this hub. Raises `LogDamagedError`."""
    engine = sa.create_engine(url, hide_parameters=True)
    sa.event.listen(engine, "connect", _pragmas)
    with damage_told():
        metadata.create_all(engine)
        with engine.begin() as connection:
            found = {column["name"] for column in sa.inspect(connection).get_columns("records")}
            if "checksum" not in found:  # of a hub that knew none
                from alembic.migration import MigrationContext
                from alembic.operations import Operations

                added = sa.Column(records.c.checksum.name, records.c.checksum.type)
                Operations(MigrationContext.configure(connection)).add_column(records.name, added)
    return engine


def _pragmas(connection: Any, _: object) -> None:
    """An acknowledged event survives a power cut; readers never wait for the writer."""
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "busy_timeout = 10000"):
        connection.execute(f"PRAGMA {pragma}")
    lenient(connection, None)


def lenient(connection: Any, _: object) -> None:
    """A flipped bit may make a text of bytes: it is to be read, to be told as damage."""
    connection.text_factory = partial(str, encoding="utf-8", errors="surrogateescape")


def last_of(connection: Connection) -> Last:
    """The last record. Raises `LogDamagedError` where it is not the last that was written."""
    row = connection.execute(
        sa.select(records.c.record, records.c.accepted, records.c.checksum)
        .order_by(records.c.record.desc())
        .limit(1)
    ).one_or_none()
    last = Last(row.record, row.accepted, row.checksum or NO_CHECKSUM) if row else Last(0, 0, b"")
    given = connection.execute(highest).scalar()
    if isinstance(given, int) and given > last.record:
        raise LogDamagedError(last.record + 1, given, MISSING)
    return last


def chain_after(connection: Connection, record: int) -> Chain:
    """The chain from after a record, or from where the log begins now."""
    found = connection.execute(
        sa.select(records.c.checksum).where(records.c.record == record)
    ).one_or_none()
    left = left_out(connection)
    if found is not None:
        return Chain(record, found.checksum or NO_CHECKSUM, left)
    at, before = anchor(connection)
    if at >= record:
        return Chain(at, before, left)
    return Chain(record, None if record else NO_CHECKSUM, left)


def checksum_at(connection: Connection, record: int) -> bytes | None:
    """The checksum of a record that is there, or of the last one that was trimmed."""
    query = sa.select(records.c.checksum).where(records.c.record == record)
    at, before = anchor(connection)
    found: bytes | None = connection.execute(query).scalar()
    return found or (before if at == record else None) or None


def anchor(connection: Connection) -> tuple[int, bytes]:
    """The last record that was trimmed, with its checksum; 0: none was."""
    found = known(connection, "trimmed")
    if found is None:
        return 0, NO_CHECKSUM
    record, _, before = found.partition(" ")
    return int(record), bytes.fromhex(before)


def left_out(connection: Connection) -> list[tuple[int, int]]:
    """The records, from first to last, that were damaged and left out on purpose."""
    found = known(connection, "left_out")
    return [(first, last) for first, last in orjson.loads(found)] if found else []


def drop(connection: Connection, before: int, until: int, at_most: int) -> int:
    """Drop the first records, up to `until` and as far as accepted before an instant (µs); how
    many. The checksum of the last one of them stays: what follows vouches for it."""
    some = (
        sa.select(records.c.record, records.c.accepted)
        .where(records.c.record <= until)
        .order_by(records.c.record)
        .limit(at_most)
        .subquery()
    )
    old = sa.select(sa.func.max(some.c.record)).where(some.c.accepted < before)
    last = connection.execute(old).scalar()
    if last is None:
        return 0
    last_checksum = checksum_at(connection, last) or NO_CHECKSUM
    note(connection, "trimmed", f"{last} {last_checksum.hex()}")
    return connection.execute(sa.delete(records).where(records.c.record <= last)).rowcount
