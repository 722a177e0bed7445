"""cell = merge(section, column, row, the cell's own)."""

from collections.abc import Sequence
from fractions import Fraction
from typing import Any, NamedTuple

from hub.core.said import Said, both, said, why
from hub.reports.form.compiled import PLAIN, Plan, Style
from hub.reports.form.document import Brings, Column, Numbers, OfUnits, Row
from hub.reports.form.figure_sums import figures_in
from hub.reports.form.formula import Formula, FormulaError, parse

Formulas = tuple[Formula, ...]
_ZERO = Fraction(0)
_PLAIN = ("keep", "over_units", "period", "after", "applies")
"""What the last that says something says."""


class MergeError(ValueError):
    """A cell cannot be made; `key`: which of its keys is at fault, if one is."""

    def __init__(self, says: Said, key: str = "") -> None:
        super().__init__(says)
        self.says, self.key = says, key


def merged(
    numbers: Numbers, section: Brings | None, column: Column | Brings | None,
    row: Brings | None, own: Brings | None,
) -> tuple[Plan, Formulas]:  # fmt: skip
    """The plan of a cell, and the formulas in it whose names are still to be found. Raises
    `MergeError`."""
    layers = [it for it in (section, column, row, own) if it is not None]
    kind, value = _value(layers, column, own)
    if isinstance(row, Row) and row.heading and (own is None or own.kinds == []):
        kind, value = None, None
    where = _where(layers)
    plain = {name: it.given[name] for it in layers for name in _PLAIN if name in it.given}
    parts = [it.parts for it in layers if it.parts is not None]
    number = Fraction(str(value)) if kind == "number" else _ZERO
    plan = Plan(
        kind,  # type: ignore[arg-type]  # one of KINDS
        figures=_figures(kind, value), indicator=value if kind == "indicator" else "",
        units=_units(value, where.get("unit_level")) if kind == "units" else None,
        text=value if kind == "text" else "", number=number,
        unit_level=where.pop("unit_level", None), where=tuple(sorted(where.items())),
        parts=parts[-1:] == ["include"], style=_style(numbers, layers), **plain,
    )  # fmt: skip
    return plan, _formulas(kind, value)


def _units(value: OfUnits, levels: tuple[str, ...] | None) -> OfUnits:
    """What is counted of the registry in a column or section of some levels of desks."""
    if levels is None:
        return value
    both = [it for it in levels if value.level is None or it in value.level]
    return value.model_copy(update={"level": both})


class RuleUse(NamedTuple):
    """A rule by its name, and what its names and its maximum are."""

    name: str
    of: dict[str, Formula]
    at_most: Formula | None


def rule_use(layers: Sequence[Brings | None]) -> RuleUse:
    """How a cell uses a rule. Raises `MergeError`."""
    of: dict[str, str] = {}
    name, at_most = "", None
    for layer in filter(None, layers):
        of |= layer.of or {}
        name, at_most = layer.rule or name, layer.at_most or at_most
    try:
        found = {key: parse(text) for key, text in of.items()}
        return RuleUse(name, found, parse(at_most) if at_most else None)
    except FormulaError as error:
        raise MergeError(error.says, "rule") from None


def _value(
    layers: Sequence[Brings], column: Brings | None, own: Brings | None
) -> tuple[str | None, Any]:
    """The one kind of value of a cell. Its own replaces another; a column may say `always`."""
    if own is not None and own.kinds:
        layers = [own]
    elif isinstance(column, Column) and column.always:
        layers = [column]
    found = {kind: layer for layer in layers for kind in layer.kinds}
    if len(found) > 1:
        raise MergeError(
            said(
                "two-values",
                "gets two kinds of value: {kinds}; keep one, or say what the cell is under "
                "`cells`, or `always: true` in the column",
                kinds=both(sorted(found)),
            )
        )
    for kind, layer in found.items():
        return kind, getattr(layer, kind)
    return None, None


def _where(layers: Sequence[Brings]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for layer in layers:
        if layer.where is not None:
            given = layer.where.__dict__.items()
            found |= {name: tuple(value) for name, value in given if value is not None}
    return found


def _figures(kind: str | None, value: Any) -> tuple[str, ...]:
    if kind not in ("figure", "took_part"):
        return ()
    try:
        return figures_in(value)
    except ValueError as error:
        raise MergeError(why(error), kind) from None


def _formulas(kind: str | None, value: Any) -> Formulas:
    texts = {"formula": [value], "ratio": value}.get(kind or "", [])
    try:
        found = tuple(map(parse, texts))
    except FormulaError as error:
        raise MergeError(error.says, str(kind)) from None
    if any(it.is_check for it in found):
        raise MergeError(
            said("check-for-number", "is true or false, not a number; write it as a check"),
            str(kind),
        )
    return found


def _style(numbers: Numbers, layers: Sequence[Brings]) -> Style:
    found: dict[str, Any] = {}
    for it in (numbers, *(layer.numbers for layer in layers)):
        if it is not None:
            found |= {name: is_ for name, is_ in it.__dict__.items() if is_ is not None}
    return Style(**found) if found else PLAIN
