"""The parts of the distributed set, opened as the settings say."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hub.log.kafka_topics import identity_of
from hub.processes.places import StartError
from hub.processes.serve import end_now
from hub.processes.settings import CHDB, Settings
from hub.registry import LetterLimits, Registry, RegistryError, open_registry
from hub.registry.belonging import is_new
from hub.registry.identity import LOG
from hub.store.clickhouse_engine import ClickHouseEngine
from hub.store.driver import Engine
from hub.store.progress import LogIdentity, applied, read_reached
from hub.store.revisions import is_current

NOISY = ("kafka", "aiokafka", "faust", "mode", "alembic")
"""Libraries that tell of every reconnection; what matters of it the hub says itself."""


@contextmanager
def open_store(settings: Settings) -> Iterator[Engine]:
    """The store. chDB serves one process at a time, so it is for tests only."""
    url = settings.store.get_secret_value()
    engine: Engine
    if url.startswith(CHDB):
        from hub.store.chdb_engine import ChdbEngine

        engine = ChdbEngine(Path(url.removeprefix(CHDB)))
    else:
        engine = ClickHouseEngine(url, settings.store_cluster)
    try:
        yield engine
    finally:
        engine.close()


@contextmanager
def opened_registry(settings: Settings, *, migrate: bool = False) -> Iterator[Registry]:
    """The registry, its tables as this hub needs them. Raises `StartError`."""
    try:
        registry = open_registry(
            settings.registry.get_secret_value(), migrate=migrate, lost=end_now
        )
    except RegistryError as error:
        raise StartError(f"HUB_REGISTRY: {error}") from None
    limits = LetterLimits(settings.letters_per_source, settings.keep_letters_days)
    registry.dead_letters.limits = limits
    try:
        yield registry
    finally:
        registry.close()


def check_store(store: Engine) -> None:
    """Raises `StartError` where the store is of another release."""
    if not is_current(store):
        raise StartError(
            "the store is not of this release, or is being brought up to it; run `hub migrate` "
            "and let it end"
        )


def check_registry(url: str, registry: Registry, store: Engine) -> None:
    """Raises `StartError` where the registry holds nothing, but the store does."""
    if registry.identity.get(LOG) or not applied(read_reached(store)) or not is_new(url):
        return
    raise StartError(
        "HUB_REGISTRY holds nothing, but the store does: keys, units, calendar and letters were in "
        "a registry that is lost, or HUB_REGISTRY names another one; give the right one, or "
        "restore it from a backup. To begin with an empty one all the same, run once "
        "`hub migrate --new-registry`"
    )


def log_identity(settings: Settings) -> LogIdentity:
    """The topic of events that is there now. Raises `LogUnavailableError`."""
    return LogIdentity(*identity_of(settings.kafka, settings.events_topic))


def identity_text(log: LogIdentity) -> str:
    """As the registry notes to which hub it belongs."""
    return f"{log.name} (id {log.id})"


def quiet_libraries() -> None:
    """Of the libraries only what went wrong."""
    for name in NOISY:
        logging.getLogger(name).setLevel(logging.ERROR)
