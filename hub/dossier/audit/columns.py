"""Facts at first sight: those of very many dossiers against what the fold gives for them.

The fold is the one of single dossiers, `hub.dossier.fold`: that of many at once is among what an
audit is to judge. Only the comparison goes by columns.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from hub.core.identity import HUB
from hub.dossier.deadlines import is_reminder
from hub.dossier.fold import versions
from hub.dossier.folding import Version
from hub.dossier.store.facts import facts_columns
from hub.dossier.tables import FACTS
from hub.store.driver import Dossier
from schemas.event import Accepted


class Stored(NamedTuple):
    """Facts of some dossiers as they are stored: all versions, and the newest."""

    facts: pa.RecordBatch
    newest: pa.RecordBatch


def unlike_the_fold(events: Mapping[Dossier, Sequence[Accepted]], stored: Stored) -> set[Dossier]:
    """The dossiers with facts that the fold does not give, or without some that it gives.

    `events`: of each dossier, in the order of the log, each identity once. A dossier may be named
    though all is well, where its marks lie in another order or some of its facts need not be there.
    """
    expected: list[Version] = []
    needed: list[bool] = []
    places: dict[tuple[str, str, int], int] = {}
    last: dict[Dossier, int] = {}
    for dossier, rows in events.items():
        before = 0
        for number, moment, facts in versions(rows, 0):
            places[*dossier, number] = len(expected)
            expected.append((dossier, number, moment, facts))
            # of a moment at which the hub only reminded no facts are written
            needed.append(not all(map(_reminds, rows[before:number])))
            if needed[-1]:
                last[dossier] = number
            before = number
    columns = dict(zip(FACTS, facts_columns(expected), strict=True)) if expected else {}
    is_there = ~np.array(needed, bool)
    unlike: set[Dossier] = set()
    for rows_there in stored:
        names = [rows_there[name].to_pylist() for name in ("unit", "subject", "version")]
        place = np.array([places.get(one, -1) for one in zip(*names, strict=True)], np.int64)
        differs = place < 0
        known = np.flatnonzero(~differs)
        if len(known):
            at, there = pa.array(place[known]), rows_there.take(pa.array(known))
            for name in FACTS:
                differs[known] |= _differ(columns[name].take(at), there[name])
        unlike.update((names[0][row], names[1][row]) for row in np.flatnonzero(differs).tolist())
        if rows_there is stored.facts:
            is_there[place[~differs]] = True
        else:
            for unit, subject, version in zip(*names, strict=True):
                if version >= last.get((unit, subject), 0):
                    last.pop((unit, subject), None)
    unlike.update(expected[number][0] for number in np.flatnonzero(~is_there).tolist())
    unlike.update(last)  # the newest facts are older, or not there
    return unlike


def _reminds(row: Accepted) -> bool:
    return row[2][2] == HUB and is_reminder(row[2])


def _differ(left: pa.Array, right: pa.Array) -> NDArray[Any]:
    """At which places two columns differ."""
    if not pa.types.is_list(left.type):
        return np.asarray(pc.not_equal(left, right))
    sizes = [pc.list_value_length(one).to_numpy() for one in (left, right)]
    found: NDArray[Any] = sizes[0] != sizes[1]
    same = np.flatnonzero(~found)
    if len(same):
        left, right = (one.take(pa.array(same)) for one in (left, right))
        differs = _differ(left.flatten(), right.flatten())
        found[np.repeat(same, sizes[0][same])[differs]] = True
    return found
