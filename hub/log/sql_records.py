"""The records of the SQL log as they are kept: their tables, their form, their checksums."""

from collections.abc import Sequence
from functools import partial
from hashlib import blake2b
from itertools import count, repeat
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import orjson
import pyarrow as pa
import sqlalchemy as sa
from sqlalchemy.types import NULLTYPE

from hub.core.sheet import Columns, placed
from hub.log.port import RECORD_BITS, LogDamagedError
from schemas.event import Accepted, Event

Events: TypeAlias = Sequence[Event] | pa.RecordBatch

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


def packed(events: Events) -> bytes:
    """The events of a record as it is kept: JSON, or many as a stream of Arrow."""
    if not isinstance(events, pa.RecordBatch):
        return orjson.dumps([tuple(event) for event in events])
    stream = pa.BufferOutputStream()
    options = pa.ipc.IpcWriteOptions(compression="lz4")
    with pa.ipc.new_stream(stream, events.schema, options=options) as writer:
        writer.write_batch(events)
    kept: bytes = stream.getvalue().to_pybytes()
    return kept


def unpacked(row: Row) -> Events:
    """The events of a record. Raises `LogDamagedError`."""
    try:
        if row.events.startswith(b"["):
            return list(map(_event, orjson.loads(row.events)))
        return pa.ipc.open_stream(row.events).read_next_batch()
    except (ValueError, TypeError, OSError, StopIteration, pa.ArrowException) as error:
        told = f"its content cannot be read ({type(error).__name__})"
        raise LogDamagedError(row.record, row.record, told) from None


def accepted(record: int, moment: int, events: Events) -> Sequence[Accepted]:
    """The events of a record with their places in the log and its moment."""
    places, moments = count(record << RECORD_BITS), repeat(moment)
    if not isinstance(events, pa.RecordBatch):
        return list(map(_new_accepted, zip(places, moments, events, strict=False)))
    first, size = record << RECORD_BITS, len(events)
    return Columns(placed(events, np.arange(first, first + size), np.full(size, moment)))


_new_accepted: Any = partial(tuple.__new__, Accepted)  # at half the price of calling Accepted
_event: Any = partial(tuple.__new__, Event)
