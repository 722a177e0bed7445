"""Which statements a form needs of a unit for a period: one each indicator and level."""

from collections.abc import Iterator, Mapping
from typing import Any, Literal, NamedTuple

from hub.indicator.fold import WHOLE
from hub.indicator.values import Rules, parts_of
from hub.reports.asked import Catalogue
from hub.reports.form.compiled import Address, Block, Form, Line, Part, Plan
from hub.reports.form.document import Applies
from hub.reports.form.formula import FormulaError, name_of
from hub.reports.form.scalars import Domain
from hub.reports.spans import Days

Kind = Literal["count", "amount", "share", "yes_no", "text", "date", "choice", "any"]
_OF_DOMAIN: dict[str, Kind] = {"percent": "share", "count": "count", "yes_no": "yes_no"}


class Need(NamedTuple):
    """A statement that a form needs, and the first of its places there. `level`: `WHOLE` for the
    unit as a whole; `choices`: the words that it may be, of the kind `choice`."""

    code: str
    level: str
    kind: Kind
    choices: tuple[str, ...]
    rules: Rules
    name: str
    section: str
    printed: str
    row: str
    column: str
    hints: tuple[str, ...] = ()

    @property
    def key(self) -> tuple[str, str]:
        """The indicator and the level."""
        return self.code, self.level


_ANY: tuple[Kind, tuple[str, ...]] = ("any", ())


def needs(form: Form, unit_level: str | None, days: Days, catalogue: Catalogue) -> list[Need]:
    """In the order of the form. `days`: of a period with a label; `unit_level`: the registered
    level of the unit.

    Needed is what a cell asks for in this period, or may put together of it. What stands in a cell
    of exactly this period names the place.
    """
    domains, counted = _domains(form), _counted(form)
    asked = str(days.asked.label)
    exact: dict[tuple[str, str], Need] = {}
    found: dict[tuple[str, str], Need] = {}
    kinds: dict[tuple[str, str], tuple[Kind, tuple[str, ...]]] = {}
    for part, line, column, plan in _cells(form):
        if plan.kind != "indicator" or not _applies(plan, unit_level):
            continue
        rules, label = _rules(plan, catalogue), days.span(plan.period, None).label
        if label != asked and (rules.over_periods == "none" or asked not in _within(label)):
            continue
        at = Address(part.key, line.key, column)
        need = _need(part, line, column, plan, rules, catalogue)
        kind = _kind(plan, domains.get(at), at in counted, catalogue)
        if kind != _ANY:
            kinds.setdefault(need.key, kind)
        found.setdefault(need.key, need)
        if label == asked:
            exact.setdefault(need.key, need)
    return [
        need._replace(kind=kind, choices=choices, hints=need.hints if choices else ())
        for key, first in found.items()
        for need, (kind, choices) in [(exact.get(key, first), kinds.get(key, _ANY))]
    ]


def _cells(form: Form) -> Iterator[tuple[Part, Line | Block, str, Plan]]:
    for part in form.parts:
        for line in part.lines:
            for column, plan in line.plans.items():
                yield part, line, column, plan


def _applies(plan: Plan, unit_level: str | None) -> bool:
    if isinstance(plan.applies, Applies):
        return unit_level in plan.applies.unit_level
    return plan.applies


def _rules(plan: Plan, catalogue: Catalogue) -> Rules:
    entry: Any = catalogue.get(plan.indicator)
    if entry is None:
        return Rules(plan.over_units, plan.keep)
    return Rules(entry.over_units, entry.over_periods)


def _within(period: str) -> Iterator[str]:
    for way in parts_of(period):
        for part in way:
            yield part
            yield from _within(part)


def _need(
    part: Part, line: Line | Block, column: str, plan: Plan, rules: Rules, catalogue: Catalogue
) -> Need:
    entry: Any = catalogue.get(plan.indicator)
    head = next((it for it in part.heads if it.key == column), None)
    printed, row = line.key, line.key
    hints: tuple[str, ...] = ()
    if isinstance(line, Line):
        printed, row, hints = line.code, line.label, line.below
    name = entry.name if entry else row or plan.indicator
    return Need(
        plan.indicator, plan.unit_level[0] if plan.unit_level else WHOLE, *_ANY, rules, name,
        " – ".join(filter(None, (part.label, part.title))) or part.key, printed, row or name,
        " – ".join(filter(None, (head.under, head.label))) if head else "", hints,
    )  # fmt: skip


def _kind(
    plan: Plan, domain: Domain | None, is_counted: bool, catalogue: Catalogue
) -> tuple[Kind, tuple[str, ...]]:
    """What may be stated: words of a rule; else as the catalogue says, as a rule needs it, or as
    the form counts with it."""
    entry: Any = catalogue.get(plan.indicator)
    if isinstance(domain, list):
        return "choice", tuple(domain)
    if entry is not None:
        return entry.kind, ()
    if domain is not None:
        return _OF_DOMAIN[domain], ()
    if plan.style.suffix.strip() == "%":
        return "share", ()
    if is_counted or plan.keep == "sum" or plan.over_units == "sum":
        return "amount", ()
    return _ANY


def _counted(form: Form) -> set[Address]:
    """The cells that formulas, ratios and checks count with: no words."""
    bounds = [bound for _, plan in form.plans() for bound in plan.bounds]
    bounds += [rule.bound for rule in form.rules]
    targets = (target for bound in bounds for target in bound.targets.values())
    return {target for target in targets if isinstance(target, Address)}


def _domains(form: Form) -> Mapping[Address, Domain]:
    """What rules look at, by the cells that their names stand for."""
    found: dict[Address, Domain] = {}
    for _, plan in form.plans():
        for name, bound in plan.rule.of.items() if plan.rule else ():
            try:
                target = bound.targets[name_of(bound.formula.tree)]
            except FormulaError:  # it is reckoned from cells
                continue
            if isinstance(target, Address) and plan.rule:
                found[target] = plan.rule.domains[name]
    return found
