"""A cell that was reckoned, and the arithmetic of cells: four empties, true, false and unknown."""

import ast
import operator
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from typing import Literal, NamedTuple

from hub.reports.form.compiled import Bound
from hub.reports.form.formula import Name, name_of

State = Literal["value", "not_provided", "not_applicable", "not_yet"]
Origin = Literal["figure", "indicator", "formula", "ratio", "registry", "rule", "stated"]
_WEIGHT = {"value": 0, "not_applicable": 1, "not_provided": 2, "not_yet": 3}


class Number(NamedTuple):
    """A number, or why there is none."""

    state: State
    value: Fraction = Fraction(0)

    @property
    def known(self) -> bool:
        """Whether it is a number."""
        return self.state == "value"


class Cell(NamedTuple):
    """What a cell says. `words`: a text or day instead of a number; `list`: the address of what
    stands behind it."""

    number: Number
    origin: Origin | None = None
    words: str | None = None
    list: str | None = None
    text: str = ""
    note: str = ""
    """What who stated it adds."""


EMPTY = Cell(Number("not_applicable"))
"""A cell of a heading."""

Values = Callable[[Name], Sequence[Number]]
"""The numbers that a name stands for: one, or in a sum those of all rows."""
_COMPARED = {
    ast.Eq: operator.eq, ast.NotEq: operator.ne, ast.Lt: operator.lt, ast.LtE: operator.le,
    ast.Gt: operator.gt, ast.GtE: operator.ge,
}  # fmt: skip


def number(bound: Bound, values: Values) -> Number:
    """What a formula gives."""
    return _number(bound.formula.tree, values)


def _number(node: ast.expr, values: Values) -> Number:
    match node:
        case ast.Constant(value=value):
            return Number("value", Fraction(str(value)))
        case ast.Name() | ast.Attribute():
            return values(name_of(node))[0]
        case ast.UnaryOp(operand=operand):
            found = _number(operand, values)
            return Number("value", -found.value) if found.known else found
        case ast.BinOp(left=left, op=op, right=right):
            return _binary(op, _number(left, values), _number(right, values))
        case ast.Call(args=args):
            return total([it for arg in args for it in _several(arg, values)])
        case _:
            raise TypeError(f"not a number: {ast.dump(node)}")


def _several(node: ast.expr, values: Values) -> Sequence[Number]:
    if isinstance(node, ast.Name | ast.Attribute):
        return values(name_of(node))
    return [_number(node, values)]


def total(parts: Sequence[Number]) -> Number:
    """The sum of what applies; what is not provided, or not yet, is handed on."""
    heaviest = max(parts, key=lambda it: _WEIGHT[it.state], default=Number("value"))
    if heaviest.state in ("not_provided", "not_yet"):
        return Number(heaviest.state)
    counted = [it.value for it in parts if it.known]
    if parts and not counted:
        return Number("not_applicable")
    return Number("value", sum(counted, Fraction(0)))


def _binary(op: ast.operator, left: Number, right: Number) -> Number:
    if not (left.known and right.known):
        return Number(max(left.state, right.state, key=_WEIGHT.__getitem__))
    match op:
        case ast.Add():
            return Number("value", left.value + right.value)
        case ast.Sub():
            return Number("value", left.value - right.value)
        case ast.Mult():
            return Number("value", left.value * right.value)
        case _:
            return quotient(left, right)


def quotient(left: Number, right: Number) -> Number:
    """One number by another; by zero there is nothing to tell."""
    if not (left.known and right.known):
        return Number(max(left.state, right.state, key=_WEIGHT.__getitem__))
    if not right.value:
        return Number("not_applicable")
    return Number("value", left.value / right.value)


class Verdict(NamedTuple):
    """What a check found: None is unknown. `left`, `right`: of the comparison that decided."""

    holds: bool | None
    left: Number
    right: Number
    idle: bool
    """Nothing of it has begun yet."""


def judged(bound: Bound, values: Values) -> Verdict:
    """Whether a check holds."""
    tree = bound.formula.tree
    compared = list(_comparisons(tree, values))
    holds = _holds(tree, values)
    deciding = next((it for it in compared if it[0] is not True), compared[0])
    idle = all(
        part.state == "not_yet" for _, left, right in compared for part in (left, right)
        if part.state != "value"
    ) and any(not part.known for _, left, right in compared for part in (left, right))  # fmt: skip
    return Verdict(holds, deciding[1], deciding[2], idle)


Compared = tuple[bool | None, Number, Number]


def _comparisons(node: ast.expr, values: Values) -> Iterator[Compared]:
    match node:
        case ast.Compare(left=left, ops=ops, comparators=others):
            numbers = [_number(it, values) for it in (left, *others)]
            for op, a, b in zip(ops, numbers, numbers[1:], strict=False):
                yield _compare(op, a, b), a, b
        case ast.BoolOp(values=parts):
            for part in parts:
                yield from _comparisons(part, values)
        case ast.UnaryOp(operand=operand):
            yield from _comparisons(operand, values)
        case _:
            raise TypeError(f"not a check: {ast.dump(node)}")


def _compare(op: ast.cmpop, left: Number, right: Number) -> bool | None:
    if not (left.known and right.known):
        return None
    return bool(_COMPARED[type(op)](left.value, right.value))


def _holds(node: ast.expr, values: Values) -> bool | None:
    match node:
        case ast.Compare():
            return _all([found for found, _, _ in _comparisons(node, values)])
        case ast.BoolOp(op=ast.And(), values=parts):
            return _all([_holds(part, values) for part in parts])
        case ast.BoolOp(values=parts):
            return _not(_all([_not(_holds(part, values)) for part in parts]))
        case ast.UnaryOp(operand=operand):
            return _not(_holds(operand, values))
        case _:
            raise TypeError(f"not a check: {ast.dump(node)}")


def _all(found: Sequence[bool | None]) -> bool | None:
    if False in found:
        return False
    return None if None in found else True


def _not(found: bool | None) -> bool | None:
    return None if found is None else not found
