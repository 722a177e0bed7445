"""The board and its lists: numbers by unit, overdue dossiers, those due soon."""

from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.concurrency import run_in_threadpool

from hub.api.access import Reader
from hub.api.asking import StrictRoute, Subtree, Units, scope_of
from hub.api.context import Hub, hub_of
from hub.api.paging import Cursor, Limit, pack, unpack
from hub.core.time import HOUR, NEVER, SECOND, date_of, local_day, rfc3339
from hub.log.port import Position, encode_position
from hub.store.board import (
    Filter,
    Numbers,
    Watched,
    coming_page,
    coming_total,
    daily,
    overdue_page,
    overdue_total,
    unit_boards,
)
from hub.store.questions import Scope

router = APIRouter(prefix="/v1", tags=["board"], route_class=StrictRoute)

Field = Annotated[str | None, Query(description="Only this field; '' for none")]
Procedure = Annotated[str | None, Query(description="Only this procedure; '' for none")]
Waiting = Annotated[bool | None, Query(description="Only those that wait, or do not")]
Prefix = Annotated[str, Query(alias="q", max_length=100, description="How the code begins")]


def board_json(
    hub: Hub, scope: Scope, at: int, position: Position, numbers: dict[str, Numbers]
) -> dict[str, Any]:
    """The board of a scope at a moment (µs): totals, and the units that have any number."""
    registered = hub.registry.units.tree().units
    shown = {unit: row for unit, row in numbers.items() if any(row) or unit in registered}
    for unit in registered:
        if contains(scope, unit):
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


def contains(scope: Scope, unit: str) -> bool:
    """Whether a unit is one of those that a question is about."""
    if scope.units is None or unit in scope.units:
        return True
    return any(unit.startswith(f"{code}.") for code in scope.below)


def overdue_json(row: Watched, now: int) -> dict[str, Any]:
    """An overdue dossier as CONTRACT §4 tells it at a moment (µs), and its deadline."""
    return {
        **_dossier(row),
        "overdue_seconds": (now - row.deadline) // SECOND,
        "days_late": local_day(now) - local_day(row.due_at),
        "waiting": row.waiting,
    }


def coming_json(row: Watched, now: int) -> dict[str, Any]:
    """A dossier that will be overdue."""
    seconds = (row.deadline - now) // SECOND
    return {**_dossier(row), "seconds_left": seconds, "waiting": row.waiting}


def _dossier(row: Watched) -> dict[str, Any]:
    return {
        "unit": row.unit,
        "subject": row.subject,
        "procedure": row.procedure or None,
        "field": row.field or None,
        "due_at": rfc3339(row.due_at),
        "deadline": rfc3339(row.deadline),
    }


@router.get("/board")
async def get_board(
    request: Request, key: Reader, unit: Units = None, subtree: Subtree = False
) -> dict[str, Any]:
    """How many dossiers are overdue, due today and within 24 hours, received and closed today."""
    hub = hub_of(request)
    scope, now, position = scope_of(hub, key, unit, subtree), hub.now(), hub.progress.applied
    boards = await run_in_threadpool(unit_boards, hub.store, scope, now)
    return board_json(hub, scope, now, position, {u: b.numbers for u, b in boards.items()})


@router.get("/board/trend")
async def get_trend(
    request: Request,
    key: Reader,
    unit: Units = None,
    subtree: Subtree = False,
    days: Annotated[int, Query(ge=1, le=90, description="Local days, up to today")] = 14,
) -> dict[str, Any]:
    """Day by day: overdue at its end, received and closed in it."""
    hub = hub_of(request)
    scope, now = scope_of(hub, key, unit, subtree), hub.now()
    today = local_day(now)
    asked = range(today - days + 1, today + 1)
    found = await run_in_threadpool(daily, hub.store, scope, asked, now)

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


@router.get("/overdue")
async def get_overdue(
    request: Request,
    key: Reader,
    unit: Units = None,
    subtree: Subtree = False,
    field: Field = None,
    procedure: Procedure = None,
    waiting: Waiting = None,
    min_days: Annotated[int | None, Query(ge=0, le=100_000, description="Days late")] = None,
    prefix: Prefix = "",
    limit: Limit = 100,
    cursor: Cursor = None,
) -> dict[str, Any]:
    """Open dossiers whose deadline has passed, longest first."""
    hub = hub_of(request)
    scope, now = _narrowed(scope_of(hub, key, unit, subtree), field, procedure), hub.now()
    wanted = Filter(waiting, min_days, prefix)
    after: tuple[int, str, str] = (-NEVER, "", "")
    if cursor:
        now, *last = unpack(cursor, int, int, str, str)
        after = (last[0], last[1], last[2])
    rows = await run_in_threadpool(overdue_page, hub.store, scope, wanted, now, after, limit + 1)
    count = await run_in_threadpool(overdue_total, hub.store, scope, wanted, now)
    items = [overdue_json(row, now) for row in rows[:limit]]
    return {"total": count, "items": items, "next": _next(rows, limit, now)}


@router.get("/due-soon")
async def get_due_soon(
    request: Request,
    key: Reader,
    unit: Units = None,
    subtree: Subtree = False,
    hours: Annotated[int, Query(ge=1, le=24 * 366, description="How far ahead")] = 24,
    field: Field = None,
    procedure: Procedure = None,
    waiting: Waiting = None,
    prefix: Prefix = "",
    limit: Limit = 100,
    cursor: Cursor = None,
) -> dict[str, Any]:
    """Open dossiers that are not overdue but will be within some hours, soonest first."""
    hub = hub_of(request)
    scope, now = _narrowed(scope_of(hub, key, unit, subtree), field, procedure), hub.now()
    wanted = Filter(waiting, None, prefix)
    after: tuple[int, str, str] = (-NEVER, "", "")
    if cursor:
        now, *last = unpack(cursor, int, int, str, str)
        after = (last[0], last[1], last[2])
    until = now + hours * HOUR
    rows = await run_in_threadpool(
        coming_page, hub.store, scope, wanted, now, until, after, limit + 1
    )
    count = await run_in_threadpool(coming_total, hub.store, scope, wanted, now, until)
    items = [coming_json(row, now) for row in rows[:limit]]
    return {"total": count, "items": items, "next": _next(rows, limit, now)}


def _narrowed(scope: Scope, field: str | None, procedure: str | None) -> Scope:
    wanted = (("field", field), ("procedure", procedure))
    return scope._replace(where=tuple((n, v) for n, v in wanted if v is not None))


def _next(rows: list[Watched], limit: int, now: int) -> str | None:
    """The cursor of the next page, which is of the same moment."""
    if len(rows) <= limit:
        return None
    last = rows[limit - 1]
    return pack((now, last.deadline, last.unit, last.subject))
