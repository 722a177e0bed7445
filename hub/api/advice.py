"""The due dates that working days advise, as the calendar, a list and a dossier tell them.

Advice: no figure is touched, and a due date that was stated stays.
"""

from typing import Annotated, Any, Literal

from fastapi import Query

from hub.api.context import Hub
from hub.core.reckoning import Limit
from hub.core.time import date_of, local_day, rfc3339
from hub.core.working_time import Advice, WorkingTime
from hub.registry import Procedure

Late = Annotated[
    bool,
    Query(description="What comes after 15:00 or on a day off counts from the next working day"),
]


def limit_of(procedure: Procedure | None) -> Limit | None:
    """The limit of a procedure, if it is registered."""
    if procedure is None or not procedure.limit_value or not procedure.limit_unit:
        return None
    return procedure.limit_value, procedure.limit_unit


def limits(hub: Hub) -> dict[str, Limit]:
    """The limits of all procedures that have one, by code."""
    return {p.code: limit for p in hub.registry.procedures.all() if (limit := limit_of(p))}


Finding = Literal["no_due_date", "due_on_day_off", "differs"]


def finding(
    calendar: WorkingTime, due_at: int | None, advised_at: int, *, is_hourly: bool
) -> Finding | None:
    """What the calendar has to say about the first due date (µs) that a source stated."""
    if due_at is None:
        return "no_due_date"
    if not calendar.is_working_day(local_day(due_at)):
        return "due_on_day_off"
    if is_hourly:
        return "differs" if due_at != advised_at else None
    return "differs" if local_day(due_at) != local_day(advised_at) else None


def advice_json(advice: Advice) -> dict[str, Any]:
    """Advice as it is told: the due date, and the days that led there."""
    steps = [{**step._asdict(), "day": date_of(step.day).isoformat()} for step in advice.steps]
    return {"due_at": rfc3339(advice.due_at), "basis": advice.basis, "steps": steps}
