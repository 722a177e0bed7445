"""What a form's cells ask the store: as few questions as there are scopes, moments and dimensions.

Cells that differ only in the level of their units share a question by unit, and a total shares that
of the rows below it. All questions about the same units are answered by one pass over the dossiers.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any, NamedTuple

from hub.dossier.store.questions import By, Cut, Moment
from hub.reports.asked import Asked, Ports, Rows
from hub.reports.form.compiled import Block, Form, Plan
from hub.reports.form.scalars import FromTo
from hub.reports.slices import YEAR, Slice
from hub.reports.spans import Days, Span
from hub.services.scopes import of_levels
from hub.store.scope import Scope

STOCK = ("carried_over", "in_progress_total")
_BY_UNIT: By = ("unit",)
_FEW_UNITS = 500
"""Of so many registered units all are asked for at once, rather than those of one level."""


def instants_of(asked: Asked, span: Span) -> tuple[int, int]:
    """The instants (µs) between which the dossiers of some days are counted."""
    first, last = span.period._replace(end=max(span.last, span.period.start)).bounds
    return min(first, asked.limit), min(last, asked.limit)


class _Wanted(NamedTuple):
    """Which dossiers a cell is about, and in which days."""

    unit_level: tuple[str, ...] | None
    where: tuple[tuple[str, tuple[str, ...]], ...]
    parts: bool
    period: str | FromTo
    after: str | None


class _Question(NamedTuple):
    """What is asked of the units of a scope, by which dimensions."""

    scope: Scope
    by: By
    cut: Cut


class Plans:
    """What the plans of a form ask for some days, whatever the units."""

    def __init__(self, form: Form, asked: Asked) -> None:
        """Of what is asked only the days and the limit count."""
        self._asked = asked
        self._of_plans: dict[int, tuple[Plan, _Wanted]] = {}
        self._wanted: dict[_Wanted, _Wanted] = {}
        self._cuts: dict[_Wanted, Cut] = {}
        plans = [plan for _, plan in form.plans() if plan.kind in ("figure", "took_part")]
        self.tell_units_apart = any(plan.unit_level or plan.kind == "took_part" for plan in plans)
        self.names = names_of(form)
        self._finer = {self._same(wanted): by for wanted, by in _finer(form)}

    def wanted(self, plan: Plan) -> _Wanted:
        """What a cell wants: one thing for all cells that want the same."""
        found = self._of_plans.get(id(plan))
        if found is None:  # with the plan, whose number is its own as long as it is there
            found = self._of_plans[id(plan)] = plan, self._same(_wanted(plan))
        return found[1]

    def finest(self, plan: Plan, by: By) -> tuple[_Wanted, By]:
        """What is asked for a cell: a total shares the rows below it."""
        wanted = self.wanted(plan)
        return wanted, by or self._finer.get(wanted, ())

    def _same(self, wanted: _Wanted) -> _Wanted:
        return self._wanted.setdefault(wanted, wanted)

    def cut(self, wanted: _Wanted) -> Cut:
        """The dossiers, without the level of their units."""
        found = self._cuts.get(wanted)
        if found is None:
            span = self._asked.days.span(wanted.period, wanted.after)
            found = Cut(wanted.where, wanted.parts, *instants_of(self._asked, span))
            self._cuts[wanted] = found
        return found


class Questions:
    """Asks each question once, and those of one scope together."""

    def __init__(self, plans: Plans, asked: Asked, ports: Ports) -> None:
        self._plans, self._asked, self._ports = plans, asked, ports
        self._answers: dict[_Question, Rows] = {}
        self._of_plans: dict[tuple[int, By], tuple[Plan, Rows]] = {}
        self._questions: dict[tuple[_Wanted, By], _Question] = {}
        known = filter(asked.scope.contains, ports.tree.units)
        self._at_once = plans.tell_units_apart and sum(1 for _ in known) <= _FEW_UNITS

    def rows(self, plan: Plan, by: By) -> Rows:
        """The figures of a cell's dossiers, for each value of a dimension; without one, rows whose
        sum they are."""
        found = self._of_plans.get((id(plan), by))
        if found is None:  # with the plan, whose number is its own as long as it is there
            found = self._of_plans[id(plan), by] = plan, self._rows(plan, by)
        return found[1]

    def _rows(self, plan: Plan, by: By) -> Rows:
        wanted, by = self._seen(plan, by)
        rows = self._answer(self._question(wanted, by))
        if wanted.unit_level is None and plan.unit_level is not None:
            rows = self._of_levels(rows, plan.unit_level)
        return self._ports.shown(rows, by)

    def ask(self, cells: Iterable[tuple[Plan, By]]) -> None:
        """Ask together what cells will ask, each by a dimension or none."""
        together: defaultdict[Scope, defaultdict[By, list[Cut]]] = defaultdict(
            lambda: defaultdict(list)
        )
        for plan, by in cells:
            question = self._question(*self._seen(plan, by))
            cuts = together[question.scope][question.by]
            if question.cut not in cuts and question not in self._answers:
                cuts.append(question.cut)
        for scope, asked in together.items():
            wanted = {by: cuts for by, cuts in asked.items() if cuts}
            if not wanted:
                continue
            found = self._ports.figures(scope, wanted, self._asked.as_of, self._plans.names)
            for by, cuts in wanted.items():
                for cut, rows in zip(cuts, found[by], strict=True):
                    self._answers[_Question(scope, by, cut)] = rows

    def _seen(self, plan: Plan, by: By) -> tuple[_Wanted, By]:
        """What is asked for a cell: levels share the rows by unit, too."""
        wanted, by = self._plans.finest(plan, by)
        if by in ((), _BY_UNIT) and self._at_once:
            return wanted._replace(unit_level=None), _BY_UNIT
        return wanted, by

    def _of_levels(self, rows: Rows, levels: tuple[str, ...]) -> Rows:
        units = self._ports.tree.units
        found = ((key, row, units.get(str(key[0]))) for key, row in rows.items())
        return {key: row for key, row, unit in found if ((unit and unit.level) or "") in levels}

    def _question(self, wanted: _Wanted, by: By) -> _Question:
        found = self._questions.get((wanted, by))
        if found is None:
            scope = of_levels(self._ports.tree, self._asked.scope, wanted.unit_level)
            cut = self._plans.cut(wanted)
            found = self._questions[wanted, by] = _Question(scope, by, cut)
        return found

    def _answer(self, question: _Question) -> Rows:
        if question not in self._answers:
            wanted = {question.by: [question.cut]}
            found = self._ports.figures(
                question.scope, wanted, self._asked.as_of, self._plans.names
            )
            (self._answers[question],) = found[question.by]
        return self._answers[question]


def cells_of(
    form: Form, years: Sequence[Slice], of_row: Callable[[Plan, Slice], Plan]
) -> Iterator[tuple[Plan, By]]:
    """The cells that are of figures, and by which dimension each is asked, if by any. `of_row`: a
    cell's plan in a row of a year."""
    for line in (line for part in form.parts for line in part.lines):
        plans: Iterable[Plan] = line.plans.values()
        by: By = ()
        if isinstance(line, Block) and line.each == YEAR:
            plans = [of_row(plan, of) for of in years for plan in plans]
        elif isinstance(line, Block):
            by = (form.document.groups[line.groups].by if line.groups else line.each,)
        for plan in plans:
            if plan.kind in ("figure", "took_part"):
                yield plan, by_units(by) if plan.kind == "took_part" else by


def by_units(by: By) -> By:
    """The dimensions by which units are told apart, beside one of a row."""
    return _BY_UNIT if by in ((), _BY_UNIT) else (*_BY_UNIT, *by)


def names_of(form: Form) -> list[str]:
    """The figures that a report by a form asks for."""
    return sorted({*STOCK, *(name for _, plan in form.plans() for name in plan.figures)})


def carried_over(days: Days) -> tuple[Plan, Plan]:
    """What was carried over at the start of the asked days, and what was in progress when the day
    before ended."""
    before = (days.asked.start - timedelta(days=1)).isoformat()
    ended = FromTo(start=before, end=before)
    now, then = ((name,) for name in STOCK)
    return Plan("figure", now), Plan("figure", then, period=ended)


def of_row(plan: Plan, of: Slice | None) -> Plan:
    """A cell's plan in a row of a block: in that of a year, of its days."""
    if of is None or of.days is None or plan.period != "asked":
        return plan
    return replace(plan, period=of.days)


def moment_of(asked: Asked, span: Span) -> Moment:
    """The days of a cell as instants, and as known when."""
    return Moment(*instants_of(asked, span), asked.as_of)


def _wanted(plan: Plan) -> _Wanted:
    return _Wanted(plan.unit_level, plan.where, plan.parts, plan.period, plan.after)


def _finer(form: Form) -> Iterator[tuple[Any, By]]:
    """The dimension by which some dossiers are asked for anyway."""
    for line in (line for part in form.parts for line in part.lines):
        if isinstance(line, Block) and line.each != YEAR:
            by = form.document.groups[line.groups].by if line.groups else line.each
            for plan in line.plans.values():
                yield _wanted(plan), (by,)
