"""The audit of a running hub: log, events, facts and aggregates, each against the one before."""

import time
from collections.abc import Callable

from hub.log.port import RECORD_BITS, EventLog, Position, covers
from hub.store.audit import EVENTS_AT_ONCE, Findings, compare_facts, compare_log, compare_quarters
from hub.store.port import Engine
from schemas.event import Accepted

_PAUSE = 1.5


def audit(
    log: EventLog,
    engine: Engine,
    applied: Position,
    now: Callable[[], int],
    tries: int = 20,
) -> Findings:
    """Recompute everything up to the position that the figures include, and compare.

    `now` gives µs UTC. Raises `StoreUnavailableError`. The aggregates follow the figures within
    about a second, longer just after a start; those that differ are looked at again so many times.
    """
    findings = Findings()
    # in which partition a unit's events lie only the log knows: what is in all of them is applied
    last_applied = min(applied.values(), default=-1)

    def is_applied(row: Accepted) -> bool:
        return row.position >> RECORD_BITS <= last_applied

    reached: Position = {}
    while not covers(reached, applied):
        batch, reached = log.read(reached, EVENTS_AT_ONCE)
        compare_log(engine, [row for row in batch if is_applied(row)], findings)
    compare_facts(engine, is_applied, findings)
    _compare_quarters(engine, now(), findings, tries)
    return findings


def _compare_quarters(engine: Engine, now: int, findings: Findings, tries: int) -> None:
    found = Findings()
    compare_quarters(engine, now, found)
    for _ in range(tries):
        if not found.number or found.number > len(found.kept):
            break
        time.sleep(_PAUSE)
        again = Findings()
        compare_quarters(engine, now, again, {row["unit"] for row in found.kept})
        again.checked = found.checked
        found = again
    findings.kept += found.kept
    findings.number += found.number
    findings.checked += found.checked
