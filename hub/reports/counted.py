"""Cells of figures: which rows of an answer a cell counts, and what stands behind it."""

from collections.abc import Callable, Collection, Mapping
from typing import TypeVar

from hub.dossier.store.questions import Key
from hub.reports import addresses
from hub.reports.asked import Asked, Ports, Rows
from hub.reports.cells import Cell, counted, whole
from hub.reports.form.compiled import Plan
from hub.reports.form.document import OfUnits
from hub.reports.slices import Slice
from hub.reports.spans import Span

Row = Mapping[str, int]
T = TypeVar("T")
NO_CODE = "~"
"""No code has this sign: the dossiers of no value at all."""


def rows_of(rows: Mapping[Key, T], of: Slice | None) -> Collection[T]:
    """Those that a row of a block counts, among the rows by its dimension."""
    if of is None:
        return rows.values()
    if of.but:
        return [row for key, row in rows.items() if of.has(key[0])]
    return [row for code in of.codes if (row := rows.get((code or None,)))]


def summed(rows: Collection[Row], names: Collection[str]) -> Row:
    """The sum of rows, of some figures at least."""
    if len(rows) == 1:
        return next(iter(rows))
    return {name: sum([row[name] for row in rows]) for name in names}


def of_figures(
    asked: Asked, plan: Plan, span: Callable[[Plan], Span], of: Slice | None, rows: Rows,
    counts: Row,
) -> Cell:  # fmt: skip
    """A cell of figures. `rows`: of all slices; `counts`: of this one."""
    if len(plan.figures) == 1:
        cell = counted(counts[plan.figures[0]], plan.style)
    else:
        cell = counted(sum([counts[name] for name in plan.figures]), plan.style)
    if not asked.lists:
        return cell
    values = [] if of is None else _values(plan, of, rows)
    listed = addresses.of_dossiers(asked, plan, span(plan), of, values)
    return Cell(cell.number, cell.origin, None, listed, cell.text)


def _values(plan: Plan, of: Slice, rows: Rows) -> list[str]:
    """The values of its dimension, the last in each key of `rows`, that a slice has; one that no
    dossier has, if none."""
    if of.but:
        found = sorted({key[-1] or "" for key in rows if of.has(key[-1])})
    else:
        wanted = dict(plan.where).get(of.by)
        found = [code for code in of.codes if wanted is None or code in wanted]
    return found or [NO_CODE]


def of_units(asked: Asked, ports: Ports, wanted: OfUnits) -> Cell:
    """A cell of units of the registry."""
    listed = addresses.of_units(asked, wanted) if asked.lists else None
    return Cell(whole(len(registered(asked, ports, wanted))), "registry", list=listed)


def of_taking_part(asked: Asked, plan: Plan, span: Span, of: Slice | None, rows: Rows) -> Cell:
    """A cell of units of which figures count anything. `rows`: as for `taking_part`."""
    listed = None
    if asked.lists:
        values = [] if of is None else _values(plan, of, rows)
        listed = addresses.of_dossiers(asked, plan, span, of, values)
    return Cell(whole(len(taking_part(plan, of, rows))), "figure", list=listed)


def taking_part(plan: Plan, of: Slice | None, rows: Rows) -> set[str | None]:
    """The units that have any of a cell's figures, among rows by unit and what tells slices
    apart."""
    return {
        key[0] for key, row in rows.items()
        if any(row[name] for name in plan.figures) and (of is None or of.has(key[-1]))
    }  # fmt: skip


def registered(asked: Asked, ports: Ports, wanted: OfUnits) -> set[str]:
    """The registered units that a cell counts."""
    return {
        code
        for code, unit in ports.tree.units.items()
        if asked.scope.contains(code)
        and code not in ports.gone
        and (wanted.level is None or unit.level in wanted.level)
        and not (wanted.below and code == asked.unit)
    }
