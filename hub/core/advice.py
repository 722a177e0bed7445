"""What the calendar has to say about a due date that was stated, or was not. Advice: no figure is
touched, and a due date that was stated stays."""

from typing import Literal

from hub.core.time import local_day
from hub.core.working_time import WorkingTime

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


def is_late(closed_at: int, due_at: int, now: int, *, is_hourly: bool) -> bool:
    """Whether a dossier is at a moment, or was closed, after a due date. Instants in µs."""
    at = min(closed_at, now)
    return at > due_at if is_hourly else local_day(at) > local_day(due_at)
