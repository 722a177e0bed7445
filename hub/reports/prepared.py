"""What reckoning a form for some days needs, whatever the unit: made once for many units."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import NamedTuple

from hub.dossier.store.questions import By
from hub.reports.asked import Asked
from hub.reports.form.compiled import Address, Block, Form, Line, Plan
from hub.reports.questions import Plans, carried_over, cells_of, of_row
from hub.reports.slices import YEAR, Slice, of_years
from hub.reports.spans import Span
from hub.reports.wholes import Whole, wholes


class Alike(NamedTuple):
    """The cells of a line that count the same dossiers: only the figures differ."""

    section: str
    line: Line | Block
    plan: Plan
    """That of the first of them."""
    plans: tuple[tuple[str, Plan], ...]
    """By column."""
    names: tuple[str, ...]
    """Of their figures."""


class Prepared:
    """A form with what follows from it and the asked days. Plans are known by themselves, not by
    what they are equal to: they stay, with the form."""

    def __init__(self, form: Form, asked: Asked) -> None:
        self.form, self.asked = form, asked
        self.plans = dict(form.plans())
        self.blocks = {
            (part.key, line.key): line
            for part in form.parts for line in part.lines if isinstance(line, Block)
        }  # fmt: skip
        self.questions = Plans(form, asked)
        self.stock = carried_over(asked.days)
        self.has_figures = any(plan.kind == "figure" for plan in self.plans.values())
        self._spans: dict[int, tuple[Plan, Span]] = {}
        self._of_rows: dict[tuple[int, str], Plan] = {}
        self._others: dict[str, Prepared] = {}

    def other(self, form: Form) -> "Prepared":
        """Another form, for the same days."""
        found = self._others.get(form.id)
        if found is None:
            found = self._others[form.id] = Prepared(form, self.asked)
        return found

    @cached_property
    def asks(self) -> Sequence[tuple[Plan, By]]:
        """What is asked for cells, and by which dimension, each once."""
        days = self.asked.days
        wanted = [*cells_of(self.form, of_years(days.asked, days.calendar), self.of_row)]
        if wanted:
            wanted += [(plan, ()) for plan in self.stock]
        found: dict[object, tuple[Plan, By]] = {}
        for plan, by in wanted:
            found.setdefault((self.questions.wanted(plan), by, _applies(plan)), (plan, by))
        return tuple(found.values())

    @cached_property
    def counted(self) -> Sequence[Alike]:
        """The cells of figures that are reckoned line by line, those of years left out."""
        return tuple(
            found
            for part in self.form.parts
            for line in part.lines
            if not (isinstance(line, Block) and line.each == YEAR)
            for found in self._alike(part.key, line)
        )

    def _alike(self, section: str, line: Line | Block) -> Iterator[Alike]:
        found: dict[object, list[tuple[str, Plan]]] = {}
        for column, plan in line.plans.items():
            if plan.kind == "figure":
                key = self.questions.wanted(plan), _applies(plan)
                found.setdefault(key, []).append((column, plan))
        for plans in found.values():
            names = dict.fromkeys(name for _, plan in plans for name in plan.figures)
            yield Alike(section, line, plans[0][1], tuple(plans), tuple(names))

    @cached_property
    def counted_in(self) -> Mapping[tuple[str, str], Sequence[Alike]]:
        """The same, by section and block; of a block without figures none."""
        found: defaultdict[tuple[str, str], list[Alike]] = defaultdict(list)
        for it in self.counted:
            found[it.section, it.line.key].append(it)
        return found

    def dimension(self, block: Block) -> str:
        """The dimension by which the rows of a block are told apart."""
        return self.form.document.groups[block.groups].by if block.groups else block.each

    @cached_property
    def rest(self) -> Sequence[Address]:
        """All other cells, each behind those that it is made of."""
        done = {
            Address(it.section, it.line.key, column)
            for it in self.counted for column, _ in it.plans
        }  # fmt: skip
        return tuple(address for address in self.form.order if address not in done)

    @cached_property
    def wholes(self) -> Sequence[Whole]:
        """Where the whole of each block stands."""
        return tuple(wholes(self.form))

    def span(self, plan: Plan) -> Span:
        """The days of a cell."""
        found = self._spans.get(id(plan))
        if found is None:  # with the plan, whose number is its own as long as it is there
            found = self._spans[id(plan)] = plan, self.asked.days.span(plan.period, plan.after)
        return found[1]

    def of_row(self, plan: Plan, of: Slice | None) -> Plan:
        """A cell's plan in a row of a block, the same for the same row."""
        if of is None or of.days is None:
            return plan
        found = self._of_rows.get((id(plan), of.key))
        if found is None:
            found = self._of_rows[id(plan), of.key] = of_row(plan, of)
        return found


def _applies(plan: Plan) -> object:
    """What tells apart plans that may not apply to the same units."""
    return plan.applies if isinstance(plan.applies, bool) else id(plan.applies)
