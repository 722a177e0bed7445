"""All facts of the store, folded anew from its events: after a release that folds otherwise.

The log is not read: it may have been trimmed. Until the new facts have taken the place of the old
ones these stay as they are. Others may store events meanwhile.
"""

from collections.abc import Callable

import numpy as np

from hub.core.identity import by_dossier
from hub.core.sheet import rows_of, sheet_of
from hub.dossier.fold import versions
from hub.dossier.simple import fold_simple, simple_dossiers
from hub.dossier.store.facts import Version, append_facts
from hub.indicator.fold import statements
from hub.indicator.store import append_statements
from hub.store import revisions
from hub.store.parts import Part
from hub.store.port import Engine
from hub.store.tables import EVENTS


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
        if not _fold_all(engine, revisions.FACTS_BUILDING, told, stopped):
            return False
        revisions.swap(engine)
    # what others stored until the new tables were there
    if not _fold_all(engine, revisions.FACTS, told, stopped):
        return False
    revisions.finish(engine)
    return True


def _fold_all(
    engine: Engine, table: str, told: Callable[[int, int], None], stopped: Callable[[], bool]
) -> bool:
    while True:
        left, last = revisions.undone(engine)
        if not left:
            return True
        for number, part in enumerate(left):
            if stopped():
                return False
            told(number, len(left))
            _fold(engine, part, table)
            engine.sync()
            revisions.note_folded(engine, part, last)


def _fold(engine: Engine, part: Part, table: str) -> None:
    events = part.read(engine, EVENTS, "events", "unit, subject")
    if not len(events):
        return
    sheet = sheet_of(events)
    places = simple_dossiers(sheet)
    others = rows_of(sheet.columns, np.sort(sheet.order[~places.is_simple[sheet.dossier]]))
    found: list[Version] = [
        (dossier, *version)
        for dossier, rows in by_dossier(others).items()
        for version in versions(rows, 0)
    ]
    simple = fold_simple(sheet, places, 0) if places.is_simple.any() else None
    append_facts(engine, found, simple, table)
    append_statements(engine, statements(others))
