"""A damaged SQL log: all that is wrong with it, and a new one of what can still be read."""

import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import orjson
import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.exc import DatabaseError

from hub.log import sql_file
from hub.log.chain import Chain
from hub.log.port import MISSING, LogDamagedError
from hub.log.sql_records import NO_CHECKSUM, Row, checksum, properties, raw_rows, records, unpacked

Tell = Callable[[LogDamagedError], None]
_AT_ONCE = 20
_SAVED_AT_ONCE = 500
_ASIDE = ".damaged"
ONLY_CHECKSUM = "only its checksum is, and its content stays"


def sound_rows(
    connection: Connection, chain: Chain, after: int, end: int, tell: Tell
) -> Iterator[Row]:
    """The records after one, up to `end`, that are as they were written; the others are told.

    Of two records that do not fit together the second may show that the first is sound and only
    its checksum is damaged; then both are given.
    """
    doubtful: tuple[Row, LogDamagedError] | None = None
    for row in _rows(connection, after, end, tell):
        damage = chain.take(row) or _undecodable(row)
        if doubtful:
            if chain.rightful:
                number = doubtful[0].record
                tell(LogDamagedError(number, number, ONLY_CHECKSUM))
                yield doubtful[0]._replace(checksum=chain.rightful)
            else:
                tell(doubtful[1])
            doubtful = None
        if damage is None:
            yield row
        elif damage.last is not None and damage.last < row.record:
            tell(damage)  # what is missing before it
            yield row
        else:
            doubtful = row, damage
    if doubtful:
        tell(doubtful[1])


def _undecodable(row: Row) -> LogDamagedError | None:
    """Of a record without a checksum nothing else can be told."""
    if row.checksum is None:
        try:
            unpacked(row)
        except LogDamagedError as damage:
            return damage
    return None


def _rows(connection: Connection, after: int, end: int, tell: Tell) -> Iterator[Row]:
    """The records that SQLite can read, in order; after one that it cannot, each by itself."""
    try:
        query = raw_rows.where(records.c.record > after).order_by(records.c.record)
        with connection.execution_options(yield_per=_AT_ONCE).execute(query) as rows:
            for row in map(Row._make, rows):
                after = row.record if isinstance(row.record, int) else after
                yield row
    except DatabaseError as error:
        if not sql_file.is_damage(error):
            raise
        yield from _one_by_one(connection, after, end, tell)


def _one_by_one(connection: Connection, after: int, end: int, tell: Tell) -> Iterator[Row]:
    bad: tuple[int, str] | None = None
    for number in range(after + 1, end + 1):
        try:
            query = raw_rows.where(records.c.record == number)
            found = connection.execute(query).one_or_none()
        except DatabaseError as error:
            if not sql_file.is_damage(error):
                raise
            bad = bad or (number, f"SQLite says: {error.orig}")
            continue
        if bad:
            tell(LogDamagedError(bad[0], number - 1, bad[1]))
            bad = None
        if found is not None:
            yield Row._make(found)
    if bad:
        tell(LogDamagedError(bad[0], end, bad[1]))


def salvage(file: Path) -> list[LogDamagedError]:
    """Leave out of a log what is damaged: a new file takes its place, the old one stays beside it
    (`log.db.damaged`). What was damaged; nothing: the log is whole, and stays as it is.

    No hub may have it open. Raises `LogDamagedError` where nothing of it can be read.
    """
    damages: list[LogDamagedError] = []
    new = file.with_name(f"{file.name}.salvaged")
    new.unlink(missing_ok=True)
    old = sa.create_engine(f"sqlite:///{file}", hide_parameters=True)
    sa.event.listen(old, "connect", sql_file.lenient)
    fresh = sql_file.opened(f"sqlite:///{new}")
    try:
        with sql_file.damage_told(), old.connect() as source, fresh.begin() as target:
            end = _highest(source)
            _copy(source, target, end, damages)
    finally:
        old.dispose()
        fresh.dispose()
    if damages:
        for tail in ("", "-wal", "-shm"):
            part = file.with_name(file.name + tail)
            if part.exists():
                part.rename(file.with_name(file.name + _ASIDE + tail))
        new.rename(file)
        folder = os.open(file.parent, os.O_RDONLY)
        os.fsync(folder)
        os.close(folder)
    else:
        new.unlink()
    return damages


def _highest(source: Connection) -> int:
    found = source.execute(sql_file.highest).scalar()
    return found if isinstance(found, int) else 0


def _copy(source: Connection, target: Connection, end: int, damages: list[LogDamagedError]) -> None:
    """All sound records, as they are, and which numbers are left out between them."""
    with suppress(DatabaseError):  # these few are not worth the records
        for name, value in source.execute(sa.select(properties)):
            sql_file.note(target, name, value)
    at, before = sql_file.anchor(target)
    left_out, rows = set(sql_file.left_out(target)), list[dict[str, object]]()
    chain = Chain(at, before, list(left_out))
    begun, last_moment = False, 0
    for row in sound_rows(source, chain, 0, end, damages.append):
        if row.record > at + 1 and (begun or row.checksum is not None):
            left_out.add((at + 1, row.record - 1))
        at, last_moment, begun = row.record, row.accepted, True
        rows.append(row._asdict())
        if len(rows) == _SAVED_AT_ONCE:
            target.execute(sa.insert(records), rows)
            rows.clear()
    if at < end:  # the last records were damaged: an empty one carries their number on
        if not any(one.last == end for one in damages):
            damages.append(LogDamagedError(at + 1, end, MISSING))
        left_out.add((at + 1, end))
        empty = (end + 1, last_moment + 1, b"[]")
        rows.append(Row(*empty, checksum(NO_CHECKSUM, *empty))._asdict())
    if rows:
        target.execute(sa.insert(records), rows)
    sql_file.note(target, "left_out", orjson.dumps(sorted(left_out)).decode())
