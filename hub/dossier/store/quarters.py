"""Aggregates per unit and quarter: what pages over all units and BI tools read.

Written absolutely from the facts, so writing again changes nothing. One pass over the marks of
the units counts them between the borders of all quarters of both calendars.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hub.core.merging import Span
from hub.core.periods import CALENDARS, quarters
from hub.core.time import DAY, NEVER, OFFSET, date_of, local_day
from hub.dossier.figures import FIGURES, Mark
from hub.dossier.store.questions import dossiers_sql
from hub.dossier.tables import QUARTERS
from hub.store.driver import Engine
from hub.store.scope import Scope


def _weights(side: int) -> NDArray[np.int64]:
    table = np.zeros((len(FIGURES), max(Mark) + 1), np.int64)
    for figure, weights in enumerate(FIGURES.values()):
        for mark, sides in weights.items():
            table[figure, mark] = sides[side]
    return table


_AT_START, _AT_END = _weights(0), _weights(1)
"""What a mark counts in a figure before the start, and the end, of a period: [figure, mark]."""


# ClickHouse 18.16 has no roundDown: a piece of time is numbered by the calendar instead.
_SEGMENT = (
    f"toYear(toDate(intDiv(at + {OFFSET}, {DAY})) AS day) * 8 + toQuarter(day) * 2 "
    "+ (toMonth(day) IN (3, 6, 9, 12) AND toDayOfMonth(day) >= 15)"
)


def _segment(instant: int) -> int:
    """Which piece between the borders of the quarters of both calendars an instant lies in."""
    day = date_of(local_day(instant))
    return day.year * 8 + (day.month + 2) // 3 * 2 + (day.month % 3 == 0 and day.day >= 15)


def quarter_columns(
    engine: Engine, units: Mapping[str, Span], now: int, as_of: int | None = None
) -> dict[str, Sequence[Any]]:
    """Rows of `unit_quarters` by column (without parts), for the quarters up to `now` (µs), which
    ends the running one. `as_of`: as was known at that moment (µs)."""
    earliest = min((span.since for span in units.values()), default=now)
    spans = [
        (calendar, period.label, period.bounds[0], min(period.bounds[1], now))
        for calendar in CALENDARS
        for period in quarters(min(earliest, now), now, calendar)
    ]
    borders = sorted({border for *_, start, end in spans for border in (start, end)})
    before = _marks_before(engine, list(units), borders, now, as_of)
    starts = before[:, :, [borders.index(start) for *_, start, _ in spans]]
    ends = before[:, :, [borders.index(end) for *_, end in spans]]
    found = _AT_START @ starts + _AT_END @ ends  # unit, figure, quarter
    keys = [
        (unit, calendar, label, span.position, start, end)
        for unit, span in units.items()
        for calendar, label, start, end in spans
    ]
    columns = [*zip(*keys, strict=True), *found.swapaxes(0, 1).reshape(len(FIGURES), -1).tolist()]
    return dict(zip(QUARTERS, columns, strict=bool(keys)))


def _marks_before(
    engine: Engine, units: Sequence[str], borders: Sequence[int], now: int, as_of: int | None
) -> NDArray[np.int64]:
    """How many marks of each kind each unit has before each border: [unit, mark, border]."""
    params: dict[str, Any] = {"now": now}
    scope = Scope(frozenset(units))
    rows = engine.select(
        f"SELECT unit, code, {_SEGMENT} AS segment, count() FROM "
        + dossiers_sql(("unit", "mark_code", "mark_at"), scope, as_of, params)
        + " ARRAY JOIN mark_code AS code, mark_at AS at WHERE at < %(now)s "
        "GROUP BY unit, code, segment",
        params,
        narrow=scope.is_narrow,
    )
    counts = np.zeros((len(units), len(_AT_START[0]), len(borders) + 1), np.int64)
    if rows:
        number = {unit: i for i, unit in enumerate(units)}
        names, codes, segments, found = zip(*rows, strict=True)
        pieces = [_segment(border) + (border == now) for border in borders]
        places = np.searchsorted(pieces, segments, side="right")
        at = np.ravel_multi_index(([number[name] for name in names], codes, places), counts.shape)
        np.add.at(counts.reshape(-1), at, found)
    return counts.cumsum(axis=2)[:, :, :-1]


def append_quarters(engine: Engine, columns: Mapping[str, Sequence[Any]]) -> None:
    """Write rows of `unit_quarters`, given by column."""
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
    """Units with events after a position in the log, and what of each is folded.

    `since` is before all marks that their dossiers have or ever had: of all versions, since
    aggregates may still show an older one.
    """
    events = engine.select(
        "SELECT unit, max(position) AS last, min(time) FROM events "
        "GROUP BY unit HAVING last > %(position)s",
        {"position": position},
    )
    received = engine.select("SELECT unit, min(received_at) FROM facts GROUP BY unit", {})
    since: dict[str, int] = {row[0]: row[1] for row in received}
    return {unit: Span(min(first, since.get(unit, NEVER)), last) for unit, last, first in events}
