"""The event log as a table of a SQL database (SQLite in the embedded set).

One thread writes. It takes all requests that wait, stores them in one transaction (one fsync) and
answers them together.
"""

import queue
import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from functools import partial
from itertools import count, repeat
from typing import Any, TypeAlias

import numpy as np
import orjson
import pyarrow as pa
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from hub.core.sheet import FEW, Columns, event_columns, joined, placed
from hub.log.port import RECORD_BITS, Appended, LogUnavailableError, Position
from schemas.event import Accepted, Event

_MOST_EVENTS = 50_000
"""How many events one transaction takes at most."""

_RECENT_EVENTS = 200_000
"""How many events stay in memory for the processor that follows closely."""

_Events: TypeAlias = Sequence[Event] | pa.RecordBatch

_metadata = sa.MetaData()
_records = sa.Table(
    "records",
    _metadata,
    sa.Column("record", sa.Integer, primary_key=True),
    sa.Column("accepted", sa.BigInteger, nullable=False),
    sa.Column("events", sa.LargeBinary, nullable=False),
    sqlite_autoincrement=True,  # a trimmed record's number is never given again
)

_Request = tuple[Sequence[Event], int, "Future[Appended]"]
"""Events, the least moment that they may get, and who waits for the answer."""


class SqlLog:
    """`EventLog` on a SQL table, one partition (0). `now` gives µs UTC."""

    def __init__(self, url: str, now: Callable[[], int]) -> None:
        self._now = now
        self._engine = sa.create_engine(url, hide_parameters=True)
        if self._engine.dialect.name == "sqlite":
            sa.event.listen(self._engine, "connect", _pragmas)
        _metadata.create_all(self._engine)
        with self._engine.connect() as connection:
            last = connection.execute(
                sa.select(_records.c.record, _records.c.accepted)
                .order_by(_records.c.record.desc())
                .limit(1)
            ).one_or_none()
        self._end: int = last.record if last else 0
        self._last_accepted: int = last.accepted if last else 0
        self._grown = threading.Condition()
        self._recent: OrderedDict[int, tuple[int, _Events]] = OrderedDict()
        self._recent_events = 0
        self._requests: queue.SimpleQueue[_Request | None] = queue.SimpleQueue()
        self._writer = threading.Thread(target=self._write_all, name="log-writer", daemon=True)
        self._writer.start()

    def append(self, events: Sequence[Event]) -> "Future[Appended]":
        """Store events as one record."""
        return self._append(events, 0)

    def _append(self, events: Sequence[Event], least: int) -> "Future[Appended]":
        future: Future[Appended] = Future()
        future.set_running_or_notify_cancel()  # who no longer waits does not take it back
        self._requests.put((events, least, future))
        return future

    def read(
        self, after: Position, limit: int, timeout: float = 0.0
    ) -> tuple[Sequence[Accepted], Position]:
        """About `limit` events after a position (whole records), and the position they reach."""
        with self._grown:
            self._grown.wait_for(lambda: self._end > after.get(0, 0), timeout)
        found, reached = self._read_recent(after.get(0, 0), limit)
        if found:
            return joined(found), {0: reached}
        query = sa.select(_records).where(_records.c.record > reached).order_by(_records.c.record)
        # The cursor is closed before the connection goes back: while one is open, whoever gets the
        # connection next writes on an old snapshot, which SQLite refuses ("database is locked").
        with (
            self._engine.connect() as connection,
            connection.execution_options(yield_per=20).execute(query) as rows,
        ):
            size = 0
            for record, accepted, packed in rows:
                found.append(_accepted(record, accepted, _unpacked(packed)))
                reached, size = record, size + len(found[-1])
                if size >= limit:
                    break
        return joined(found), {0: reached}

    def _read_recent(self, after: int, limit: int) -> tuple[list[Sequence[Accepted]], int]:
        """The records that are still in memory after one, and the last of them."""
        found: list[Sequence[Accepted]] = []
        size = 0
        with self._grown:
            while size < limit and (record := self._recent.get(after + 1)):
                after += 1
                found.append(_accepted(after, *record))
                size += len(found[-1])
        return found, after

    def seal(self, instant: int) -> "Future[Position]":
        """Let all later moments be after `instant`, by an empty record where need be."""
        sealed: Future[Position] = Future()
        with self._grown:
            if self._last_accepted >= instant:
                sealed.set_result({0: self._end})
                return sealed

        def done(appended: "Future[Appended]") -> None:
            if error := appended.exception():
                sealed.set_exception(error)
            else:
                sealed.set_result(appended.result().position)

        # the clock may stand at `instant`, or have gone back since the caller looked
        self._append((), instant + 1).add_done_callback(done)
        return sealed

    def end(self) -> Position:
        """The position of the last record."""
        return {0: self._end}

    def start(self) -> int:
        """The number of the first record that is still there; 1 in a log that was never trimmed."""
        with self._engine.connect() as connection:
            return connection.execute(sa.select(sa.func.min(_records.c.record))).scalar() or 1

    def trim(self, before: int, applied: Position, at_most: int = 1000) -> int:
        """Drop the first records, as far as they were accepted before an instant (µs) and the
        store holds them; how many. To be called again while it drops as many as it may."""
        first = (
            sa.select(_records.c.record)
            .where(
                _records.c.record <= applied.get(0, 0),
                _records.c.record < self._end,  # the last one carries number and moment on
            )
            .order_by(_records.c.record)
            .limit(at_most)
        )
        old = sa.delete(_records).where(
            _records.c.record.in_(first.scalar_subquery()), _records.c.accepted < before
        )
        with self._grown:
            self._recent.clear()
            self._recent_events = 0
        with self._engine.begin() as connection:
            return connection.execute(old).rowcount

    def close(self) -> None:
        """Store what waits, then close the database."""
        self._requests.put(None)
        self._writer.join()
        self._engine.dispose()

    def _write_all(self) -> None:
        while (request := self._requests.get()) is not None:
            batch = [request]
            size = len(request[0])
            while size < _MOST_EVENTS and not self._requests.empty():
                following = self._requests.get()
                if following is None:
                    self._requests.put(None)
                    break
                batch.append(following)
                size += len(following[0])
            self._write(batch)

    def _write(self, batch: list[_Request]) -> None:
        try:
            least = max(self._last_accepted + 1, *(least for _, least, _ in batch))
            accepted = max(self._now(), least)
            laid = [event_columns(e) if len(e) > FEW else e for e, _, _ in batch]
            rows = [{"accepted": accepted, "events": _packed(events)} for events in laid]
            with self._engine.begin() as connection:
                insert = sa.insert(_records).returning(_records.c.record)
                records = [connection.execute(insert, row).scalar_one() for row in rows]
        except Exception as error:  # noqa: BLE001 - it goes to everyone who waits for an answer
            passing = isinstance(error, DBAPIError)
            for *_, future in batch:
                future.set_exception(LogUnavailableError(str(error)) if passing else error)
            return
        with self._grown:
            self._end, self._last_accepted = records[-1], accepted
            for record, events in zip(records, laid, strict=True):
                self._recent[record] = accepted, events
                self._recent_events += len(events)
            while self._recent_events + len(self._recent) > _RECENT_EVENTS:
                self._recent_events -= len(self._recent.popitem(last=False)[1][1])
            self._grown.notify_all()
        for record, (*_, future) in zip(records, batch, strict=True):
            future.set_result(Appended({0: record}))


def _packed(events: _Events) -> bytes:
    """The events of a record as it is kept: JSON, or many as a stream of Arrow."""
    if not isinstance(events, pa.RecordBatch):
        return orjson.dumps([tuple(event) for event in events])
    stream = pa.BufferOutputStream()
    options = pa.ipc.IpcWriteOptions(compression="lz4")
    with pa.ipc.new_stream(stream, events.schema, options=options) as writer:
        writer.write_batch(events)
    packed: bytes = stream.getvalue().to_pybytes()
    return packed


def _unpacked(packed: bytes) -> _Events:
    if packed.startswith(b"["):
        return list(map(_event, orjson.loads(packed)))
    return pa.ipc.open_stream(packed).read_next_batch()


def _accepted(record: int, moment: int, events: _Events) -> Sequence[Accepted]:
    """The events of a record with their places in the log and its moment."""
    places, moments = count(record << RECORD_BITS), repeat(moment)
    if not isinstance(events, pa.RecordBatch):
        return list(map(_new_accepted, zip(places, moments, events, strict=False)))
    first, size = record << RECORD_BITS, len(events)
    return Columns(placed(events, np.arange(first, first + size), np.full(size, moment)))


_new_accepted = partial(tuple.__new__, Accepted)  # at half the price of calling Accepted
_event = partial(tuple.__new__, Event)


def _pragmas(connection: Any, _: object) -> None:
    """An acknowledged event survives a power cut; readers never wait for the writer."""
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "busy_timeout = 10000"):
        connection.execute(f"PRAGMA {pragma}")
