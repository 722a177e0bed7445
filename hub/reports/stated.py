"""Cells of what units state."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from hub.indicator.values import NOT_PROVIDED, Rules, Units, Value, value_of
from hub.reports import addresses
from hub.reports.asked import Asked, Ports
from hub.reports.cells import Cell, Number, exact
from hub.reports.form.compiled import Form, Plan
from hub.reports.spans import Span


class Stated:
    """The cells of a form's indicators; the statements are asked for once."""

    def __init__(self, form: Form, asked: Asked, ports: Ports) -> None:
        self._form, self._asked, self._ports = form, asked, ports

    def cell(self, plan: Plan, value: Value, span: Span) -> Cell:
        """The cell of a value that was stated."""
        names = ("evidence", "note")
        said = dict.fromkeys(str(it.data.get(name, "")) for it in value.events for name in names)
        note = "; ".join(filter(None, said))
        if value.state != "value":
            return Cell(Number(value.state), "indicator", note=note)
        listed = addresses.of_statements(self._asked, plan, span)
        if value.name != "value":
            return Cell(Number("value"), "indicator", str(value.content), listed, note=note)
        number = Number("value", exact(str(value.content)))
        return Cell(number, "indicator", list=listed, note=note)

    def value(self, plan: Plan, span: Span) -> Value:
        """What the statements say of an indicator."""
        if self._asked.unit is None:
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
        return value_of(said, rules, self._asked.unit, span.label, level, units=units)

    @cached_property
    def _said(self) -> Mapping[str, Any]:
        codes = self._form.indicators()
        calendar = self._asked.days.calendar
        return self._ports.statements(self._asked.scope, codes, calendar, self._asked.as_of)
