"""The aggregates against the facts: one pass over the marks counts all quarters of some units."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from hub.core.periods import CALENDARS, Period, quarters
from hub.dossier.figures import FIGURES
from hub.dossier.store.questions import dossiers_sql
from hub.store.audit import Findings
from hub.store.driver import Engine
from hub.store.scope import Scope

_UNITS_AT_ONCE = 500
_CODES = 256


def compare_quarters(
    engine: Engine,
    now: int,
    findings: Findings,
    units: Iterable[str] | None = None,
    told: Callable[[int, int], None] = lambda _done, _of: None,
) -> None:
    """Count the quarters that ended by `now` (µs) anew from the facts, and compare with
    `unit_quarters`; of all units, or of some. `told`: how many units of how many are done."""
    if not (periods := _ended_quarters(engine, now)):
        return
    if units is None:
        sql = "SELECT unit FROM current UNION ALL SELECT unit FROM unit_quarters"
        units = {row[0] for row in engine.select(f"SELECT DISTINCT unit FROM ({sql})", {})}
    ordered = sorted(units)
    for number, some in enumerate(_batched(ordered, _UNITS_AT_ONCE)):
        told(number * _UNITS_AT_ONCE, len(ordered))
        counted, stored = _counted(engine, some, periods), _stored(engine, some, periods)
        present = (counted != 0).any(axis=2) | stored.is_there
        findings.checked["quarters"] += int(np.count_nonzero(present))
        differs = counted != stored.figures
        for unit, period in np.argwhere(differs.any(axis=2)).tolist():
            wrong = [name for name, one in zip(FIGURES, differs[unit, period], strict=True) if one]
            findings.add(
                "quarter-differs", (some[unit],), calendar=periods[period].calendar,
                quarter=periods[period].label, figures=wrong,
            )  # fmt: skip
    told(len(ordered), len(ordered))


def _batched(units: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    for first in range(0, len(units), size):
        yield units[first : first + size]


def _counted(engine: Engine, units: Sequence[str], periods: Sequence[Period]) -> NDArray[np.int64]:
    """The figures by the facts: [unit, period, figure]."""
    borders = sorted({border for period in periods for border in period.bounds})
    params: dict[str, Any] = {"borders": borders}
    rows = engine.select_columns(
        "SELECT unit, toInt64(mark) AS code, "
        "toInt64(arrayCount(border -> at >= border, %(borders)s)) AS piece, "
        "toInt64(count()) AS number FROM "
        + dossiers_sql(("unit", "mark_code", "mark_at"), Scope(frozenset(units)), None, params)
        + " ARRAY JOIN mark_code AS mark, mark_at AS at GROUP BY unit, code, piece",
        params,
    )
    marks = np.zeros((len(units), _CODES, len(borders) + 1), np.int64)
    codes, pieces, numbers = (rows[name].to_numpy() for name in ("code", "piece", "number"))
    np.add.at(marks, (_places(rows["unit"], units), codes, pieces), numbers)
    before = marks.cumsum(axis=2)  # before each border
    sums = []
    for side in (0, 1):
        weights = np.zeros((_CODES, len(FIGURES)), np.int64)
        for figure, of_marks in enumerate(FIGURES.values()):
            for mark, sides in of_marks.items():
                weights[mark, figure] = sides[side]
        at = [borders.index(period.bounds[side]) for period in periods]
        sums.append(before[:, :, at].swapaxes(1, 2) @ weights)
    return sums[0] + sums[1]


class _Stored(NamedTuple):
    """The figures as they are stored, [unit, period, figure]; where there is none, zeros."""

    figures: NDArray[np.int64]
    is_there: NDArray[np.bool_]


def _stored(engine: Engine, units: Sequence[str], periods: Sequence[Period]) -> _Stored:
    rows = engine.select_columns(
        f"SELECT unit, concat(calendar, ' ', quarter) AS period, {', '.join(FIGURES)} "
        "FROM unit_quarters FINAL WHERE unit IN %(units)s",
        {"units": tuple(units)},
    )
    names = [f"{period.calendar} {period.label}" for period in periods]
    of_period = _places(rows["period"], names)
    known = np.flatnonzero(of_period >= 0)  # others run still, or lie before all facts
    at = _places(rows["unit"], units)[known], of_period[known]
    shape = len(units), len(periods)
    found = _Stored(np.zeros((*shape, len(FIGURES)), np.int64), np.zeros(shape, bool))
    found.is_there[at] = True
    for figure, name in enumerate(FIGURES):
        found.figures[(*at, figure)] = rows[name].to_numpy()[known]
    return found


def _places(texts: pa.Array, among: Sequence[str]) -> NDArray[np.int64]:
    """The place of each text among some; -1: it is not among them."""
    found = pc.index_in(texts, pa.array(among, pa.string())).fill_null(-1)
    return np.asarray(found, np.int64)


def _ended_quarters(engine: Engine, now: int) -> list[Period]:
    if not engine.select("SELECT 1 FROM facts LIMIT 1", {}):
        return []
    events = engine.select("SELECT min(time) FROM events", {})
    facts = engine.select("SELECT min(received_at) FROM facts", {})
    first = min(events[0][0] or now, facts[0][0], now)
    return [
        period
        for calendar in CALENDARS
        for period in quarters(first, now, calendar)
        if period.bounds[1] <= now
    ]
