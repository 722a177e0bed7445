"""Folds the statements anew from the events, and compares with what the store answers."""

from collections.abc import Sequence

from hub.core.identity import by_key, distinct
from hub.indicator.fold import in_force, slot_of
from hub.indicator.store import statements_in_force
from hub.store.audit import Findings, IsApplied
from hub.store.driver import Engine
from hub.store.parts import Part
from hub.store.scope import Scope
from schemas.cloudevents import KINDS
from schemas.event import Accepted, Event


class StatementsAudit:
    """The statements in force of some units."""

    def __init__(self, engine: Engine, _part: Part) -> None:
        self._engine = engine

    def compare(self, rows: Sequence[Accepted], is_applied: IsApplied, findings: Findings) -> None:
        """See `FamilyAudit`."""
        for key in differing_statements(self._engine, rows, is_applied):
            findings.add("statements-differ", key)


def differing_statements(
    engine: Engine, rows: Sequence[Accepted], is_applied: IsApplied
) -> list[tuple[str, str]]:
    """(unit, indicator) whose statements in force are not what the events say.

    `rows`: all stored events of some units, an identity perhaps twice. What is not surely applied
    may be there or not.
    """
    kinds = KINDS["indicator"]
    found = {
        key: [row for row in distinct(some, []) if row.event.kind in kinds]
        for key, some in by_key(rows).items()
        if any(row.event.kind in kinds for row in some)
    }
    if not found:
        return []
    units = frozenset(unit for unit, _ in found)
    stored: dict[tuple[str, str], list[Event]] = {}
    for event in statements_in_force(engine, Scope(units)):
        stored.setdefault((event.unit, event.subject), []).append(event)
    differing = []
    for key, firsts in found.items():
        kept = {slot_of(event): event for event in stored.get(key, [])}
        applied = in_force(row.event for row in firsts if is_applied(row))
        if kept not in (applied, in_force(row.event for row in firsts)):
            differing.append(key)
    return differing
