"""Which of several events of one identity counts (CONTRACT §2, *Conflict*)."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from operator import itemgetter
from typing import NamedTuple

from schemas.event import Accepted

POSITION = itemgetter(0)

ORDER = itemgetter(5, 6, 2, 3)
"""What events of a unit and subject are ordered by: time, sequence, source, id (CONTRACT §2)."""


HUB = "/hub"
"""The source of events that the hub itself says."""

Key = tuple[str, str]
"""The unit and the subject of events, whatever they are about."""


class Conflict(NamedTuple):
    """An identity that arrived again with other content; the one first in the log counts."""

    first: Accepted
    other: Accepted


def distinct(rows: Sequence[Accepted], conflicts: list[Conflict]) -> list[Accepted]:
    """Of each identity of one unit and subject the row first in the log, in the order of the log.

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


def by_key(rows: Iterable[Accepted]) -> dict[Key, list[Accepted]]:
    """Accepted events by unit and subject, in the order in which they are given."""
    found: defaultdict[Key, list[Accepted]] = defaultdict(list)
    for row in rows:
        found[row[2][:2]].append(row)
    return found
