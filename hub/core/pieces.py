"""Tables of Arrow as the bytes of a file, compressed, and back: pieces of a backup."""

import pyarrow as pa

from hub.core.batch import Columns
from schemas.event import Accepted


def packed(table: pa.Table) -> bytes:
    """A table as a file of Arrow."""
    stream = pa.BufferOutputStream()
    options = pa.ipc.IpcWriteOptions(compression="zstd")
    with pa.ipc.new_file(stream, table.schema, options=options) as writer:
        writer.write_table(table)
    found: bytes = stream.getvalue().to_pybytes()
    return found


def packed_events(events: pa.RecordBatch | None) -> bytes:
    """Columns of accepted events as such a file; None: there are none."""
    return packed(pa.table({}) if events is None else pa.Table.from_batches([events]))


def unpacked(content: bytes) -> pa.Table:
    """The table of such a file."""
    return pa.ipc.open_file(content).read_all()


def events_of(table: pa.Table) -> Columns[Accepted] | None:
    """Accepted events out of their table; None: there are none."""
    return Columns(table.combine_chunks().to_batches()[0]) if table.num_rows else None
