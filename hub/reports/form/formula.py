"""Formulas of a form: names, numbers, + - * /, comparisons, and/or/not, `sum(…)`.

The syntax is a small part of Python's; its own parser reads it, and nothing of it is ever run.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass

_BINARY = (ast.Add, ast.Sub, ast.Mult, ast.Div)
_COMPARED = (ast.Eq, ast.NotEq, ast.Lt, ast.LtE, ast.Gt, ast.GtE)
_MOST_SIGNS = 2_000
Name = tuple[str, ...]
"""The steps of a name: `pl3b.ann_h.q1`."""


class FormulaError(ValueError):
    """A text is no formula; the message says what is wrong and what to do."""


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula as it was written, and its parts."""

    text: str
    tree: ast.expr

    @property
    def is_check(self) -> bool:
        """Whether it is true or false, not a number."""
        return isinstance(self.tree, ast.Compare | ast.BoolOp) or (
            isinstance(self.tree, ast.UnaryOp) and isinstance(self.tree.op, ast.Not)
        )


def parse(text: str) -> Formula:
    """The formula in a text. Raises `FormulaError`."""
    if len(text) > _MOST_SIGNS:
        raise FormulaError(f"is over {_MOST_SIGNS} signs; name parts of it in hidden rows")
    try:
        tree = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise FormulaError(
            "is no formula; write names, numbers, + - * /, sum(a, b), comparisons, and, or, not"
        ) from None
    _check(tree)
    return Formula(text.strip(), tree)


def _check(node: ast.expr) -> None:
    match node:
        case ast.Constant(value=value):
            if type(value) not in (int, float):
                raise FormulaError(f"has {value!r}, which is no number; remove it")
        case ast.Name() | ast.Attribute():
            name_of(node)
        case _:
            for part in _parts(node):
                _check(part)


def _parts(node: ast.expr) -> list[ast.expr]:
    match node:
        case ast.BinOp(left=left, op=op, right=right) if isinstance(op, _BINARY):
            return [left, right]
        case ast.UnaryOp(op=ast.USub() | ast.Not(), operand=operand):
            return [operand]
        case ast.Compare(left=left, ops=ops, comparators=others) if all(
            isinstance(op, _COMPARED) for op in ops
        ):
            return [left, *others]
        case ast.BoolOp(values=values):
            return values
        case ast.Call(func=ast.Name(id="sum"), args=[_, *_], keywords=[]):
            return node.args
        case _:
            raise FormulaError(
                "has a sign that formulas do not know; write names, numbers, + - * /, sum(a, b), "
                "comparisons, and, or, not"
            )


def name_of(node: ast.expr) -> Name:
    """The steps of a name. Raises `FormulaError` where it is none."""
    match node:
        case ast.Name(id=name):
            return (name,)
        case ast.Attribute(value=value, attr=name):
            return (*name_of(value), name)
        case _:
            raise FormulaError(
                "has a dot after something that is no name; write section.row.column"
            )


def names(formula: Formula) -> Iterator[tuple[Name, bool]]:
    """The names in a formula, and of each whether it stands in a `sum`."""
    yield from _names(formula.tree, False)


def _names(node: ast.expr, in_sum: bool) -> Iterator[tuple[Name, bool]]:
    if isinstance(node, ast.Name | ast.Attribute):
        yield name_of(node), in_sum
        return
    children = node.args if isinstance(node, ast.Call) else ast.iter_child_nodes(node)
    for child in children:
        if isinstance(child, ast.expr):
            yield from _names(child, in_sum or isinstance(node, ast.Call))
