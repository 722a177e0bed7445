"""The product's core as a function over a log, without any engine: what tests compare."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Any

import orjson

from hub.core.check import check_one
from hub.core.identity import Conflict, distinct
from hub.core.periods import between
from hub.dossier.figures import FIGURES, add, figures
from hub.dossier.fold import Facts, fold
from schemas import event as product
from tests import oracle

NOW = 1_800_000_000_000_000


def accept(log: Sequence[oracle.Accepted], now: int = NOW) -> list[product.Accepted]:
    """The events of an oracle's log as the product's border lets them in."""
    rows = []
    for row in log:
        event = check_one(orjson.dumps(row.event), now)
        assert isinstance(event, product.Event), event
        rows.append(product.Accepted(row.position, row.accepted, event))
    return rows


def dossiers(
    rows: Sequence[product.Accepted], as_of: int | None = None
) -> tuple[dict[tuple[str, str], Facts], list[Conflict]]:
    """Fold of every dossier, and all conflicts."""
    by_dossier: defaultdict[tuple[str, str], list[product.Accepted]] = defaultdict(list)
    for row in rows:
        if as_of is None or row.accepted <= as_of:
            by_dossier[row.event.dossier].append(row)
    conflicts: list[Conflict] = []
    return {
        dossier: fold(row.event for row in distinct(found, conflicts))
        for dossier, found in by_dossier.items()
    }, conflicts


def table(
    rows: Sequence[product.Accepted],
    *,
    start: date,
    end: date,
    now: int,
    as_of: int | None = None,
    by: Sequence[str] = (),
    parts: bool = False,
    **_: Any,
) -> oracle.Table:
    """The figures of all dossiers, as `tests.oracle.figures` gives them."""
    limit = now if as_of is None else as_of
    first, last = (min(bound, limit) for bound in between(start, end).bounds)
    counts: defaultdict[tuple[str | None, ...], defaultdict[int, list[int]]] = defaultdict(
        lambda: defaultdict(lambda: [0, 0])
    )
    for (unit, _subject), facts in dossiers(rows, as_of)[0].items():
        if "parent" in facts.attributes and not parts:
            continue
        key = tuple(unit if name == "unit" else facts.attributes.get(name) for name in by)
        for code, at, _event in facts.marks:
            counts[key][code][0] += at < first
            counts[key][code][1] += at < last
    total = dict.fromkeys(FIGURES, 0)
    found = {}
    for key, marks in counts.items():
        row = figures({code: (before[0], before[1]) for code, before in marks.items()})
        add(total, row)
        if any(row.values()):
            found[key] = row
    return oracle.Table(found, total)
