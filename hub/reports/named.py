"""The dossiers, units and statements that make a cell differ."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache, cached_property
from typing import Any, Protocol

from hub.indicator.fold import content_of, slot_of
from hub.indicator.values import Value
from hub.registry import UnitTree
from hub.registry.unit_map import UnitMap
from hub.reports.contributions import Counted, Dossiers
from hub.reports.evaluation import Evaluation
from hub.reports.form.compiled import Plan
from hub.reports.form.document import OfUnits
from hub.reports.numbers import json_number
from hub.reports.questions import moment_of, of_row
from hub.reports.reasons import Reason, first_of
from hub.reports.slices import YEAR, Slice
from hub.services.scopes import of_levels
from hub.store.driver import Dossier
from hub.store.scope import Scope
from schemas.event import Event

Json = dict[str, Any]
Pair = tuple[Slice | None, Slice | None]
_Item = tuple[int, str]
_ByValue = dict[str, list[Counted]]
"""What is counted, by the value of the dimension that the rows are of."""


@dataclass(frozen=True)
class Because:
    """One thing that a cell counts otherwise: `change` is what it adds to the difference. `what`:
    by name what it is. A dossier is named in many cells: what is told of it is one and the same."""

    what: Json
    change: Fraction | int
    reason: Reason

    @cached_property
    def told(self) -> Json:
        """As JSON has it; not to be changed."""
        return {**self.what, "change": json_number(self.change), "reason": self.reason}


@dataclass(frozen=True)
class Side:
    """A report as it was, or is."""

    cells: Evaluation
    tree: UnitTree
    dossiers: Dossiers
    on: UnitMap | None = None
    """The units as they were on a day, whose tree `tree` is; None: as they were registered."""

    def scope(self, plan: Plan) -> Scope:
        """The dossiers that a cell is about."""
        scope = of_levels(self.tree, self.cells.asked.scope, plan.unit_level)
        return scope._replace(where=plan.where, parts=plan.parts)

    def has(self, plan: Plan) -> bool:
        """Whether the cell counts at all."""
        return self.cells.applies(plan) and self.cells.span(plan).begun

    def level(self, unit: str) -> str | None:
        """The registered level of a unit."""
        found = self.tree.units.get(unit)
        return found.level if found else None

    def place(self, unit: str) -> tuple[object, ...]:
        """Whether a unit is one of the report's, whether it is registered and was there, and under
        which unit it is shown."""
        is_within = self.cells.asked.scope.contains(unit)
        return is_within, unit in self.tree.units, unit in self._gone, self.shown(unit)

    @cached_property
    def _gone(self) -> frozenset[str]:
        return self.on.gone if self.on is not None else frozenset()

    def shown(self, unit: str) -> str:
        """Under which unit the dossiers of one are shown."""
        asked = self.cells.asked.unit
        return unit if self.on is None else self.on.label(unit, () if asked is None else (asked,))


class Placed(Protocol):
    """What counts by units."""

    @property
    def tree(self) -> UnitTree:
        """Which there are."""

    @property
    def on(self) -> UnitMap | None:
        """As they were on a day; None: as they were registered."""


def are_alike(one: Placed, other: Placed) -> bool:
    """Whether two have the same units at the same places."""
    heirs = [it.on.heirs if it.on is not None else {} for it in (one, other)]
    return (
        (one.tree.units, one.tree.loose) == (other.tree.units, other.tree.loose)
        and heirs[0] == heirs[1]
    )  # fmt: skip


@dataclass(frozen=True)
class NewStatements:
    """What was said of the form's indicators after the seal, and what of them was taken back."""

    said: Collection[Event]
    taken_back: Collection[tuple[str, str, str, str]]


class Namer:
    """Names what makes cells differ. `reasons`: of the dossiers with new events."""

    def __init__(
        self, keys: Sequence[Dossier], sealed: Side, today: Side,
        reasons: Mapping[Dossier, Reason], statements: NewStatements,
        new: Collection[tuple[str, str, str]] = (),
    ) -> None:  # fmt: skip
        """`new`: unit, subject and "source id" of new events."""
        self._keys, self._sealed, self._today = keys, sealed, today
        self._reasons, self._statements, self._new = reasons, statements, new
        self._because = cache(self._why)

    def of_cells(self, plan: Plan, rows: Sequence[Pair]) -> list[Sequence[Because]]:
        """What makes each of a plan's rows differ."""
        match plan.kind:
            case "figure":
                return self._figures(plan, rows)
            case "indicator":
                return [self._statement(of_row(plan, a or b), a, b) for a, b in rows]
            case "took_part":
                return [self._taking_part(of_row(plan, a or b), a or b) for a, b in rows]
            case "units":
                wanted = plan.units or OfUnits()
                before, after = (
                    set[str | None](side.cells.units(wanted)) if side.has(plan) else set()
                    for side in (self._sealed, self._today)
                )
                return [self._units(before, after) for _ in rows]
            case _:
                return [()] * len(rows)

    def of_asked_unit(self, change: Fraction | int) -> Because:
        """That a cell is for the asked unit today and was not, or the other way: it has another
        level."""
        unit = self._today.cells.asked.unit
        return Because({"unit": unit}, change, "registry")

    def _taking_part(self, plan: Plan, of: Slice | None) -> Sequence[Because]:
        before, after = (
            side.cells.units_taking_part(plan, of) if side.has(plan) else set()
            for side in (self._sealed, self._today)
        )
        return self._units(before, after)

    def _figures(self, plan: Plan, rows: Sequence[Pair]) -> list[Sequence[Because]]:
        if not self._keys:
            return [()] * len(rows)
        by = next((of.by for pair in rows for of in pair if of is not None), None)
        if by in (None, YEAR):
            return [self._row(of_row(plan, a or b), None, a, b)[0] for a, b in rows]
        return self._row(plan, by, *rows)

    def _row(self, plan: Plan, by: str | None, *rows: Any) -> list[Sequence[Because]]:
        pairs: Sequence[Pair] = rows if by is not None else [(None, None)]
        before = self._counted(plan, self._sealed, self._sealed, by)
        after = self._counted(plan, self._today, self._today, by)
        same_units = after
        if not are_alike(self._sealed, self._today):
            same_units = self._counted(plan, self._today, self._sealed, by)
        found: list[Sequence[Because]] = []
        for sealed, today in pairs:
            of = sealed or today
            old, new, moved = (_in_row(it, of) for it in (before, after, same_units))
            found.append([
                self._because(item, new[item] - old[item], is_moved=moved[item] == old[item])
                for item in sorted({*old, *new})
                if new[item] != old[item]
            ])  # fmt: skip
        return found

    def _counted(self, plan: Plan, known: Side, units: Side, by: str | None) -> _ByValue:
        """What is counted of what was known to one side, by the units of another."""
        found: _ByValue = {}
        if units.has(plan):
            moment = moment_of(units.cells.asked, units.cells.span(plan))
            for it in known.dossiers.counted(plan.figures, moment, units.scope(plan), by):
                value = units.shown(it.value) if by == "unit" else it.value
                found.setdefault(value, []).append(it)
        return found

    def _why(self, item: _Item, change: int, *, is_moved: bool) -> Because:
        """`is_moved`: by the units of the seal nothing would be counted otherwise."""
        unit, subject = self._keys[item[0]]
        what: Json = {"unit": unit, "subject": subject}
        if item[1]:
            what |= dict(zip(("source", "id"), item[1].split(" "), strict=True))
        reason = self._reasons.get((unit, subject))
        if is_moved or reason is None:
            reason = self._of_unit(unit)
        elif change > 0 and (unit, subject, item[1]) in self._new:
            reason = "late"  # the event itself is what came
        return Because(what, change, reason)

    def _of_unit(self, unit: str) -> Reason:
        """Why a unit counts otherwise: it lies elsewhere, or it is called or classed otherwise."""
        places = [side.place(unit) for side in (self._sealed, self._today)]
        return "registry" if places[0] == places[1] else "unit"

    def _units(self, before: set[Any], after: set[Any]) -> Sequence[Because]:
        return [
            Because({"unit": unit}, (unit in after) - (unit in before),
                    self._of_units_dossiers(unit))
            for unit in sorted(before ^ after, key=str)
        ]  # fmt: skip

    def _of_units_dossiers(self, unit: str) -> Reason:
        before, after = ((it.level(unit), it.place(unit)) for it in (self._sealed, self._today))
        if before != after:
            return self._of_unit(unit)
        own = [reason for (of, _), reason in self._reasons.items() if of == unit]
        return first_of(own) if own else "registry"

    def _statement(self, plan: Plan, sealed: Slice | None, today: Slice | None) -> list[Because]:
        before = self._value(self._sealed, plan, sealed)
        after = self._value(self._today, plan, today)
        old, new = _by_statement(before), _by_statement(after)
        events = {_name(event): event for it in (before, after) for event in it.events}
        found = []
        for name in sorted({*old, *new}):
            change = new.get(name, Fraction(0)) - old.get(name, Fraction(0))
            if change or (name in old) != (name in new):
                reason = self._of_statement(events[name], name in new, before, after)
                unit, code, source, said = name
                what = {"unit": unit, "code": code, "source": source, "id": said}
                found.append(Because(what, change, reason))
        return found

    def _value(self, side: Side, plan: Plan, of: Slice | None) -> Value:
        return side.cells.stated(plan, of)[0] if side.has(plan) else Value("not_provided")

    def _of_statement(self, event: Event, is_there: bool, before: Value, after: Value) -> Reason:
        same_slot = [
            it for it in self._statements.said
            if (it.unit, it.subject, slot_of(it)) == (event.unit, event.subject, slot_of(event))
        ]  # fmt: skip
        if _name(event) in self._statements.taken_back:
            return "retracted"
        gone = {_name(it) for it in before.events} - {_name(it) for it in after.events}
        if is_there and any(_name(it) == _name(event) for it in same_slot):
            replaced = any(_slot(it) == _slot(event) for it in before.events)
            return "corrected" if replaced else "late"
        if is_there and gone & {*self._statements.taken_back}:
            return "retracted"
        if not is_there and same_slot:
            withdrawn = any(content_of(it).said == "withdrawn" for it in same_slot)
            return "retracted" if withdrawn else "corrected"
        if self._of_unit(event.unit) == "unit":
            return "unit"
        if any(_name(it) not in gone and it in self._statements.said for it in after.events):
            return "late"
        return self._of_unit(event.unit)


def _in_row(counted: _ByValue, of: Slice | None) -> defaultdict[_Item, int]:
    found: defaultdict[_Item, int] = defaultdict(int)
    if of is None or of.but:
        values = [value for value in counted if of is None or of.has(value or None)]
    else:
        values = [code for code in of.codes if code in counted]
    for value in values:
        for it in counted[value]:
            found[it.dossier, it.event] += it.adds
    return found


def _by_statement(value: Value) -> defaultdict[tuple[str, str, str, str], Fraction]:
    """What each statement adds to a value."""
    found: defaultdict[tuple[str, str, str, str], Fraction] = defaultdict(Fraction)
    for event in value.events:
        name, said = content_of(event)
        found[_name(event)] += Fraction(str(said)) if name == "value" else Fraction(0)
    return found


def _name(event: Event) -> tuple[str, str, str, str]:
    return event.unit, event.subject, event.source, event.id


def _slot(event: Event) -> tuple[Any, ...]:
    return event.unit, event.subject, *slot_of(event)
