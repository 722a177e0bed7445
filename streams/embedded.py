"""The processors inside `hub serve`: one thread from the log into the store."""

import logging
import threading
from collections.abc import Callable, Mapping
from typing import TypeVar

from sqlalchemy.exc import DBAPIError

from hub.core.periods import CALENDARS, quarter_at
from hub.log.port import RECORD_BITS, EventLog, Position, covers
from hub.registry import Registry
from hub.registry.letters import of_conflict
from hub.store.port import Engine, StoreUnavailableError
from hub.store.quarters import append_quarters, quarter_rows, units_after
from streams.processor import apply

logger = logging.getLogger(__name__)
T = TypeVar("T")

BATCH = 50_000
"""Events of one refresh at most; a processor that is behind takes as many at once."""

_FACTS = "facts"
_QUARTERS = "quarters"
_QUARTERS_COMPLETE = "quarters-complete"
_IDLE = 1.0
_RETRY_FIRST, _RETRY_LAST = 0.5, 10.0
_QUARTERS_EVERY = 1_000_000
_UNITS_AT_ONCE = 500


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
        self._log, self._engine, self._registry = log, engine, registry
        self._now, self._on_crash = now, on_crash
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="processor", daemon=True)
        self._applied: Position = registry.cursors.get(_FACTS)
        self._dirty: dict[str, int] = {}
        self._quarters_at = 0
        self._complete_at = registry.cursors.get(_QUARTERS_COMPLETE).get(0, 0)
        self.trouble: str | None = None
        """Why the store cannot be written at the moment."""

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
        return not self._dirty and self._complete_at >= instant

    def _run(self) -> None:
        try:
            done = self._registry.cursors.get(_QUARTERS).get(0, 0)
            self._retry(lambda: self._mark_dirty(units_after(self._engine, done)))
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
            applied = self._retry(lambda: apply(self._engine, events))
            letters = [of_conflict(conflict) for conflict in applied.conflicts]
            self._retry(
                lambda: self._registry.dead_letters.add(letters, self._now(), count_repeats=False)
            )
            self._retry(lambda: self._registry.cursors.set(_FACTS, reached))
            self._mark_dirty(applied.units)
            self._applied = reached
        if len(events) < BATCH:
            self._retry(self._aggregate)

    def _mark_dirty(self, units: Mapping[str, int]) -> None:
        for unit, since in units.items():
            self._dirty[unit] = min(since, self._dirty.get(unit, since))

    def _aggregate(self) -> None:
        """Write the quarters of the units whose figures changed, at most once a second."""
        now = self._now()
        if now - self._quarters_at < _QUARTERS_EVERY:
            return
        self._quarters_at = now
        if any(quarter_at(self._complete_at, c) != quarter_at(now, c) for c in CALENDARS):
            self._mark_dirty(units_after(self._engine, -1))  # a quarter ended for everyone
        version = (self._applied.get(0, 0) + 1) << RECORD_BITS
        changed = bool(self._dirty)
        while self._dirty and not self._stop.is_set():
            units = sorted(self._dirty)[:_UNITS_AT_ONCE]
            earliest = min(self._dirty[unit] for unit in units)
            append_quarters(self._engine, quarter_rows(self._engine, units, earliest, now, version))
            for unit in units:
                del self._dirty[unit]
        if changed and not self._dirty:
            self._complete_at = now
            self._registry.cursors.set(_QUARTERS_COMPLETE, {0: now})
            self._registry.cursors.set(_QUARTERS, {0: version - 1})

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
