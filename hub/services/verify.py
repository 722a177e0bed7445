"""Whether log, store and registry are whole and belong together: the thorough check.

It may run while events arrive. It finds what is not as it was written; whether the figures follow
from the events is the audit's question.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from hub.log.port import (
    RECORD_BITS,
    EventLog,
    LogDamagedError,
    Position,
    covers,
)
from hub.log.sql import SqlLog
from hub.registry import Registry
from hub.store.audit import Findings, compare_log
from hub.store.checking import broken_tables
from hub.store.driver import Engine, StoreDamagedError
from hub.store.held import StoreParts
from hub.store.progress import read_noted
from schemas.event import Accepted

_AT_ONCE = 50_000
_MOST_KEPT = 1000
_LOG_DO = "restore the log from a backup, or leave it out by `hub rebuild --skip-damaged`"
_STORE_DO = "restore the folder `store` from a backup, or rebuild it by `hub rebuild`"
_REGISTRY_DO = "restore the registry from a backup"

Told = Callable[[str, int, int], None]
"""Told what is being checked, and how much of how much is done."""


class Verified(NamedTuple):
    """What is wrong: all is counted, the first thousand are kept; and how much was checked."""

    problems: list[dict[str, Any]]
    number: int
    checked: dict[str, int]


class Verify:
    """One check. `log` and `engine` None: they could not be opened, as was told already."""

    def __init__(self, told: Told = lambda _what, _done, _of: None) -> None:
        self._told = told
        self._kept: list[dict[str, Any]] = []
        self._number = 0
        self._checked: Counter[str] = Counter()

    def add(self, part: str, what: str, do: str, **more: Any) -> None:
        """One more thing that is wrong."""
        self._number += 1
        if len(self._kept) < _MOST_KEPT:
            self._kept.append({"part": part, "problem": what, "do": do, **more})

    def result(self) -> Verified:
        """All that was found."""
        return Verified(self._kept, self._number, dict(self._checked))

    def registry(self, registry: Registry) -> None:
        """The registry's file."""
        self._told("registry", 0, 1)
        for said in registry.integrity():
            self.add("registry", f"SQLite says: {said}", _REGISTRY_DO)
        self._checked["registry"] += 1
        number, faults = registry.seals.verify()
        for said in faults:
            self.add("registry", f"sealed reports: {said}", _REGISTRY_DO)
        self._checked["seals"] += number
        number, faults = registry.stated.verify()
        for said in faults:
            self.add("registry", f"stated reports: {said}", _REGISTRY_DO)
        self._checked["stated reports"] += number

    def log(self, log: EventLog, engine: Engine | None, applied: Position) -> None:
        """Every record, and with an engine that each event up to a position is in its set.

        Raises `StoreUnavailableError`, `LogUnavailableError`.
        """
        try:
            if isinstance(log, SqlLog):
                for said in log.integrity():
                    self.add("log", f"SQLite says: {said}", _LOG_DO)
                self._sql(log, engine, applied.get(0, 0))
            else:
                self._kafka(log, engine, applied)
        except LogDamagedError as damage:
            self.add("log", damage.what, _LOG_DO)

    def _sql(self, log: SqlLog, engine: Engine | None, applied: int) -> None:
        def tell(damage: LogDamagedError) -> None:
            self.add("log", damage.what, _LOG_DO, first=damage.first, last=damage.last)

        reached, end = 0, log.end()[0]
        while reached < end:
            self._told("log", reached, end)
            before = reached
            events, reached = log.sound(reached, _AT_ONCE, tell)
            self._compare(engine, events, applied)
            if reached == before:
                break
        self._checked["records"] += end - log.start() + 1 if end else 0

    def _kafka(self, log: EventLog, engine: Engine | None, applied: Position) -> None:
        reached: Position = {}
        last = min(applied.values(), default=-1)
        while not covers(reached, applied):
            self._told("log", sum(reached.values()), sum(applied.values()))
            events, reached = log.read(reached, _AT_ONCE)
            self._compare(engine, events, last)
        self._checked["records"] += sum(applied.values())

    def _compare(self, engine: Engine | None, events: Sequence[Accepted], applied: int) -> None:
        if engine is None:
            return
        findings = Findings()
        compare_log(engine, [e for e in events if e.position >> RECORD_BITS <= applied], findings)
        self._checked["log_events"] += findings.checked["log_events"]
        for found in findings.kept:
            words = {"event-missing": "an event of the log is missing in the store"}
            what = words.get(found["kind"], "an event differs between log and store")
            self.add("store", what, _STORE_DO, **found)

    def store(self, engine: Engine, parts: StoreParts | None) -> None:
        """The engine's own check, and whether parts are gone. Raises `StoreUnavailableError`."""
        self._told("store", 0, 1)
        try:
            if parts:
                for table in parts.lost_since(read_noted(engine)):
                    self.add("store", f"parts of the table {table} are missing", _STORE_DO)
            for table, said in broken_tables(engine).items():
                self.add("store", f"the table {table}: {said}", _STORE_DO)
        except StoreDamagedError as error:
            self.add("store", str(error), _STORE_DO)
        self._checked["store"] += 1


def verify(
    log: EventLog,
    engine: Engine,
    registry: Registry,
    applied: Position,
    parts: StoreParts | None,
    told: Told = lambda _what, _done, _of: None,
) -> Verified:
    """The whole check of a running hub. Raises `StoreUnavailableError`, `LogUnavailableError`."""
    check = Verify(told)
    check.registry(registry)
    check.store(engine, parts)
    try:
        check.log(log, engine, applied)
    except StoreDamagedError as error:
        check.add("store", str(error), _STORE_DO)
    return check.result()
