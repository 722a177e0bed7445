"""The records of a SQL log, taken out and put in as they lie there: nothing is made anew.

A piece of a log is a table of Arrow with the columns of its table. Whatever a record carries
besides its events travels with them.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

import pyarrow as pa
import sqlalchemy as sa

from hub.core.batch import Batch, joined
from hub.log import sql_file
from hub.log.sql_file import damage_told
from hub.log.sql_records import Row, accepted, properties, unpacked
from schemas.event import Accepted

PIECE_BYTES = 16 * 2**20
"""Of a piece's events as they are packed, about; a record is never cut."""

_MOST_RECORDS = 20_000
_OF_ITS_PLACE = ("probe", "trimmed")
"""Properties of where and how the log lies, not of what it is."""


class Mark(NamedTuple):
    """A record by which a log is known again: its number, its moment (µs) and what it holds."""

    record: int
    accepted: int
    digest: str


class LogCopy:
    """Reads the table of a log that another part of this process writes. Thread-safe.

    Every call is a short transaction that reads: nobody waits for it.
    """

    def __init__(self, url: str) -> None:
        self._engine = sa.create_engine(url, hide_parameters=True)
        self._records = _table(self._engine)

    def first(self) -> int:
        """The number of the first record that is still there; 1 in an empty log."""
        with self._engine.connect() as connection:
            return connection.scalar(sa.select(sa.func.min(self._records.c.record))) or 1

    def last(self) -> Mark | None:
        """The last record; None: there is none."""
        return self._mark(sa.select(self._records).order_by(self._records.c.record.desc()))

    def mark(self, record: int) -> Mark | None:
        """A record; None: it is not there, or not any more."""
        return self._mark(sa.select(self._records).where(self._records.c.record == record))

    def piece(self, after: int, until: int, most: int = PIECE_BYTES) -> pa.Table:
        """The next records after one, up to another, as many as make a piece; none where the log
        begins later. Raises `LogDamagedError`."""
        number = self._records.c.record
        query = (
            sa.select(self._records).where(number > after, number <= until).order_by(number)
        ).limit(_MOST_RECORDS)
        rows: list[dict[str, Any]] = []
        size = 0
        with damage_told(), self._engine.connect() as connection:
            chain = sql_file.chain_after(connection, after)
            with connection.execution_options(yield_per=20).execute(query) as found:
                for row in found.mappings():
                    if not rows and row["record"] > after + 1 and self.first() > after + 1:
                        break
                    if damage := chain.take(Row(**{name: row[name] for name in Row._fields})):
                        raise damage
                    rows.append(dict(row))
                    size += len(row["events"])
                    if size >= most:
                        break
        return pa.Table.from_pylist(rows)

    def before(self, record: int) -> str:
        """The checksum of a record, in hex, on which the next one is built; '': not known."""
        with self._engine.connect() as connection:
            return (sql_file.checksum_at(connection, record) or b"").hex()

    def properties(self) -> dict[str, str]:
        """What the log knows of itself, wherever it begins: its id, what was left out of it."""
        query = sa.select(properties).where(properties.c.name.not_in(_OF_ITS_PLACE))
        with self._engine.connect() as connection:
            return {row.name: row.value for row in connection.execute(query)}

    def close(self) -> None:
        """Let go of the file."""
        self._engine.dispose()

    def _mark(self, query: sa.Select[Any]) -> Mark | None:
        with self._engine.connect() as connection:
            row = connection.execute(query.limit(1)).one_or_none()
        return None if row is None else mark_of(row.record, row.accepted, row.events)


def _table(engine: sa.Engine) -> sa.Table:
    """The table of records with all columns that it has."""
    return sa.Table("records", sa.MetaData(), autoload_with=engine)


def mark_of(record: int, accepted: int, events: bytes) -> Mark:
    """The mark of a record with these contents."""
    digest = hashlib.sha256(b"%d %d " % (record, accepted) + events)
    return Mark(record, accepted, digest.hexdigest())


def write_log(
    url: str, known: Mapping[str, str], begins: tuple[int, str], pieces: Iterable[pa.Table]
) -> None:
    """Make a new log of what another one knew of itself and of its records; all of a piece or
    nothing. `begins`: the record after which it begins, and the checksum of that one, in hex."""
    engine = sql_file.opened(url)
    try:
        table = _table(engine)
        with engine.begin() as connection:
            for name, value in known.items():
                sql_file.note(connection, name, value)
            if begins[0]:
                sql_file.note(connection, "trimmed", f"{begins[0]} {begins[1]}")
        for piece in pieces:
            if rows := piece.to_pylist():
                with engine.begin() as connection:
                    connection.execute(sa.insert(table), rows)
    finally:
        engine.dispose()


def accepted_of_piece(piece: pa.Table, most: int) -> Iterator[Batch[Accepted]]:
    """The events of a piece in the order of the log, about `most` of them at once."""
    some: list[Batch[Accepted]] = []
    size = 0
    columns = (piece[name].to_pylist() for name in ("record", "accepted", "events"))
    for record, moment, content in zip(*columns, strict=True):
        events = unpacked(Row(record, moment, content, None))
        some.append(accepted(record, moment, events))
        size += len(some[-1])
        if size >= most:
            yield joined(some)
            some, size = [], 0
    if some:
        yield joined(some)
