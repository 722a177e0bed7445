"""The audit of a running hub: log, events, facts and aggregates, each against the one before."""

import time
from collections.abc import Callable

import numpy as np
import pyarrow as pa

from hub.core.batch import columns_of
from hub.core.sheet import rows_of
from hub.dossier.audit.quarters import compare_quarters
from hub.families import compare_facts
from hub.log.port import RECORD_BITS, EventLog, Position, covers
from hub.store.audit import Findings, compare_log
from hub.store.audit_log import Numbers, not_stored, numbers_of
from hub.store.driver import Engine
from hub.store.parts import EVENTS_AT_ONCE
from schemas.event import Accepted

_PAUSE = 1.5
_WINDOW = 4_000_000
"""Events of the log, with a number of eight bytes each, that are looked for at once."""

Told = Callable[[str, int, int], None]
"""Told what is being compared, and how much of how much is done."""


class AuditStoppedError(Exception):
    """The audit was asked to stop."""


def audit(
    log: EventLog,
    engine: Engine,
    applied: Position,
    now: Callable[[], int],
    tries: int = 20,
    told: Told = lambda _what, _done, _of: None,
    stopped: Callable[[], bool] = lambda: False,
) -> Findings:
    """Recompute everything up to the position that the figures include, and compare.

    `now` gives µs UTC. Raises `StoreUnavailableError`, and `AuditStoppedError` soon after `stopped`
    says yes. The aggregates follow the figures within about a second, longer just after a start;
    those that differ are looked at again so many times.
    """
    return _Audit(log, engine, applied, told, stopped).all(now, tries)


class _Audit:
    def __init__(
        self,
        log: EventLog,
        engine: Engine,
        applied: Position,
        told: Told,
        stopped: Callable[[], bool],
    ) -> None:
        self._log, self._engine, self._applied = log, engine, applied
        self._told, self._stopped = told, stopped
        self._findings = Findings()
        # in which partition a unit's events lie only the log knows: what is in all is applied
        self._end = (min(applied.values(), default=-1) + 1) << RECORD_BITS

    def all(self, now: Callable[[], int], tries: int) -> Findings:
        """The findings."""
        reached: Position = {}
        while not covers(reached, self._applied):
            reached = self._compare_log(reached)
        compare_facts(self._engine, self._is_applied, self._findings, self._progress("facts"))
        self._compare_quarters(now(), tries)
        return self._findings

    def _is_applied(self, row: Accepted) -> bool:
        return row.position < self._end

    def _progress(self, what: str) -> Callable[[int, int], None]:
        def told(done: int, of: int) -> None:
            if self._stopped():
                raise AuditStoppedError
            self._told(what, done, of)

        return told

    def _compare_log(self, start: Position) -> Position:
        """Compare a stretch of the log with the stored events; where it ended."""
        numbers: list[Numbers] = []
        reached = start
        while not covers(reached, self._applied) and sum(map(len, numbers)) < _WINDOW:
            events, reached = self._read(reached)
            numbers.append(numbers_of(events))
        whole = np.concatenate(numbers)
        told = self._progress("log")
        # repeats of events, other contents of their identities, and what is wrong
        unlike = not_stored(self._engine, whole, told)
        again, looked_at = start, 0
        while len(unlike) and not covers(again, reached):
            events, again = self._read(again)
            rows = rows_of(events, np.flatnonzero(np.isin(numbers_of(events), unlike)))
            compare_log(self._engine, rows, self._findings)
            looked_at += len(rows)
        self._findings.checked["log_events"] += len(whole) - looked_at
        return reached

    def _read(self, after: Position) -> tuple[pa.RecordBatch, Position]:
        """Events of the log that are applied."""
        batch, reached = self._log.read(after, EVENTS_AT_ONCE)
        done = sum(reached.get(partition, 0) for partition in self._applied)
        self._progress("reading the log")(done, sum(self._applied.values()))
        events = columns_of(batch)
        return events.filter(pa.array(events["position"].to_numpy() < self._end)), reached

    def _compare_quarters(self, now: int, tries: int) -> None:
        found, told = Findings(), self._progress("aggregates")
        compare_quarters(self._engine, now, found, told=told)
        for _ in range(tries):
            if not found.number:
                break
            time.sleep(_PAUSE)
            again, are_many = Findings(), found.number > len(found.kept)
            units = None if are_many else {row["unit"] for row in found.kept}
            compare_quarters(self._engine, now, again, units, told)
            again.checked = found.checked
            stays, found = are_many and again.number >= found.number, again
            if stays:  # these are not aggregates that are still to be written
                break
        self._findings.kept += found.kept
        self._findings.number += found.number
        self._findings.checked += found.checked
