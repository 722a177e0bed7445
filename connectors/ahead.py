"""What a source would change altogether, before a person approves any of it."""

import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from typing import Any, NamedTuple

from connectors.guard import FREE, would
from connectors.lease import Lease
from connectors.port import Source
from connectors.pump import Pump
from connectors.reader import Reader
from connectors.shadow import ShadowHub
from connectors.summary import Summary

MOST_DOSSIERS = 50_000
"""Changed ones after which it is enough: they are held in memory."""


class Ahead(NamedTuple):
    """The rest of a reading."""

    rows: int
    events: list[Mapping[str, Any]]
    is_all: bool


class _EnoughError(Exception):
    """So much is told."""


def look_again(
    reader: Reader, reopen: Callable[[], Source], state: dict[str, Any], stop: threading.Event,
    token: str, keys: Sequence[str],
) -> dict[str, Any]:  # fmt: skip
    """What some refused rows would change if they were read again, for people; nothing is stored;
    `stop` breaks it off. Raises what `Pump.again` does."""
    shadow = ShadowHub(reader.hub, state, records=True)
    with closing(reopen()) as source:
        own = reader._replace(source=source, hub=shadow)
        pump = _pump(own, shadow, stop)
        pump.take()
        pump.again(keys)
    found = would(token, len(keys), shadow.sent, is_all=True)
    return found | {"refused": len(shadow.refused.intersection(keys))}


def look_ahead(
    reader: Reader, reopen: Callable[[], Source], state: dict[str, Any], stop: threading.Event,
    *, sweep: bool,
) -> Ahead:  # fmt: skip
    """Read on from the state of a pump, and store nothing; `stop` breaks it off. Raises what
    `Pump.read` does."""

    def look(summary: Summary) -> None:
        if summary.dossiers > MOST_DOSSIERS:
            raise _EnoughError

    shadow = ShadowHub(reader.hub, state, records=True)
    with closing(reopen()) as source:
        pump = _pump(reader._replace(source=source, hub=shadow), shadow, stop, on_page=look)
        pump.take()
        try:
            pump.read(sweep=sweep)
        except _EnoughError:
            return Ahead(pump.summary.rows, shadow.sent, False)
    return Ahead(pump.summary.rows, shadow.sent, True)


def _pump(reader: Reader, shadow: ShadowHub, stop: threading.Event, **more: Any) -> Pump:
    lease = Lease(shadow, reader.name, reader.owner, stop, {})
    return Pump(reader, lease, stop, {}, guard=FREE, waits=False, patience=0, **more)
