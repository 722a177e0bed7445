"""What differs between a report as it was sealed and as it is today, cell by cell.

Every figure that differs names its dossiers (or events), every indicator its statements, every
formula the cells that it is made of; what is named sums to the difference.
"""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from hub.reports.cells import Cell
from hub.reports.evaluation import Evaluation
from hub.reports.form.compiled import Address, AllRows, Block, Form, Line, Part, Plan, Target
from hub.reports.named import Because, Namer
from hub.reports.numbers import json_number
from hub.reports.questions import of_row
from hub.reports.slices import Slice

Json = dict[str, Any]
Place = tuple[str, str, str]
"""Section, key of the row, column."""


class Row(NamedTuple):
    """A row on both sides; of a block that has it on one side only, None on the other."""

    key: str
    label: str
    sealed: Slice | None
    today: Slice | None
    is_sealed: bool = True
    is_today: bool = True


class Difference(NamedTuple):
    """A cell that differs. `amount`: today less sealed, None of words."""

    place: Place
    label: str
    column_label: str
    plan: Plan
    sealed: Cell | None
    today: Cell | None
    amount: Any
    because: Sequence[Because]

    @property
    def unexplained(self) -> bool:
        """Whether what is named is not the difference."""
        if self.plan.kind not in ("figure", "indicator", "took_part", "units"):
            return False
        return self.amount is not None and sum(it.change for it in self.because) != self.amount


def differences(sealed: Evaluation, today: Evaluation, namer: Namer) -> list[Difference]:
    """All cells that differ, and those that are as large as before but count others."""
    form = sealed.form
    return [
        found
        for part in form.parts
        for line in part.lines
        for column, plan in line.plans.items()
        if plan.kind is not None
        and (plan.kind not in ("text", "number") or sealed.applies(plan) != today.applies(plan))
        for found in _of_column(sealed, today, namer, part, line, column, plan)
    ]


def rows_of(sealed: Evaluation, today: Evaluation, part: Part, line: Line | Block) -> list[Row]:
    """The rows of a line on both sides."""
    if isinstance(line, Line):
        return [Row(line.key, line.label, None, None)]
    before = {of.key: of for of in sealed.slices(part.key, line.key)}
    after = {of.key: of for of in today.slices(part.key, line.key)}
    return [
        Row(
            f"{line.key}:{key}", (before.get(key) or after[key]).label, before.get(key),
            after.get(key), key in before, key in after,
        )
        for key in dict.fromkeys((*before, *after))
    ]  # fmt: skip


def _of_column(
    sealed: Evaluation, today: Evaluation, namer: Namer, part: Part, line: Line | Block,
    column: str, plan: Plan,
) -> Iterator[Difference]:  # fmt: skip
    address = Address(part.key, line.key, column)
    heading = next((head.label for head in part.heads if head.key == column), column)
    rows = rows_of(sealed, today, part, line)
    named = namer.of_cells(plan, [(row.sealed, row.today) for row in rows])
    applies_otherwise = sealed.applies(plan) != today.applies(plan)
    for row, found in zip(rows, named, strict=True):
        before = sealed.cell(address, row.sealed) if row.is_sealed else None
        after = today.cell(address, row.today) if row.is_today else None
        if found or _differ(before, after):
            own = of_row(plan, row.sealed or row.today)
            amount = _amount(before, after)
            because = found
            if applies_otherwise and not found:
                because = [namer.of_asked_unit(amount or 0)]
            yield Difference(
                (part.key, row.key, column), row.label, heading, own, before, after,
                amount, because,
            )  # fmt: skip


def _differ(before: Cell | None, after: Cell | None) -> bool:
    """Whether they say something else; a row that is on one side only and says nothing is none."""
    if before is None or after is None:
        there = before or after
        return there is not None and there.number.known and bool(there.words or there.number.value)
    return (before.number, before.words) != (after.number, after.words)


def _amount(before: Cell | None, after: Cell | None) -> Any:
    """Today less sealed; what is no number counts as 0, words have no difference."""
    if any(cell is not None and cell.words is not None for cell in (before, after)):
        return None
    values = [cell.number.value if cell is not None else 0 for cell in (after, before)]
    return values[0] - values[1]


def told(form: Form, found: Sequence[Difference]) -> list[Json]:
    """The differences as JSON has them."""
    places = {it.place for it in found}
    blocks = {(part.key, line.key) for part in form.parts for line in part.lines
              if isinstance(line, Block)}  # fmt: skip
    return [_told(it, places, blocks) for it in found]


def _told(it: Difference, places: set[Place], blocks: set[tuple[str, str]]) -> Json:
    section, row, column = it.place
    cell = it.today or it.sealed
    return {
        "section": section, "row": row, "column": column, "label": it.label,
        "column_label": it.column_label, "origin": cell.origin if cell else None,
        "sealed": _cell(it.sealed), "today": _cell(it.today),
        "difference": None if it.amount is None else json_number(it.amount),
        "because": [because.told for because in it.because],
        "made_of": [
            dict(zip(("section", "row", "column"), place, strict=True))
            for place in _made_of(it, places, blocks)
        ],
    }  # fmt: skip


def _cell(cell: Cell | None) -> Json | None:
    if cell is None:
        return None
    value: object = None
    if cell.number.known:
        value = cell.words if cell.words is not None else json_number(cell.number.value)
    return {"state": cell.number.state, "value": value, "text": cell.text}


def _made_of(
    it: Difference, places: set[Place], blocks: set[tuple[str, str]]
) -> list[Place]:  # fmt: skip
    """The differing cells that a formula, ratio or rule is made of."""
    plan = it.plan
    bounds = [*plan.bounds]
    if plan.rule is not None:
        bounds += [*plan.rule.of.values()]
        bounds += [plan.rule.at_most] if plan.rule.at_most else []
    targets = dict.fromkeys(target for bound in bounds for target in bound.targets.values())
    found = [place for target in targets for place in _places(target, it.place, places, blocks)]
    return [*dict.fromkeys(place for place in found if place in places)]


def _places(
    target: Target, here: Place, places: set[Place], blocks: set[tuple[str, str]]
) -> list[Place]:  # fmt: skip
    if isinstance(target, AllRows):
        begins = f"{target.block}:"
        return sorted(
            it for it in places
            if (it[0], it[2]) == (target.section, target.column) and it[1].startswith(begins)
        )  # fmt: skip
    if (target.section, target.row) in blocks:
        return [(target.section, f"{target.row}:{here[1].partition(':')[2]}", target.column)]
    return [(target.section, target.row, target.column)]
