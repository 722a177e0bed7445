"""Statements into the store, and those in force out of it."""

from collections.abc import Collection, Sequence
from typing import Any

import orjson

from hub.indicator.fold import REPORTED, RETRACTED, slot_of
from hub.indicator.tables import STATEMENTS, TAKEN_BACK
from hub.store.driver import Engine
from hub.store.scope import Scope
from schemas.event import Accepted, Event


def append_statements(engine: Engine, rows: Sequence[Accepted], _suffix: str = "") -> None:
    """Add accepted events of this family, each identity as it was first accepted. To add them
    again changes nothing."""
    said = [_statement(row) for row in rows if row.event.kind == REPORTED]
    taken_back = [_taken_back(row) for row in rows if row.event.kind == RETRACTED]
    for table, names, some in (
        ("statements", STATEMENTS, said), ("statements_taken_back", TAKEN_BACK, taken_back),
    ):  # fmt: skip
        if some:
            engine.insert(table, dict(zip(names, zip(*some, strict=True), strict=True)))


def statements_in_force(
    engine: Engine,
    scope: Scope,
    *,
    codes: Collection[str] = (),
    calendar: str = "",
    periods: Collection[str] = (),
    as_of: int | None = None,
) -> list[Event]:
    """The statements in force of the units of a scope, by unit, indicator, calendar, period and
    level; those that say `withdrawn`, too. `codes`, `calendar`, `periods`: left out, all."""
    params: dict[str, Any] = {}
    known, wanted = "1", []
    if scope.units is not None:
        units = tuple(filter(scope.contains, units_that_stated(engine)))
        if not units:
            return []
        params["units"] = units
        wanted.append("unit IN %(units)s")
    if as_of is not None:
        params["as_of"], known = as_of, "accepted <= %(as_of)s"
    for name, values in (("code", codes), ("period", periods)):
        if values:
            params[name] = tuple(values)
            wanted.append(f"{name} IN %({name})s")
    if calendar:
        params["calendar"] = calendar
        wanted.append("calendar = %(calendar)s")
    rows = engine.select(
        "SELECT unit, code, source, id, time, sequence, data FROM statements "
        f"WHERE {' AND '.join([*wanted, known])} AND (unit, code, source, id) GLOBAL NOT IN ("
        f"SELECT unit, code, source, id FROM statements_taken_back WHERE {known}) "
        "ORDER BY unit, code, calendar, period, level, time DESC, sequence DESC, source DESC, "
        "id DESC LIMIT 1 BY unit, code, calendar, period, level",
        params,
    )
    return [
        Event(unit, code, source, name, REPORTED, time, sequence, orjson.loads(data))
        for unit, code, source, name, time, sequence, data in rows
    ]


def units_that_stated(engine: Engine) -> list[str]:
    """The codes of all units that statements named."""
    return [row[0] for row in engine.select("SELECT DISTINCT unit FROM statements", {})]


def _statement(row: Accepted) -> Sequence[Any]:
    event = row.event
    return (
        event.unit, event.subject, *slot_of(event), event.time, event.sequence, event.source,
        event.id, row.position, row.accepted, orjson.dumps(event.data).decode(),
    )  # fmt: skip


def _taken_back(row: Accepted) -> Sequence[Any]:
    event = row.event
    return (
        event.unit, event.subject, event.source, event.data["id"], row.position, row.accepted,
    )  # fmt: skip


def statements_between(
    engine: Engine, codes: Collection[str], since: int, until: int
) -> tuple[list[Event], set[tuple[str, str, str, str]]]:
    """The statements of some indicators that were accepted after `since`, up to `until` (µs), and
    the (unit, code, source, id) of those that were taken back then."""
    if not codes:
        return [], set()
    params = {"code": tuple(codes), "since": since, "until": until}
    where = "WHERE code IN %(code)s AND accepted > %(since)s AND accepted <= %(until)s"
    said = engine.select(
        f"SELECT unit, code, source, id, time, sequence, data FROM statements {where} "
        "ORDER BY unit, code, source, id LIMIT 1 BY unit, code, source, id",
        params,
    )
    taken_back = engine.select(
        f"SELECT unit, code, source, id FROM statements_taken_back {where}", params
    )
    events = [
        Event(unit, code, source, name, REPORTED, time, sequence, orjson.loads(data))
        for unit, code, source, name, time, sequence, data in said
    ]
    return events, {(unit, code, source, name) for unit, code, source, name in taken_back}
