"""`hub migrate`: tables and topics as this hub needs them; run it before each new version."""

from pathlib import Path

from hub.log.kafka_login import check_login
from hub.log.kafka_topics import TopicPlan, make_topics
from hub.processes.distributed import (
    check_registry,
    identity_text,
    log_identity,
    open_store,
    opened_registry,
    quiet_libraries,
)
from hub.processes.places import StartError, only_of
from hub.processes.progress import Told
from hub.processes.serve import first_key
from hub.processes.settings import Settings
from hub.registry.identity import LOG
from hub.store.bi_views import create_views
from hub.store.clickhouse_engine import ClickHouseEngine
from hub.store.progress import FACTS, Reached, read_reached, write_reached
from streams.intake import LogLostError, check_log
from streams.refold import refold

_CHANGES_DAYS = 1
_ANEW = "the store is of another release, so all events are folded anew"


def migrate(
    settings: Settings,
    skip_to: dict[int, int] | None = None,
    admin_key_file: Path | None = None,
    *,
    take_registry: bool = False,
    new_registry: bool = False,
) -> str:
    """Make what is missing, and fold all events anew where facts are of another release; running it
    again changes nothing, and goes on where it was interrupted. Says what is there then.

    `skip_to`: by partition the first record that is still there, where older ones were deleted
    before the store had them. `admin_key_file`: where the first admin key goes, if there is none.
    `take_registry`: the registry is this hub's from now on, whosever it was.
    `new_registry`: it may be empty though the store is not.
    Raises `StartError`, and what the engines raise.
    """
    quiet_libraries()
    plan = TopicPlan(
        settings.events_topic, settings.partitions, settings.replicas, settings.retention_days
    )
    changes = TopicPlan(
        settings.changes_topic, settings.partitions, settings.replicas, _CHANGES_DAYS
    )
    check_login(settings.kafka)
    with opened_registry(settings, migrate=True) as registry, open_store(settings) as store:
        if isinstance(store, ClickHouseEngine):
            store.create_tables()
        told = Told()
        refold(store, lambda done, of: told.now(f"{_ANEW}: {done} of {of} parts"))
        told.done()
        create_views(store)
        make_topics(settings.kafka, plan, changes)
        identity = log_identity(settings)
        if identity.partitions != settings.partitions:
            raise StartError(
                f"{identity.name} has {identity.partitions} partitions, HUB_PARTITIONS says "
                f"{settings.partitions}: a unit must stay in its partition, so their number cannot "
                f"change; set HUB_PARTITIONS={identity.partitions}"
            )
        try:
            check_log(store, identity, first=True)
        except LogLostError as error:
            raise StartError(str(error)) from None
        if not new_registry:
            check_registry(settings.registry.get_secret_value(), registry, store)
        log = identity_text(identity)
        if take_registry:
            registry.identity.renew(LOG, log)
        registry.identity.note(LOG, log)
        only_of(registry, log)
        if admin_key_file is not None:
            first_key(registry, admin_key_file, "hub migrate")
        if skip_to:
            now = read_reached(store)[FACTS]
            write_reached(store, FACTS, {
                partition: Reached(first - 1, now[partition].at if partition in now else 0)
                for partition, first in skip_to.items()
            })  # fmt: skip
    return f"ready: {identity.name}, {identity.partitions} partitions; store; registry"
