"""The worker under Faust: group membership, ownership of partitions, life cycle.

Faust hands over whole fetched batches (see `streams.batches`) and keeps no state.
"""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple, NoReturn

import faust

from hub.log.kafka_access import KafkaAccess
from streams.batches import BatchTransport
from streams.intake import Intake


class WorkerPlan(NamedTuple):
    """`patience`: seconds for which trouble may pass by itself, or a partition may stand still,
    before the process ends; `session`: after which the group gives a dead worker's partitions
    to others."""

    access: KafkaAccess
    topic: str
    group: str
    patience: float = 120.0
    session: float = 10.0


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
