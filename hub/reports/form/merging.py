"""cell = merge(section, column, row, the cell's own)."""

from collections.abc import Sequence
from fractions import Fraction
from typing import Any, NamedTuple

from hub.reports.form.compiled import Plan, Style
from hub.reports.form.document import KINDS, Brings, Column, Numbers, Row, Where
from hub.reports.form.figure_sums import figures_in
from hub.reports.form.formula import Formula, FormulaError, parse

Formulas = tuple[Formula, ...]


class MergeError(ValueError):
    """A cell cannot be made; `key`: which of its keys is at fault, if one is."""

    def __init__(self, says: str, key: str = "") -> None:
        super().__init__(says)
        self.key = key


def merged(
    numbers: Numbers, section: Brings | None, column: Column | Brings | None,
    row: Brings | None, own: Brings | None,
) -> tuple[Plan, Formulas]:  # fmt: skip
    """The plan of a cell, and the formulas in it whose names are still to be found. Raises
    `MergeError`."""
    layers = [it for it in (section, column, row, own) if it is not None]
    kind, value = _value(layers, column, own)
    if isinstance(row, Row) and row.heading and (own is None or _kinds(own) == []):
        kind, value = None, None
    where = _where(layers)
    plain: dict[str, Any] = {}
    for name in ("keep", "over_units", "period", "after", "applies"):
        found = [given for it in layers if (given := getattr(it, name)) is not None]
        if found:
            plain[name] = found[-1]
    parts = [it.parts for it in layers if it.parts is not None]
    number = Fraction(str(value)) if kind == "number" else Fraction(0)
    plan = Plan(
        kind,  # type: ignore[arg-type]  # one of KINDS
        figures=_figures(kind, value), indicator=value if kind == "indicator" else "",
        units=value if kind == "units" else None, text=value if kind == "text" else "",
        number=number,
        unit_level=where.pop("unit_level", None), where=tuple(sorted(where.items())),
        parts=parts[-1:] == ["include"], style=_style(numbers, layers), **plain,
    )  # fmt: skip
    return plan, _formulas(kind, value)


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
        raise MergeError(str(error), "rule") from None


def _value(
    layers: Sequence[Brings], column: Brings | None, own: Brings | None
) -> tuple[str | None, Any]:
    """The one kind of value of a cell. Its own replaces another; a column may say `always`."""
    if own is not None and _kinds(own):
        layers = [own]
    elif isinstance(column, Column) and column.always:
        layers = [column]
    found = {kind: layer for layer in layers for kind in _kinds(layer)}
    if len(found) > 1:
        raise MergeError(
            f"gets two kinds of value: {' and '.join(sorted(found))}; keep one, or say what the "
            "cell is under `cells`, or `always: true` in the column"
        )
    for kind, layer in found.items():
        return kind, getattr(layer, kind)
    return None, None


def _kinds(layer: Brings) -> list[str]:
    return [kind for kind in KINDS if getattr(layer, kind) is not None]


def _where(layers: Sequence[Brings]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for layer in layers:
        for name in Where.model_fields:
            if layer.where is not None and (given := getattr(layer.where, name)) is not None:
                found[name] = tuple(given)
    return found


def _figures(kind: str | None, value: Any) -> tuple[str, ...]:
    if kind not in ("figure", "took_part"):
        return ()
    try:
        return figures_in(value)
    except ValueError as error:
        raise MergeError(str(error), kind) from None


def _formulas(kind: str | None, value: Any) -> Formulas:
    texts = {"formula": [value], "ratio": value}.get(kind or "", [])
    try:
        found = tuple(map(parse, texts))
    except FormulaError as error:
        raise MergeError(str(error), str(kind)) from None
    if any(it.is_check for it in found):
        raise MergeError("is true or false, not a number; write it as a check", str(kind))
    return found


def _style(numbers: Numbers, layers: Sequence[Brings]) -> Style:
    found = Style()
    for it in (numbers, *(layer.numbers for layer in layers if layer.numbers)):
        given = {name: it.__dict__[name] for name in Style._fields}
        found = found._replace(**{name: is_ for name, is_ in given.items() if is_ is not None})
    return found
