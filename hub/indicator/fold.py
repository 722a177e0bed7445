"""Which statement of an indicator is in force: a function of the set of accepted events.

No clock, no I/O, no order of arrival.
"""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from hub.core.identity import ORDER
from hub.core.merging import Folded, Merged
from schemas.cloudevents import KINDS
from schemas.event import Accepted, Event

REPORTED, RETRACTED = "indicator.reported", "indicator.retracted"
WHOLE = ""
"""The level of a statement about a unit as a whole."""


class Slot(NamedTuple):
    """What a statement is about, within a unit and an indicator."""

    calendar: str
    period: str
    level: str
    """`WHOLE` where the statement names none."""


def slot_of(event: Event) -> Slot:
    """What a `reported` event is about."""
    data = event.data
    return Slot(data["calendar"], data["period"], data.get("level", WHOLE))


def in_force(events: Iterable[Event]) -> dict[Slot, Event]:
    """The last statement of each place that is not taken back; one that says `withdrawn`, too.

    `events`: the distinct accepted events of one indicator of one unit, in any order. A statement
    once taken back stays so, whenever it arrives. To take back a `retracted` has no effect.
    """
    events = sorted(events, key=ORDER)
    taken_back = {(e.source, e.data["id"]) for e in events if e.kind == RETRACTED}
    return {
        slot_of(event): event
        for event in events
        if event.kind == REPORTED and (event.source, event.id) not in taken_back
    }


def known_at(rows: Sequence[Accepted], instant: int) -> dict[Slot, Event]:
    """What was in force as far as was known at an instant (µs): `as_of`."""
    return in_force(row.event for row in rows if row.accepted <= instant)


class Content(NamedTuple):
    """What a statement says: the attribute `name` is `value`, `text`, `date` or `status`."""

    name: str
    said: Any


def content_of(event: Event) -> Content:
    """What a `reported` event says."""
    (name,) = event.data.keys() & {"value", "text", "date", "status"}
    return Content(name, event.data[name])


def fold_statements(merged: Merged) -> Folded:
    """The new statements of a batch; `Folded.stored`: accepted events, as they are."""
    own = merged.of(KINDS["indicator"]).by_key.values()
    return Folded([row for rows in own for row in rows if row.accepted >= merged.since])
