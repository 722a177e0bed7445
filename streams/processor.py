"""From the log into the store: append the events, fold them, append what they became.

All of it is a union of sets: to apply a record twice, after a crash or by two workers at once,
changes nothing. The caller moves its cursor only after what it began is stored.
"""

from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import closing
from typing import NamedTuple

import pyarrow as pa

from hub.core.batch import FEW, laid
from hub.core.identity import Conflict
from hub.core.merging import Folded, Span, keys_in, merge
from hub.families import append_folded, fold_batch, set_aside
from hub.store.driver import Dossier, Engine
from hub.store.events import append_events, events_of
from schemas.event import Accepted


class Applied(NamedTuple):
    """What a batch changed: the units, from when on; the contradictions it held; dossiers with a
    deadline that passed or will pass, and when the last one (`NEVER`: the hub spoke of it)."""

    units: Mapping[str, Span]
    conflicts: list[Conflict]
    deadlines: Mapping[Dossier, int]


class Begun(NamedTuple):
    """A batch that is folded and being stored."""

    applied: Applied
    stored: "Future[None]"


class Processor:
    """Brings batches into the figures: while the engine stores one, Python folds the next.

    Not thread-safe. `few`: of a batch of up to as many events each dossier is folded by itself.
    """

    def __init__(self, engine: Engine, few: int = FEW) -> None:
        self._engine, self._few = engine, few
        self._beside = ThreadPoolExecutor(2, "store")  # a batch's facts, the next one's events
        self._events: Future[None] | None = None
        self._stored: Future[None] | None = None
        self._beside.submit(pa.array, [""])  # loads pandas where it is installed, not amid a load

    def begin(self, batch: Sequence[Accepted]) -> Begun:
        """Fold a batch of accepted events, in the order of the log, and begin to store it.

        Raises `StoreUnavailableError`, also where the events of the batch before could not be
        stored; then that one is to be begun again, too.
        """
        before, self._events = self._events, None
        if before is not None:
            before.result()  # dossiers of this batch may have some of them
        aside, rest = set_aside(laid(batch, self._few))
        rest = laid(rest, self._few)  # fewer, perhaps
        merged = merge(rest, events_of(self._engine, keys_in(rest)), aside)
        self._events = self._beside.submit(append_events, self._engine, merged.new)
        folded = fold_batch(merged)
        self._stored = self._beside.submit(_store, self._stored, self._events, self._engine, folded)
        return Begun(Applied(folded.units, merged.conflicts, folded.deadlines), self._stored)

    def finish(self, begun: Begun) -> Applied:
        """Wait until a batch is in the figures; in the order in which they were begun.

        Raises `StoreUnavailableError`; then it and those begun after it are to be begun again.
        """
        try:
            begun.stored.result()
        except BaseException:
            self._events = None  # what comes next is not built on it
            raise
        return begun.applied

    def close(self) -> None:
        """Wait until what was begun is stored, or cannot be."""
        self._beside.shutdown()


def _store(
    before: "Future[None] | None",
    events: "Future[None]",
    engine: Engine,
    folded: Folded,
) -> None:
    if before is not None:
        wait([before])  # a cluster refuses two inserts into one table at once
    events.result()  # where they could not be stored, nor is what became of them
    append_folded(engine, folded)


def apply(engine: Engine, batch: Sequence[Accepted], few: int = FEW) -> Applied:
    """Bring one batch of accepted events, in the order of the log, into the figures.

    Raises `StoreUnavailableError`; the same batch may then be applied again.
    """
    with closing(Processor(engine, few)) as processor:
        return processor.finish(processor.begin(batch))
