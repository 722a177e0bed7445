"""One connector: from its document to a pump that reads on, or once."""

import os
import secrets
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from connectors.ahead import look_ahead
from connectors.guard import GUARD, Guard
from connectors.lease import Lease
from connectors.mapping import Document, compile_mapping
from connectors.port import BrokenSourceError, Hub, LostLeaseError, Source, SourceError
from connectors.pump import Pump, ReadAnewError, Reader
from connectors.sources import open_source
from connectors.summary import Summary
from connectors.telling import Telling
from connectors.waiting import Ladder, StoppedError
from hub.client import HubError

SLOW = 15.0
"""Seconds at least between two looks at what somebody must mend."""
MOMENT = 1.0
"""Seconds after which a hub that is away is told."""
PATIENCE = 60.0
"""Seconds for which a single run waits for a hub, or for the lease."""


@dataclass(frozen=True)
class Connector:
    """A document to run, of a file with that digest, in a hub."""

    document: Document
    digest: str
    hub: Hub
    data: Path | None = None
    """A file to read instead of the folder."""

    @property
    def name(self) -> str:
        """Once in a hub."""
        return self.document.connector

    def status(self) -> dict[str, Any]:
        """What it tells of itself at first."""
        read, expect = self.document.read, self.document.expect
        return {
            "source": self.document.source,
            "kind": read.kind,
            "digest": self.digest,
            "every": every_of(self.document),
            "expect": None if expect is None else int(expect.every),
        }


def run_on(connector: Connector, stop: threading.Event, say: Callable[[str], None]) -> None:
    """Read until `stop`: the page in hand is finished, or is read again by who comes next. Trouble
    that passes is waited for; the rest is told, in the connector's status and by `say`, and looked
    at again slowly."""
    told = _Told(connector, say)
    told.lines.starts(connector.document.read.kind)
    place = _Place(connector, stop, told.status)
    while not stop.is_set():
        try:
            place.lease.take()
            with place.lease.kept():
                _hold_on(connector, place, told)
        except StoppedError:
            return
        except LostLeaseError as error:
            told.problem(error)
        except HubError as error:
            if stop.wait(MOMENT):  # the hub ends, and this with it
                return
            told.problem(error)
            stop.wait(SLOW)


def run_once(
    connector: Connector, *, sweep: bool, guard: Guard = GUARD,
    on_page: Callable[[Summary], None] = lambda _: None,
) -> Summary:  # fmt: skip
    """Read what there is, and refused rows that somebody wants read again. Raises `PausedError`,
    `SourceError`, `BrokenSourceError`, `LostLeaseError`, `HubError`."""
    place = _Place(connector, threading.Event(), connector.status(), PATIENCE)
    place.lease.take()
    with place.lease.kept(), place.opened(waits=False, guard=guard, on_page=on_page) as pump:
        if again := pump.take().again:
            pump.again(again)
        pump.read(sweep=sweep)
        return pump.summary


class _Place:
    """Where one owner runs a connector."""

    def __init__(
        self, connector: Connector, stop: threading.Event, status: dict[str, Any],
        patience: float | None = None,
    ) -> None:  # fmt: skip
        self.owner = f"{socket.gethostname()}/{os.getpid()}/{secrets.token_hex(4)}"
        self.stop = stop
        self.lease = Lease(connector.hub, connector.name, self.owner, stop, status, patience)
        self._connector, self._status, self._patience = connector, status, patience
        self._mapping = compile_mapping(connector.document)

    @contextmanager
    def opened(self, **options: Any) -> Iterator[Pump]:
        """A pump of the source, opened anew. Raises `BrokenSourceError`."""
        it = self._connector
        with closing(self._source()) as source:
            reader = Reader(it.name, self.owner, self._mapping, source, it.hub)
            yield Pump(
                reader, self.lease, self.stop, self._status, patience=self._patience,
                ahead=lambda state, sweep: look_ahead(reader, self._source, state, sweep=sweep),
                **options,
            )  # fmt: skip

    def _source(self) -> Source:
        return open_source(self._connector.document, self._connector.data)


def _hold_on(connector: Connector, place: _Place, told: "_Told") -> None:
    """Read on while the lease is ours, and tell so while the source cannot be opened."""
    while True:
        try:
            with place.opened(on_page=told.lines.page, on_wait=told.lines.waits) as pump:
                pump.take()
                _read_on(connector, pump, place, told)
        except BrokenSourceError as error:
            told.problem(error)
            if place.stop.wait(SLOW):
                raise StoppedError from None


def _read_on(connector: Connector, pump: Pump, place: _Place, told: "_Told") -> None:
    ladder = Ladder(place.stop)
    every, sweep = every_of(connector.document), getattr(connector.document.read, "sweep", None)
    while True:
        try:
            if again := place.lease.beat().again:
                pump.again(again)
            pump.read(sweep=sweep is not None and pump.is_due(sweep.every))
            told.well()
            ladder.reset()
            pause = every
        except SourceError as error:
            told.problem(error)
            ladder.wait()
            pause = 0.0
        except BrokenSourceError as error:
            told.problem(error)
            pause = max(every, SLOW)
        except ReadAnewError:
            pause = 0.0
        if place.stop.wait(pause):
            raise StoppedError


def every_of(document: Document) -> float:
    """Seconds between two readings. A topic waits by itself for what comes."""
    every: float = getattr(document.read, "every", 0.5)
    return every


class _Told:
    """What is told of a connector: what changes by lines, the present problem in its status."""

    def __init__(self, connector: Connector, say: Callable[[str], None]) -> None:
        self.status = connector.status()
        self.lines = Telling(connector.name, connector.document.source, say)

    def problem(self, error: Exception) -> None:
        """Tell that the connector cannot go on at the moment."""
        self.lines.problem(str(error))
        self.status["problem"] = str(error)

    def well(self) -> None:
        """Tell that the connector read all there was."""
        self.lines.well()
        self.status["problem"] = None
