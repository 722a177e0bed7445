"""A sheet and a form, cell by cell."""

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from math import floor
from typing import Any, NamedTuple

from hub.core.places import cell_at, letters
from hub.core.time import rfc3339
from hub.registry.aliases import Alias
from hub.reports.asked import Asked, Ports
from hub.reports.cells import Cell, Number
from hub.reports.evaluation import Evaluation
from hub.reports.form.compiled import Address, Block, Form, Part, Plan, Rule
from hub.reports.numbers import json_number, rounded
from hub.reports.reconcile.columns import Found
from hub.reports.reconcile.likely import FEW, label_told, unknown_rows
from hub.reports.reconcile.matching import FormRow, Match, Named, matched
from hub.reports.reconcile.numerals import Said, said
from hub.reports.reconcile.on_sheet import OnSheet, Place, as_cell, is_reckoned
from hub.reports.reconcile.sheets import Sheet
from hub.reports.reconcile.words import plain
from hub.reports.report import checks_of

Json = dict[str, Any]
_WHOLE = ("figure", "units", "took_part")
TABLES = ("table", "score")
BLANK = "a part is blank or not on the sheet"


class _Read(NamedTuple):
    """A cell of a sheet that is a cell of the form."""

    at: str
    sheet: Sheet
    section: str
    row: FormRow
    column: Found
    plan: Plan
    said: Said

    @property
    def address(self) -> Address:
        return Address(self.section, self.row.line.key, self.column.key)

    @property
    def place(self) -> Place:
        return self.address, self.row.of.key if self.row.of else None


def reconciled(
    form: Form,
    asked: Asked,
    ports: Ports,
    sheets: Sequence[Sheet],
    sections: Mapping[str, str],
    named: Named,
    *,
    confirmed: bool,
    aliases: Sequence[Alias] = (),
) -> Json:
    """What differs between sheets and the form, and what fails on the sheets themselves.

    `sections`: of sheets by name, the section that each is; others are recognised. `confirmed`:
    columns that are known by their place alone are compared, too. `aliases`: what rows and columns
    were said to be before.
    """
    hub = Evaluation(form, asked, ports)
    hub.reckon()
    expected = {part.key: list(_expected(hub, part)) for part in form.parts if part.kind in TABLES}
    matches = _matches(form, expected, sheets, sections, named, aliases)
    reads = [
        it for match in matches for it in _reads(match) if confirmed or it.column.how != "place"
    ]
    cells = {it.place: hub.cell(it.address, it.row.of) for it in reads}
    on_sheet = OnSheet(
        form, asked, ports, hub, {it.place: _as_said(it, cells[it.place]) for it in reads}
    )
    compared = [(it, *_compared(it, cells[it.place])) for it in reads]
    recognised = {match.sheet.name for match in matches}
    return {
        "sheets": [_told(it, expected[it.part.key], confirmed=confirmed) for it in matches],
        "not_recognised": [it.name for it in sheets if it.name not in recognised],
        "compared": sum(result in ("equal", "differs") for _, result, _ in compared),
        "differences": [_difference(it, cells[it.place], why) for it, result, why in compared
                        if result == "differs"],
        "cannot_be_checked": [_unchecked(it, why) for it, result, why in compared
                              if result == "unknown"],
        "sums": [*_sums(reads, on_sheet), *_checks(form, on_sheet)],
    }  # fmt: skip


def _matches(
    form: Form, expected: Mapping[str, Sequence[FormRow]], sheets: Sequence[Sheet],
    sections: Mapping[str, str], named: Named, aliases: Sequence[Alias],
) -> list[Match]:  # fmt: skip
    """Each sheet with the section that it is most likely, each section with one sheet."""
    parts = [part for part in form.parts if part.key in expected]
    likely = [
        matched(
            sheet, part, expected[part.key], named, [it for it in aliases if it.section == part.key]
        )
        for sheet in sheets
        for part in parts
        if sections.get(sheet.name, part.key) == part.key
    ]
    found: list[Match] = []
    for match in sorted(likely, key=lambda it: -it.weight):
        taken = any(it.sheet is match.sheet or it.part is match.part for it in found)
        if match.weight and not taken:
            found.append(match)
    return sorted(found, key=lambda it: [sheet is it.sheet for sheet in sheets].index(True))


def _expected(hub: Evaluation, part: Part) -> Iterator[FormRow]:
    for line in part.lines:
        if isinstance(line, Block):
            for of in hub.slices(part.key, line.key):
                yield FormRow(f"{line.key}:{of.key}", "", of.label, line, of)
        else:
            yield FormRow(line.key, line.code, line.label, line, None)


def _reads(match: Match) -> Iterator[_Read]:
    for at, row in match.rows.items():
        line = match.sheet.rows[at]
        for column in match.columns:
            plan = row.line.plans.get(column.key)
            if plan is None or plan.kind is None:
                continue
            cell = line.cells[column.at] if column.at < len(line.cells) else None
            words = said(
                cell, counts=plan.kind in _WHOLE, is_share=plan.kind == "ratio",
                suffix=plan.style.suffix,
            )  # fmt: skip
            where = cell_at(column.at, line.number)
            yield _Read(where, match.sheet, match.part.key, row, column, plan, words)


def _as_said(it: _Read, of_hub: Cell) -> Cell:
    """A blank where the hub, too, says that there is nothing to tell is that; else not provided."""
    match it.said.kind:
        case "number":
            return as_cell(Number("value", it.said.value))
        case "words":
            return as_cell(Number("value"), it.said.words)
        case "blank" if of_hub.number.state in ("not_applicable", "not_yet"):
            return as_cell(of_hub.number)
        case _:
            return as_cell(Number("not_provided"))


def _compared(it: _Read, cell: Cell) -> tuple[str, str]:
    """`equal`, `differs`, `unknown` or `nothing` (neither says anything), and why."""
    has = cell.number.known
    match it.said.kind:
        case "unclear":
            return "unknown", it.said.why
        case "blank":
            return ("unknown", "blank on the sheet") if has else ("nothing", "")
        case "words":
            same = has and plain(it.said.words) == plain(cell.text)
            told = "" if has else f"{cell.number.state} in the hub"
            return ("equal" if same else "differs" if has else "unknown"), told
        case "number":
            return _numbers_compared(it, cell)


def _numbers_compared(it: _Read, cell: Cell) -> tuple[str, str]:
    if not cell.number.known or cell.words is not None:
        state = "words" if cell.number.known else cell.number.state
        return "unknown", f"{state} in the hub"
    decimals = it.plan.style.decimals if it.said.decimals is None else it.said.decimals
    if rounded(cell.number.value, decimals) == rounded(it.said.value, decimals):
        return "equal", ""
    return "differs", "cut, not rounded" if _is_cut(cell.number.value, it.said) else ""


def _is_cut(exact: int | Fraction, told: Said) -> bool:
    scale = 10 ** (told.decimals or 0)
    return exact > 0 and Fraction(floor(exact * scale), scale) == told.value != exact


def _told(match: Match, expected: Sequence[FormRow], *, confirmed: bool) -> Json:
    columns = [
        {"column": letters(it.at), "heading": it.heading, "as": it.key, "how": it.how}
        for it in match.columns
    ]
    return {
        "sheet": match.sheet.name,
        "section": match.part.key,
        "columns": columns,
        "rows": len(match.rows),
        "rows_said": [_row_said(match, at) for at in sorted(match.said)],
        "rows_missing": _missing(match),
        "rows_unknown": list(match.unknown[:FEW]),
        "unknown": list(unknown_rows(match, expected)),
        "confirmed": confirmed or all(it.how != "place" for it in match.columns),
    }


def _row_said(match: Match, at: int) -> Json:
    line, alias = match.sheet.rows[at], match.said[at]
    return {
        "row": line.number, "label": label_told(line.cells, match.labels),
        "as": match.rows[at].key, "since": alias and rfc3339(alias.at),
    }  # fmt: skip


def _missing(match: Match) -> list[str]:
    """Fixed rows of the form that the sheet does not have."""
    there = {row.key for row in match.rows.values()}
    return [
        line.key for line in match.part.lines
        if not isinstance(line, Block) and not line.hidden and not line.heading
        and line.key not in there
    ]  # fmt: skip


def _where(it: _Read) -> Json:
    return {
        "sheet": it.sheet.name, "cell": it.at, "section": it.section, "row": it.row.key,
        "label": it.row.label, "column": it.column.key,
    }  # fmt: skip


def _says(told: Said) -> int | float | str | None:
    if told.kind in ("number", "unclear"):
        return json_number(told.value)
    return told.words or None


def _difference(it: _Read, cell: Cell, why: str) -> Json:
    number = json_number(cell.number.value) if cell.words is None else cell.words
    both = it.said.kind == "number" and cell.words is None
    return _where(it) | {
        "on_sheet": _says(it.said),
        "in_hub": number,
        "difference": json_number(it.said.value - cell.number.value) if both else None,
        "why": why or None,
        "list": cell.list,
    }


def _unchecked(it: _Read, why: str) -> Json:
    return _where(it) | {"on_sheet": _says(it.said), "why": why}


def _sums(reads: Sequence[_Read], on_sheet: OnSheet) -> Iterator[Json]:
    """Cells of the sheet that do not follow from its other cells, though they should."""
    for it in reads:
        if not is_reckoned(it.plan) or it.said.kind != "number":
            continue
        exact = on_sheet.exact(it.address, it.row.of)
        says = _formula(it.plan)
        told = _where(it) | {"says": says, "left": _says(it.said)}
        if not exact.known:
            yield told | {"result": "unknown", "right": None, "why": BLANK}
            continue
        decimals = it.plan.style.decimals if it.said.decimals is None else it.said.decimals
        if rounded(exact.value, decimals) != rounded(it.said.value, decimals):
            right = json_number(rounded(exact.value, 4))
            cut = "cut, not rounded" if _is_cut(exact.value, it.said) else None
            yield told | {"result": "false", "right": right, "why": cut}


def _formula(plan: Plan) -> str:
    texts = [bound.formula.text for bound in plan.bounds]
    return texts[0] if plan.kind == "formula" else f"{texts[0]} : {texts[1]}"


def _checks(form: Form, on_sheet: OnSheet) -> Iterator[Json]:
    """The form's own checks on the sheet's numbers, those that do not hold or cannot be told."""
    for rule in form.rules:
        for check in checks_of(on_sheet, rule):
            says_something = check["left"] is not None or check["right"] is not None
            if check["result"] != "true" and says_something:
                told = {name: check[name] for name in ("id", "says", "result", "left", "right")}
                yield told | {"why": _why_unknown(rule) if check["result"] == "unknown" else None}


def _why_unknown(rule: Rule) -> str:
    others = sorted({it.form for it in rule.bound.elsewhere.values()})
    if others:
        return f"it looks into {', '.join(others)}, which the sheet does not have"
    return BLANK
