"""Whether log, store and registry belong together: checked at each start, cheaply.

The log has an id. The registry and the store note it. The store notes how far it is, with a
fingerprint of the log up to there and the parts it had then. What does not belong together is
filled again from the log, which is always right as long as the log holds what is missing, or it is
refused.
"""

import logging
from collections.abc import Callable
from typing import NamedTuple

from hub.log.port import RECORD_BITS
from hub.log.sql import SqlLog
from hub.registry import Registry
from hub.registry.belonging import belong_to, log_of
from hub.store.driver import Engine
from hub.store.events import is_empty, last_position
from hub.store.held import StoreParts
from hub.store.progress import (
    FACTS,
    QUARTERS,
    LogIdentity,
    Reached,
    forget_place,
    read_logs,
    read_noted,
    read_reached,
    write_log,
    write_place,
)

logger = logging.getLogger(__name__)

_NAME = "sqlite"
_LOG = "log"
_NOTHING = Reached(0, 0)
_OTHER_LOG = (
    "give the log that filled it, or remove the store, and it is filled again from this one"
)


class StoreLostError(RuntimeError):
    """The parts of the hub do not belong together, and the log cannot mend it; the text says what
    to do."""


class Reach(NamedTuple):
    """Up to which record the log is in the figures, and in the aggregates; 0: not at all."""

    facts: int
    quarters: int


def check_registry(registry: Registry, log: SqlLog) -> None:
    """See to it that the registry is this log's. Raises `StoreLostError`."""
    if log_of(registry) not in (None, log.id):
        raise StoreLostError(
            "the registry belongs to another log: that one is lost, or the registry is another "
            "hub's; give the log and the registry that belong together (HUB_LOG, HUB_REGISTRY), or "
            "restore both from a backup"
        )


def begin(log: SqlLog, engine: Engine, parts: StoreParts | None, registry: Registry) -> Reach:
    """From where the log is to be applied; all of them note that they belong together.

    Raises `StoreLostError`.
    """
    place = place_of(log, engine, parts, registry)
    if place != (said := _said(engine)):
        if said and place < said:
            forget_place(engine)
        note(log, engine, None, place)
    if not read_logs(engine):
        write_log(engine, _identity(log))
    if log_of(registry) is None:
        belong_to(registry, log.id)
    return place


def settle(log: SqlLog, engine: Engine, record: int) -> None:
    """Let a store that was filled anew know its log, and that all up to a record is in it."""
    write_log(engine, LogIdentity(_NAME, f"{log.id:x}", 1))
    note(log, engine, None, Reach(record, record))
    engine.sync()


def place_of(
    log: SqlLog,
    engine: Engine,
    parts: StoreParts | None,
    registry: Registry,
    mended: Callable[[str], None] = logger.warning,
) -> Reach:
    """Up to where the log is in the store, without a note of it; `mended` is told what the log will
    mend."""
    noted = read_logs(engine)
    if noted - {_identity(log)}:
        raise StoreLostError(f"the store was filled from another log; {_OTHER_LOG}")
    if is_empty(engine):
        return _all_again(log, "the store is empty", mended)
    if noted:
        return _of_its_own_word(log, engine, parts, mended)
    return _of_old(log, engine, registry, mended)


def _identity(log: SqlLog) -> LogIdentity:
    return LogIdentity(_NAME, f"{log.id:x}", 1)


def note(log: SqlLog, engine: Engine, held: dict[str, Reached] | None, place: Reach) -> None:
    """Let the store know how far it is, and what it `held` by then; the disk must have that."""
    fingerprint = log.fingerprint(place.facts)
    noted = {} if fingerprint is None else {_LOG: Reached(place.facts, fingerprint)}
    write_place(engine, *place, noted | (held or {}))


def _said(engine: Engine) -> Reach | None:
    """How far the store says it is; None: it does not say, as after a repair that was cut off."""
    reached = read_reached(engine)
    if not reached[FACTS]:
        return None
    return Reach(reached[FACTS][0].record, reached[QUARTERS].get(0, _NOTHING).record)


def _of_its_own_word(
    log: SqlLog, engine: Engine, parts: StoreParts | None, mended: Callable[[str], None]
) -> Reach:
    """A store says itself how far it is, and that is held against the log and its parts."""
    said, noted = _said(engine), read_noted(engine)
    if said is None:
        return _again(log, 0, "how far the store is, is not known", mended)
    _check_end(log, said.facts)
    known = noted.get(_LOG)
    if known is not None and log.fingerprint(known.record) not in (None, known.at):
        raise StoreLostError(
            f"the log is not the one that filled the store up to record {known.record}: it went on "
            f"from an older copy; {_OTHER_LOG}"
        )
    if parts:
        position, moment = parts.beyond(engine, noted)
        _check_end(log, position >> RECORD_BITS)
        if moment > log.last_moment:
            raise StoreLostError(f"the store knows of later events than the log; {_OTHER_LOG}")
    lost = parts.lost(noted) if parts else []
    if lost:
        why = f"the store lacks some of what it had of {', '.join(lost)}"
        if log.start() > 1:
            raise StoreLostError(f"{why}, and {_CANNOT_MEND}")
        return _all_again(log, why, mended)
    if log.start() > said.facts + 1:
        raise StoreLostError(
            f"the store ends with record {said.facts}, and the log begins with {log.start()}: the "
            "store is an older copy; restore a newer one, or all of it from one backup"
        )
    return said


def _of_old(
    log: SqlLog, engine: Engine, registry: Registry, mended: Callable[[str], None]
) -> Reach:
    """The store of a hub whose registry, only, said how far it is."""
    said = registry.cursors.get(FACTS).get(0)
    _check_end(log, said or 0)
    top = last_position(engine) >> RECORD_BITS
    _check_end(log, top)
    if said is None:
        return _again(log, top, "how far the store is, is not known", mended)
    following, _ = log.read({0: top}, 1)
    if following and following[0].position >> RECORD_BITS <= said:
        return _again(log, top, "the store is older than the log and the registry", mended)
    return Reach(said, registry.cursors.get(QUARTERS).get(0, 0))


def _check_end(log: SqlLog, record: int) -> None:
    if log.end()[0] < record:  # what is new would count as applied
        raise StoreLostError(
            f"the log ends before what is in the store, which has record {record}: {_OTHER_LOG}"
        )


def _all_again(log: SqlLog, why: str, mended: Callable[[str], None]) -> Reach:
    if log.start() > 1:
        raise StoreLostError(f"{why}, and {_CANNOT_MEND}")
    if log.end()[0]:
        mended(f"{why}: it is filled again from the log")
    return Reach(0, 0)


def _again(log: SqlLog, surely: int, why: str, mended: Callable[[str], None]) -> Reach:
    """Apply all that the log has, if it follows on what the store surely has."""
    begins = log.start() - 1
    if begins > surely:
        raise StoreLostError(f"{why}, and {_CANNOT_MEND}")
    mended(f"{why}: all of the log is applied again")
    return Reach(begins, 0)


_CANNOT_MEND = (
    "the log no longer holds the first events; restore the folder `store` from a backup, "
    "or see by `hub verify --data` what is left, and rebuild it by `hub rebuild`"
)
