"""`/v1/calendar`: working days, and the due dates they advise. Advice: no figure is touched."""

from datetime import date
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter
from starlette.concurrency import run_in_threadpool

from hub.api.access import Acting, Admin, Reader
from hub.api.advice import Late, advice_json, doubt_json, flip_json
from hub.api.asking import Day, StrictRoute, Subtree, Units, Whole, scope_of
from hub.api.bodies import json_response, read_json, valid
from hub.api.context import hub_of
from hub.api.moments import instant_of
from hub.api.problems import bad_parameter
from hub.api.waiting import reckoned
from hub.core.said import said
from hub.core.time import date_of, days_of, local_day
from hub.core.working_time import Hours, LimitUnit, WorkingTime
from hub.registry.calendar import CalendarDay, OfficeHours
from hub.services.advising import Adviser

router = APIRouter(prefix="/v1/calendar", tags=["calendar"], route_class=StrictRoute)
Most = Annotated[Whole, Query(ge=1, le=10_000, description="How many dossiers are listed")]
_STRICT = ConfigDict(extra="forbid")
_MOST_DAYS = 800
_FIRST, _LAST = days_of(date(1990, 1, 1)), days_of(date(2100, 12, 31))


class DeclaredDay(BaseModel):
    """A day declared off, worked, or as its weekday again."""

    model_config = _STRICT
    day: date
    kind: Literal["off", "working", "usual"]
    unit: str = ""
    note: str = ""

    def row(self) -> CalendarDay:
        """As the registry keeps it."""
        return CalendarDay(self.day, self.kind, self.unit, self.note)


class DeclaredHours(BaseModel):
    """A unit's sessions, in minutes after midnight."""

    model_config = _STRICT
    unit: str = ""
    hours: list[tuple[int, int]]
    saturday: list[tuple[int, int]] = []

    def row(self) -> OfficeHours:
        """As the registry keeps it."""
        return OfficeHours(self.unit, tuple(self.hours), tuple(self.saturday))


class Declaration(BaseModel):
    """What is declared beside the public holidays."""

    model_config = _STRICT
    days: Annotated[list[DeclaredDay], Field(max_length=_MOST_DAYS)] = []
    hours: Annotated[list[DeclaredHours], Field(max_length=_MOST_DAYS)] = []


class Supposition(BaseModel):
    """Days that might be declared."""

    model_config = _STRICT
    days: Annotated[list[DeclaredDay], Field(min_length=1, max_length=_MOST_DAYS)]


@router.get("")
async def get_calendar(
    request: Request,
    key: Reader,
    start: Annotated[Day, Query(alias="from", description="First local day")],
    end: Annotated[Day, Query(alias="to", description="Last local day")],
    unit: Annotated[str, Query(description="Unit code; left out: where nothing is declared")] = "",
) -> dict[str, Any]:
    """Which days a unit works, and why not, and its hours."""
    hub = hub_of(request)
    if unit:
        scope_of(hub, key, [unit], subtree=False)
    if not 0 <= (end - start).days < _MOST_DAYS:
        says = said("days-after", "must be 0 to {most} days after from", most=_MOST_DAYS - 1)
        raise bad_parameter("to", says)
    found = hub.registry.calendar.of(unit)
    return {
        "unit": unit,
        "hours": _clock(found.hours),
        "saturday": _clock(found.saturday),
        "days": [_day(found, day) for day in range(days_of(start), days_of(end) + 1)],
    }


@router.put("")
async def put_calendar(request: Request, _: Admin, by: Acting) -> dict[str, int]:
    """Declare days and hours, all or none; what was declared before stays on record."""
    declared = valid(TypeAdapter(Declaration), await read_json(request))
    calendar = hub_of(request).registry.calendar
    days = [day.row() for day in declared.days]
    hours = [each.row() for each in declared.hours]
    await run_in_threadpool(calendar.put, days, hours, by)
    return {"days": len(declared.days), "hours": len(declared.hours)}


@router.get("/due")
async def get_due(
    request: Request,
    key: Reader,
    received_at: Annotated[str, Query(description="RFC 3339")],
    limit: Annotated[Whole, Query(ge=1, le=10_000)],
    limit_unit: LimitUnit,
    unit: str = "",
    late_rule: Late = False,
) -> Response:
    """The due date that the calendar advises, day by day."""
    hub = hub_of(request)
    if unit:
        scope_of(hub, key, [unit], subtree=False)
    received = instant_of("received_at", received_at)
    if not _FIRST <= local_day(received) <= _LAST:
        says = said("years-known", "must lie in the years 1990 to 2100")
        raise bad_parameter("received_at", says)
    calendar = hub.registry.calendar.of(unit)

    def answer() -> Response:  # of thousands of days
        advice = calendar.advise(received, limit, limit_unit, late_rule=late_rule)
        return json_response(advice_json(advice))

    return await run_in_threadpool(answer)


@router.get("/check")
async def get_check(
    request: Request,
    key: Reader,
    unit: Units = None,
    subtree: Subtree = False,
    late_rule: Late = False,
    limit: Most = 1000,
) -> Response:
    """Open dossiers whose first due date is not what the calendar advises, or missing."""
    hub = hub_of(request)
    scope = scope_of(hub, key, unit, subtree)

    def answer() -> Response:
        adviser = Adviser(hub.store, hub.registry, scope, hub.now(), late_rule=late_rule)
        found = adviser.doubts(limit)
        return json_response({
            "checked": found.checked,
            "total": found.counts.total(),
            "counts": found.counts,
            "decided_until": hub.registry.calendar.public_days().decided_until,
            "items": list(map(doubt_json, found.first)),
        })  # fmt: skip

    return await reckoned(request, answer)


@router.post("/what-if")
async def post_what_if(
    request: Request,
    key: Reader,
    unit: Units = None,
    subtree: Subtree = False,
    late_rule: Late = False,
    limit: Most = 1000,
) -> Response:
    """Which dossiers and figures would flip if days were declared and due dates followed."""
    hub = hub_of(request)
    scope = scope_of(hub, key, unit, subtree)
    declared = valid(TypeAdapter(Supposition), await read_json(request))
    days = [day.row() for day in declared.days]

    def answer() -> Response:
        adviser = Adviser(hub.store, hub.registry, scope, hub.now(), late_rule=late_rule)
        found = adviser.flips(days, limit)
        items = list(map(flip_json, found.first))
        return json_response({"total": found.moved, "figures": found.figures, "items": items})

    return await reckoned(request, answer)


def _day(calendar: WorkingTime, day: int) -> dict[str, Any]:
    if calendar.is_working_day(day):
        kind, note = "working", calendar.made_up.get(day, "")
    else:
        kind, note = ("off", calendar.off[day]) if day in calendar.off else ("weekend", "")
    return {"day": date_of(day).isoformat(), "kind": kind, "note": note}


def _clock(hours: Hours) -> list[list[str]]:
    return [[f"{minute // 60:02}:{minute % 60:02}" for minute in session] for session in hours]
