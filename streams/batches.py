"""Records from Kafka in batches: Faust's consumer without its loop over single messages.

A whole fetch is handed to the app's intake at once (Faust's own loop handles each
message by itself) and committed only after the store has it.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from faust.transport.drivers import aiokafka as driver
from faust.types import TP
from sqlalchemy.exc import DBAPIError

from hub.log.port import LogUnavailableError
from hub.log.records import MILLISECOND, Record
from hub.store.driver import StoreUnavailableError
from streams.intake import Bounds

if TYPE_CHECKING:
    from streams.worker import WorkerApp

logger = logging.getLogger(__name__)
T = TypeVar("T")

PASSING = (StoreUnavailableError, LogUnavailableError, DBAPIError)
_SHORTEST = 0.2
"""Seconds from one batch to the next: each becomes a part in the store, and parts must be few."""

_FETCH = 100
"""Milliseconds for which the broker may keep a question for records that are not there yet. While
some partitions' records wait to be taken, aiokafka asks for the other partitions' only, and for
theirs again when that is answered: with Faust's longer wait few units' events would stand still."""

_TOGETHER, _FEW = 0.03, 200
"""Seconds in which records follow closely; how many are not few."""

_SHARE = 0.1
"""Seconds for aggregates between two batches."""

_RETRY_FIRST, _RETRY_LAST = 0.2, 5.0


class StandstillError(RuntimeError):
    """The worker is alive and gets nothing done."""


class FetchThread(driver.AIOKafkaConsumerThread):  # type: ignore[misc]
    """Fetches records, with short questions to the broker."""

    def _create_worker_consumer(self, transport: Any) -> Any:
        consumer = super()._create_worker_consumer(transport)
        consumer._fetch_max_wait_ms = _FETCH  # noqa: SLF001 - Faust has no setting for it
        return consumer


class BatchConsumer(driver.Consumer):  # type: ignore[misc]
    """Gives every fetched batch to the app's intake, then commits; nothing else in between."""

    app: "WorkerApp"

    def on_init(self) -> None:
        """Faust's hook for what a service needs."""
        super().on_init()
        self._busy = asyncio.Lock()
        self._revoked = asyncio.Event()
        self._moves = 0  # how often partitions came or went

    def _new_consumer_thread(self) -> "FetchThread":
        return FetchThread(self, loop=self.loop, beacon=self.beacon)

    async def on_partitions_revoked(self, revoked: set[TP]) -> None:
        """Let the batch in hand be stored and committed (or given up, if it cannot be) first."""
        self._moves += 1
        self._revoked.set()
        async with self._busy:
            await super().on_partitions_revoked(revoked)

    async def perform_seek(self) -> None:
        """After each assignment: go on where the store ends."""
        ours = {tp for tp in self.assignment() if tp.topic == self.app.plan.topic}
        async with self._busy:
            self._moves += 1
            self._revoked.clear()
            first = await self._thread.earliest_offsets(*ours) if ours else {}
            end = await self._thread.highwaters(*ours) if ours else {}
            bounds = {tp.partition: Bounds(first[tp], end[tp]) for tp in ours}
            places = await self._until_done(lambda: self.app.intake.begin(bounds))
            if places is not None and ours:
                await self._thread.seek_wait({tp: places[tp.partition] for tp in ours})
        self.app.watchdog.beat()
        await asyncio.get_running_loop().run_in_executor(
            self.app.thread, self.app.on_assigned, frozenset(bounds)
        )
        logger.info("partitions of this worker: %s", sorted(bounds))

    def close(self) -> None:
        """Nothing: the consumer is closed by its own thread, when that has been asked to stop.

        Faust would do it from here as soon as partitions move while the worker stops. Parts of
        aiokafka would then be gone for which its group membership waits, and both forever.
        """

    async def _drain_messages(self, fetcher: Any) -> None:
        """Replaces Faust's loop over single messages."""
        try:
            await self._take_all(fetcher)
        except asyncio.CancelledError:
            # Faust takes this for a crash while partitions move, even if it was asked to stop.
            if not self.app.should_stop:
                raise

    async def _take_all(self, fetcher: Any) -> None:
        last_found = time.monotonic()
        while not (self.should_stop or fetcher.should_stop):
            begun = time.monotonic()
            found, moves = await self._next_records(max(0.01, self.app.intake.rest(1.0)))
            if self.flow_active:
                async with self._busy:
                    if moves == self._moves:  # else they come again, from where the store ends
                        await self._take(found)
            self.app.watchdog.beat()
            if found:
                last_found = time.monotonic()
                await self.sleep(max(0.0, _SHORTEST - (last_found - begun)))
            elif begun - last_found > self.app.plan.patience:
                await self._check_standstill()
                last_found = begun

    async def _next_records(self, patience: float) -> tuple[dict[TP, list[Any]], int]:
        """What comes within so many seconds, with what follows closely where that is little; and
        how often partitions had moved when it came.

        The first records after a batch were fetched ahead, while it was being stored: what came
        since lies with the broker still, which answers at once.
        """
        found: dict[TP, list[Any]] = {}
        more, _ = await self._wait_next_records(timeout=patience)
        moves, until = self._moves, time.monotonic() + _TOGETHER
        while more:
            for tp, rows in more.items():
                found.setdefault(tp, []).extend(rows)
            rest = until - time.monotonic()
            if rest <= 0 or sum(map(len, found.values())) > _FEW:
                break
            more, _ = await self._wait_next_records(timeout=rest)
            if moves != self._moves:  # what came before comes again
                moves = self._moves
                found.clear()
        return found, moves

    async def _take(self, found: Mapping[TP, Any]) -> None:
        records = {
            tp.partition: [
                Record(r.partition, r.offset, r.timestamp * MILLISECOND, r.key, r.value)
                for r in rows
            ]
            for tp, rows in found.items()
            if rows and tp.topic == self.app.plan.topic
        }
        for partition, rows in records.items():
            await self._check_gap(partition, rows[0].offset)
        intake = self.app.intake
        done = await self._until_done(lambda: intake.take(records)) if records else None
        await self._until_done(lambda: intake.aggregate(_SHARE))
        if done:
            await self._commit({TP(self.app.plan.topic, p): at for p, at in done.items()})

    async def _check_gap(self, partition: int, offset: int) -> None:
        """Offsets may be missing where transactions ended, but not because records were deleted."""
        needed = self.app.intake.expects(partition)
        if needed is not None and offset > needed:
            tp = TP(self.app.plan.topic, partition)
            first = (await self._thread.earliest_offsets(tp))[tp]
            self.app.intake.check_gap(partition, needed, first)

    async def _check_standstill(self) -> None:
        """A partition that has records and gives none for long is stuck: Faust has such bugs."""
        ours = [tp for tp in self.assignment() if tp.topic == self.app.plan.topic]
        ends = await self._thread.highwaters(*ours) if ours else {}
        places = {tp: await self._thread.position(tp) for tp in ours}
        if any((places[tp] or 0) < ends[tp] for tp in ours):
            raise StandstillError(f"no records come from {self.app.plan.topic} though it has some")

    async def _until_done(self, action: Callable[[], T]) -> T | None:
        """Do it in the worker's thread until it can be done; None: the partitions are gone."""
        pause, give_up = _RETRY_FIRST, time.monotonic() + self.app.plan.patience
        while True:
            try:
                return await asyncio.get_running_loop().run_in_executor(self.app.thread, action)
            except PASSING as error:
                logger.warning("a batch cannot be stored, trying again: %s", error)
                if time.monotonic() > give_up:
                    raise
                self.app.watchdog.beat()
                await self.sleep(pause)
                pause = min(2 * pause, _RETRY_LAST)
                if self._revoked.is_set() or self.should_stop:
                    return None


class BatchTransport(driver.Transport):  # type: ignore[misc]
    """Kafka through aiokafka, in batches."""

    Consumer = BatchConsumer
