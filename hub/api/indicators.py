"""Indicators over HTTP: the catalogue, and what units state (CONTRACT §4)."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet
from dataclasses import asdict
from itertools import product
from typing import Annotated, Any, Literal, NamedTuple

from fastapi import APIRouter, Query, Request, Response

from hub.api.access import Acting, Admin, AnyKey, Reader
from hub.api.asking import Positions, StrictRoute, Subtree, Units, scope_of
from hub.api.bodies import json_response
from hub.api.context import Hub, hub_of
from hub.api.moments import moment_of_knowledge
from hub.api.problems import bad_parameter, one_of
from hub.api.registry import put_rows
from hub.api.waiting import reckoned, wait_until_included
from hub.core.periods import CALENDARS, named
from hub.core.said import said, why
from hub.indicator.fold import WHOLE, slot_of
from hub.indicator.store import statements_in_force
from hub.indicator.values import NOT_PROVIDED, Rules, Said, Value, parts_of, value_of
from hub.indicator.values import Units as Register
from hub.registry.indicators import CODE, Indicator
from hub.registry.unit_tree import Level, UnitTree
from hub.store.scope import Scope
from schemas.event import Event

router = APIRouter(prefix="/v1/indicators", tags=["indicators"], route_class=StrictRoute)
Json = dict[str, Any]


@router.get("")
async def get_indicators(request: Request, _: AnyKey) -> Json:
    """The catalogue of indicators."""
    return {"indicators": [asdict(row) for row in hub_of(request).registry.indicators.all()]}


@router.put("")
async def put_indicators(request: Request, _: Admin, by: Acting) -> dict[str, int]:
    """Add indicators or replace them by code: all or none."""
    return await put_rows(request, Indicator, hub_of(request).registry.indicators.put, by)


@router.get("/values")
async def get_values(
    request: Request,
    key: Reader,
    unit: Units = None,
    subtree: Subtree = False,
    code: Annotated[list[str] | None, Query(description="Code of an indicator; repeat it")] = None,
    period: Annotated[
        str | None, Query(description="2020-Q1, 2020-H1, 2020-9M, 2020 or 2020-03; left out: all")
    ] = None,
    calendar: Annotated[str, Query(description="civil or nd09")] = "civil",
    level: Annotated[
        list[Literal[Level, ""]] | None,
        Query(description="Only what is said for this level; repeat it; '' for the whole"),
    ] = None,
    as_of: Annotated[str | None, Query(description="As it was known then (RFC 3339)")] = None,
    min_position: Positions = None,
) -> Response:
    """What units state of indicators, and the sums of what units below them state.

    An indicator that was asked for by its code and that nobody stated is `not_provided`.
    """
    hub = hub_of(request)
    scope = scope_of(hub, key, unit, subtree)
    for name in code or ():
        if not CODE.fullmatch(name):
            raise bad_parameter(
                "code", said("no-match", "must match {pattern}", pattern=CODE.pattern)
            )
    if calendar not in CALENDARS:
        raise bad_parameter("calendar", one_of(CALENDARS))
    if period is not None:
        try:
            named(period, calendar)
        except ValueError as error:
            raise bad_parameter("period", why(error)) from None
    known_at = moment_of_knowledge(as_of, hub.now())
    levels = None if level is None else frozenset[str](level)
    await wait_until_included(request, known_at, min_position or [])

    def answer() -> Response:
        wanted = frozenset(code or ())
        items = _values(hub, scope, wanted, calendar, period, known_at, levels)
        return json_response({"items": items})

    return await reckoned(request, answer)


def _values(
    hub: Hub, scope: Scope, codes: frozenset[str], calendar: str, period: str | None,
    as_of: int | None, levels: AbstractSet[str] | None,
) -> list[Json]:  # fmt: skip
    """An item for each unit, indicator, period and level about which somebody said something.

    `levels`: only these; None: all.
    """
    tree = hub.registry.units.tree()
    wider = scope
    if scope.units is not None:  # sums are of what units below say
        wider = Scope(frozenset(), tree.region(scope.units | scope.below).tops)
    of_code: defaultdict[str, dict[tuple[str, str, str], Event]] = defaultdict(dict)
    for event in statements_in_force(
        hub.store, wider, codes=codes, calendar=calendar,
        periods=() if period is None else frozenset(_with_parts(period)), as_of=as_of,
    ):  # fmt: skip
        place = slot_of(event)
        of_code[event.subject][event.unit, place.level, place.period] = event
    asked = _Asked(scope, calendar, period, tree)
    items: list[Json] = []
    for code in sorted({*of_code, *codes}):
        entry = hub.registry.indicators.get(code)
        told = asked.values(of_code[code], entry)
        found = [one for one in told if levels is None or one[2] in levels]
        if code in codes:
            found += asked.missing(found, levels or {WHOLE})
        items += (_item(code, calendar, *one) for one in found)
    return items


Found = tuple[str, str, str, Value]
"""Unit, period, level, and what the indicator is there."""


class _Asked(NamedTuple):
    """Which units, calendar and period are asked for; `period`: None for all that are stated."""

    scope: Scope
    calendar: str
    period: str | None
    tree: UnitTree

    def values(self, said: Said, entry: Indicator | None) -> Iterator[Found]:
        """What is known of an indicator in the units of the scope, by unit, period and level."""
        rules = Rules(entry.over_units, entry.over_periods) if entry else Rules()
        register = Register(lambda unit: self.tree.region((unit,)), self.tree.above, self._level)
        units = {unit for unit, _, _ in said}
        if rules.over_units == "sum":
            units = {one for unit in units for one in (unit, *self.tree.above(unit))}
        levels = {level for _, level, _ in said} | {WHOLE}
        levels |= {self._level(unit) or WHOLE for unit, _, _ in said}
        periods = {label for _, _, label in said} if self.period is None else {self.period}
        for unit, label, level in product(
            sorted(filter(self.scope.contains, units)), sorted(periods), sorted(levels)
        ):
            value = value_of(said, rules, unit, label, level, units=register)
            if value.state != "not_provided":
                yield unit, label, level, value

    def missing(self, found: Iterable[Found], levels: AbstractSet[str]) -> list[Found]:
        """What nobody said about the units that were asked for by name, for some levels."""
        if self.period is None:
            return []
        told = {(unit, level) for unit, _, level, _ in found}
        named_units = (self.scope.units or frozenset()) | self.scope.below
        lacking = sorted(set(product(named_units, levels)) - told)
        return [(unit, self.period, level, NOT_PROVIDED) for unit, level in lacking]

    def _level(self, unit: str) -> str | None:
        registered = self.tree.units.get(unit)
        return registered.level if registered else None


def _with_parts(period: str) -> Iterator[str]:
    """A period, and the shorter ones that it may be made of."""
    yield period
    for way in parts_of(period):
        for part in way:
            yield from _with_parts(part)


def _item(code: str, calendar: str, unit: str, period: str, level: str, value: Value) -> Json:
    said = {value.name: value.content} if value.state == "value" else {}
    return {
        "unit": unit,
        "code": code,
        "calendar": calendar,
        "period": period,
        "level": level or None,
        "state": value.state,
        **said,
        "origin": value.origin,
        "events": [{"unit": e.unit, "source": e.source, "id": e.id} for e in value.events],
    }
