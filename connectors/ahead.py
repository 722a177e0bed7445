"""What a source would change altogether, before a person approves any of it."""

import threading
from collections.abc import Callable, Mapping
from contextlib import closing
from typing import Any, NamedTuple

from connectors.guard import FREE
from connectors.lease import Lease
from connectors.port import Source
from connectors.pump import Pump, Reader
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


def look_ahead(
    reader: Reader, reopen: Callable[[], Source], state: dict[str, Any], *, sweep: bool
) -> Ahead:
    """Read on from the state of a pump, and store nothing. Raises what `Pump.read` does."""

    def look(summary: Summary) -> None:
        if summary.dossiers > MOST_DOSSIERS:
            raise _EnoughError

    shadow, stop = ShadowHub(reader.hub, state, records=True), threading.Event()
    with closing(reopen()) as source:
        own = reader._replace(source=source, hub=shadow)
        lease = Lease(shadow, reader.name, reader.owner, stop, {})
        pump = Pump(own, lease, stop, {}, guard=FREE, waits=False, patience=0, on_page=look)
        pump.take()
        try:
            pump.read(sweep=sweep)
        except _EnoughError:
            return Ahead(pump.summary.rows, shadow.sent, False)
    return Ahead(pump.summary.rows, shadow.sent, True)
