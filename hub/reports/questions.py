"""What a form's cells ask the store: as few questions as there are scopes, moments and dimensions.

Cells that differ only in the level of their units share a question by unit, and a total shares that
of the rows below it.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

from hub.dossier.store.questions import Moment
from hub.reports.asked import Asked, Ports, Rows
from hub.reports.form.compiled import Block, Form, Plan
from hub.reports.form.scalars import FromTo
from hub.services.scopes import of_levels
from hub.store.scope import Scope

By = tuple[str, ...]
_BY_UNIT: By = ("unit",)
_FEW_UNITS = 500
"""Of so many registered units all are asked for at once, rather than those of one level."""


class _Wanted(NamedTuple):
    """Which dossiers a cell is about, and in which days."""

    unit_level: tuple[str, ...] | None
    where: tuple[tuple[str, tuple[str, ...]], ...]
    parts: bool
    period: str | FromTo
    after: str | None


class Questions:
    """Asks each question once."""

    def __init__(self, form: Form, asked: Asked, ports: Ports) -> None:
        self._asked, self._ports = asked, ports
        self._answers: dict[tuple[Scope, Moment, By], Rows] = {}
        self._finer = dict(_finer(form))
        known = filter(asked.scope.contains, ports.tree.units)
        self._at_once = (
            any(plan.unit_level or plan.kind == "took_part" for _, plan in form.plans())
            and sum(1 for _ in known) <= _FEW_UNITS
        )

    def rows(self, plan: Plan, by: By) -> Rows:
        """The figures of a cell's dossiers, for each value of a dimension; without one, rows whose
        sum they are."""
        wanted = _wanted(plan)
        if not by:
            by = self._finer.get(wanted, ())
        if by in ((), _BY_UNIT) and self._at_once:
            rows = self._answer(wanted._replace(unit_level=None), _BY_UNIT)
            return self._of_levels(rows, wanted.unit_level)
        return self._answer(wanted, by)

    def _of_levels(self, rows: Rows, levels: tuple[str, ...] | None) -> Rows:
        if levels is None:
            return rows
        units = self._ports.tree.units
        found = ((key, row, units.get(str(key[0]))) for key, row in rows.items())
        return {key: row for key, row, unit in found if ((unit and unit.level) or "") in levels}

    def _answer(self, wanted: _Wanted, by: By) -> Rows:
        scope = of_levels(self._ports.tree, self._asked.scope, wanted.unit_level)
        scope = scope._replace(where=wanted.where, parts=wanted.parts)
        span = self._asked.days.span(wanted.period, wanted.after)
        first, last = span.period._replace(end=max(span.last, span.period.start)).bounds
        limit = self._asked.limit
        moment = Moment(min(first, limit), min(last, limit), self._asked.as_of)
        question = scope, moment, by
        if question not in self._answers:
            self._answers[question] = self._ports.figures(*question)
        return self._answers[question]


def _wanted(plan: Plan) -> _Wanted:
    return _Wanted(plan.unit_level, plan.where, plan.parts, plan.period, plan.after)


def _finer(form: Form) -> Iterator[tuple[Any, By]]:
    """The dimension by which some dossiers are asked for anyway."""
    for line in (line for part in form.parts for line in part.lines):
        if isinstance(line, Block):
            by = form.document.groups[line.groups].by if line.groups else line.each
            for plan in line.plans.values():
                yield _wanted(plan), (by,)
