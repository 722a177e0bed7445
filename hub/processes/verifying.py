"""The thorough check of a data folder that no hub has open."""

from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

from sqlalchemy.exc import DBAPIError

from hub.log.port import LogDamagedError
from hub.log.sql import SqlLog
from hub.processes.places import Places, StartError, only_process, opening
from hub.processes.serve import now
from hub.registry import Registry, open_registry
from hub.registry.belonging import is_new
from hub.services.belonging import Reach, StoreLostError, check_registry, place_of
from hub.services.verify import Verify
from hub.store.chdb_engine import ChdbEngine
from hub.store.driver import Engine, StoreDamagedError, StoreUnavailableError
from hub.store.held import StoreParts

Told = Callable[[str, int, int], None]


def verify_folder(where: Places, told: Told) -> dict[str, Any]:
    """What is wrong with a folder; of what cannot be opened that it is so. Raises `StartError`
    where a hub has it open, or where there is no hub."""
    if not where.log.exists() and not where.store.exists():
        raise StartError(f"{where.data} holds no hub; give the folder of one by --data")
    check = Verify(told)
    with only_process(where), ExitStack() as opened:
        parts = StoreParts(where.store)
        log = _opened(check, "log", lambda: _log(where, opened))
        engine = _opened(check, "store", lambda: _store(where, opened))
        registry = _opened(check, "registry", lambda: _registry(where, opened))
        if registry:
            check.registry(registry)
        place = Reach(0, 0)
        if log and registry:
            place = _together(check, log, engine, parts, registry)
        if engine:
            check.store(engine, None)
        if log:
            try:
                check.log(log, engine, {0: place.facts})
            except (StoreDamagedError, StoreUnavailableError) as error:
                check.add("store", str(error), "rebuild it by `hub rebuild`")
    found = check.result()
    return {
        "clean": found.number == 0,
        "problems": found.problems,
        "problems_total": found.number,
        "checked": found.checked,
    }


def _together(
    check: Verify, log: SqlLog, engine: Engine | None, parts: StoreParts, registry: Registry
) -> Reach:
    """How far the store is, if all belong together."""

    def mended(why: str) -> None:
        check.add("together", why, "start the hub: it does so by itself")

    try:
        check_registry(registry, log)
        if engine:
            return place_of(log, engine, parts, registry, mended)
    except (StoreLostError, LogDamagedError) as error:
        check.add("together", str(error), "see the message")
    return Reach(0, 0)


def _log(where: Places, opened: ExitStack) -> SqlLog:
    if not where.log.exists():
        raise FileNotFoundError(2, "the log is gone", str(where.log))
    log = SqlLog(f"sqlite:///{where.log}", now)
    opened.callback(log.close)
    return log


def _registry(where: Places, opened: ExitStack) -> Registry:
    if is_new(where.registry):
        raise RuntimeError("the registry is gone or empty")
    registry = open_registry(where.registry)
    opened.callback(registry.close)
    return registry


def _store(where: Places, opened: ExitStack) -> Engine:
    if not where.store.exists():
        raise FileNotFoundError(2, "the store is gone", str(where.store))
    engine = ChdbEngine(where.store)
    opened.callback(engine.close)
    return engine


def _opened(check: Verify, part: str, opener: Callable[[], Any]) -> Any:
    """What can be opened; None: it cannot, which is a finding."""
    try:
        with opening(part):
            return opener()
    except (StartError, LogDamagedError, DBAPIError) as error:
        check.add(part, str(error), "restore it from a backup")
        return None
