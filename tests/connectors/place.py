"""A hub that connectors are given, with what people do there; and made-up events to tell it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from connectors.port import Hub

SOURCE = "/made-up/a"


@dataclass
class Place:
    """A hub, and what people do there."""

    hub: Hub
    approve: Callable[[str], None]
    """Approve what waits of a connector."""
    ask_again: Callable[[str, Sequence[str]], None]
    """Ask that refused rows (by keys) are read again."""
    refused: Callable[[str], dict[str, int]]
    """Of a connector: the keys of refused rows, and how many times each was refused."""
    pass_time: Callable[[float], None]
    """So many seconds pass on the hub's clock."""
    foretell: Callable[[str], str]
    """Ask what the refused rows of a connector would change; the token of the question."""
    forecast: Callable[[str], Any]
    """What the connector told last of that; None: nothing since it was asked."""


def event(kind: str, unit: str, subject: str, id: str, source: str = SOURCE, **data: Any) -> Any:  # noqa: A002
    """A made-up CloudEvent."""
    return {
        "specversion": "1.0", "id": id, "source": source, "subject": subject,
        "type": f"vn.motcua.dossier.{kind}.v1", "time": "2020-05-20T08:30:00+07:00",
        "data": {"unit": unit, **data},
    }  # fmt: skip


def received(unit: str, subject: str, id: str = "r", **more: Any) -> Any:  # noqa: A002
    """A dossier that comes in."""
    return event("received", unit, subject, id, **{"channel": "online", **more})
