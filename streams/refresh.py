"""What every runner does with a batch from the log: figures, dead letters, then aggregates."""

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from itertools import islice
from math import inf
from typing import Generic, TypeVar

from hub.core.merging import Span
from hub.core.periods import CALENDARS, quarter_at
from hub.core.time import SECOND
from hub.dossier.store.quarters import append_quarters, quarter_columns, units_after
from hub.registry import DeadLetters
from hub.registry.letters import of_conflict
from hub.store.driver import Engine
from schemas.event import Accepted
from streams.processor import Applied, Begun, Processor

logger = logging.getLogger(__name__)
Place = TypeVar("Place")

EVERY = SECOND
"""Aggregates are written at most once in this time (µs)."""

_MOST_AT_ONCE, _LONGEST = 64, 10.0
"""Units whose aggregates are written by one insert, and the seconds it should take, at most."""


class Refresh(Generic[Place]):
    """The work of a processor without its loop: no thread, no cursor, no retry.

    Whatever it raises, the same call may be made again. `now` gives µs UTC; `owns` says which
    units' aggregates are this processor's to write. `Place`: how its runner says how far it is.
    """

    def __init__(
        self,
        engine: Engine,
        letters: DeadLetters,
        now: Callable[[], int],
        owns: Callable[[str], bool] = lambda _: True,
    ) -> None:
        self._engine, self._letters, self._now, self._owns = engine, letters, now, owns
        self._processor = Processor(engine)
        self._dirty: dict[str, Span] = {}
        self._pass: dict[str, Span] = {}  # what of it is being written
        self._place: Place | None = None
        self._pass_at = 0
        self._at_once = 1
        self.complete_at = 0
        """When (µs) the aggregates last had everything; 0: not since the start."""

    @property
    def is_dirty(self) -> bool:
        """Whether units wait for their aggregates."""
        return bool(self._pass or self._dirty)

    def rest(self, most: float) -> float:
        """Seconds until `aggregate` has something to do, so many at most."""
        if self._pass:
            return 0.0
        due = (self._pass_at + EVERY - self._now()) / SECOND if self._dirty else most
        return min(most, max(0.0, due))

    def take(self, batch: Sequence[Accepted]) -> Applied:
        """Bring a batch, in the order of the log, into the figures; conflicts to the letters."""
        return self.finish(self.begin(batch))

    def begin(self, batch: Sequence[Accepted]) -> Begun:
        """Begin that; the one before may still be under way (see `Processor.begin`)."""
        return self._processor.begin(batch)

    def finish(self, begun: Begun) -> Applied:
        """Wait until a batch that was begun is in the figures, in the order of their beginnings."""
        applied = self._processor.finish(begun)
        letters = [of_conflict(conflict) for conflict in applied.conflicts]
        self._letters.add(letters, self._now(), count_repeats=False)
        self.mark_dirty(applied.units)
        return applied

    def close(self) -> None:
        """Wait until what was begun is stored, or cannot be."""
        self._processor.close()

    def mark_dirty(self, units: Mapping[str, Span]) -> None:
        """Remember units whose aggregates must be written again."""
        for unit, span in units.items():
            self._dirty[unit] = span.joined(self._dirty[unit]) if unit in self._dirty else span

    def mark_dirty_after(self, position: int) -> None:
        """Mark all units dirty that have events after a position in the log."""
        found = units_after(self._engine, position)
        self.mark_dirty({unit: span for unit, span in found.items() if self._owns(unit)})

    def aggregate(self, place: Place, budget: float = inf) -> Place | None:
        """Write the aggregates of what changed, in passes, at most one a second. `place`: how far
        all was taken; where a pass ended, gives the place at which it had begun: up to there all
        is written.

        After about `budget` seconds it leaves the rest of a pass to the next call, so that news
        need not wait for many or large units. When a quarter has ended since, those of all units:
        the running quarter's end at the moment of the first call.
        """
        if not self._pass:
            now = self._now()
            if 0 <= now - self._pass_at < EVERY:  # the clock may have gone back
                return None
            if any(quarter_at(self.complete_at, c) != quarter_at(now, c) for c in CALENDARS):
                self.mark_dirty_after(-1)
            self._pass, self._dirty = self._dirty, {}
            self._pass_at, self._place = now, place
        until = time.monotonic() + budget
        while self._pass:
            begin = time.monotonic()
            some = dict(islice(self._pass.items(), self._at_once))
            columns = quarter_columns(self._engine, some, self._pass_at)
            append_quarters(self._engine, columns)
            for unit in some:
                del self._pass[unit]
            quick = time.monotonic() - begin < min(budget, _LONGEST)
            # most of what a few small units cost is the same for many
            most = max(self._at_once, 2 * len(some)) if quick else max(1, len(some) // 2)
            self._at_once = min(_MOST_AT_ONCE, most)
            if self._pass and time.monotonic() > until:
                return None
        self.complete_at = self._pass_at
        return self._place
