"""Aggregates per unit and quarter: what pages over all units and BI tools read.

Written absolutely from the facts, so writing again changes nothing. One pass over the marks of
the units counts them between the borders of all quarters of both calendars.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from itertools import accumulate
from typing import Any, NamedTuple

from hub.core.figures import FIGURES, figures
from hub.core.periods import CALENDARS, quarters
from hub.core.time import NEVER
from hub.store.port import Engine
from hub.store.questions import Scope, dossiers_sql
from hub.store.tables import QUARTERS


class Span(NamedTuple):
    """What of a unit changed: its earliest instant (µs), and the last position folded in."""

    since: int
    position: int

    def joined(self, other: "Span") -> "Span":
        """Both changes together."""
        return Span(min(self.since, other.since), max(self.position, other.position))


def quarter_rows(engine: Engine, units: Mapping[str, Span], now: int) -> Iterable[tuple[Any, ...]]:
    """Rows of `unit_quarters` (without parts), for the quarters up to `now` (µs), which ends the
    running one."""
    earliest = min((span.since for span in units.values()), default=now)
    spans = [
        (calendar, period.label, period.bounds[0], min(period.bounds[1], now))
        for calendar in CALENDARS
        for period in quarters(min(earliest, now), now, calendar)
    ]
    borders = sorted({border for *_, start, end in spans for border in (start, end)})
    params: dict[str, Any] = {"borders": [-NEVER, *borders]}
    scope = Scope(units=frozenset(units))
    counts: defaultdict[str, dict[int, dict[int, int]]] = defaultdict(lambda: defaultdict(dict))
    for unit, code, border, count in engine.select(
        "SELECT unit, code, roundDown(at, %(borders)s) AS border, count() FROM "
        + dossiers_sql(("unit", "mark_code", "mark_at"), scope, None, params)
        + " ARRAY JOIN mark_code AS code, mark_at AS at GROUP BY unit, code, border",
        params,
    ):
        counts[unit][code][border] = count
    for unit, span in units.items():
        before = {
            code: dict(
                zip(
                    borders,
                    accumulate(found.get(border, 0) for border in (-NEVER, *borders[:-1])),
                    strict=True,
                )
            )
            for code, found in counts[unit].items()
        }
        for calendar, label, start, end in spans:
            row = figures({code: (sums[start], sums[end]) for code, sums in before.items()})
            yield unit, calendar, label, span.position, start, end, *(row[name] for name in FIGURES)


def append_quarters(engine: Engine, rows: Iterable[tuple[Any, ...]]) -> None:
    """Write rows of `unit_quarters`."""
    columns = dict(zip(QUARTERS, zip(*rows, strict=True), strict=False))
    if columns:
        engine.insert("unit_quarters", columns)


def read_quarters(
    engine: Engine, calendar: str, quarter: str, scope: Scope
) -> dict[str, dict[str, int]]:
    """The figures of each unit of a scope in a quarter, as they were last written."""
    params: dict[str, Any] = {"calendar": calendar, "quarter": quarter}
    rows = engine.select(
        f"SELECT unit, {', '.join(FIGURES)} FROM unit_quarters FINAL "
        "WHERE calendar = %(calendar)s AND quarter = %(quarter)s "
        f"AND {scope.units_condition(params)}",
        params,
    )
    return {unit: dict(zip(FIGURES, values, strict=True)) for unit, *values in rows}


def units_after(engine: Engine, position: int) -> dict[str, Span]:
    """Units with events after a position in the log, and what of each is folded."""
    last = engine.select(
        "SELECT unit, max(position) AS last FROM events GROUP BY unit HAVING last > %(position)s",
        {"position": position},
    )
    first = engine.select("SELECT unit, min(received_at) FROM current GROUP BY unit", {})
    since: dict[str, int] = {row[0]: row[1] for row in first}
    return {unit: Span(since.get(unit, NEVER), end) for unit, end in last}
