"""How far the workers have come, for a process that is none of them: it asks the store."""

import logging
import threading
import time
from collections.abc import Callable

from hub.log.clock import ClockWatch
from hub.log.port import Position, covers
from hub.store.driver import Engine, StoreUnavailableError
from hub.store.progress import FACTS, QUARTERS, Reached, applied, read_reached

logger = logging.getLogger(__name__)
_EVERY = 0.08
"""Seconds from one question to the next; whoever waits for a position waits that much longer."""


class StoreProgress:
    """One thread asks, all requests read. What is no passing trouble is told to `on_crash`."""

    def __init__(
        self,
        engine: Engine,
        on_crash: Callable[[BaseException], None],
        now: Callable[[], int] = lambda: time.time_ns() // 1000,
    ) -> None:
        self._engine, self._on_crash = engine, on_crash
        self._reached: dict[str, dict[int, Reached]] = {FACTS: {}, QUARTERS: {}}
        self._now, self._watch = now, ClockWatch()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="progress", daemon=True)
        self.trouble: str | None = None
        self.upgrading: str | None = None  # `hub migrate` does that, before any process starts

    def start(self) -> None:
        """Begin to ask."""
        self._thread.start()

    def stop(self) -> None:
        """End."""
        self._stop.set()
        self._thread.join()

    @property
    def applied(self) -> Position:
        """Up to where the log is in the figures."""
        return applied(self._reached)

    @property
    def last_moment(self) -> int:
        """The latest moment (µs) at which something in the figures was accepted; a broker's clock
        may be ahead of this machine's."""
        return max((place.at for place in self._reached[FACTS].values()), default=0)

    def includes(self, position: Position) -> bool:
        """Whether the figures include a position."""
        return covers(self.applied, position)

    def quarters_cover(self, instant: int) -> bool:
        """Whether `unit_quarters` has all that is applied, for quarters ended by an instant."""
        reached = self._reached
        written = reached[QUARTERS]
        return bool(written) and all(
            partition in written
            and written[partition].record >= place.record
            and written[partition].at >= instant
            for partition, place in reached[FACTS].items()
        )

    def _run(self) -> None:
        try:
            while not self._stop.wait(_EVERY):
                self._ask()
        except BaseException as error:
            logger.exception("the progress of the workers cannot be followed")
            self._on_crash(error)

    def _ask(self) -> None:
        try:
            self._reached = read_reached(self._engine)
            self.trouble = None
            self._watch.look(self.last_moment - self._now())
        except StoreUnavailableError as error:
            if self.trouble is None:
                logger.warning("the store cannot be asked, trying again: %s", error)
            self.trouble = str(error)
