"""Dead letters made of refused events and of conflicts."""

import hashlib

import orjson

from hub.core.check import Problem, Refusal
from hub.core.identity import Conflict
from hub.registry.letter import DeadLetter, letter_id
from schemas.event import Event


def of_refusal(refusal: Refusal, origin: str) -> DeadLetter:
    """The letter of an event that was refused at the border; `origin`: how it came."""
    errors = [problem._asdict() for problem in refusal.problems]
    reason = refusal.problems[0].code
    return DeadLetter(
        id=letter_id(
            reason, source=refusal.source, unit=refusal.unit, subject=refusal.subject,
            event_id=refusal.id, errors=errors,
        ),
        reason=reason, source=refusal.source, unit=refusal.unit, subject=refusal.subject,
        event_id=refusal.id, errors=errors, origin=origin,
        event=refusal.event._asdict() if refusal.event else None,
    )  # fmt: skip


def of_record(refusal: Refusal, origin: str) -> DeadLetter:
    """The letter of what lay in a log and is no event; `origin`: its place, which marks it."""
    errors = [problem._asdict() for problem in refusal.problems]
    reason = refusal.problems[0].code
    return DeadLetter(
        id=letter_id(reason, errors=errors, distinct=origin),
        reason=reason, source=refusal.source, unit=refusal.unit, subject=refusal.subject,
        event_id=None, errors=errors, origin=origin,
    )  # fmt: skip


def of_conflict(conflict: Conflict) -> DeadLetter:
    """The letter of a conflict; each distinct other content of an identity has one."""
    event = conflict.other.event
    problem = Problem(
        "conflict", "/id",
        "this event was accepted before with other content, which counts; to change it, retract "
        "the first and send the new one under a new id",
    )  # fmt: skip
    return DeadLetter(
        id=conflict_id(event),
        reason="conflict", source=event.source, unit=event.unit, subject=event.subject,
        event_id=event.id, errors=[problem._asdict()], origin="log", event=event._asdict(),
    )  # fmt: skip


def conflict_id(event: Event) -> str:
    """The id of the letter that an event has if it is a conflict."""
    return letter_id(
        "conflict", source=event.source, unit=event.unit, subject=event.subject,
        event_id=event.id, distinct=_digest(event),
    )  # fmt: skip


def _digest(event: Event) -> str:
    content = orjson.dumps(
        [event.kind, event.time, event.sequence, event.data], option=orjson.OPT_SORT_KEYS
    )
    return hashlib.sha256(content).hexdigest()
