"""Who stated what of an indicator, when, and what became of it: a function of the set of events."""

from collections.abc import Sequence
from typing import Literal, NamedTuple

from hub.core.identity import ORDER, distinct
from hub.indicator.fold import REPORTED, RETRACTED, Slot, slot_of
from schemas.event import Accepted, Event

Became = Literal["in_force", "replaced", "retracted"]


class Told(NamedTuple):
    """A statement, when (µs) it was accepted, and what became of it; `by`: the statement that
    replaced it, or the event that took it back."""

    event: Event
    accepted: int
    became: Became
    by: Event | None = None


def history(rows: Sequence[Accepted]) -> dict[Slot, list[Told]]:
    """All statements of one indicator of one unit, of each place in their order (CONTRACT §1).

    `rows`: its stored events in the order of the log, an identity perhaps twice. A statement that
    says `withdrawn` replaces the one before as any other does. What was said of statements that
    were taken back is left out of the order of those that replace each other.
    """
    firsts = distinct(rows, [])
    taken_back: dict[tuple[str, str], Event] = {}
    for row in firsts:
        if row.event.kind == RETRACTED:
            taken_back.setdefault((row.event.source, row.event.data["id"]), row.event)
    found: dict[Slot, list[Told]] = {}
    later: dict[Slot, Event] = {}
    said = [row for row in firsts if row.event.kind == REPORTED]
    for row in sorted(said, key=lambda it: ORDER(it.event), reverse=True):
        event, place = row.event, slot_of(row.event)
        if by := taken_back.get((event.source, event.id)):
            told = Told(event, row.accepted, "retracted", by)
        elif place in later:
            told = Told(event, row.accepted, "replaced", later[place])
        else:
            told = Told(event, row.accepted, "in_force")
        if told.became != "retracted":
            later[place] = event
        found.setdefault(place, []).append(told)
    return {place: told[::-1] for place, told in found.items()}


def current(told: Sequence[Told]) -> Event | None:
    """The statement in force among those of a place; one that says `withdrawn`, too."""
    return next((it.event for it in told if it.became == "in_force"), None)
