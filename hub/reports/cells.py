"""A cell that was reckoned, and the arithmetic of cells: four empties, true, false and unknown."""

import ast
import operator
from collections.abc import Callable, Sequence
from fractions import Fraction
from functools import lru_cache
from typing import Any, Literal, NamedTuple

from hub.reports.form.compiled import Bound, Style
from hub.reports.form.formula import Name, name_of
from hub.reports.numbers import printed

State = Literal["value", "not_provided", "not_applicable", "not_yet"]
Origin = Literal["figure", "indicator", "formula", "ratio", "registry", "rule", "stated"]
_WEIGHT = {"value": 0, "not_applicable": 1, "not_provided": 2, "not_yet": 3}


Exact = int | Fraction
"""A count is an int, which is reckoned in a tenth of the time of a fraction."""


class Number(NamedTuple):
    """A number, or why there is none."""

    state: State
    value: Exact = 0

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


def exact(text: str) -> Exact:
    """The number that a text is."""
    value = Fraction(text)
    return value.numerator if value.denominator == 1 else value


@lru_cache(65536)
def whole(count: int) -> Number:
    """A count."""
    return Number("value", count)


@lru_cache(65536)
def counted(count: int, style: Style) -> Cell:
    """A cell of a count, without its list; the same for equal ones."""
    number = whole(count)
    return Cell(number, "figure", text=printed(number.value, style))


EMPTY = Cell(Number("not_applicable"))
"""A cell of a heading."""

Values = Callable[[Name], Sequence[Number]]
"""The numbers that a name stands for: one, or in a sum those of all rows."""
COMPARED = {
    ast.Eq: operator.eq, ast.NotEq: operator.ne, ast.Lt: operator.lt, ast.LtE: operator.le,
    ast.Gt: operator.gt, ast.GtE: operator.ge,
}  # fmt: skip


Reckoner = Callable[[Values], Number]
_MOST_KEPT = 16_384
"""Formulas that are kept as functions; a bundled form has some hundreds."""


def number(bound: Bound, values: Values) -> Number:
    """What a formula gives."""
    return _reckoner(bound.formula.tree)(values)


@lru_cache(_MOST_KEPT)
def _reckoner(node: ast.expr) -> Reckoner:
    """A formula, or a part of one, as a function."""
    match node:
        case ast.Constant(value=value):
            fixed = Number("value", exact(str(value)))
            return lambda _: fixed
        case ast.Name() | ast.Attribute():
            name = name_of(node)
            return lambda values: values(name)[0]
        case ast.UnaryOp(operand=operand):
            return _negative(_reckoner(operand))
        case ast.BinOp(left=left, op=op, right=right):
            return _binary(_ARITHMETIC[type(op)], _reckoner(left), _reckoner(right))
        case ast.Call(args=args):
            parts = [_several(arg) for arg in args]
            return lambda values: total([it for part in parts for it in part(values)])
        case _:
            raise TypeError(f"not a number: {ast.dump(node)}")


def _several(node: ast.expr) -> Callable[[Values], Sequence[Number]]:
    """What a part of a sum adds up."""
    if isinstance(node, ast.Name | ast.Attribute):
        name = name_of(node)
        return lambda values: values(name)
    one = _reckoner(node)
    return lambda values: [one(values)]


def _negative(of: Reckoner) -> Reckoner:
    def found(values: Values) -> Number:
        number = of(values)
        return Number("value", -number.value) if number.known else number

    return found


def total(parts: Sequence[Number]) -> Number:
    """The sum of what applies; what is not provided, or not yet, is handed on."""
    counted = [it.value for it in parts if it.state == "value"]
    if len(counted) < len(parts):
        heaviest = max((it.state for it in parts), key=_WEIGHT.__getitem__)
        if heaviest in ("not_provided", "not_yet"):
            return Number(heaviest)
        if not counted:
            return Number("not_applicable")
    if Fraction in set(map(type, counted)) and all(it.denominator == 1 for it in counted):
        counted = [it.numerator for it in counted]
    return Number("value", sum(counted))


def _binary(op: Callable[[Number, Number], Number], left: Reckoner, right: Reckoner) -> Reckoner:
    return lambda values: op(left(values), right(values))


def _arithmetic(op: Callable[[Any, Any], Exact]) -> Callable[[Number, Number], Number]:
    def found(left: Number, right: Number) -> Number:
        if not (left.known and right.known):
            return Number(max(left.state, right.state, key=_WEIGHT.__getitem__))
        return Number("value", op(left.value, right.value))

    return found


def quotient(left: Number, right: Number) -> Number:
    """One number by another; by zero there is nothing to tell."""
    if not (left.known and right.known):
        return Number(max(left.state, right.state, key=_WEIGHT.__getitem__))
    if not right.value:
        return Number("not_applicable")
    return Number("value", Fraction(left.value, right.value))


_ARITHMETIC = {
    ast.Add: _arithmetic(operator.add), ast.Sub: _arithmetic(operator.sub),
    ast.Mult: _arithmetic(operator.mul), ast.Div: quotient,
}  # fmt: skip


class Verdict(NamedTuple):
    """What a check found: None is unknown. `left`, `right`: of the comparison that decided."""

    holds: bool | None
    left: Number
    right: Number
    idle: bool
    """Nothing of it has begun yet."""


Compared = tuple[bool | None, Number, Number]
Checker = Callable[[Values, list[Compared]], bool | None]
"""Whether a check, or a part of one, holds; its comparisons are added to those before."""


def judged(bound: Bound, values: Values) -> Verdict:
    """Whether a check holds."""
    compared: list[Compared] = []
    holds = _checker(bound.formula.tree)(values, compared)
    deciding = next((it for it in compared if it[0] is not True), compared[0])
    unknown = [
        it.state for _, left, right in compared for it in (left, right) if it.state != "value"
    ]
    idle = bool(unknown) and all(state == "not_yet" for state in unknown)
    return Verdict(holds, deciding[1], deciding[2], idle)


@lru_cache(_MOST_KEPT)
def _checker(node: ast.expr) -> Checker:
    """A check, or a part of one, as a function."""
    match node:
        case ast.Compare(left=left, ops=ops, comparators=others):
            return _compare(
                [COMPARED[type(op)] for op in ops], [_reckoner(it) for it in (left, *others)]
            )
        case ast.BoolOp(op=ast.And(), values=parts):
            checkers = [_checker(it) for it in parts]
            return lambda values, compared: _all([it(values, compared) for it in checkers])
        case ast.BoolOp(values=parts):
            checkers = [_checker(it) for it in parts]
            return lambda values, compared: _not(
                _all([_not(it(values, compared)) for it in checkers])
            )
        case ast.UnaryOp(operand=operand):
            inner = _checker(operand)
            return lambda values, compared: _not(inner(values, compared))
        case _:
            raise TypeError(f"not a check: {ast.dump(node)}")


def _compare(ops: Sequence[Callable[[Any, Any], bool]], parts: Sequence[Reckoner]) -> Checker:
    def found(values: Values, compared: list[Compared]) -> bool | None:
        numbers = [part(values) for part in parts]
        holds: list[bool | None] = []
        for op, left, right in zip(ops, numbers, numbers[1:], strict=False):
            known = left.state == right.state == "value"
            holds.append(op(left.value, right.value) if known else None)
            compared.append((holds[-1], left, right))
        return _all(holds)

    return found


def _all(found: Sequence[bool | None]) -> bool | None:
    if False in found:
        return False
    return None if None in found else True


def _not(found: bool | None) -> bool | None:
    return None if found is None else not found
