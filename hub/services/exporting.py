"""Tables for programs that analyse: figures by unit and quarter, and what units state.

The numbers are reckoned from the facts when they are asked for, as those of `GET /v1/figures` are,
so both are always the same. Texts are Arrow's strings, days are `date32`, moments µs in UTC.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from hub.core.periods import named
from hub.dossier.figures import FIGURES
from hub.dossier.store.quarters import quarter_columns, units_after
from hub.indicator.fold import slot_of
from hub.indicator.store import statements_in_force
from hub.registry import Registry
from hub.registry.unit_tree import UnitTree
from hub.store.driver import Engine
from hub.store.scope import Scope

_UNITS_AT_ONCE = 500
_MOMENT = pa.timestamp("us", tz="UTC")
_UNIT = [("unit", pa.string()), ("unit_name", pa.string()), ("unit_level", pa.string()),
         ("parent", pa.string())]  # fmt: skip
_PERIOD = [("calendar", pa.string()), ("period", pa.string()), ("from", pa.date32()),
           ("to", pa.date32())]  # fmt: skip
FIGURE_COLUMNS = pa.schema(
    [*_UNIT, *_PERIOD, ("counted_until", _MOMENT), *((name, pa.int64()) for name in FIGURES)]
)
"""A row is a unit in a quarter, without parts of linked dossiers. `counted_until` is the end of the
quarter, or the moment of the answer in the running one."""
STATEMENT_COLUMNS = pa.schema(
    [*_UNIT, ("indicator", pa.string()), ("name", pa.string()), ("name_en", pa.string()),
     ("kind", pa.string()), *_PERIOD, ("level", pa.string()), ("state", pa.string()),
     ("value", pa.float64()), ("text", pa.string()), ("date", pa.string()),
     ("evidence", pa.string()), ("note", pa.string()), ("stated_at", _MOMENT),
     ("source", pa.string()), ("event", pa.string())]
)  # fmt: skip
"""A row is a statement in force, as the unit itself made it; sums over units are not in it."""


def figure_tables(
    store: Engine, tree: UnitTree, scope: Scope, calendar: str, now: int, as_of: int | None
) -> Iterator[pa.Table]:
    """The figures (`FIGURE_COLUMNS`) of the units of a scope in each quarter up to `now` (µs), some
    hundred units at a time; rows of zeros only are left out."""
    spans = {unit: span for unit, span in units_after(store, -1).items() if scope.contains(unit)}
    units_in_order = sorted(spans)
    for first in range(0, len(units_in_order), _UNITS_AT_ONCE):
        some = units_in_order[first : first + _UNITS_AT_ONCE]
        found = quarter_columns(store, {unit: spans[unit] for unit in some}, now, as_of)
        figures = np.array([found[name] for name in FIGURES], np.int64)
        wanted = figures.any(axis=0) & (np.array(found["calendar"]) == calendar)
        rows = np.flatnonzero(wanted).tolist()
        units = [found["unit"][row] for row in rows]
        labels = [found["quarter"][row] for row in rows]
        columns = _of_units(tree, units) | _of_periods(calendar, labels)
        columns["counted_until"] = [found["end"][row] for row in rows]
        columns |= dict(zip(FIGURES, figures[:, wanted], strict=True))
        yield _table(columns, FIGURE_COLUMNS)


def statement_table(
    store: Engine, registry: Registry, scope: Scope, calendar: str, as_of: int | None
) -> pa.Table:
    """The statements in force (`STATEMENT_COLUMNS`) of the units of a scope, by unit and code."""
    in_force = statements_in_force(store, scope, calendar=calendar, as_of=as_of)
    events = [event for event in in_force if event.data.get("status") != "withdrawn"]
    said = [event.data for event in events]
    codes = [event.subject for event in events]
    known = [registry.indicators.get(code) for code in codes]
    slots = [slot_of(event) for event in events]
    columns: dict[str, Sequence[Any]] = {
        **_of_units(registry.units.tree(), [event.unit for event in events]),
        "indicator": codes,
        "name": [it.name if it else None for it in known],
        "name_en": [it.name_en or None if it else None for it in known],
        "kind": [it.kind if it else None for it in known],
        **_of_periods(calendar, [slot.period for slot in slots]),
        "level": [slot.level or None for slot in slots],
        "state": [data.get("status", "value") for data in said],
        "stated_at": [event.time for event in events],
        "source": [event.source for event in events],
        "event": [event.id for event in events],
    }
    for name in ("value", "text", "date", "evidence", "note"):
        columns[name] = [data.get(name) for data in said]
    return _table(columns, STATEMENT_COLUMNS)


def _of_units(tree: UnitTree, codes: Sequence[str]) -> dict[str, Sequence[Any]]:
    known = [tree.units.get(code) for code in codes]
    return {
        "unit": codes,
        "unit_name": [unit.name if unit else None for unit in known],
        "unit_level": [unit.level if unit else None for unit in known],
        "parent": [unit.parent if unit else None for unit in known],
    }


def _of_periods(calendar: str, labels: Sequence[str]) -> dict[str, Sequence[Any]]:
    periods = {label: named(label, calendar) for label in set(labels)}
    return {
        "calendar": [calendar] * len(labels),
        "period": labels,
        "from": [periods[label].start for label in labels],
        "to": [periods[label].end for label in labels],
    }


def _table(columns: Mapping[str, Sequence[Any]], schema: pa.Schema) -> pa.Table:
    return pa.table([pa.array(columns[field.name], field.type) for field in schema], schema=schema)
