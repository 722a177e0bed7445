"""Which of several events of one identity counts (CONTRACT §2, *Conflict*)."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from operator import itemgetter
from typing import NamedTuple

from schemas.event import Accepted

POSITION = itemgetter(0)


class Conflict(NamedTuple):
    """An identity that arrived again with other content; the one first in the log counts."""

    first: Accepted
    other: Accepted


def distinct(rows: Sequence[Accepted], conflicts: list[Conflict]) -> list[Accepted]:
    """Of each identity of one dossier the row first in the log, in the order of the log.

    Rows of the same identity with other content are added to `conflicts`.
    """
    if len({row[2][3] for row in rows}) == len(rows):
        return sorted(rows, key=POSITION)  # no id twice
    firsts: dict[tuple[str, str], Accepted] = {}
    for row in sorted(rows, key=POSITION):
        event = row[2]
        first = firsts.setdefault(event[2:4], row)
        if first is not row and first.event != event:
            conflicts.append(Conflict(first, row))
    return list(firsts.values())


def by_dossier(rows: Iterable[Accepted]) -> dict[tuple[str, str], list[Accepted]]:
    """The events of each dossier (unit, subject) as `distinct` gives them."""
    found: defaultdict[tuple[str, str], list[Accepted]] = defaultdict(list)
    for row in rows:
        found[row[2][:2]].append(row)
    kept = {key: of_dossier(distinct(some, [])) for key, some in found.items()}
    return {dossier: some for dossier, some in kept.items() if some}


def of_dossier(rows: Sequence[Accepted]) -> list[Accepted]:
    """Those of some distinct events of one unit and subject that are about a dossier. An identity
    is the same in all families, so this comes after `distinct`."""
    return [row for row in rows if row.event.is_of_dossier]
