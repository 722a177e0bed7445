"""Which figures would change if some events were accepted, for a person who is to allow them."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from hub.core.identity import distinct
from hub.core.periods import named, quarter_at
from hub.core.time import NEVER
from hub.dossier.figures import figures
from hub.dossier.fold import fold
from hub.dossier.folding import of_dossier
from hub.dossier.store.questions import Moment, figure_rows
from hub.store.driver import Dossier, Engine
from hub.store.events import events_of
from hub.store.scope import Scope
from schemas.event import Accepted, Event

Changes = dict[str, dict[str, int]]
"""By unit and figure: how much more it is."""


class Changed(NamedTuple):
    """A figure of a unit alone in a civil quarter, as it is and as it would be."""

    unit: str
    period: str
    figure: str
    before: int
    after: int


def changed_figures(engine: Engine, events: Iterable[Event], now: int) -> list[Changed]:
    """The figures that some events about dossiers would change, as they are at `now` (µs).

    Of each unit: the quarters within which something would have happened or not have happened, and
    the present quarter, whose open dossiers are those of now. The quarters between change by what
    they carry over. The latest quarter comes first.
    """
    proposed: defaultdict[Dossier, list[Accepted]] = defaultdict(list)
    for number, event in enumerate(events):
        proposed[event.dossier].append(Accepted(NEVER + number, NEVER, event))
    stored = events_of(engine, [*proposed])
    more: defaultdict[str, Counter[tuple[int, int]]] = defaultdict(Counter)
    for dossier, added in proposed.items():
        known = stored.get(dossier, [])
        more[dossier[0]].update(_marks([*known, *added]))
        more[dossier[0]].subtract(_marks(known))
    present = quarter_at(now, "civil").label or ""
    of_quarters: defaultdict[str, Changes] = defaultdict(dict)
    for unit in sorted(more):
        for label, changes in _by_quarter(more[unit], now, present).items():
            of_quarters[label][unit] = changes
    return [
        line
        for label in sorted(of_quarters, reverse=True)
        for line in _changed(engine, label, of_quarters[label], now)
    ]


def _marks(rows: Sequence[Accepted]) -> Counter[tuple[int, int]]:
    """What figures count of a dossier: marks and their instants."""
    facts = fold([row.event for row in of_dossier(distinct(rows, []))])
    if "parent" in facts.attributes:  # it is a part, in no figure
        return Counter()
    return Counter((mark, at) for mark, at, _ in facts.marks)


def _by_quarter(more: Mapping[tuple[int, int], int], now: int, present: str) -> Changes:
    """How much more the figures of a unit are, by quarter."""
    within: defaultdict[str, Counter[int]] = defaultdict(Counter)
    for (mark, at), count in more.items():
        if count and at < now:  # what is to come is in no figure yet
            within[quarter_at(at, "civil").label or ""][mark] += count
    found: Changes = {}
    before: Counter[int] = Counter()
    for label in sorted({*within, present}):
        after = Counter(before)
        after.update(within.get(label, {}))
        counts = {mark: (before[mark], after[mark]) for mark in after}
        if changes := {name: it for name, it in figures(counts).items() if it}:
            found[label] = changes
        before = after
    return found


def _changed(
    engine: Engine, label: str, of_units: Mapping[str, Mapping[str, int]], now: int
) -> Iterable[Changed]:
    """The figures of one quarter."""
    start, end = named(label).bounds
    scope = Scope(frozenset(of_units))
    rows = figure_rows(engine, scope, Moment(start, min(end, now)), ("unit",))
    for unit, changes in of_units.items():
        before = rows.get((unit,), {})
        for name, more in changes.items():
            count = before.get(name, 0)
            yield Changed(unit, label, name, count, count + more)
