"""Intake under Faust: group membership, ownership of partitions, life cycle.

Faust hands over whole fetched batches instead of single messages (its own loop takes ~150 µs for
each), keeps no state, and its offsets are committed only after the store has the batch.
"""

import asyncio
import logging
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple, NoReturn, TypeVar

import faust
from faust.transport.drivers import aiokafka as driver
from faust.types import TP
from sqlalchemy.exc import DBAPIError

from hub.log.kafka_access import KafkaAccess
from hub.log.port import LogUnavailableError
from hub.log.records import MILLISECOND, Record
from hub.store.port import StoreUnavailableError
from streams.intake import Bounds, Intake

logger = logging.getLogger(__name__)
T = TypeVar("T")

PASSING = (StoreUnavailableError, LogUnavailableError, DBAPIError)
_SHORTEST = 0.2
"""Seconds from one batch to the next: each becomes a part in the store, and parts must be few."""

_SHARE = 0.1
"""Seconds for aggregates between two batches."""

_RETRY_FIRST, _RETRY_LAST = 0.2, 5.0


class StandstillError(RuntimeError):
    """The worker is alive and gets nothing done."""


class WorkerPlan(NamedTuple):
    """`patience`: seconds for which trouble may pass by itself, or a partition may stand still,
    before the process ends; `session`: after which the group gives a dead worker's partitions
    to others."""

    access: KafkaAccess
    topic: str
    group: str
    patience: float = 120.0
    session: float = 10.0


class BatchConsumer(driver.Consumer):  # type: ignore[misc]
    """Gives every fetched batch to the app's intake, then commits; nothing else in between."""

    app: "WorkerApp"

    def on_init(self) -> None:
        """Faust's hook for what a service needs."""
        super().on_init()
        self._busy = asyncio.Lock()
        self._revoked = asyncio.Event()

    async def on_partitions_revoked(self, revoked: set[TP]) -> None:
        """Let the batch in hand be stored and committed (or given up, if it cannot be) first."""
        self._revoked.set()
        async with self._busy:
            await super().on_partitions_revoked(revoked)

    async def perform_seek(self) -> None:
        """After each assignment: go on where the store ends."""
        ours = {tp for tp in self.assignment() if tp.topic == self.app.plan.topic}
        async with self._busy:
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
            patience = max(0.01, self.app.intake.rest(1.0))
            found, _ = await self._wait_next_records(timeout=patience)
            if self.flow_active:
                async with self._busy:
                    await self._take(found or {})
            self.app.watchdog.beat()
            if found:
                last_found = time.monotonic()
                await self.sleep(max(0.0, _SHORTEST - (last_found - begun)))
            elif begun - last_found > self.app.plan.patience:
                await self._check_standstill()
                last_found = begun

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


class WorkerApp(faust.App):  # type: ignore[misc]
    """A Faust app around an intake; `on_assigned` is told the partitions after each rebalance."""

    def __init__(
        self,
        plan: WorkerPlan,
        intake: Intake,
        watchdog: "Watchdog",
        on_assigned: Callable[[frozenset[int]], None],
    ) -> None:
        self.plan, self.intake, self.watchdog = plan, intake, watchdog
        self.on_assigned = on_assigned
        self.thread = ThreadPoolExecutor(1, "intake")
        super().__init__(
            plan.group,
            broker=[f"kafka://{server}" for server in plan.access.servers],
            broker_credentials=_credentials(plan.access),
            broker_session_timeout=plan.session,
            broker_heartbeat_interval=plan.session / 5,
            broker_rebalance_timeout=60.0,
            broker_request_timeout=60.0,
            broker_max_poll_interval=max(300.0, 2 * plan.patience),
            consumer_max_fetch_size=8 * 2**20,
            consumer_auto_offset_reset="earliest",  # of no effect: every start seeks
            topic_allow_declare=False,
            topic_disable_leader=True,
            table_standby_replicas=0,
            stream_wait_empty=False,
            stream_recovery_delay=0.0,
            agent_supervisor="mode.CrashingSupervisor",
            web_enabled=False,
            store="memory://",
            key_serializer="raw",
            value_serializer="raw",
            # Faust would otherwise look for apps in the folder it is started in
            autodiscover=False,
        )
        self.agent(self.topic(plan.topic))(_never)

    def run(self) -> NoReturn:
        """Run until SIGTERM or SIGINT (exits with 0) or a crash (exits with 1).

        The batch in hand is stored first. Where it cannot be, what of it was begun may still be
        on its way into the store when this is over; the engine's `close` waits for it.
        """
        self.watchdog.start()
        try:
            faust.Worker(
                self, loglevel="ERROR", redirect_stdouts=False, override_logging=False, quiet=True
            ).execute_from_commandline()
        finally:
            self.thread.shutdown(cancel_futures=True)
            self.watchdog.stop()
        raise SystemExit(0)

    def _create_directories(self) -> None:
        """No folders for tables: there are none, and Faust would put them where it is started."""

    def _new_transport(self) -> BatchTransport:
        return BatchTransport(self.conf.broker_consumer, self)


async def _never(stream: Any) -> None:
    """Makes Faust subscribe to the topic; batches do not come this way."""
    async for _ in stream:
        raise AssertionError("a message passed by the intake")


class Watchdog:
    """Ends the process when the worker stands still: better dead and started anew than silent."""

    def __init__(self, patience: float, give_up: Callable[[str], None]) -> None:
        self._patience, self._give_up = patience, give_up
        self._beat = time.monotonic()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="watchdog", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End."""
        self._stop.set()

    def beat(self) -> None:
        """The worker is at work."""
        self._beat = time.monotonic()

    def _run(self) -> None:
        while not self._stop.wait(1.0):
            still = time.monotonic() - self._beat
            if still > 2 * self._patience:
                self._give_up(f"nothing happened for {still:.0f} seconds")


def _credentials(access: KafkaAccess) -> Any:
    context = access.ssl_context()
    if access.sasl_mechanism:
        return faust.SASLCredentials(
            username=access.username,
            password=access.password,
            mechanism=access.sasl_mechanism,
            ssl_context=context,
        )
    return faust.SSLCredentials(context=context) if context else None
