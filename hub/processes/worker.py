"""`hub worker`: from Kafka into the store; any number of them share the partitions."""

import logging
import os
import sys

from hub.log.kafka import KafkaLog
from hub.log.kafka_changes import ChangesWriter
from hub.log.kafka_login import check_login
from hub.log.port import covers
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
from hub.processes.places import PRIVATE, only_of
from hub.processes.serve import now
from hub.processes.settings import Settings
from hub.server.descriptors import raise_limit
from hub.services.alerts import Alerts
from hub.services.deadlines import Parts
from hub.services.leader import Leader
from hub.services.notices import written
from hub.store.progress import applied, read_reached
from streams.intake import Intake
from streams.limits import LetterLimit

logger = logging.getLogger(__name__)


def run_worker(settings: Settings) -> None:
    """Run until SIGTERM (exit 0) or until something is wrong that does not pass (exit 1).

    Raises `StartError` where the alerts' file is wrong, or the registry another hub's.
    """
    from streams.worker import Watchdog, WorkerApp, WorkerPlan

    quiet_libraries()
    calm_collector()
    raise_limit()
    os.umask(PRIVATE)
    plan = WorkerPlan(
        settings.kafka, settings.events_topic, settings.group,
        settings.worker_patience, settings.worker_session,
    )  # fmt: skip
    alerts = alert_setup(settings.alerts, allow_private=settings.alerts_private == "on")
    check_login(settings.kafka)
    with opened_registry(settings) as registry, open_store(settings) as store:
        check_store(store)
        identity = log_identity(settings)
        only_of(registry, identity_text(identity), settings.group)
        log = KafkaLog(settings.kafka, settings.events_topic)
        changes = ChangesWriter(settings.kafka, settings.changes_topic, now)
        intake = Intake(
            store, registry.dead_letters, log, lambda: log_identity(settings), now, changes.tell,
            LetterLimit(settings.dead_letter_run, settings.dead_letter_share),
        )  # fmt: skip
        watchdog = Watchdog(settings.worker_patience, _give_up)
        parts = Parts(
            log, store, registry, now, lambda notices: changes.notify(written(notices)),
            includes=lambda position: covers(applied(read_reached(store)), position),
        )  # fmt: skip
        leader = Leader(
            parts, identity.partitions,
            lambda error: _give_up(f"the deadlines: {error}"),
            lambda: [Alerts(alerts, store, registry, now)],
        )  # fmt: skip
        app = WorkerApp(plan, intake, watchdog, leader.assigned)
        print(f"hub worker takes {settings.events_topic}", flush=True)
        try:
            app.run()
        finally:
            leader.assigned(frozenset())
            log.close()
            changes.close()


def _give_up(reason: str) -> None:
    print(f"hub worker: {reason}; it ends, to be started anew", file=sys.stderr, flush=True)
    os._exit(1)
