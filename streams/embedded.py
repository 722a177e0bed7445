"""The processors inside `hub serve`: one thread from the log into the store."""

import logging
import threading
from collections.abc import Callable, Collection
from typing import TypeVar

from sqlalchemy.exc import DBAPIError

from hub.log.port import RECORD_BITS, EventLog, Position, covers
from hub.registry import Registry
from hub.store.port import Dossier, Engine, StoreUnavailableError
from streams.refresh import Refresh

logger = logging.getLogger(__name__)
T = TypeVar("T")

BATCH = 50_000
"""Events of one refresh at most; a processor that is behind takes as many at once."""

_FACTS = "facts"
_QUARTERS = "quarters"
_IDLE = 1.0
_RETRY_FIRST, _RETRY_LAST = 0.5, 10.0


class EmbeddedRunner:
    """Reads the log, refreshes the store, moves its cursors; in that order.

    When the store fails it tries again without end; whatever else goes wrong ends the thread and
    is told to `on_crash`.
    """

    def __init__(
        self,
        log: EventLog,
        engine: Engine,
        registry: Registry,
        now: Callable[[], int],
        on_crash: Callable[[BaseException], None],
    ) -> None:
        self._log, self._cursors, self._on_crash = log, registry.cursors, on_crash
        self._refresh = Refresh(engine, registry.dead_letters, now)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="processor", daemon=True)
        self._applied: Position = registry.cursors.get(_FACTS)
        self.trouble: str | None = None
        """Why the store cannot be written at the moment."""
        self.on_change: Callable[[Collection[Dossier]], None] = lambda _: None
        """Told which dossiers changed once the figures have it; must not take long."""

    def start(self) -> None:
        """Begin where the last run ended."""
        self._thread.start()

    def stop(self) -> None:
        """Finish the refresh that runs, and end."""
        self._stop.set()
        self._thread.join()

    @property
    def applied(self) -> Position:
        """Up to where the log is in the figures."""
        return self._applied

    def includes(self, position: Position) -> bool:
        """Whether the figures include a position."""
        return covers(self._applied, position)

    def quarters_cover(self, instant: int) -> bool:
        """Whether `unit_quarters` has all that is applied, for quarters that ended by `instant`."""
        return not self._refresh.is_dirty and self._refresh.complete_at >= instant

    def _run(self) -> None:
        try:
            done = self._cursors.get(_QUARTERS).get(0, 0)
            last_done = ((done + 1) << RECORD_BITS) - 1
            self._retry(lambda: self._refresh.mark_dirty_after(last_done))
            while not self._stop.is_set():
                self._step()
        except _Stopped:
            return
        except BaseException as error:
            logger.exception("the processor ended")
            self._on_crash(error)

    def _step(self) -> None:
        """One refresh, or a wait for news."""
        events, reached = self._retry(lambda: self._log.read(self._applied, BATCH, _IDLE))
        if reached != self._applied:
            self._retry(lambda: self._refresh.take(events))
            self._retry(lambda: self._cursors.set(_FACTS, reached))
            self._applied = reached
            self.on_change({row.event.dossier for row in events})
        if len(events) < BATCH and self._retry(self._refresh.aggregate):
            self._retry(lambda: self._cursors.set(_QUARTERS, self._applied))

    def _retry(self, action: Callable[[], T]) -> T:
        """Do it until the store and the registry let it be done."""
        pause = _RETRY_FIRST
        while True:
            try:
                result = action()
            except (StoreUnavailableError, DBAPIError) as error:
                if self.trouble is None:
                    logger.warning("the store cannot be written, trying again: %s", error)
                self.trouble = str(error)
                if self._stop.wait(pause):
                    raise _Stopped from error
                pause = min(2 * pause, _RETRY_LAST)
            else:
                if self.trouble is not None:
                    logger.info("the store can be written again")
                self.trouble = None
                return result


class _Stopped(Exception):  # noqa: N818 - not an error
    """Asked to stop while the store could not be written."""
