"""The live board: numbers and lists as they change, for any number of watchers.

One thread asks the store about the units in which something happened, at most twice a second, and
keeps the last changes for watchers that were away. While nobody watches it asks nothing.
"""

import logging
import secrets
import threading
import time
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import groupby
from typing import NamedTuple

from hub.core.time import NEVER, SECOND, local_day
from hub.dossier.store.board import (
    Numbers,
    UnitBoard,
    Watched,
    closed_among,
    overdue_by_unit,
    unit_boards,
)
from hub.log.port import Position
from hub.store.driver import Engine, StoreUnavailableError
from hub.store.scope import Scope
from hub.store.stopping import Stop, StoppedError, answering

logger = logging.getLogger(__name__)

PAUSE = 0.5
"""Seconds from one look at the store to the next, at least."""

_TICK = 0.1
_KEPT = 600
_ATTENTION = 60.0
"""Seconds for which the board is kept up to date after the last watcher has left."""


class Notice(NamedTuple):
    """A dossier is due soon; told once. `kind`: `24h` or `working_day` before the deadline."""

    dossier: Watched
    kind: str


class Relisted(NamedTuple):
    """What became of the list of overdue dossiers, by unit."""

    overdue: Mapping[str, Sequence[Watched]]
    """New on it, or changed."""
    closed: Mapping[str, Sequence[str]]
    """No longer on it, since they are closed: their subjects."""
    gone: Mapping[str, Sequence[str]]
    """No longer on it, and not closed: extended, voided, ..."""


class Delta(NamedTuple):
    """What changed between two looks, by unit; all values are absolute."""

    number: int
    at: int
    position: Position
    numbers: Mapping[str, Numbers]
    listed: Relisted
    notices: Mapping[str, Sequence[Notice]]


class State(NamedTuple):
    """The board at a moment (µs), after the delta of this number; includes `position`."""

    number: int
    at: int
    position: Position
    numbers: Mapping[str, Numbers]


class LiveBoard:
    """The numbers of all units and the last deltas. Thread-safe.

    `applied` gives the position that the store includes; `now` gives µs UTC. Whatever goes wrong
    besides the store is told to `on_crash`.
    """

    def __init__(
        self,
        engine: Engine,
        applied: Callable[[], Position],
        now: Callable[[], int],
        on_crash: Callable[[BaseException], None],
    ) -> None:
        self._engine, self._applied, self._now, self._on_crash = engine, applied, now, on_crash
        self.epoch = secrets.token_hex(4)
        """Tells the deltas of this run from those of another."""
        self.closed = False
        """Watchers are to end."""
        self._stop = Stop()
        self._lock = threading.Condition()
        self._state = State(0, 0, {}, {})
        self._deltas: deque[Delta] = deque(maxlen=_KEPT)
        self._dirty: set[str] = set()
        self._notices: list[Notice] = []
        self._boards: dict[str, UnitBoard] = {}
        self._listed: dict[str, dict[str, int]] = {}
        self._listeners: list[Callable[[], None]] = []
        self._awake_until = 0.0
        self._is_current = False
        self._trouble_since: int | None = None
        self._thread = threading.Thread(target=self._run, name="board", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End, after the watchers were asked to."""
        self.close()
        self._thread.join()

    def close(self) -> None:
        """Ask every watcher to end."""
        self.closed = True
        self._stop.set()
        self._tell()

    def changed(self, units: Iterable[str]) -> None:
        """Something happened to dossiers of these units, and the store has it."""
        with self._lock:
            self._dirty.update(units)
            self._lock.notify_all()

    def notice(self, notices: Iterable[Notice]) -> None:
        """Tell those who watch now."""
        with self._lock:
            if self._is_current:
                self._notices += notices
                self._lock.notify_all()

    def listen(self, listener: Callable[[], None]) -> None:
        """Call `listener` after every delta, from the board's thread."""
        with self._lock:
            self._listeners.append(listener)
            self._lock.notify_all()

    def unlisten(self, listener: Callable[[], None]) -> None:
        """Call it no more."""
        with self._lock:
            self._listeners.remove(listener)
            self._awake_until = time.monotonic() + _ATTENTION

    def state(self) -> State | None:
        """The board as last told; None: it sleeps, or was not read yet."""
        with self._lock:
            return self._state if self._is_current else None

    def since(self, number: int) -> tuple[State, list[Delta] | None]:
        """The board as last told, and the deltas that led there from a number; None where they
        are not known (any more)."""
        with self._lock:
            first = self._deltas[0].number if self._deltas else self._state.number + 1
            if not first - 1 <= number <= self._state.number:
                return self._state, None
            return self._state, [delta for delta in self._deltas if delta.number > number]

    def stale_seconds(self) -> int:
        """For how long the store could not be asked."""
        since = self._trouble_since
        return 0 if since is None else max(0, self._now() - since) // SECOND

    def _run(self) -> None:
        try:
            while not self.closed:
                with self._lock:
                    if not self._lock.wait_for(self._has_work, _TICK):
                        continue
                begun = time.monotonic()
                with answering(self._stop):
                    self._look_or_complain()
                took = time.monotonic() - begun
                # What comes meanwhile is told together; a slow store is given time to breathe.
                self._stop.wait(max(PAUSE - took, took))
        except StoppedError:
            return
        except BaseException as error:
            logger.exception("the board ended")
            self._on_crash(error)

    def _has_work(self) -> bool:
        if self.closed:
            return True
        if not self._listeners and time.monotonic() > self._awake_until:
            self._is_current = False
            self._notices.clear()
            return False
        return (
            not self._is_current
            or bool(self._dirty or self._notices)
            or any(board.next_change < self._now() for board in self._boards.values())
            or local_day(self._now()) != local_day(self._state.at)
        )

    def _look_or_complain(self) -> None:
        with self._lock:
            dirty, self._dirty = self._dirty, set()
        try:
            self._look(dirty)
            self._trouble_since = None
        except StoreUnavailableError as error:
            with self._lock:
                self._dirty |= dirty
            if self._trouble_since is None:
                logger.warning("the board cannot be refreshed, trying again: %s", error)
                self._trouble_since = self._now()

    def _look(self, dirty: set[str]) -> None:
        """Ask the store about what may have changed, and tell what did."""
        now, position = self._now(), self._applied()
        whole = not self._is_current or local_day(now) != local_day(self._state.at)
        by_time = {unit for unit, board in self._boards.items() if board.next_change < now}
        units = None if whole else frozenset(dirty | by_time)
        boards = {} if units == frozenset() else unit_boards(self._engine, Scope(units), now)
        for unit in self._boards.keys() if units is None else units:
            boards.setdefault(unit, UnitBoard(Numbers(), 0, NEVER))
        numbers = {
            unit: board.numbers
            for unit, board in boards.items()
            if unit not in self._boards or board.numbers != self._boards[unit].numbers
        }
        relisted = [
            unit
            for unit, board in boards.items()
            if board.fingerprint != (self._boards[unit].fingerprint if unit in self._boards else 0)
        ]
        listed = self._relist(relisted, now) if relisted else Relisted({}, {}, {})
        self._boards |= boards
        self._publish(now, position, numbers, listed)

    def _relist(self, units: list[str], now: int) -> Relisted:
        """Read the overdue dossiers of some units again."""
        found = overdue_by_unit(self._engine, units, now)
        listed = {unit: {row.subject: hash(row) for row in found.get(unit, ())} for unit in units}
        before = {unit: self._listed.get(unit, {}) for unit in units}
        left = [(u, subject) for u in units for subject in before[u] if subject not in listed[u]]
        are_closed = closed_among(self._engine, left, now)
        overdue: defaultdict[str, list[Watched]] = defaultdict(list)
        closed: defaultdict[str, list[str]] = defaultdict(list)
        gone: defaultdict[str, list[str]] = defaultdict(list)
        for unit in units:
            for row in found.get(unit, ()):
                if before[unit].get(row.subject) != hash(row):
                    overdue[unit].append(row)
        for unit, subject in left:
            (closed if (unit, subject) in are_closed else gone)[unit].append(subject)
        self._listed |= listed  # only now that nothing can fail: else it would be lost
        return Relisted(overdue, closed, gone)

    def _publish(
        self, now: int, position: Position, numbers: dict[str, Numbers], listed: Relisted
    ) -> None:
        with self._lock:
            notices = {
                unit: list(told)
                for unit, told in groupby(
                    sorted(self._notices, key=lambda n: n.dossier), lambda n: n.dossier.unit
                )
            }
            self._notices = []
            number = self._state.number
            is_first = number == 0  # nobody has seen anything before it
            if is_first or numbers or any(listed) or notices:
                number += 1
            if not is_first and number != self._state.number:
                self._deltas.append(Delta(number, now, position, numbers, listed, notices))
            self._state = State(number, now, position, {**self._state.numbers, **numbers})
            self._is_current = True
            self._lock.notify_all()
        self._tell()

    def _tell(self) -> None:
        with self._lock:
            listeners = list(self._listeners)
        for listener in listeners:
            listener()
