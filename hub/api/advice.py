"""How advice about due dates is told. Advice: no figure is touched, and a due date that was stated
stays."""

from typing import Annotated, Any

from fastapi import Query

from hub.core.time import date_of, rfc3339
from hub.core.working_time import Advice
from hub.dossier.store.limits import Limited
from hub.services.advising import Doubt, Flip

Late = Annotated[
    bool,
    Query(description="What comes after 15:00 or on a day off counts from the next working day"),
]


def advice_json(advice: Advice) -> dict[str, Any]:
    """Advice as it is told: the due date, and the days that led there."""
    steps = [{**step._asdict(), "day": date_of(step.day).isoformat()} for step in advice.steps]
    return {"due_at": rfc3339(advice.due_at), "basis": advice.basis, "steps": steps}


def doubt_json(doubt: Doubt) -> dict[str, Any]:
    """A dossier whose due date is in doubt, and why."""
    told = {"finding": doubt.finding, "advice": advice_json(doubt.advice)}
    return _dossier(doubt.dossier) | told


def flip_json(flip: Flip) -> dict[str, Any]:
    """A dossier whose advised due date would move."""
    return _dossier(flip.dossier) | {
        "before": rfc3339(flip.before),
        "after": rfc3339(flip.after),
        "late_before": flip.late_before,
        "late_after": flip.late_after,
    }


def _dossier(row: Limited) -> dict[str, Any]:
    return {
        "unit": row.unit,
        "subject": row.subject,
        "procedure": row.procedure,
        "received_at": rfc3339(row.received_at),
        "due_at": None if row.due_at is None else rfc3339(row.due_at),
        "moved": row.was_moved,
    }
