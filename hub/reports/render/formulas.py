"""Formulas of a form as those of a spreadsheet, where all that they name stands on one sheet."""

import ast
from collections.abc import Mapping
from typing import Any

from hub.core.places import letters
from hub.reports.form import Form
from hub.reports.form.compiled import Address, AllRows, Block, Bound, Part, Plan, Target
from hub.reports.form.formula import name_of

Json = dict[str, Any]
_SIGNS = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/"}
_MOST_ARGUMENTS = 255


class _NotHereError(Exception):
    """A name stands for a cell that is not on this sheet, or is no number."""


def formulas_of(form: Form, section: Json, first: int) -> "Formulas | None":
    """The formulas of a table whose first row stands in a row of its sheet (from 0); None where it
    has none."""
    part = next(it for it in form.parts if it.key == section["key"])
    plans = {
        (line.key, column): plan
        for line in part.lines for column, plan in line.plans.items()
        if plan.kind in ("formula", "ratio")
    }  # fmt: skip
    return Formulas(part, plans, section, first) if plans else None


class Formulas:
    """The formulas of a table."""

    def __init__(
        self, part: Part, plans: Mapping[tuple[str, str], Plan], section: Json, first: int
    ) -> None:
        self._section, self._plans = part.key, plans
        self._blocks = {line.key for line in part.lines if isinstance(line, Block)}
        self._letters = {it["key"]: letters(i) for i, it in enumerate(section["columns"])}
        self._lines = {row["key"]: at for at, row in enumerate(section["rows"], first + 1)}
        self._numbers = {
            (row["key"], name)
            for row in section["rows"] for name, cell in row["cells"].items()
            if is_number(cell)
        }  # fmt: skip

    def of(self, row: str, column: str) -> str:
        """The formula of a number; '' where it has none that can be reckoned here."""
        line, _, of = row.partition(":")
        plan = self._plans.get((line, column))
        if plan is None:
            return ""
        try:
            texts = [self._text(bound.formula.tree, bound, of) for bound in plan.bounds]
        except _NotHereError:
            return ""
        if plan.kind == "formula":
            is_bare = isinstance(plan.bounds[0].formula.tree, ast.BinOp)
            return "=" + (texts[0][1:-1] if is_bare else texts[0])
        # whole numbers are divided last: only so is a half a half, which is rounded up
        scale = 10**plan.style.decimals
        rounded = f"=ROUND({texts[0]}*{100 * scale}/{texts[1]},0)"
        return f"{rounded}/{scale}" if scale > 1 else rounded

    def _text(self, node: ast.expr, bound: Bound, of: str) -> str:
        match node:
            case ast.Constant(value=value):
                return str(value)
            case ast.Name() | ast.Attribute():
                return self._cell(bound.targets[name_of(node)], of)
            case ast.UnaryOp(operand=operand):
                return f"(-{self._text(operand, bound, of)})"
            case ast.BinOp(left=left, op=op, right=right):
                sign = _SIGNS[type(op)]
                return f"({self._text(left, bound, of)}{sign}{self._text(right, bound, of)})"
            case ast.Call(args=args) if len(args) <= _MOST_ARGUMENTS:
                return f"SUM({','.join(self._several(it, bound, of) for it in args)})"
            case _:
                raise _NotHereError

    def _several(self, node: ast.expr, bound: Bound, of: str) -> str:
        """What a sum adds up; what is no number, it leaves out, as the form's sum does."""
        if not isinstance(node, ast.Name | ast.Attribute):
            return self._text(node, bound, of)
        target = bound.targets[name_of(node)]
        if isinstance(target, Address):
            return self._place(target, of)
        if target.section != self._section:
            raise _NotHereError
        letter = self._letters[target.column]
        lines = [at for key, at in self._lines.items() if key.partition(":")[0] == target.block]
        return f"{letter}{lines[0]}:{letter}{lines[-1]}" if lines else "0"

    def _cell(self, target: Target, of: str) -> str:
        if (
            isinstance(target, AllRows)
            or (self._row(target, of), target.column) not in self._numbers
        ):
            raise _NotHereError
        return self._place(target, of)

    def _place(self, target: Address, of: str) -> str:
        line = self._lines.get(self._row(target, of))
        if target.section != self._section or line is None:
            raise _NotHereError
        return f"{self._letters[target.column]}{line}"

    def _row(self, target: Address, of: str) -> str:
        return f"{target.row}:{of}" if target.row in self._blocks else target.row


def is_number(cell: Json) -> bool:
    """Whether a cell of a report is a number rather than words or nothing."""
    return cell["state"] == "value" and isinstance(cell["value"], int | float)
