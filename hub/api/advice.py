"""The due dates that working days advise, as the calendar, a list and a dossier tell them.

Advice: no figure is touched, and a due date that was stated stays.
"""

from collections.abc import Callable
from typing import Annotated, Any, Literal

from fastapi import Query

from hub.api.context import Hub
from hub.core.time import date_of, local_day, rfc3339
from hub.core.working_time import Advice, LimitUnit, WorkingTime, came_late
from hub.registry import Procedure

Late = Annotated[
    bool,
    Query(description="What comes after 15:00 or on a day off counts from the next working day"),
]
Limit = tuple[int, LimitUnit]
Advise = Callable[[WorkingTime, int, Limit], Advice]
"""The advice of a calendar on what was received at an instant (µs)."""


def limit_of(procedure: Procedure | None) -> Limit | None:
    """The limit of a procedure, if it is registered."""
    if procedure is None or not procedure.limit_value or not procedure.limit_unit:
        return None
    return procedure.limit_value, procedure.limit_unit


def limits(hub: Hub) -> dict[str, Limit]:
    """The limits of all procedures that have one, by code."""
    return {p.code: limit for p in hub.registry.procedures.all() if (limit := limit_of(p))}


def adviser(late_rule: bool) -> Advise:
    """Advice on many dossiers; limits in days are reckoned once for all that came on a day."""
    found: dict[tuple[int, int, bool, Limit], tuple[WorkingTime, Advice]] = {}

    def advise(calendar: WorkingTime, received_at: int, allowed: Limit) -> Advice:
        limit, unit = allowed
        if unit == "hour":
            return calendar.advise(received_at, limit, unit, late_rule=late_rule)
        is_late = late_rule and came_late(received_at)
        key = (id(calendar), local_day(received_at), is_late, allowed)
        if key not in found:  # the calendar is kept, so that no other one can get its id
            advised = calendar.advise(received_at, limit, unit, late_rule=late_rule)
            found[key] = calendar, advised
        return found[key][1]

    return advise


def finding(
    calendar: WorkingTime, due_at: int | None, advised: Advice
) -> Literal["no_due_date", "due_on_day_off", "differs"] | None:
    """What the calendar has to say about the first due date (µs) that a source stated."""
    if due_at is None:
        return "no_due_date"
    if not calendar.is_working_day(local_day(due_at)):
        return "due_on_day_off"
    hours = advised.basis == "hour"
    differs = due_at != advised.due_at if hours else local_day(due_at) != local_day(advised.due_at)
    return "differs" if differs else None


def advice_json(advice: Advice) -> dict[str, Any]:
    """Advice as it is told: the due date, and the days that led there."""
    steps = [{**step._asdict(), "day": date_of(step.day).isoformat()} for step in advice.steps]
    return {"due_at": rfc3339(advice.due_at), "basis": advice.basis, "steps": steps}
