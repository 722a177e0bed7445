"""The board: numbers by unit, and how they were day by day."""

from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from hub.api.access import Reader
from hub.api.asking import StrictRoute, Subtree, Units, Whole, scope_of
from hub.api.bodies import json_response
from hub.api.context import Hub, hub_of
from hub.api.waiting import answered
from hub.core.time import date_of, local_day, rfc3339
from hub.dossier.store.board import Numbers, daily, unit_boards
from hub.log.port import Position, encode_position
from hub.store.scope import Scope

router = APIRouter(prefix="/v1", tags=["board"], route_class=StrictRoute)


def board_json(
    hub: Hub, scope: Scope, at: int, position: Position, numbers: dict[str, Numbers]
) -> dict[str, Any]:
    """The board of a scope at a moment (µs): totals, and the units that have any number."""
    registered = hub.registry.units.tree().units
    shown = {unit: row for unit, row in numbers.items() if any(row) or unit in registered}
    for unit in registered:
        if scope.contains(unit):
            shown.setdefault(unit, Numbers())
    return {
        "at": rfc3339(at),
        "position": encode_position(position),
        "day": date_of(local_day(at)).isoformat(),
        "totals": total(numbers)._asdict(),
        "units": [unit_json(hub, unit, row) for unit, row in sorted(shown.items())],
    }


def unit_json(hub: Hub, unit: str, numbers: Numbers) -> dict[str, Any]:
    """A unit's row of the board."""
    known = hub.registry.units.tree().units.get(unit)
    name = known.name if known else None
    return {"unit": unit, "name": name, "registered": known is not None, **numbers._asdict()}


def total(numbers: dict[str, Numbers]) -> Numbers:
    """The sum of some rows."""
    return Numbers(*map(sum, zip(*numbers.values(), strict=True))) if numbers else Numbers()


@router.get("/board")
async def get_board(
    request: Request, key: Reader, unit: Units = None, subtree: Subtree = False
) -> Response:
    """How many dossiers are overdue, due today and within 24 hours, received and closed today."""
    hub = hub_of(request)
    scope, now, position = scope_of(hub, key, unit, subtree), hub.now(), hub.progress.applied

    def answer() -> Response:
        boards = unit_boards(hub.store, scope, now)
        numbers = {unit: board.numbers for unit, board in boards.items()}
        return json_response(board_json(hub, scope, now, position, numbers))

    return await answered(request, scope, answer)


@router.get("/board/trend")
async def get_trend(
    request: Request,
    key: Reader,
    unit: Units = None,
    subtree: Subtree = False,
    days: Annotated[Whole, Query(ge=1, le=90, description="Local days, up to today")] = 14,
) -> dict[str, Any]:
    """Day by day: overdue at its end, received and closed in it."""
    hub = hub_of(request)
    scope, now = scope_of(hub, key, unit, subtree), hub.now()
    today = local_day(now)
    asked = range(today - days + 1, today + 1)
    found = await answered(request, scope, lambda: daily(hub.store, scope, asked, now))

    def lines(rows: list[dict[int, tuple[int, int, int]]]) -> dict[str, list[int]]:
        names = ("overdue", "received", "resolved")
        return {
            name: [sum(row[day][i] for row in rows) for day in asked]
            for i, name in enumerate(names)
        }

    return {
        "days": [(date_of(today) - timedelta(today - day)).isoformat() for day in asked],
        "totals": lines(list(found.values())),
        "units": [{"unit": code, **lines([row])} for code, row in sorted(found.items())],
    }
