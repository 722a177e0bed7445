"""Formulas of a form: names, numbers, + - * /, comparisons, and/or/not, `sum(…)`.

The syntax is a small part of Python's; its own parser reads it, and nothing of it is ever run.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache, partial

from hub.core.said import Said, said

_BINARY = (ast.Add, ast.Sub, ast.Mult, ast.Div)
_COMPARED = (ast.Eq, ast.NotEq, ast.Lt, ast.LtE, ast.Gt, ast.GtE)
_ELSEWHERE = re.compile(
    r"(?<![\w./)-])([a-z0-9][a-z0-9.-]*)/([a-z][a-z0-9_]*\.[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*)(?![\w.])"
)
_SIGNS = re.compile(r"[^\w\s]|\b(?:and|or|not)\b")
"""Of a formula no more lies in each other than it has of these."""
_MOST_SIGNS = 2_000
_DEEPEST = 100
_MOST_KEPT = 8_192
"""Formulas: the cells of a form have many alike, the versions of a form nearly all."""
Name = tuple[str, ...]
"""The steps of a name: `pl3b.ann_h.q1`."""


class FormulaError(ValueError):
    """A text is no formula; the message says what is wrong and what to do."""

    def __init__(self, says: Said) -> None:
        super().__init__(says)
        self.says = says


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula as it was written, and its parts."""

    text: str
    tree: ast.expr
    forms: tuple[str, ...] = ()
    """Other forms that it names; a name's first step `_0` is the first of them."""

    @property
    def is_check(self) -> bool:
        """Whether it is true or false, not a number."""
        return isinstance(self.tree, ast.Compare | ast.BoolOp) or (
            isinstance(self.tree, ast.UnaryOp) and isinstance(self.tree.op, ast.Not)
        )


@lru_cache(_MOST_KEPT)
def parse(text: str, *, elsewhere: bool = False) -> Formula:
    """The formula in a text. `elsewhere`: it may name cells of other forms, as
    `form/section.row.column`. Raises `FormulaError`."""
    if len(text) > _MOST_SIGNS:
        raise FormulaError(
            said(
                "formula-long", "is over {most} signs; name parts of it in hidden rows",
                most=_MOST_SIGNS,
            )
        )  # fmt: skip
    forms: list[str] = []
    inner = _ELSEWHERE.sub(partial(_named_elsewhere, forms), text) if elsewhere else text
    try:
        tree = ast.parse(inner.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise FormulaError(
            said(
                "no-formula",
                "is no formula; write names, numbers, + - * /, sum(a, b), comparisons, and, or, "
                "not",
            )
        ) from None
    if len(_SIGNS.findall(text)) > _DEEPEST // 2 and _is_deep(tree):
        raise FormulaError(
            said(
                "formula-deep",
                "is nested too deeply; name parts of it in hidden rows, or write sum(…)",
            )
        )
    _check(tree)
    return Formula(text.strip(), tree, tuple(forms))


def _named_elsewhere(forms: list[str], found: re.Match[str]) -> str:
    forms.append(found[1])
    return f"_{len(forms) - 1}.{found[2]}"


def _is_deep(tree: ast.expr) -> bool:
    """Whether more lies in each other than can be walked."""
    level: list[ast.AST] = [tree]
    for _ in range(_DEEPEST):
        level = [it for node in level for it in ast.iter_child_nodes(node)]
    return bool(level)


def _check(node: ast.expr) -> None:
    match node:
        case ast.Constant(value=value):
            if type(value) not in (int, float):
                raise FormulaError(
                    said(
                        "no-number", "has {value}, which is no number; remove it", value=repr(value)
                    )
                )
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
                said(
                    "formula-sign",
                    "has a sign that formulas do not know; write names, numbers, + - * /, "
                    "sum(a, b), comparisons, and, or, not",
                )
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
                said(
                    "formula-dot",
                    "has a dot after something that is no name; write section.row.column",
                )
            )


@lru_cache(_MOST_KEPT)
def names(formula: Formula) -> tuple[tuple[Name, bool], ...]:
    """The names in a formula, and of each whether it stands in a `sum`."""
    return tuple(_names(formula.tree, False))


def _names(node: ast.expr, in_sum: bool) -> Iterator[tuple[Name, bool]]:
    if isinstance(node, ast.Name | ast.Attribute):
        yield name_of(node), in_sum
        return
    children = node.args if isinstance(node, ast.Call) else ast.iter_child_nodes(node)
    for child in children:
        if isinstance(child, ast.expr):
            yield from _names(child, in_sum or isinstance(node, ast.Call))
