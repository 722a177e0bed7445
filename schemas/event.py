"""The shape of an event inside the hub: flat, checked, cheap to copy."""

from typing import Any, NamedTuple


class Event(NamedTuple):
    """One checked event (CONTRACT §1).

    `time` and the instants in `data` (`due_at`, `received_at`, `closed_at`) are microseconds since
    the Unix epoch, UTC. `data` holds the other attributes of `data` without `unit`, the defaults
    (`apology`, `outcome`) filled in, so that two events say the same exactly when they are equal.
    """

    unit: str
    subject: str
    source: str
    id: str
    kind: str
    time: int
    sequence: int
    data: dict[str, Any]

    @property
    def dossier(self) -> tuple[str, str]:
        """The dossier's identity."""
        return self.unit, self.subject

    @property
    def identity(self) -> tuple[str, str, str, str]:
        """The event's identity: the same again is the same event."""
        return self.unit, self.subject, self.source, self.id


class Accepted(NamedTuple):
    """An event with its place in the log and the moment of its acceptance, both given once.

    `position` grows in the order of a unit's events; `accepted` is in microseconds, UTC, and
    never decreases in that order.
    """

    position: int
    accepted: int
    event: Event
