"""The board: numbers by unit, and how they were day by day."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from hub.api.access import Reader
from hub.api.asking import StrictRoute, Subtree, Units, Values, View, Whole, where
from hub.api.bodies import json_response
from hub.api.context import Hub, hub_of
from hub.api.shown import Shown, shown_by
from hub.api.waiting import answered
from hub.core.time import date_of, local_day, rfc3339
from hub.dossier.store.board import Numbers, daily, unit_boards
from hub.log.port import Position, encode_position

router = APIRouter(prefix="/v1", tags=["board"], route_class=StrictRoute)


def board_json(
    hub: Hub, of: Shown, at: int, position: Position, numbers: Mapping[str, Numbers]
) -> dict[str, Any]:
    """The board of some units at a moment (µs), from the numbers of each: totals, and the units
    that have any number."""
    registered, listed = hub.registry.units.tree().units, of.listed
    rows = of.rows(numbers)
    shown = {unit: row for unit, row in rows.items() if any(row) or unit in registered}
    for unit in registered:
        if listed.contains(unit):
            shown.setdefault(unit, Numbers())
    return {
        "at": rfc3339(at),
        "position": encode_position(position),
        "day": date_of(local_day(at)).isoformat(),
        "totals": total(numbers.values())._asdict(),
        "units": [unit_json(hub, unit, row) for unit, row in sorted(shown.items())],
    }


def unit_json(hub: Hub, unit: str, numbers: Numbers) -> dict[str, Any]:
    """A unit's row of the board."""
    known = hub.registry.units.tree().units.get(unit)
    name = known.name if known else None
    return {"unit": unit, "name": name, "registered": known is not None, **numbers._asdict()}


def total(numbers: Collection[Numbers]) -> Numbers:
    """The sum of some rows."""
    return Numbers(*map(sum, zip(*numbers, strict=True))) if numbers else Numbers()


@router.get("/board")
async def get_board(
    request: Request,
    key: Reader,
    unit: Units = None,
    subtree: Subtree = False,
    field: Values = None,
    procedure: Values = None,
    view: View = None,
) -> Response:
    """How many dossiers are overdue, due today and within 24 hours, received and closed today."""
    hub = hub_of(request)
    shown = await shown_by(hub, key, unit, subtree, view)
    given = where((("field", field), ("procedure", procedure)))
    shown = shown._replace(scope=shown.scope._replace(where=given))
    now, position = hub.now(), hub.progress.applied

    def answer() -> Response:
        boards = unit_boards(hub.store, shown.scope, now)
        numbers = {code: board.numbers for code, board in boards.items()}
        return json_response(board_json(hub, shown, now, position, numbers))

    return await answered(request, shown.scope, answer)


@router.get("/board/trend")
async def get_trend(
    request: Request,
    key: Reader,
    unit: Units = None,
    subtree: Subtree = False,
    field: Values = None,
    procedure: Values = None,
    days: Annotated[Whole, Query(ge=1, le=90, description="Local days, up to today")] = 14,
    view: View = None,
) -> dict[str, Any]:
    """Day by day: overdue at its end, received and closed in it."""
    hub = hub_of(request)
    shown, now = await shown_by(hub, key, unit, subtree, view), hub.now()
    given = where((("field", field), ("procedure", procedure)))
    shown = shown._replace(scope=shown.scope._replace(where=given))
    today = local_day(now)
    asked = range(today - days + 1, today + 1)
    found = await answered(request, shown.scope, lambda: daily(hub.store, shown.scope, asked, now))
    of_label: defaultdict[str, list[dict[int, tuple[int, int, int]]]] = defaultdict(list)
    for code, row in found.items():
        of_label[shown.label(code)].append(row)

    def lines(rows: list[dict[int, tuple[int, int, int]]]) -> dict[str, list[int]]:
        names = ("overdue", "received", "resolved")
        return {
            name: [sum(row[day][i] for row in rows) for day in asked]
            for i, name in enumerate(names)
        }

    return {
        "days": [(date_of(today) - timedelta(today - day)).isoformat() for day in asked],
        "totals": lines(list(found.values())),
        "units": [{"unit": code, **lines(rows)} for code, rows in sorted(of_label.items())],
    }
