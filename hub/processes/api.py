"""`hub api`: the HTTP interface on Kafka and ClickHouse; any number of them, beside the workers."""

import logging
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from hub.api.context import Hub
from hub.api.edges import is_loopback
from hub.api.guard import Guard
from hub.log.kafka import KafkaLog
from hub.log.kafka_changes import ChangesReader
from hub.log.kafka_login import check_login
from hub.log.port import LogUnavailableError
from hub.processes.alerting import alert_setup
from hub.processes.collector import calm_collector
from hub.processes.distributed import (
    check_store,
    identity_text,
    log_identity,
    open_store,
    opened_registry,
    quiet_libraries,
)
from hub.processes.ending import end_by_signal
from hub.processes.places import PRIVATE, StartError, only_of
from hub.processes.serve import bound, now, request_log
from hub.processes.settings import Settings
from hub.server.descriptors import raise_limit
from hub.server.serving import answer
from hub.services.live import LiveBoard
from hub.services.notices import read
from streams.intake import LogLostError, check_log
from streams.progress import StoreProgress

logger = logging.getLogger(__name__)


def run_api(settings: Settings, *, open_to_all: bool = False) -> None:
    """Answer until SIGTERM or SIGINT. Raises `StartError`."""
    if open_to_all and not is_loopback(settings.host):
        raise StartError(f"--open asks for no keys and so listens on loopback, not {settings.host}")
    end_by_signal()
    quiet_libraries()
    calm_collector()
    raise_limit()
    os.umask(PRIVATE)
    with (
        bound(settings.host, settings.port) as listener,
        request_log(settings.request_log) as log,
        distributed_hub(settings, open_to_all=open_to_all) as hub,
    ):
        answer(hub, listener, f"log: {settings.events_topic}", log)


@contextmanager
def distributed_hub(settings: Settings, *, open_to_all: bool = False) -> Iterator[Hub]:
    """The hub on its distributed engines. Raises `StartError`, `LogUnavailableError`."""
    check_login(settings.kafka)
    alerts = alert_setup(settings.alerts, allow_private=settings.alerts_private == "on")
    with opened_registry(settings) as registry, open_store(settings) as store:
        try:
            identity = log_identity(settings)
            check_log(store, identity)
            check_store(store)
            only_of(registry, identity_text(identity))
            log = KafkaLog(settings.kafka, settings.events_topic)
        except (LogLostError, LogUnavailableError) as error:
            raise StartError(str(error)) from None
        progress = StoreProgress(store, _give_up)

        def hub_now() -> int:
            return max(now(), progress.last_moment)

        live = LiveBoard(store, lambda: progress.applied, hub_now, _give_up)
        news = _News(ChangesReader(settings.kafka, settings.changes_topic), live)
        for part in (progress, live, news):
            part.start()
        hub = Hub(
            log, store, registry, progress, hub_now, open_to_all,
            open_metrics=settings.metrics == "open", live=live, clock=now,
            guard=Guard(settings.limits), signals=settings.signal_limits, alerts=alerts,
        )  # fmt: skip
        try:
            yield hub
        finally:
            hub.lanes.end()
            for part in (live, news, progress):
                part.stop()
            log.close()


class _News:
    """Tells the live board what the workers tell."""

    def __init__(self, changes: ChangesReader, live: LiveBoard) -> None:
        self._changes, self._live = changes, live
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="news", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        self._thread.join()
        self._changes.close()

    def _run(self) -> None:
        try:
            while not self._stop.is_set():
                found = list(self._changes.poll(0.2))
                if units := {change.unit for change in found if change.notice is None}:
                    self._live.changed(units)
                if told := [change.notice for change in found if change.notice is not None]:
                    self._live.notice(read(told))
        except BaseException as error:
            logger.exception("the changes cannot be followed")
            _give_up(error)


def _give_up(_: BaseException) -> None:
    """A part that ended must not leave a process that answers old figures for ever."""
    os._exit(70)
