"""A form's own arithmetic on what a document says. Printed reports contain errors: they are told,
and nothing is repaired."""

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from math import floor
from typing import Any

from hub.registry.unit_tree import UnitTree
from hub.reports.asked import Asked, Ports
from hub.reports.cells import Cell, Number
from hub.reports.common_checks import common_checks
from hub.reports.evaluation import NOTHING
from hub.reports.form import Form
from hub.reports.form.compiled import Address, AllRows, Plan, Target
from hub.reports.form.formula import Name
from hub.reports.history.reading import StatedCell
from hub.reports.numbers import json_number, rounded
from hub.reports.reconcile.on_sheet import OnSheet, Place, as_cell, is_reckoned
from hub.reports.report import checks_of
from hub.reports.slices import YEAR, Slice, of_groups, of_values, of_years

Json = dict[str, Any]


class _NoCatalogue:
    def get(self, _code: str) -> None:
        return None


class OnStated(OnSheet):
    """The cells of a form as a document has them; nothing is taken from the hub but names."""

    def __init__(
        self, form: Form, asked: Asked, tree: UnitTree, cells: Sequence[StatedCell]
    ) -> None:
        said: dict[Place, Cell] = {}
        self._keys: dict[tuple[str, str], dict[str, None]] = {}
        for it in cells:
            row, _, of = it.row.partition(":")
            said[Address(it.section, row, it.column), of or None] = as_cell(it.number, it.words)
            if of:
                self._keys.setdefault((it.section, row), {})[of] = None
        self._of_document: dict[tuple[str, str], list[Slice]] = {}
        self._tree = tree
        super().__init__(form, asked, Ports(_nothing, _nothing, tree, _NoCatalogue()), self, said)

    def numbers(
        self, targets: Mapping[Name, Target], name: Name, of: Slice | None
    ) -> Sequence[Number]:
        """As of any report; the sum of rows of which the document has none is not known."""
        target = targets[name]
        if isinstance(target, AllRows) and not self.slices(target.section, target.block):
            return [NOTHING]
        return super().numbers(targets, name, of)

    def slices(self, section: str, block: str) -> list[Slice]:
        """The rows of a block that the document has."""
        found = self._of_document.get((section, block))
        if found is None:
            found = self._of_document[section, block] = [*self._rows_there(section, block)]
        return found

    def _rows_there(self, section: str, name: str) -> Iterator[Slice]:
        block, there = self._blocks[section, name], self._keys.get((section, name), {})
        days = self.asked.days
        if block.groups is not None:
            known = of_groups(self.form.document.groups[block.groups])
        elif block.each == YEAR:
            known = of_years(days.asked, days.calendar)
        else:
            names = {code: unit.name for code, unit in self._tree.units.items()}
            codes = ("" if key == "-" else key for key in there)
            known = of_values(block.each, codes, names if block.each == "unit" else {})
        yield from (it for it in known if it.key in there)


def _nothing(*_args: Any, **_named: Any) -> Any:
    raise AssertionError("a document is not asked of the store")


def checks(form: Form, asked: Asked, tree: UnitTree, cells: Sequence[StatedCell]) -> list[Json]:
    """The form's checks on a document, and of each of its sums and ratios whether it follows from
    the document's other cells."""
    found = OnStated(form, asked, tree, cells)
    told = [check for rule in form.rules for check in checks_of(found, rule)]
    told += [it for it in common_checks(found) if _is_of_document(found, it["id"])]
    return [*told, *_sums(found, cells)]


def _is_of_document(found: OnStated, name: str) -> bool:
    """Of the checks that every report has, those that a document alone can hold or break."""
    kind, _, place = name.partition(".")
    return kind == "mau_hieu_luc" or (kind == "cong_don" and bool(found.slices(*place.split("."))))


def verdict(found: Sequence[Json]) -> str:
    """As of a report."""
    is_failing = any(it["result"] == "false" and it["level"] == "fail" for it in found)
    return "failing" if is_failing else "valid"


def _sums(found: OnStated, cells: Sequence[StatedCell]) -> Iterator[Json]:
    plans = dict(found.form.plans())
    for it in cells:
        row, _, of = it.row.partition(":")
        address = Address(it.section, row, it.column)
        plan = plans.get(address)
        if plan is None or not is_reckoned(plan) or not it.number.known or it.words is not None:
            continue
        slices = found.slices(it.section, row) if of else []
        exact = found.exact(address, next((one for one in slices if one.key == of), None))
        yield _sum(it, plan, exact)


def _sum(it: StatedCell, plan: Plan, exact: Number) -> Json:
    texts = [bound.formula.text for bound in plan.bounds]
    decimals = it.decimals or 0
    value, wanted = it.number.value, rounded(exact.value, decimals)
    result = "unknown" if not exact.known else "true" if value == wanted else "false"
    cut = result == "false" and value == _cut(exact.value, decimals)
    return {
        "id": f"tinh.{it.section}.{it.row}.{it.column}",
        "says": f"{it.text} = {' : '.join(texts)}" + (" (cắt, không làm tròn)" if cut else ""),
        "result": result,
        "level": "warn",
        "left": json_number(value),
        "right": json_number(wanted) if exact.known else None,
    }


def _cut(exact: int | Fraction, decimals: int) -> Fraction:
    return Fraction(floor(exact * 10**decimals), 10**decimals)
