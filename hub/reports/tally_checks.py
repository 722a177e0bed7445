"""Checks of rows of counts, where every name stands for a count: true or false, and no more."""

import ast
import operator
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from hub.reports.cells import COMPARED, Exact, exact
from hub.reports.form.compiled import Address, AllRows, Rule, Target
from hub.reports.form.formula import Name, name_of

Counts = tuple[int, ...]
Sums = Sequence[Counts]
"""Of each line of a form; of a block those of all its rows together."""
Holds = Callable[[Sums, Counts], bool]
"""Whether a check holds, seen from a row of its block, if it has one."""
_Reckon = Callable[[Sums, Counts], Exact]
_SIGNS = {ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul}


class Places(NamedTuple):
    """Where counts stand: the number of their line, and which of its columns; of which lines are
    blocks."""

    cells: Mapping[Address, tuple[int, int]]
    blocks: Mapping[tuple[str, str], int]


class _NoCountError(Exception):
    """A name or sign that is not for counts alone."""


def holds_of(rule: Rule, places: Places) -> Holds | None:
    """A check as a function of counts; None where it looks at anything else, or divides."""
    if rule.bound.elsewhere:
        return None
    own = None if rule.block is None else places.blocks[str(rule.check.section), rule.block]
    try:
        return _Made(rule.bound.targets, places, own).holds(rule.bound.formula.tree)
    except _NoCountError:
        return None


class _Made(NamedTuple):
    targets: Mapping[Name, Target]
    places: Places
    own: int | None
    """The block from whose rows it is seen."""

    def holds(self, node: ast.expr) -> Holds:
        match node:
            case ast.Compare(left=left, ops=[op], comparators=[right]):
                return _compared(COMPARED[type(op)], self._number(left), self._number(right))
            case ast.Compare(left=left, ops=ops, comparators=others):
                parts = [self._number(it) for it in (left, *others)]
                pairs = zip(ops, parts, parts[1:], strict=False)
                return _all([_compared(COMPARED[type(op)], a, b) for op, a, b in pairs])
            case ast.BoolOp(op=ast.And(), values=values):
                return _all([self.holds(it) for it in values])
            case ast.BoolOp(values=values):
                return _any([self.holds(it) for it in values])
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                inner = self.holds(operand)
                return lambda sums, row: not inner(sums, row)
            case _:
                raise _NoCountError

    def _number(self, node: ast.expr) -> _Reckon:
        match node:
            case ast.Constant(value=value):
                fixed = exact(str(value))
                return lambda _sums, _row: fixed
            case ast.Name() | ast.Attribute():
                return self._count(self.targets[name_of(node)])
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                inner = self._number(operand)
                return lambda sums, row: -inner(sums, row)
            case ast.BinOp(left=left, op=op, right=right) if type(op) in _SIGNS:
                return _binary(_SIGNS[type(op)], self._number(left), self._number(right))
            case ast.Call(args=args):
                return _total([self._summed(it) for it in args])
            case _:
                raise _NoCountError

    def _count(self, target: Target) -> _Reckon:
        if isinstance(target, AllRows) or target not in self.places.cells:
            raise _NoCountError
        line, at = self.places.cells[target]
        if target[:2] not in self.places.blocks:
            return lambda sums, _row: sums[line][at]
        if line != self.own:
            raise _NoCountError
        return lambda _sums, row: row[at]

    def _summed(self, node: ast.expr) -> _Reckon:
        """A part of a sum."""
        target = None
        if isinstance(node, ast.Name | ast.Attribute):
            target = self.targets[name_of(node)]
        if not isinstance(target, AllRows):
            return self._number(node)
        found = self.places.cells.get(Address(*target))
        if found is None:
            raise _NoCountError
        line, at = found
        return lambda sums, _row: sums[line][at]


def _compared(op: Callable[[Any, Any], bool], left: _Reckon, right: _Reckon) -> Holds:
    return lambda sums, row: op(left(sums, row), right(sums, row))


def _binary(op: Callable[[Any, Any], Exact], left: _Reckon, right: _Reckon) -> _Reckon:
    return lambda sums, row: op(left(sums, row), right(sums, row))


def _total(parts: Sequence[_Reckon]) -> _Reckon:
    return lambda sums, row: sum([part(sums, row) for part in parts])


def _all(parts: Sequence[Holds]) -> Holds:
    return lambda sums, row: all(part(sums, row) for part in parts)


def _any(parts: Sequence[Holds]) -> Holds:
    return lambda sums, row: any(part(sums, row) for part in parts)
