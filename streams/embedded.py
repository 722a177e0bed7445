"""The processors inside `hub serve`: one thread from the log into the store."""

import logging
import threading
import time
from collections.abc import Callable, Collection, Mapping
from typing import TypeVar

from sqlalchemy.exc import DBAPIError

from hub.core.time import DAY, HOUR
from hub.log.clock import ClockWatch
from hub.log.port import RECORD_BITS, LogDamagedError, Position, covers
from hub.log.sql import SqlLog
from hub.registry import Registry
from hub.services.belonging import Reach, StoreLostError, begin, note
from hub.store.driver import Dossier, Engine, StoreDamagedError, StoreUnavailableError
from hub.store.events import is_empty
from hub.store.held import StoreParts
from hub.store.revisions import is_current
from streams.processor import Begun
from streams.refold import refold
from streams.refresh import Refresh

__all__ = ["BATCH", "KEEP_DAYS", "EmbeddedRunner", "StoreLostError"]
logger = logging.getLogger(__name__)
T = TypeVar("T")

BATCH = 100_000
"""Events of one refresh at most; a processor that is behind takes as many at once."""

KEEP_DAYS = 30
"""How long the log keeps what is in the store."""

_IDLE = 1.0
_SHORTEST = 0.1
"""Seconds from when a small batch was waited for to the next, at least: to store one event costs
the engine as much as to store a hundred, and others ask it, too."""

_KEEP_EVERY = 1.0
"""Seconds between two notes of how far the store is: to let the disk have each batch costs as much
as to store it, and what came in a second is soon applied again after a crash."""

_SHARE_BUSY, _SHARE_IDLE = 0.05, 0.2
"""Seconds for aggregates between two looks at the log."""

_RETRY_FIRST, _RETRY_LAST = 0.5, 10.0


class EmbeddedRunner:
    """Reads the log, refreshes the store, lets the disk have it, notes it there; in that order.

    When the store fails it tries again without end; whatever else goes wrong ends the thread and
    is told to `on_crash`. Once an hour it lets the log drop what is in the store and older than
    `keep_days`. A store that was lost is filled again from the log, if that is still whole.
    `parts`: of the store's folder, as they were before the engine opened it.
    """

    def __init__(
        self,
        log: SqlLog,
        engine: Engine,
        registry: Registry,
        now: Callable[[], int],
        on_crash: Callable[[BaseException], None],
        keep_days: int = KEEP_DAYS,
        parts: StoreParts | None = None,
    ) -> None:
        self._now, self._keep, self._trim_at = now, keep_days * DAY, 0
        self._engine = engine
        self._log, self._registry, self._on_crash, self._parts = log, registry, on_crash, parts
        self._refresh: Refresh[Position] = Refresh(engine, registry.dead_letters, now)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="processor", daemon=True)
        self._applied: Position = {}
        self._aggregated: Position = {}
        self._kept = Reach(0, 0)  # what the store says of itself
        self._keeping = threading.Lock()
        self._keeper = threading.Thread(target=self._keep_on, name="places", daemon=True)
        self._watch = ClockWatch()
        self._begun: Begun | None = None
        self._ahead: Position = {}  # how far that was begun
        self.trouble: str | None = None
        """Why the store cannot be written at the moment."""
        self.upgrading: str | None = None
        """Until the store's facts are of this release: how far that is. Nobody else may ask the
        store then, and news stay in the log."""
        self.on_change: Callable[[Collection[str]], None] = lambda _: None
        """Told which units changed once the figures have it; must not take long."""
        self.on_deadlines: Callable[[Mapping[Dossier, int]], None] = lambda _: None
        """Told the dossiers with deadlines, as `Applied.deadlines` has them."""

    def start(self) -> None:
        """Begin where the last run ended. Raises `StoreLostError`, `LogDamagedError`."""
        self._kept = begin(self._log, self._engine, self._parts, self._registry)
        self._applied = self._ahead = {0: self._kept.facts}
        self._aggregated = {0: self._kept.quarters}
        self._watch.look(self._log.ahead())
        if not is_current(self._engine):
            self._tell_upgrading(0, 1)
        self._thread.start()
        self._keeper.start()

    def stop(self) -> None:
        """Finish the refresh that runs, and end."""
        self._stop.set()
        self._thread.join()
        self._keeper.join()

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
            self._retry(self._upgrade)
            done = self._aggregated.get(0, 0)
            last_done = ((done + 1) << RECORD_BITS) - 1
            self._retry(lambda: self._refresh.mark_dirty_after(last_done))
            while not self._stop.is_set():
                self._step()
            self._retry(self._finish)
        except _Stopped:
            return
        except (LogDamagedError, StoreDamagedError) as error:  # they say themselves what to do
            self._on_crash(error)
        except BaseException as error:
            logger.exception("the processor ended")
            self._on_crash(error)
        finally:
            self._refresh.close()

    def _upgrade(self) -> None:
        """Fold all events anew where facts are of another release."""
        if self.upgrading:
            logger.warning("the store is of another release: its events are folded anew")
            if not refold(self._engine, self._tell_upgrading, self._stop.is_set):
                raise _Stopped
            self.upgrading = None
            logger.warning("the store is of this release now")

    def _tell_upgrading(self, done: int, of: int) -> None:
        self.upgrading = (
            f"the store is being brought up to this release: {done} of {of} parts are done; "
            "events are accepted meanwhile"
        )

    def _trim(self) -> None:
        """Let the log drop what is old, piece by piece, so that nobody waits for it."""
        now = self._now()
        if now < self._trim_at:
            return
        try:
            self._keep_places()
            self._engine.sync()  # what the store says of itself, too
            old = self._log.steady.now() - self._keep
            # while there is no event at all, a log that begins late would look like a lost store
            if is_empty(self._engine) or not self._log.trim(old, {0: self._kept.facts}):
                self._trim_at = now + HOUR
        except (StoreUnavailableError, DBAPIError) as error:
            logger.warning("the log could not be trimmed, trying again in an hour: %s", error)
            self._trim_at = now + HOUR

    def _step(self) -> None:
        """One refresh, or a wait for news."""
        begun = time.monotonic()
        count = self._retry(self._advance)
        budget = _SHARE_BUSY if count else _SHARE_IDLE
        if self._begun is None:
            done = self._retry(lambda: self._refresh.aggregate(self._applied, budget))
            if done is not None:
                self._aggregated = done
        self._trim()
        if count and self._begun is None:
            self._stop.wait(begun + _SHORTEST - time.monotonic())

    def _advance(self) -> int:
        """Begin the next batch, finish the one before; how many events the next one has. A batch
        that nothing follows closely is finished, too."""
        try:
            patience = 0.0 if self._begun else self._refresh.rest(_IDLE)
            events, reached = self._log.read(self._ahead, BATCH, patience)
            begun = self._refresh.begin(events) if reached != self._ahead else None
            self._finish()
            if begun is not None:
                self._begun, self._ahead = begun, reached
            if len(events) < BATCH:
                self._finish()
        except (StoreUnavailableError, DBAPIError):
            self._begun, self._ahead = None, self._applied  # once more from there
            raise
        return len(events)

    def _finish(self) -> None:
        """Let what was begun be in the figures, and say so."""
        if self._begun is None:
            return
        applied = self._refresh.finish(self._begun)
        self._begun, self._applied = None, self._ahead
        self.on_change(applied.units)
        self.on_deadlines(applied.deadlines)

    def _keep_on(self) -> None:
        try:
            stopped = False
            while not stopped:
                stopped = self._stop.wait(_KEEP_EVERY)
                if stopped:
                    self._thread.join()  # what it did last is to be kept, too
                try:
                    self._keep_places()
                except (StoreUnavailableError, DBAPIError) as error:
                    logger.warning("how far the store is cannot be noted, trying again: %s", error)
                self._watch.look(self._log.ahead())
        except (LogDamagedError, StoreDamagedError) as error:
            self._on_crash(error)
        except BaseException as error:
            logger.exception("how far the store is cannot be noted")
            self._on_crash(error)

    def _keep_places(self) -> None:
        """Let the disk have what is in the store, then note in it how far it is."""
        with self._keeping:
            place = Reach(self._applied.get(0, 0), self._aggregated.get(0, 0))
            if place != self._kept:
                held = self._parts.held() if self._parts else None
                self._engine.sync()
                note(self._log, self._engine, held, place)
                self._kept = place

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
    """Asked to stop before the work was done."""
