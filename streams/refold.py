"""All facts of the store, folded anew from its events: after a release that folds otherwise.

The log is not read: it may have been trimmed. Until the new facts have taken the place of the old
ones these stay as they are. Others may store events meanwhile.
"""

from collections.abc import Callable

from hub.core.batch import Columns, laid
from hub.core.merging import merge
from hub.families import append_folded, fold_batch
from hub.store import revisions
from hub.store.driver import Engine
from hub.store.parts import Part
from hub.store.tables import BUILDING, EVENTS
from schemas.event import Accepted


def refold(
    engine: Engine,
    told: Callable[[int, int], None] = lambda _done, _of: None,
    stopped: Callable[[], bool] = lambda: False,
    *,
    anew: bool = False,
) -> bool:
    """Fold the events of all dossiers anew, unless that is done; whether it was finished.

    `told`: how many parts of how many are done. `stopped`: asked after each part whether to give
    up. What was done until then, or until a crash, is not done again the next time; `anew`: all of
    it, even where the facts are of this revision. Raises `StoreUnavailableError`.
    """
    if anew:
        revisions.forget(engine)
    if revisions.is_current(engine):
        return True
    if not revisions.is_built(engine):
        revisions.begin_building(engine)
        if not _fold_all(engine, BUILDING, told, stopped):
            return False
        revisions.swap(engine)
    # what others stored until the new tables were there
    if not _fold_all(engine, "", told, stopped):
        return False
    revisions.finish(engine)
    return True


def _fold_all(
    engine: Engine, suffix: str, told: Callable[[int, int], None], stopped: Callable[[], bool]
) -> bool:
    while True:
        left, last = revisions.undone(engine)
        if not left:
            return True
        for number, part in enumerate(left):
            if stopped():
                return False
            told(number, len(left))
            _fold(engine, part, suffix)
            engine.sync()
            revisions.note_folded(engine, part, last)


def _fold(engine: Engine, part: Part, suffix: str) -> None:
    events = Columns[Accepted](part.read(engine, EVENTS, "events", "unit, subject"))
    if events:
        append_folded(engine, fold_batch(merge(laid(events), {})), suffix)
