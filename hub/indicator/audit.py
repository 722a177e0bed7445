"""Folds the statements anew from the events, and compares with what the store answers."""

from collections.abc import Callable, Iterable

from hub.core.identity import distinct
from hub.indicator.fold import by_key, in_force, is_statement, place_of
from hub.indicator.store import statements_in_force
from hub.store.port import Engine
from hub.store.scope import Scope
from schemas.event import Accepted, Event


def differing_statements(
    engine: Engine, rows: Iterable[Accepted], is_applied: Callable[[Accepted], bool]
) -> list[tuple[str, str]]:
    """(unit, indicator) whose statements in force are not what the events say.

    `rows`: all stored events of some units, an identity perhaps twice. What is not surely applied
    may be there or not.
    """
    found = {
        key: some
        for key, some in by_key(rows).items()
        if any(is_statement(row.event) for row in some)
    }
    if not found:
        return []
    units = frozenset(unit for unit, _ in found)
    stored: dict[tuple[str, str], list[Event]] = {}
    for event in statements_in_force(engine, Scope(units)):
        stored.setdefault((event.unit, event.subject), []).append(event)
    differing = []
    for key, some in found.items():
        firsts = [row for row in distinct(some, []) if is_statement(row.event)]
        kept = {place_of(event): event for event in stored.get(key, [])}
        applied = in_force(row.event for row in firsts if is_applied(row))
        if kept not in (applied, in_force(row.event for row in firsts)):
            differing.append(key)
    return differing
