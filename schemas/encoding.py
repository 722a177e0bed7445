"""From the flat event of the hub back to a CloudEvent in JSON (CONTRACT §1)."""

from datetime import UTC, datetime, timedelta
from typing import Any

from schemas.cloudevents import TYPE_OF
from schemas.event import Event

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_INSTANTS = frozenset(("due_at", "received_at", "closed_at"))


def to_cloudevent(event: Event) -> dict[str, Any]:
    """The event in structured mode: checked again it is the same event."""
    return {
        "specversion": "1.0",
        "id": event.id,
        "source": event.source,
        "type": TYPE_OF[event.kind],
        "subject": event.subject,
        "time": _text(event.time),
        "sequence": str(event.sequence),
        "data": {"unit": event.unit}
        | {name: _text(v) if name in _INSTANTS else v for name, v in event.data.items()},
    }


def _text(instant: int) -> str:
    return (_EPOCH + timedelta(microseconds=instant)).isoformat()
