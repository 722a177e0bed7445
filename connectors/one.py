"""One connector: from its document to a pump that reads on, or once."""

import logging
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
from connectors.waiting import Ladder, StoppedError
from hub.client import HubError

logger = logging.getLogger(__name__)
SLOW = 15.0
"""Seconds at least between two looks at what somebody must mend."""
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


def run_on(connector: Connector, stop: threading.Event) -> None:
    """Read until `stop`: the page in hand is finished, or is read again by who comes next. Trouble
    that passes is waited for; the rest is told, in the connector's status and in the log, and
    looked at again slowly."""
    told = _Told(connector)
    while not stop.is_set():
        try:
            with _opened(connector, stop, told.status) as (pump, lease):
                pump.take()
                with lease.kept():
                    _read_on(connector, pump, lease, stop, told)
        except StoppedError:
            return
        except LostLeaseError as error:
            told.problem(error)
        except (HubError, BrokenSourceError) as error:
            told.problem(error)
            stop.wait(SLOW)


def run_once(
    connector: Connector, *, sweep: bool, guard: Guard = GUARD,
    on_page: Callable[[Summary], None] = lambda _: None,
) -> Summary:  # fmt: skip
    """Read what there is, and refused rows that somebody wants read again. Raises `PausedError`,
    `SourceError`, `BrokenSourceError`, `LostLeaseError`, `HubError`."""
    stop = threading.Event()
    status = connector.status()
    with _opened(
        connector, stop, status, waits=False, guard=guard, on_page=on_page
    ) as (pump, lease):  # fmt: skip
        held = pump.take()
        with lease.kept():
            if held.again:
                pump.again(held.again)
            pump.read(sweep=sweep)
            lease.beat()
        return pump.summary


@contextmanager
def _opened(
    connector: Connector, stop: threading.Event, status: dict[str, Any], *, waits: bool = True,
    guard: Guard = GUARD, on_page: Callable[[Summary], None] = lambda _: None,
) -> Iterator[tuple[Pump, Lease]]:  # fmt: skip
    owner = f"{socket.gethostname()}/{os.getpid()}/{secrets.token_hex(4)}"
    mapping, patience = compile_mapping(connector.document), None if waits else PATIENCE
    lease = Lease(connector.hub, connector.name, owner, stop, status, patience)

    def reopen() -> Source:
        return open_source(connector.document, connector.data)

    with closing(reopen()) as source:
        reader = Reader(connector.name, owner, mapping, source, connector.hub)
        pump = Pump(
            reader, lease, stop, status,
            guard=guard, waits=waits, patience=patience, on_page=on_page,
            ahead=lambda state, sweep: look_ahead(reader, reopen, state, sweep=sweep),
        )  # fmt: skip
        yield pump, lease


def _read_on(
    connector: Connector, pump: Pump, lease: Lease, stop: threading.Event, told: "_Told"
) -> None:
    ladder = Ladder(stop)
    every, sweep = every_of(connector.document), getattr(connector.document.read, "sweep", None)
    while True:
        try:
            if again := lease.beat().again:
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
        if stop.wait(pause):
            raise StoppedError


def every_of(document: Document) -> float:
    """Seconds between two readings. A topic waits by itself for what comes."""
    every: float = getattr(document.read, "every", 0.5)
    return every


class _Told:
    """What is told of a connector: each new problem in the log, the present one in its status."""

    def __init__(self, connector: Connector) -> None:
        self._name, self.status = connector.name, connector.status()

    def problem(self, error: Exception) -> None:
        """It cannot go on at the moment."""
        if self.status.get("problem") != str(error):
            logger.warning("connector %s: %s", self._name, error)
        self.status["problem"] = str(error)

    def well(self) -> None:
        """It read all there was."""
        self.status["problem"] = None
