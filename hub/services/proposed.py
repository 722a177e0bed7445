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
from hub.store.events import events_of
from hub.store.port import Dossier, Engine
from hub.store.scope import Scope
from schemas.event import Accepted, Event

NAMES = (
    "received_online", "received_direct", "resolved_early", "resolved_on_time", "resolved_late",
    "resolved_total", "refused", "withdrawn",
)  # fmt: skip
"""Figures that count what happened within a period: a quarter changes these by itself."""


class Changed(NamedTuple):
    """A figure of a unit alone in a civil quarter, as it is and as it would be."""

    unit: str
    period: str
    figure: str
    before: int
    after: int


def changed_figures(engine: Engine, events: Iterable[Event]) -> list[Changed]:
    """The figures that some events about dossiers would change, by period, unit and name."""
    proposed: defaultdict[Dossier, list[Accepted]] = defaultdict(list)
    for number, event in enumerate(events):
        proposed[event.dossier].append(Accepted(NEVER + number, NEVER, event))
    stored = events_of(engine, [*proposed])
    differences: defaultdict[str, defaultdict[str, Counter[int]]]
    differences = defaultdict(lambda: defaultdict(Counter))
    for dossier, more in proposed.items():
        rows = stored.get(dossier, [])
        after = _marks([*rows, *more])
        after.subtract(_marks(rows))
        for (mark, at), count in after.items():
            differences[quarter_at(at, "civil").label or ""][dossier[0]][mark] += count
    found: list[Changed] = []
    for label in sorted(differences):
        found += _changed(engine, label, differences[label])
    return found


def _marks(rows: Sequence[Accepted]) -> Counter[tuple[int, int]]:
    """What figures count of a dossier: marks and their instants."""
    facts = fold([row.event for row in of_dossier(distinct(rows, []))])
    if "parent" in facts.attributes:  # it is a part, in no figure
        return Counter()
    return Counter((mark, at) for mark, at, _ in facts.marks if abs(at) < NEVER)


def _changed(engine: Engine, label: str, of_units: Mapping[str, Counter[int]]) -> Iterable[Changed]:
    """The figures of one quarter."""
    by_unit = {
        unit: figures({mark: (0, count) for mark, count in marks.items()})
        for unit, marks in of_units.items()
    }
    units = sorted(unit for unit, more in by_unit.items() if any(more[name] for name in NAMES))
    if not units:
        return
    bounds = named(label).bounds
    now = figure_rows(engine, Scope(frozenset(units)), Moment(*bounds), ("unit",))
    for unit in units:
        before = now.get((unit,), {})
        for name in NAMES:
            if more := by_unit[unit][name]:
                count = before.get(name, 0)
                yield Changed(unit, label, name, count, count + more)
