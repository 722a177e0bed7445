"""Every cell of a form, reckoned: each question is asked once, however many cells need it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from fractions import Fraction

from hub.dossier.store.questions import By
from hub.indicator.values import Value
from hub.reports import counted
from hub.reports.asked import Asked, Ports, Rows
from hub.reports.cells import EMPTY, Cell, Number, Verdict, judged, number, quotient
from hub.reports.form.compiled import (
    Address,
    AllRows,
    Block,
    Bound,
    Elsewhere,
    Form,
    Line,
    Plan,
    Scoring,
    Target,
)  # fmt: skip
from hub.reports.form.document import Applies, OfUnits
from hub.reports.form.formula import Name, name_of
from hub.reports.numbers import printed, rounded
from hub.reports.prepared import Alike, Prepared
from hub.reports.questions import Questions, by_units
from hub.reports.scoring import of_rule
from hub.reports.slices import YEAR, Slice, of_groups, of_values, of_years
from hub.reports.spans import Span
from hub.reports.stated import Stated
from hub.services.scopes import of_levels

NOTHING = Number("not_provided")
_OF_DAYS = ("figure", "indicator", "took_part", "units")
"""The kinds of cells that have nothing before their days begin."""


class Evaluation:
    """The cells of a form for what was asked."""

    def __init__(
        self, form: Form, asked: Asked, ports: Ports, ready: Prepared | None = None
    ) -> None:
        """`ready`: the form prepared for these days, where many are asked for them."""
        self.form, self.asked, self._ports = form, asked, ports
        self.ready = ready or Prepared(form, asked)
        self._plans, self._blocks = self.ready.plans, self.ready.blocks
        self._rows: defaultdict[tuple[str, str, Slice | None], dict[str, Cell]] = defaultdict(dict)
        self._others: dict[str, Evaluation] = {}
        self._statements = Stated(form, asked, ports)
        self.questions = Questions(self.ready.questions, asked, ports)
        self._slices: dict[tuple[str, str], list[Slice]] = {}

    def reckon(self) -> None:
        """All cells, each behind those that it is made of, so that none calls deeply."""
        wanted = self.ready.asks
        self.questions.ask(it for it in wanted if self.applies(it[0]) and self.span(it[0]).begun)
        for alike in self.ready.counted:
            self._count(alike)
        for address in self.ready.rest:
            if not self.is_in_block(address):
                self.cell(address)
                continue
            for of in self.slices(address.section, address.row):
                for it in (of, *of.parts):
                    self.cell(address, it)

    def cell(self, address: Address, of: Slice | None = None) -> Cell:
        """A cell; of a block's, in one of its rows."""
        row = self._rows[address.section, address.row, of]
        found = row.get(address.column)
        if found is None:
            plan = self.ready.of_row(self._plans[address], of)
            found = row[address.column] = self._cell(plan, of)
        return found

    def row(self, section: str, line: Line | Block, of: Slice | None = None) -> Mapping[str, Cell]:
        """The cells of a line by column; of a block's, in one of its rows."""
        found = self._rows[section, line.key, of]
        if len(found) < len(line.plans):
            for column in line.plans:
                self.cell(Address(section, line.key, column), of)
        return found

    def _count(self, them: Alike) -> None:
        """Cells that count the same dossiers, row by row."""
        slices: Sequence[Slice | None] = [None]
        by: By = ()
        if isinstance(them.line, Block):
            found = self.slices(them.section, them.line.key)
            slices = [it for of in found for it in (of, *of.parts)]
            by = (self.ready.dimension(them.line),)
        nothing = self.without_number(them.plan)
        rows = {} if nothing else self.questions.rows(them.plan, by)
        for of in slices:
            told = self._rows[them.section, them.line.key, of]
            if nothing is not None:
                told.update((column, Cell(nothing)) for column, _ in them.plans)
                continue
            counts = counted.summed(counted.rows_of(rows, of), them.names)
            for column, plan in them.plans:
                told[column] = counted.of_figures(self.asked, plan, self.span, of, rows, counts)

    def judged(self, bound: Bound, of: Slice | None = None) -> Verdict:
        """Whether a check holds."""
        if not bound.elsewhere:
            return judged(bound, lambda name: self.numbers(bound.targets, name, of))

        def values(name: Name) -> Sequence[Number]:
            if (there := bound.elsewhere.get(name)) is not None:
                return [self._elsewhere(there)]
            return self.numbers(bound.targets, name, of)

        return judged(bound, values)

    def number(self, bound: Bound, of: Slice | None = None) -> Number:
        """What a formula gives."""
        return number(bound, lambda name: self.numbers(bound.targets, name, of))

    def numbers(
        self, targets: Mapping[Name, Target], name: Name, of: Slice | None
    ) -> Sequence[Number]:
        """What a name stands for, seen from a row of a block."""
        target = targets[name]
        if isinstance(target, AllRows):
            address = Address(*target)
            rows = self.slices(target.section, target.block)
            return [_numeric(self.cell(address, row)) for row in rows]
        return [_numeric(self.target(target, of))]

    def _elsewhere(self, target: Elsewhere) -> Number:
        """The cell of another form for the same unit and days; not provided where there is none."""
        form = self._ports.forms.get(target.form)
        address = Address(target.section, target.row, target.column)
        if form is None or address not in form.order or not self._is_made_for(form):
            return NOTHING
        other = self._others.get(target.form)
        if other is None:
            ready = self.ready.other(form)
            other = self._others[target.form] = Evaluation(form, self.asked, self._ports, ready)
            other.reckon()
        return NOTHING if other.is_in_block(address) else _numeric(other.cell(address))

    def _is_made_for(self, form: Form) -> bool:
        levels = form.document.for_levels
        unit = self._ports.tree.units.get(self.asked.unit or "")
        return not levels or (unit is not None and unit.level in levels)

    def is_in_block(self, address: Address) -> bool:
        """Whether a cell is one of the rows of a block."""
        return (address.section, address.row) in self._blocks

    def target(self, target: Address, of: Slice | None) -> Cell:
        """The cell of a name, seen from a row of a block."""
        return self.cell(target, of if target[:2] in self._blocks else None)

    def made(self, plan: Plan) -> Cell:
        """A cell that the form does not have."""
        return self._cell(plan, None)

    def span(self, plan: Plan) -> Span:
        """The days of a cell."""
        return self.ready.span(plan)

    def slices(self, section: str, block: str) -> list[Slice]:
        """The rows of a block."""
        found = self._slices.get((section, block))
        if found is None:
            found = self._slices[section, block] = self._rows_of(section, block)
        return found

    def _rows_of(self, section: str, key: str) -> list[Slice]:
        block = self._blocks[section, key]
        if block.groups is not None:
            return of_groups(self.form.document.groups[block.groups])
        if block.each == YEAR:
            return of_years(self.asked.days.asked, self.asked.days.calendar)
        found: set[str | None] = set()
        for alike in self.ready.counted_in[section, key]:
            if self.span(alike.plan).begun:
                found.update([key[0] for key in self.questions.rows(alike.plan, (block.each,))])
        for plan in block.plans.values():
            if plan.kind == "took_part" and self.span(plan).begun:
                found |= {key[-1] for key in self.questions.rows(plan, by_units((block.each,)))}
        names = self._ports.names if block.each == "field" else {}
        if block.each == "unit":
            names = {code: unit.name for code, unit in self._ports.tree.units.items()}
            levels = {level for plan in block.plans.values() for level in plan.unit_level or ()}
            scope = of_levels(self._ports.tree, self.asked.scope, levels or None)
            gone = self._ports.gone
            found |= {code for code in names if scope.contains(code) and code not in gone}
        return of_values(block.each, found, names)

    def _cell(self, plan: Plan, of: Slice | None) -> Cell:
        if plan.kind is None:
            return EMPTY
        nothing = self.without_number(plan)
        if nothing is not None:
            return Cell(nothing)
        number, origin, words, listed, _, note = self._made(plan, of)
        text = words or ""
        if words is None and number.state == "value":
            text = printed(number.value, plan.style)
        return Cell(number, origin, words, listed, text, note)

    def without_number(self, plan: Plan) -> Number | None:
        """Why there is nothing to reckon in a cell; None where there is."""
        if not self.applies(plan):
            return Number("not_applicable")
        if plan.kind in _OF_DAYS and not self.span(plan).begun:
            return Number("not_yet")
        return None

    def _made(self, plan: Plan, of: Slice | None) -> Cell:
        match plan.kind:
            case "figure":
                return self._of_figure(plan, of)
            case "indicator":
                return self._statements.cell(plan, *self.stated(plan, of))
            case "formula":
                return Cell(self.number(plan.bounds[0], of), "formula")
            case "ratio":
                return self._of_ratio(plan, of)
            case "units":
                return counted.of_units(self.asked, self._ports, plan.units or OfUnits())
            case "took_part":
                found = self._by_unit(plan, of)
                return counted.of_taking_part(self.asked, plan, self.span(plan), *found)
            case "number":
                return Cell(Number("value", plan.number), "stated")
            case "rule":
                return self._of_rule(plan.rule, of) if plan.rule else EMPTY
            case "text" | None:
                return Cell(Number("value"), "stated", plan.text)

    def applies(self, plan: Plan) -> bool:
        """Whether a cell is for the asked unit's level."""
        if not isinstance(plan.applies, Applies):
            return plan.applies
        unit = self._ports.tree.units.get(self.asked.unit or "")
        return unit is not None and unit.level in plan.applies.unit_level

    def _of_rule(self, rule: Scoring, of: Slice | None) -> Cell:
        """The score, or why there is none; what is not known is handed on."""
        words = rule.words
        values = {name: self._word(it, words.get(name), of) for name, it in rule.of.items()}
        return of_rule(rule, values, self.number(rule.at_most, of) if rule.at_most else None)

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
        of = None if of is not None and of.by == YEAR else of
        rows = self.questions.rows(plan, () if of is None else (of.by,))
        counts = counted.summed(counted.rows_of(rows, of), plan.figures)
        return counted.of_figures(self.asked, plan, self.span, of, rows, counts)

    def units_taking_part(self, plan: Plan, of: Slice | None) -> set[str | None]:
        """The units that have any of a cell's figures."""
        return counted.taking_part(plan, *self._by_unit(plan, of))

    def _by_unit(self, plan: Plan, of: Slice | None) -> tuple[Slice | None, Rows]:
        of = None if of is not None and of.by == YEAR else of
        return of, self.questions.rows(plan, by_units(() if of is None else (of.by,)))

    def units(self, wanted: OfUnits) -> set[str]:
        """The registered units that a cell counts."""
        return counted.registered(self.asked, self._ports, wanted)

    def stated(self, plan: Plan, of: Slice | None) -> tuple[Value, Span]:
        """What the statements say that a cell is, and of which days."""
        span = self.span(plan)
        if of is not None and of.by == YEAR:
            span = span._replace(label=of.key)
        return self._statements.value(plan, span), span


def _numeric(cell: Cell) -> Number:
    """What a cell is in a formula: words are no number."""
    return cell.number if cell.words is None else NOTHING
