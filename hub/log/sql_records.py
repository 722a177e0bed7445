"""The records of the SQL log as they are kept: their tables, their form, their checksums."""

from functools import partial
from hashlib import blake2b
from typing import Any, NamedTuple

import orjson
import pyarrow as pa
import sqlalchemy as sa
from sqlalchemy.types import NULLTYPE

from hub.core.batch import Batch, Columns, Rows
from hub.log.port import RECORD_BITS, LogDamagedError
from schemas.event import Accepted, Event

metadata = sa.MetaData()
records = sa.Table(
    "records",
    metadata,
    sa.Column("record", sa.Integer, primary_key=True),
    sa.Column("accepted", sa.BigInteger, nullable=False),
    sa.Column("events", sa.LargeBinary, nullable=False),
    sa.Column("checksum", sa.LargeBinary),  # NULL: by a hub that knew none
    sqlite_autoincrement=True,  # a trimmed record's number is never given again
)
properties = sa.Table(
    "properties",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("value", sa.Text, nullable=False),
)

NO_CHECKSUM = b""
"""Of a record that has none, and of what is before the first one."""

_BYTES = 16


class Row(NamedTuple):
    """A record as it lies in the table; the types are what they should be, and may differ."""

    record: int
    accepted: int
    events: bytes
    checksum: bytes | None


# As they are: what a type of SQLAlchemy makes of a damaged value would hide which one it was.
raw_rows = sa.select(*(sa.type_coerce(c, NULLTYPE).label(c.name) for c in records.c))


def checksum(before: bytes, record: int, accepted: int, events: bytes) -> bytes:
    """Over a record's content, number and moment, and the checksum of the record before it."""
    head = record.to_bytes(8, "big") + accepted.to_bytes(8, "big", signed=True)
    return blake2b(before + head + events, digest_size=_BYTES).digest()


def packed(events: Batch[Event]) -> bytes:
    """The events of a record as it is kept: rows as JSON, columns as a stream of Arrow."""
    if isinstance(events, Rows):
        return orjson.dumps([tuple(event) for event in events])
    stream = pa.BufferOutputStream()
    options = pa.ipc.IpcWriteOptions(compression="lz4")
    with pa.ipc.new_stream(stream, events.table.schema, options=options) as writer:
        writer.write_batch(events.table)
    kept: bytes = stream.getvalue().to_pybytes()
    return kept


def unpacked(row: Row) -> Batch[Event]:
    """The events of a record. Raises `LogDamagedError`."""
    try:
        if row.events.startswith(b"["):
            return Rows(map(_event, orjson.loads(row.events)))
        return Columns(pa.ipc.open_stream(row.events).read_next_batch())
    except (ValueError, TypeError, OSError, StopIteration, pa.ArrowException) as error:
        told = f"its content cannot be read ({type(error).__name__})"
        raise LogDamagedError(row.record, row.record, told) from None


def accepted(record: int, moment: int, events: Batch[Event]) -> Batch[Accepted]:
    """The events of a record with their places in the log and its moment."""
    first = record << RECORD_BITS
    return events.placed(range(first, first + len(events)), moment)


_event: Any = partial(tuple.__new__, Event)  # at half the price of calling Event
