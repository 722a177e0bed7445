"""An empty store filled from events that were accepted before: by a restore or a rebuild.

Whatever stops it, the same call may be made again from where it was: to apply events twice
changes nothing.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

from hub.store.driver import Engine
from schemas.event import Accepted
from streams.processor import Begun
from streams.refresh import Refresh

Place = TypeVar("Place")

BATCH = 100_000
"""Events that are folded at once, about."""


def fill(
    engine: Engine,
    refresh: Refresh[Any],
    batches: Iterable[tuple[Place | None, Sequence[Accepted]]],
    done: Callable[[Place], None],
) -> None:
    """Bring batches into the figures, each while the one before is stored. `done` is given the
    place of a batch that has one, once the disk has all up to it.

    Within a batch, and over all of them, each dossier's events come in the order of the log.
    Raises `StoreUnavailableError`, and whatever `batches` raise.
    """
    before: tuple[Place | None, Begun] | None = None

    def finish() -> None:
        if before is not None:
            place, begun = before
            refresh.finish(begun)
            if place is not None:
                engine.sync()
                done(place)

    for place, batch in batches:
        begun = refresh.begin(batch)
        finish()
        before = place, begun
    finish()


def fill_aggregates(engine: Engine, refresh: Refresh[Place], place: Place) -> None:
    """Write the aggregates of all units; `place`: how far all was taken.

    Raises `StoreUnavailableError`.
    """
    refresh.mark_dirty_after(-1)
    while refresh.aggregate(place) is None:
        pass
    engine.sync()
