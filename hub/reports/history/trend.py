"""Cells of a form over several periods: counted, sealed and stated beside each other.

A point says what it rests on. Nothing is reckoned from points of different kinds: a cumulative
column or a ratio is counted whole, sealed whole, or stated whole.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Literal, NamedTuple

from hub.core.periods import Period
from hub.reports.asked import Asked, Ports
from hub.reports.cells import Number
from hub.reports.evaluation import NOTHING, Evaluation
from hub.reports.form import Form
from hub.reports.form.compiled import Block, Plan
from hub.reports.report import report_of

Json = dict[str, Any]
Basis = Literal["counted", "sealed", "stated"]
Coverage = Literal["none", "part", "whole"]
Key = tuple[str, str, str]
Cells = Mapping[Key, Json]


class Known(NamedTuple):
    """What is known of a period; `told`: what it is told by, without cells. `of_others`: what units
    said that were merged since, each of itself."""

    told: Json
    coverage: Coverage
    cells: Mapping[Basis, Cells]
    of_others: Mapping[tuple[str, Basis], Cells] = {}


class Since(Evaluation):
    """What the hub counts, from its first dossier on: of days that were over by then a figure is
    not provided, never 0."""

    def __init__(self, form: Form, asked: Asked, ports: Ports, first: int | None) -> None:
        super().__init__(form, asked, ports)
        self._first = first

    def without_number(self, plan: Plan) -> Number | None:
        """Why there is nothing to reckon in a cell; None where there is."""
        found = super().without_number(plan)
        if found is None and plan.kind in ("figure", "took_part"):
            bounds = self.span(plan).period.bounds
            return NOTHING if coverage(bounds, self._first) == "none" else None
        return found


def coverage(bounds: tuple[int, int], first: int | None) -> Coverage:
    """How much of some days lies behind the first instant (µs) of which dossiers are known."""
    if first is None or bounds[1] <= first:
        return "none"
    return "part" if bounds[0] < first else "whole"


def counted(form: Form, asked: Asked, ports: Ports, first: int | None) -> dict[Key, Json]:
    """The cells that the hub counts, by their place."""
    return cells_of(report_of(Since(form, asked, ports, first), ports.tree))


def cells_of(report: Json) -> dict[Key, Json]:
    """The cells of a report by their place, each with what its row is called."""
    return {
        (section["key"], row["key"], column): cell | {"label": row["label"], "code": row["code"]}
        for section in report["sections"]
        for row in section["rows"]
        for column, cell in row["cells"].items()
    }


def stated_cells(said: Json) -> dict[Key, Json]:
    """The cells of a stated report, as those of a report are told."""
    return {
        (it["section"], it["row"], it["column"]): {
            "state": it["state"], "value": it["value"], "origin": "stated", "list": None,
            "text": it["text"] if it["state"] == "value" else "",
        }
        for it in said["cells"]
    }  # fmt: skip


def rows(form: Form, wanted: Sequence[Key], known: Sequence[Known]) -> list[Json]:
    """A row for each wanted cell, or for each that any period has, in the order of the form."""
    order = wanted or [*_in_order(form, {key for by in _all_cells(known) for key in by})]
    return [_row(form, key, known) for key in order]


def _row(form: Form, key: Key, known: Sequence[Known]) -> Json:
    points = [
        {"period": at, "basis": basis, **_told(cells[key])}
        for at, it in enumerate(known)
        for basis, cells in it.cells.items()
        if key in cells and (basis != "counted" or _says(it.coverage, cells[key]))
    ]
    named = next((by[key] for by in _all_cells(known) if key in by and "label" in by[key]), None)
    return {
        "section": key[0], "row": key[1], "column": key[2], **_names(form, key, named),
        "points": points,
        "predecessors": [
            {"period": at, "unit": unit, "basis": basis, **_told(cells[key])}
            for at, it in enumerate(known)
            for (unit, basis), cells in it.of_others.items()
            if key in cells
        ],
    }  # fmt: skip


def _all_cells(known: Sequence[Known]) -> Iterator[Cells]:
    for it in known:
        yield from it.cells.values()
        yield from it.of_others.values()


def _says(covered: Coverage, cell: Json) -> bool:
    """Before the hub's first dossier only what units stated of indicators is counted."""
    return covered != "none" or cell["state"] == "value"


def _told(cell: Json) -> Json:
    return {name: cell[name] for name in ("state", "value", "text", "origin", "list")}


def _names(form: Form, key: Key, named: Json | None) -> Json:
    section, row, column = key
    part = next((it for it in form.parts if it.key == section), None)
    line = next((it for it in part.lines if it.key == row), None) if part else None
    head = next((it for it in part.heads if it.key == column), None) if part else None
    label, code = row.partition(":")[2] or row, ""
    if line is not None and not isinstance(line, Block):
        label, code = line.label, line.code
    elif named is not None:
        label, code = named["label"], named["code"]
    return {"label": label, "code": code, "column_label": head.label if head else column}


def _in_order(form: Form, there: set[Key]) -> Iterator[Key]:
    """Cells as the form has them; rows that stand for many by their keys."""
    of: dict[tuple[str, str], set[str]] = {}
    for section, row, _ in there:
        of.setdefault((section, row.partition(":")[0]), set()).add(row)
    for part in form.parts:
        for line in part.lines:
            for row in sorted(of.get((part.key, line.key), ())):
                yield from (key for it in line.plans if (key := (part.key, row, it)) in there)


def is_cell(forms: Iterable[Form], key: Key) -> bool:
    """Whether one of some versions of a form has a cell."""
    section, row, column = key
    name, _, of = row.partition(":")
    for form in forms:
        for part in form.parts:
            for line in part.lines:
                if (part.key, line.key) == (section, name) and isinstance(line, Block) == bool(of):
                    plan = line.plans.get(column)
                    if plan is not None and plan.kind is not None:
                        return True
    return False


def period_told(period: Period) -> Json:
    """A period as answers tell it."""
    return {
        "label": period.label, "calendar": period.calendar, "from": period.start.isoformat(),
        "to": period.end.isoformat(),
    }  # fmt: skip
