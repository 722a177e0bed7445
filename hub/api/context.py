"""What the HTTP interface works with; put together once, by the command that starts it."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple, Protocol

from starlette.requests import Request

from hub.api.guard import Guard
from hub.api.lanes import Lanes
from hub.api.letter_box import LetterBox
from hub.api.metrics import Metrics
from hub.api.seen import SeenSources
from hub.dossier.thresholds import Thresholds
from hub.log.copying import LogCopy
from hub.log.port import EventLog, Position
from hub.registry import Registry
from hub.services.alert_rules import NO_ALERTS, AlertSetup
from hub.services.live import LiveBoard
from hub.store.driver import Engine
from hub.store.held import StoreParts

_AT_ONCE = 2


class Progress(Protocol):
    """How far the processors have come."""

    trouble: str | None
    upgrading: str | None
    """Until the store is of this release, which must be before it is asked: how far that is."""

    @property
    def applied(self) -> Position:
        """Up to where the log is in the figures."""

    def includes(self, position: Position) -> bool:
        """Whether the figures include a position."""

    def quarters_cover(self, instant: int) -> bool:
        """Whether `unit_quarters` has all that is applied, for quarters ended by an instant."""


class Originals(NamedTuple):
    """What `hub backup` copies of an embedded hub; `registry`: None where it is on a server."""

    log: LogCopy
    registry: Path | None


@dataclass(frozen=True, slots=True)
class Hub:
    """The parts behind the interface. `now` gives µs UTC; `open`: no keys are asked for;
    `open_metrics`: `/metrics` tells everything to everybody; `signals`: by which
    thresholds it tells them, None: they are off;
    `wait_seconds`: how long a question waits for news that it must include; `clock`: what this
    machine's clock says, where `now` may be later; `parts`: those of an embedded store."""

    log: EventLog
    store: Engine
    registry: Registry
    progress: Progress
    now: Callable[[], int]
    open: bool = False
    wait_seconds: float = 30.0
    open_metrics: bool = False
    signals: Thresholds | None = None
    live: LiveBoard | None = None
    metrics: Metrics = field(default_factory=Metrics)
    seen: SeenSources = field(default_factory=SeenSources)
    letters: LetterBox = field(default_factory=LetterBox)
    reading: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(_AT_ONCE))
    """Held while a large body is checked, which may take ten times its size of memory."""
    entering: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Held while a filled-in template is stated: the same one, sent twice at once, is one."""
    clock: Callable[[], int] | None = None
    steady: Callable[[], int] | None = None
    """The moment (µs UTC) by which old things are deleted: a clock that jumped deletes nothing."""
    parts: StoreParts | None = None
    originals: Originals | None = None
    lanes: Lanes = field(default_factory=Lanes)
    guard: Guard = field(default_factory=Guard)
    alerts: AlertSetup = NO_ALERTS
    """What this process was given of alerts; it or a worker sends them."""
    testing: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Held while a test is sent to a target, which may hang."""
    on_close: list[Callable[[], None]] = field(default_factory=list)
    """Called when the hub is asked to end, perhaps by a signal's handler."""

    def ahead(self) -> int:
        """How far (µs) the log's last moment is ahead of the clock; 0: it is not."""
        return max(0, self.now() - self.clock()) if self.clock else 0

    def close(self) -> None:
        """End what would go on: live streams, waits, dear questions. Thread-safe."""
        if self.live:
            self.live.close()
        self.lanes.close()
        for call in self.on_close:
            call()


def hub_of(request: Request) -> Hub:
    """The hub that answers this request."""
    hub: Hub = request.app.state.hub
    return hub
