"""The event log as a table of a SQL database (SQLite in the embedded set).

One thread writes. It takes all requests that wait, stores them in one transaction (one fsync) and
answers them together.
"""

import queue
import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from hub.core.batch import Batch, joined, laid
from hub.log import sql_file
from hub.log.clock import SteadyClock, boot_time
from hub.log.port import Appended, LogDamagedError, LogUnavailableError, Position
from hub.log.salvage import sound_rows
from hub.log.sql_file import damage_told
from hub.log.sql_records import (
    Row,
    accepted,
    checksum,
    packed,
    raw_rows,
    records,
    unpacked,
)
from schemas.event import Accepted, Event

_MOST_EVENTS = 50_000
"""How many events one transaction takes at most."""

_RECENT_EVENTS = 200_000
"""How many events stay in memory for the processor that follows closely."""

_PROBE_LEAST, _PROBE_MOST = 2**14, 2**22
"""Bytes that a probe writes."""


class _Request(NamedTuple):
    """Events, the least moment that they may get, and who waits for the answer. No events at all
    (None): a probe."""

    events: Sequence[Event] | None
    least: int
    answer: "Future[Appended]"


class SqlLog:
    """`EventLog` on a SQL table, one partition (0). `now` gives µs UTC; `elapsed` µs that only ever
    grow, by the time that passes.

    Raises `LogDamagedError`, also from `read`: a record that is not what was written is never
    taken for one.
    """

    def __init__(
        self, url: str, now: Callable[[], int], elapsed: Callable[[], int] = boot_time
    ) -> None:
        self._clock = now
        self._engine = sql_file.opened(url)
        with damage_told(), self._engine.begin() as connection:
            last = sql_file.last_of(connection)
            self.id = sql_file.identity(connection)
            """Made with the log, once: 63 bits that no other log has."""
            kept = sql_file.known(connection, "steady")
            begins = int(kept) if kept else last.accepted if last.record else now()
        self._end, self._last_accepted, self._checksum = last
        self.steady = SteadyClock(now, begins, elapsed)
        self._grown = threading.Condition()
        self._recent: OrderedDict[int, tuple[int, Batch[Event]]] = OrderedDict()
        self._recent_events = 0
        self._failed_bytes = 0
        self.trouble: str | None = None
        """Why the last attempt to store something failed."""
        self._requests: queue.SimpleQueue[_Request | None] = queue.SimpleQueue()
        self._writer = threading.Thread(target=self._write_all, name="log-writer", daemon=True)
        self._writer.start()

    def append(self, events: Sequence[Event]) -> "Future[Appended]":
        """Store events as one record."""
        return self._append(events, 0)

    def _append(self, events: Sequence[Event] | None, least: int) -> "Future[Appended]":
        future: Future[Appended] = Future()
        future.set_running_or_notify_cancel()  # who no longer waits does not take it back
        self._requests.put(_Request(events, least, future))
        return future

    def probe(self) -> "Future[None]":
        """Write something, about as much as failed last, and nothing that stays."""
        probed: Future[None] = Future()
        self._append(None, 0).add_done_callback(lambda _: probed.set_result(None))
        return probed

    def now(self) -> int:
        """The present moment (µs UTC), never before the last record's: what was accepted is part
        of the past for all who ask, though the clock went back since."""
        return max(self._clock(), self._last_accepted)

    @property
    def last_moment(self) -> int:
        """When (µs) the last record was accepted; 0: there is none."""
        return self._last_accepted

    def ahead(self) -> int:
        """How far (µs) the last record's moment is ahead of the clock; 0: it is not."""
        return max(0, self._last_accepted - self._clock())

    def read(
        self, after: Position, limit: int, timeout: float = 0.0
    ) -> tuple[Batch[Accepted], Position]:
        """About `limit` events after a position (whole records), and the position they reach."""
        with self._grown:
            self._grown.wait_for(lambda: self._end > after.get(0, 0), timeout)
        found, reached = self._read_recent(after.get(0, 0), limit)
        if found:
            return joined(found), {0: reached}
        query = raw_rows.where(records.c.record > reached).order_by(records.c.record)
        # The cursor is closed before the connection goes back: while one is open, whoever gets the
        # connection next writes on an old snapshot, which SQLite refuses ("database is locked").
        with damage_told(), self._engine.connect() as connection:
            chain = sql_file.chain_after(connection, reached)
            with connection.execution_options(yield_per=20).execute(query) as rows:
                size = 0
                for row in map(Row._make, rows):
                    if damage := chain.take(row):
                        raise damage
                    found.append(accepted(row.record, row.accepted, unpacked(row)))
                    reached, size = row.record, size + len(found[-1])
                    if size >= limit:
                        break
        return joined(found), {0: reached}

    def sound(
        self, after: int, limit: int, tell: Callable[[LogDamagedError], None]
    ) -> tuple[Batch[Accepted], int]:
        """About `limit` events after a record as they are on the disk, and the record reached;
        what is damaged is told and passed over."""
        found: list[Batch[Accepted]] = []
        end, size = self._end, 0
        with damage_told(), self._engine.connect() as connection:
            chain = sql_file.chain_after(connection, after)
            for row in sound_rows(connection, chain, after, end, tell):
                found.append(accepted(row.record, row.accepted, unpacked(row)))
                size += len(found[-1])
                if size >= limit:
                    return joined(found), row.record
        return joined(found), end

    def integrity(self) -> list[str]:
        """What SQLite finds wrong with the file."""
        with damage_told(), self._engine.connect() as connection:
            said = connection.execute(sa.text("PRAGMA integrity_check(20)")).scalars().all()
        return [one for one in said if one != "ok"]

    def _read_recent(self, after: int, limit: int) -> tuple[list[Batch[Accepted]], int]:
        """The records that are still in memory after one, and the last of them."""
        found: list[Batch[Accepted]] = []
        size = 0
        with self._grown:
            while size < limit and (record := self._recent.get(after + 1)):
                after += 1
                found.append(accepted(after, *record))
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

    newest = end
    """Nobody else appends."""

    def start(self) -> int:
        """The number of the first record that is still there; 1 in a log that was never trimmed."""
        with damage_told(), self._engine.connect() as connection:
            return connection.execute(sa.select(sa.func.min(records.c.record))).scalar() or 1

    def left_out(self) -> list[tuple[int, int]]:
        """The records, from first to last, that were damaged and left out on purpose."""
        with damage_told(), self._engine.connect() as connection:
            return sql_file.left_out(connection)

    def fingerprint(self, record: int) -> int | None:
        """Of all that the log held up to a record: 63 bits that differ in any other log. None: the
        log does not know (any more)."""
        with damage_told(), self._engine.connect() as connection:
            found = sql_file.checksum_at(connection, record)
        return int.from_bytes(found[:8], "big") >> 1 if found else None

    def trim(self, before: int, applied: Position, at_most: int = 1000) -> int:
        """Drop the first records, as far as they were accepted before an instant (µs) and the
        store holds them; how many. To be called again while it drops as many as it may."""
        with self._grown:
            self._recent.clear()
            self._recent_events = 0
        with self._engine.begin() as connection:
            sql_file.note(connection, "steady", str(self.steady.now()))
            # the last record carries number and moment on
            until = min(applied.get(0, 0), self._end - 1)
            return sql_file.drop(connection, before, until, at_most)

    def close(self) -> None:
        """Store what waits, then close the database."""
        self._requests.put(None)
        self._writer.join()
        self._engine.dispose()

    def _write_all(self) -> None:
        while (request := self._requests.get()) is not None:
            if request.events is None:
                self._try(request)
                continue
            batch = [request]
            size = len(request.events)
            while size < _MOST_EVENTS and not self._requests.empty():
                following = self._requests.get()
                if following is None or following.events is None:
                    self._requests.put(following)
                    break
                batch.append(following)
                size += len(following.events)
            self._write(batch)

    def _try(self, probe: _Request) -> None:
        """Whether the disk takes something, about as much as it refused last."""
        try:
            size = min(max(self._failed_bytes, _PROBE_LEAST), _PROBE_MOST)
            with self._engine.begin() as connection:
                sql_file.note(connection, "probe", "x" * size)
            with self._engine.begin() as connection:
                sql_file.note(connection, "probe", "")
            self.trouble = None
        except DBAPIError as error:
            self.trouble = str(error.orig)
        probe.answer.set_result(Appended({}))

    def _write(self, batch: list[_Request]) -> None:
        rows: list[Row] = []
        try:
            least = max(self._last_accepted + 1, *(one.least for one in batch))
            moment = max(self._clock(), least)
            batches = [laid(one.events) for one in batch if one.events is not None]
            before = self._checksum
            for record, content in enumerate(map(packed, batches), self._end + 1):
                before = checksum(before, record, moment, content)
                rows.append(Row(record, moment, content, before))
            with self._engine.begin() as connection:
                connection.execute(sa.insert(records), [row._asdict() for row in rows])
        except Exception as error:  # noqa: BLE001 - it goes to everyone who waits for an answer
            if isinstance(error, DBAPIError):
                self.trouble = str(error.orig)
                self._failed_bytes = sum(len(row.events) for row in rows)
            for one in batch:
                passing = isinstance(error, DBAPIError)
                one.answer.set_exception(LogUnavailableError(str(error)) if passing else error)
            return
        self.trouble = None
        with self._grown:
            self._end, self._last_accepted, self._checksum = rows[-1].record, moment, before
            for row, events in zip(rows, batches, strict=True):
                self._recent[row.record] = moment, events
                self._recent_events += len(events)
            while self._recent_events + len(self._recent) > _RECENT_EVENTS:
                self._recent_events -= len(self._recent.popitem(last=False)[1][1])
            self._grown.notify_all()
        for row, one in zip(rows, batch, strict=True):
            one.answer.set_result(Appended({0: row.record}))
