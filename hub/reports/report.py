"""The finished report as CONTRACT §6 tells it."""

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Any

from hub.registry import UnitTree
from hub.reports.asked import Asked, Ports
from hub.reports.cells import Cell, Number, whole
from hub.reports.common_checks import common_checks
from hub.reports.evaluation import Evaluation
from hub.reports.form.compiled import Address, Block, Form, Line, Part, Rule
from hub.reports.numbers import json_number
from hub.reports.prepared import Prepared
from hub.reports.slices import OTHERS, Slice
from hub.reports.texts import Printer

Json = dict[str, Any]


def report(form: Form, asked: Asked, ports: Ports, ready: Prepared | None = None) -> Json:
    """All sections with their cells and texts, all checks, one verdict; without `as_of` and
    `sources`, which who asks knows. `ready`: as for `Evaluation`."""
    return report_of(Evaluation(form, asked, ports, ready), ports.tree)


def report_of(found: Evaluation, tree: UnitTree) -> Json:
    """The report of cells that may be reckoned already."""
    found.reckon()
    form, printer = found.form, Printer(found, tree)
    sections = [_section(found, printer, part) for part in form.parts]
    checks = [check for rule in form.rules for check in checks_of(found, rule)]
    checks += common_checks(found)
    return heading(form, found.asked, tree) | {
        "sections": sections,
        "checks": checks,
        "verdict": verdict_of(checks),
    }


def verdict_of(checks: Iterable[Json]) -> str:
    """What a report's checks make of it."""
    failing = any(it["result"] == "false" and it["level"] == "fail" for it in checks)
    return "failing" if failing else "valid"


def heading(form: Form, asked: Asked, tree: UnitTree) -> Json:
    """What a report is, of which unit and days."""
    period = asked.days.asked
    return {
        "form": form.id,
        "version": form.document.version,
        "title": form.document.title,
        "unit": asked.unit,
        "unit_name": unit_name(asked, tree),
        "period": {
            "label": period.label,
            "calendar": period.calendar,
            "from": period.start.isoformat(),
            "to": period.end.isoformat(),
        },
        "data_date": asked.days.data_date.isoformat(),
    }


def unit_name(asked: Asked, tree: UnitTree) -> str:
    """The name of the asked unit; its code, where it is not registered."""
    named = tree.units.get(asked.unit or "")
    return named.name if named else asked.unit or ""


def _section(found: Evaluation, printer: Printer, part: Part) -> Json:
    rows = [row for line in part.lines for row in _rows(found, printer, part, line)]
    text = printer.text(part.text) if part.text else None
    if part.kind == "list":
        text = "\n".join(row["text"] for row in rows if not _is_idle(row))
    return section_of(part, rows, text)


def section_of(part: Part, rows: list[Json], text: str | None) -> Json:
    """A section of a report."""
    return {
        "key": part.key,
        "kind": part.kind,
        "title": part.title,
        "label": part.label,
        "unit_of_measure": part.unit_of_measure,
        "columns": [
            {"key": it.key, "label": it.label, "under": it.under, "is": it.is_, "width": it.width}
            for it in part.heads
        ],
        "rows": rows,
        "text": text,
    }  # fmt: skip


def _is_idle(row: Json) -> bool:
    """Whether it is the row of what is in no group, and there is nothing."""
    return row["key"].endswith(f":{OTHERS}") and not any(
        cell["value"] for cell in row["cells"].values()
    )


def _rows(found: Evaluation, printer: Printer, part: Part, line: Line | Block) -> Iterator[Json]:
    if isinstance(line, Block):
        for place, of in enumerate(found.slices(part.key, line.key), 1):
            cells = _cells(found, part, line, of)
            row = row_of(f"{line.key}:{of.key}", str(place), of.label, cells)
            yield row | ({"text": printer.text(line.text, of)} if line.text else {})
        return
    cells = _cells(found, part, line, None)
    for head in part.heads:
        if (
            head.is_ == "note"
            and head.key not in cells
            and (text := _note(found, printer, part, line))
        ):
            cells[head.key] = _noted(text)
    yield from rows_of(line, cells)


def rows_of(line: Line, cells: Json) -> Iterator[Json]:
    """The row of a line, and those of the texts below it."""
    yield row_of(line.key, line.code, line.label, cells) | {
        "heading": line.heading, "hidden": line.hidden,
    }  # fmt: skip
    for place, text in enumerate(line.below, 1):
        yield row_of(f"{line.key}:{place}", "", text, {})


def _note(found: Evaluation, printer: Printer, part: Part, line: Line) -> str:
    """The note of a row: the form's, else what was added to the statements in it."""
    if line.notes:
        return printer.note(line)
    cells = (found.cell(Address(part.key, line.key, column)) for column in line.plans)
    return "; ".join(dict.fromkeys(cell.note for cell in cells if cell.note))


def _cells(found: Evaluation, part: Part, line: Line | Block, of: Slice | None) -> Json:
    row = found.row(part.key, line, of)
    return {
        column: told(row[column]) for column, plan in line.plans.items() if plan.kind is not None
    }


def row_of(key: str, code: str, label: str, cells: Json) -> Json:
    """A row that is no heading."""
    return {"key": key, "code": code, "label": label, "heading": False, "hidden": False,
            "cells": cells}  # fmt: skip


def told(cell: Cell) -> Json:
    """A cell as answers tell it. Equal counts are told by one object, which nobody changes."""
    if cell.origin == "figure" and cell.list is None:
        return _count_told(cell.number.value.numerator, cell.text)
    return _told(cell)


@lru_cache(65536)
def _count_told(count: int, text: str) -> Json:
    return _told(Cell(whole(count), "figure", text=text))


def _told(cell: Cell) -> Json:
    value: object = None
    if cell.number.known:
        value = cell.words if cell.words is not None else json_number(cell.number.value)
    return {
        "state": cell.number.state,
        "value": value,
        "text": cell.text,
        "origin": cell.origin,
        "list": cell.list,
    }


def _noted(text: str) -> Json:
    return {"state": "value", "value": text, "text": text, "origin": "stated", "list": None}


def checks_of(found: Evaluation, rule: Rule) -> Iterator[Json]:
    """A check, or those that it stands for, of what has begun."""
    rows: Sequence[Slice | None] = [None]
    if rule.block is not None:
        rows = found.slices(str(rule.check.section), rule.block)
    for of in rows:
        verdict = found.judged(rule.bound, of)
        if verdict.idle:
            continue
        at = ":".join(filter(None, (rule.at, of.key if of is not None else "")))
        yield {
            "id": rule.check.id + (f".{at}" if at else ""),
            "says": rule.check.says,
            "result": {True: "true", False: "false", None: "unknown"}[verdict.holds],
            "level": rule.check.level,
            "left": _side(verdict.left),
            "right": _side(verdict.right),
        }


def _side(number: Number) -> int | float | None:
    return json_number(number.value) if number.known else None
