"""Every cell of a form, reckoned: each question is asked once, however many cells need it."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import cached_property
from typing import Any

from hub.indicator.values import NOT_PROVIDED, Rules, Units, Value, value_of
from hub.reports import addresses
from hub.reports.asked import Asked, Ports
from hub.reports.cells import EMPTY, Cell, Number, Verdict, judged, number, quotient, total
from hub.reports.form.compiled import Address, AllRows, Block, Bound, Form, Plan, Scoring, Target
from hub.reports.form.document import Applies, OfUnits
from hub.reports.form.formula import Name, name_of
from hub.reports.numbers import printed, rounded
from hub.reports.questions import Questions
from hub.reports.scoring import scored, scores
from hub.reports.slices import Slice, of_groups, of_values, summed
from hub.reports.spans import Span
from hub.services.scopes import of_levels

NOTHING = Number("not_provided")
NO_CODE = "~"
"""No code has this sign: the dossiers of no value at all."""


class Evaluation:
    """The cells of a form for what was asked."""

    def __init__(self, form: Form, asked: Asked, ports: Ports) -> None:
        self.form, self.asked, self._ports = form, asked, ports
        self._plans = dict(form.plans())
        self._blocks = {
            (part.key, line.key): line
            for part in form.parts for line in part.lines if isinstance(line, Block)
        }  # fmt: skip
        self._cells: dict[tuple[Address, Slice | None], Cell] = {}
        self._questions = Questions(form, asked, ports)
        self._slices: dict[tuple[str, str], list[Slice]] = {}

    def cell(self, address: Address, of: Slice | None = None) -> Cell:
        """A cell; of a block's, in one of its rows."""
        found = self._cells.get((address, of))
        if found is None:
            found = self._cells[address, of] = self._cell(self._plans[address], of)
        return found

    def judged(self, bound: Bound, of: Slice | None = None) -> Verdict:
        """Whether a check holds."""
        return judged(bound, lambda name: self.numbers(bound.targets, name, of))

    def number(self, bound: Bound, of: Slice | None = None) -> Number:
        """What a formula gives."""
        return number(bound, lambda name: self.numbers(bound.targets, name, of))

    def numbers(
        self, targets: Mapping[Name, Target], name: Name, of: Slice | None
    ) -> Sequence[Number]:
        """What a name stands for, seen from a row of a block."""
        target = targets[name]
        if isinstance(target, AllRows):
            rows = self.slices(target.section, target.block)
            return [_numeric(self.cell(Address(*target), row)) for row in rows]
        return [_numeric(self.target(target, of))]

    def target(self, target: Address, of: Slice | None) -> Cell:
        """The cell of a name, seen from a row of a block."""
        in_block = (target.section, target.row) in self._blocks
        return self.cell(target, of if in_block else None)

    def span(self, plan: Plan) -> Span:
        """The days of a cell."""
        return self.asked.days.span(plan.period, plan.after)

    def slices(self, section: str, block: str) -> list[Slice]:
        """The rows of a block."""
        found = self._slices.get((section, block))
        if found is None:
            found = self._slices[section, block] = self._rows_of(self._blocks[section, block])
        return found

    def _rows_of(self, block: Block) -> list[Slice]:
        if block.groups is not None:
            return of_groups(self.form.document.groups[block.groups])
        found: set[str | None] = set()
        for plan in block.plans.values():
            if plan.kind == "figure" and self.span(plan).begun:
                found |= {key[0] for key in self._questions.rows(plan, (block.each,))}
        names = dict(self._ports.names) if block.each == "field" else {}
        if block.each == "unit":
            names = {code: unit.name for code, unit in self._ports.tree.units.items()}
            levels = {level for plan in block.plans.values() for level in plan.unit_level or ()}
            scope = of_levels(self._ports.tree, self.asked.scope, levels or None)
            found |= {code for code in names if scope.contains(code)}
        return of_values(block.each, found, names)

    def _cell(self, plan: Plan, of: Slice | None) -> Cell:
        if plan.kind is None:
            return EMPTY
        if not self._applies(plan):
            return Cell(Number("not_applicable"))
        if plan.kind in ("figure", "indicator", "took_part") and not self.span(plan).begun:
            return Cell(Number("not_yet"))
        cell = self._made(plan, of)
        if cell.number.known and cell.words is None:
            return cell._replace(text=printed(cell.number.value, plan.style))
        return cell._replace(text=cell.words or "")

    def _made(self, plan: Plan, of: Slice | None) -> Cell:
        match plan.kind:
            case "figure":
                return self._of_figure(plan, of)
            case "indicator":
                return self._of_indicator(plan)
            case "formula":
                return Cell(self.number(plan.bounds[0], of), "formula")
            case "ratio":
                return self._of_ratio(plan, of)
            case "units":
                return self._of_units(plan.units or OfUnits())
            case "took_part":
                return self._of_took_part(plan)
            case "number":
                return Cell(Number("value", plan.number), "stated")
            case "rule":
                return self._of_rule(plan.rule, of) if plan.rule else EMPTY
            case "text" | None:
                return Cell(Number("value"), "stated", plan.text)

    def _applies(self, plan: Plan) -> bool:
        if not isinstance(plan.applies, Applies):
            return plan.applies
        unit = self._ports.tree.units.get(self.asked.unit or "")
        return unit is not None and unit.level in plan.applies.unit_level

    def _of_rule(self, rule: Scoring, of: Slice | None) -> Cell:
        """The score, or why there is none; what is not known is handed on."""
        values = {name: self._word(bound, rule.words.get(name), of)
                  for name, bound in rule.of.items()}  # fmt: skip
        unknown = total([it for it in values.values() if not it.known])
        if unknown.state != "value":
            return Cell(unknown, "rule")
        most = self.number(rule.at_most, of) if rule.at_most else None
        found = scored(scores(rule.cases, values, rule.words), add=rule.add, at_most=most)
        if isinstance(found, str):
            return Cell(NOTHING, "rule", found)
        return Cell(Number("value", found), "rule")

    def _word(self, bound: Bound, words: Sequence[str] | None, of: Slice | None) -> Number:
        """What a name of a rule is: a number, or the place of a word among those it may be."""
        target = bound.targets.get(name_of(bound.formula.tree)) if words else None
        if words is None or not isinstance(target, Address):
            return self.number(bound, of)
        cell = self.target(target, of)
        if cell.words is None:
            return cell.number
        return Number("value", Fraction(words.index(cell.words) if cell.words in words else -1))

    def _of_ratio(self, plan: Plan, of: Slice | None) -> Cell:
        share = quotient(*(self.number(bound, of) for bound in plan.bounds))
        if share.known:
            share = Number("value", rounded(share.value * 100, plan.style.decimals))
        return Cell(share, "ratio")

    def _of_figure(self, plan: Plan, of: Slice | None) -> Cell:
        by = of.by if of is not None else None
        rows = self._questions.rows(plan, () if by is None else (by,))
        counts = [
            (key[0] if key else None, sum(row[name] for name in plan.figures))
            for key, row in rows.items()
        ]
        values: list[str] = []
        if of is None:
            count = sum(it for _, it in counts)
        else:
            count = summed(counts, of)
            values = self._values(plan, of, counts)
        listed = addresses.of_dossiers(self.asked, plan, self.span(plan), of, values)
        return Cell(Number("value", Fraction(count)), "figure", list=listed)

    def _values(self, plan: Plan, of: Slice, counts: list[tuple[str | None, int]]) -> list[str]:
        """The values of its dimension that a slice has; one that no dossier has, if none."""
        wanted = dict(plan.where).get(of.by)
        if of.but:
            found = sorted(value or "" for value, _ in counts if of.has(value))
        else:
            found = [code for code in of.codes if wanted is None or code in wanted]
        return found or [NO_CODE]

    def _of_took_part(self, plan: Plan) -> Cell:
        rows = self._questions.rows(plan, ("unit",))
        some = [row for row in rows.values() if any(row[name] for name in plan.figures)]
        return Cell(Number("value", Fraction(len(some))), "figure")

    def _of_units(self, wanted: OfUnits) -> Cell:
        codes = [
            code
            for code, unit in self._ports.tree.units.items()
            if self.asked.scope.contains(code)
            and (wanted.level is None or unit.level in wanted.level)
            and not (wanted.below and code == self.asked.unit)
        ]
        return Cell(Number("value", Fraction(len(codes))), "registry")

    def _of_indicator(self, plan: Plan) -> Cell:
        span = self.span(plan)
        value = self._stated(plan, span)
        names = ("evidence", "note")
        said = dict.fromkeys(str(it.data.get(name, "")) for it in value.events for name in names)
        note = "; ".join(filter(None, said))
        if value.state != "value":
            return Cell(Number(value.state), "indicator", note=note)
        listed = addresses.of_statements(self.asked, plan, span)
        if value.name != "value":
            return Cell(Number("value"), "indicator", str(value.content), listed, note=note)
        number = Number("value", Fraction(str(value.content)))
        return Cell(number, "indicator", list=listed, note=note)

    def _stated(self, plan: Plan, span: Span) -> Value:
        if self.asked.unit is None:
            return NOT_PROVIDED
        said = self._said.get(plan.indicator, {})
        entry: Any = self._ports.catalogue.get(plan.indicator)
        rules = Rules(plan.over_units, plan.keep)
        if entry is not None:
            rules = Rules(entry.over_units, entry.over_periods)
        tree = self._ports.tree
        level = plan.unit_level[0] if plan.unit_level else ""
        units = Units(
            lambda unit: tree.region((unit,)), tree.above,
            lambda unit: found.level if (found := tree.units.get(unit)) else None,
        )  # fmt: skip
        return value_of(said, rules, self.asked.unit, span.label, level, units=units)

    @cached_property
    def _said(self) -> Mapping[str, Any]:
        codes = self.form.indicators()
        calendar = self.asked.days.calendar
        return self._ports.statements(self.asked.scope, codes, calendar, self.asked.as_of)


def _numeric(cell: Cell) -> Number:
    """What a cell is in a formula: words are no number."""
    return cell.number if cell.words is None else NOTHING
