"""One connector: from its document to a pump that reads on, or once."""

import os
import secrets
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from connectors.ahead import look_again, look_ahead
from connectors.guard import Guard, guard_of
from connectors.lease import Lease
from connectors.mapping import Document, compile_mapping
from connectors.port import (
    BrokenSourceError,
    Doubtful,
    Held,
    Hub,
    LostLeaseError,
    Source,
    SourceError,
)
from connectors.pump import Pump
from connectors.reader import ReadAnewError, Reader
from connectors.sources import open_source
from connectors.summary import Summary
from connectors.telling import Telling
from connectors.waiting import Ladder, StoppedError
from hub.client import HubError, UnreachableError
from hub.core.said import Said, said, says

SLOW = 15.0
"""Seconds at least between two looks at what somebody must mend."""
MOMENT = 1.0
"""Seconds after which a hub that is away is told."""
PATIENCE = 60.0
"""Seconds for which a single run waits for a hub, or for the lease."""
_REST = 0.25
"""The share of `every` for which a source is left alone at least, however long it was read."""
_MOST_WARNINGS = 20


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
    connector: Connector, *, sweep: bool, guard: Guard | None = None,
    on_page: Callable[[Summary], None] = lambda _: None,
) -> Summary:  # fmt: skip
    """Read what there is, and refused rows that somebody wants read again. `guard`: another than
    the document's. Raises `PausedError`, `SourceError`, `BrokenSourceError`, `LostLeaseError`,
    `HubError`."""
    place = _Place(connector, threading.Event(), connector.status(), PATIENCE)
    summary, ladder, good = Summary(), Ladder(place.stop), time.monotonic()

    def well(it: Summary) -> None:
        nonlocal good
        good = time.monotonic()
        on_page(it)

    place.lease.take()
    with place.lease.kept():
        while True:
            try:
                with place.opened(guard, waits=False, on_page=well, summary=summary) as pump:
                    held = pump.take()
                    place.tell(held)
                    if held.again:
                        pump.again(held.again)
                    pump.read(sweep=sweep)
                    place.warn()
                    return summary
            except UnreachableError:
                if time.monotonic() - good > PATIENCE:
                    raise
                ladder.wait()


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
        self._opened: Reader | None = None
        self._is_warned = False

    @contextmanager
    def opened(self, guard: Guard | None = None, **options: Any) -> Iterator[Pump]:
        """A pump of the source, opened anew, with the document's guard unless one is given. Raises
        `BrokenSourceError`."""
        it = self._connector
        with closing(self._source()) as source:
            reader = Reader(it.name, self.owner, self._mapping, source, it.hub)
            self._opened, self._is_warned = reader, False
            yield Pump(
                reader, self.lease, self.stop, self._status, patience=self._patience,
                guard=guard or guard_of(it.document.guard),
                ahead=lambda state, sweep: look_ahead(
                    reader, self._source, state, self.stop, sweep=sweep
                ),
                **options,
            )  # fmt: skip

    def warn(self) -> None:
        """Tell in the status, once for each opening, what of the source is doubtful: it takes
        questions of its own. Raises what reading raises."""
        if self._opened and not self._is_warned and isinstance(self._opened.source, Doubtful):
            found = list(self._opened.source.warnings())[:_MOST_WARNINGS]
            self._status["warnings"] = found
            self._status["warnings_say"] = [says(it).get("says") for it in found]
        self._is_warned = True

    def tell(self, held: Held) -> None:
        """Answer what somebody wants to know before refused rows are read again. Raises what
        reading raises."""
        if held.asked is not None and self._opened is not None:
            token, keys = held.asked
            state = dict(held.cursor or {"epoch": 0})
            would = look_again(self._opened, self._source, state, self.stop, token, keys)
            self._connector.hub.tell(self._connector.name, self.owner, would)

    def _source(self) -> Source:
        return open_source(self._connector.document, self._connector.data)


def _hold_on(connector: Connector, place: _Place, told: "_Told") -> None:
    """Read on while the lease is ours, and tell so while the source cannot be opened. Where the hub
    was away, begin with what it has now: it may be a restored backup."""
    ladder, summary = Ladder(place.stop), Summary()
    while True:
        try:
            with place.opened(
                on_page=told.lines.page, on_wait=told.lines.waits, summary=summary
            ) as pump:
                pump.take()
                _read_on(connector, pump, place, told, ladder)
        except BrokenSourceError as error:
            told.problem(error)
            if place.stop.wait(SLOW):
                raise StoppedError from None
        except UnreachableError as error:
            if place.stop.wait(MOMENT):  # the hub ends, and this with it
                raise StoppedError from None
            told.problem(error)
            ladder.wait()


def _read_on(
    connector: Connector, pump: Pump, place: _Place, told: "_Told", ladder: Ladder
) -> None:
    every, sweep = every_of(connector.document), getattr(connector.document.read, "sweep", None)
    while True:
        began = time.monotonic()
        try:
            held = place.lease.heard()
            if held is not None and (held.asked or held.again):
                place.tell(held)
                if held.again:
                    pump.again(held.again)
                place.lease.beat()  # what was said meanwhile asks for the same again
            pump.read(sweep=sweep is not None and pump.is_due(sweep.every))
            place.warn()
            told.well()
            ladder.reset()
            pause = max(every - (time.monotonic() - began), every * _REST)
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
    """Seconds from the beginning of a reading to that of the next. A topic waits by itself for what
    comes."""
    every: float = getattr(document.read, "every", 0.5)
    return every


def _kind_of(error: Exception) -> Said:
    """What others can say of a trouble, around the words of the source or the hub."""
    if isinstance(error, BrokenSourceError):
        return said("source-broken", "{told}", told=str(error))
    if isinstance(error, SourceError):
        return said("source-away", "{told}", told=str(error))
    if isinstance(error, LostLeaseError):
        return said("read-elsewhere", "{told}", told=str(error))
    return said("hub-refuses", "{told}", told=str(error))


class _Told:
    """What is told of a connector: what changes by lines, the present problem in its status."""

    def __init__(self, connector: Connector, say: Callable[[str], None]) -> None:
        self.status = connector.status()
        self.lines = Telling(connector.name, connector.document.source, say)

    def problem(self, error: Exception) -> None:
        """Tell that the connector cannot go on at the moment."""
        self.lines.problem(str(error))
        self.status["problem"] = str(error)
        self.status["problem_says"] = says(_kind_of(error)).get("says")

    def well(self) -> None:
        """Tell that the connector read all there was."""
        self.lines.well()
        self.status["problem"] = None
