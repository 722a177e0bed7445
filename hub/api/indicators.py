"""Indicators over HTTP: the catalogue, and what units state (CONTRACT §4)."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from itertools import product
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.concurrency import run_in_threadpool

from hub.api.access import Admin, AnyKey, Reader
from hub.api.asking import (
    Positions,
    StrictRoute,
    Subtree,
    Units,
    instant_of,
    scope_of,
    wait_until_included,
)
from hub.api.context import Hub, hub_of
from hub.api.problems import bad_parameter
from hub.api.registry import put_rows
from hub.core.periods import CALENDARS, named
from hub.indicator.fold import WHOLE, place_of
from hub.indicator.store import statements_in_force
from hub.indicator.values import NOT_PROVIDED, Rules, Said, Value, parts_of, value_of
from hub.indicator.values import Units as Register
from hub.registry.indicators import CODE, Indicator
from hub.registry.unit_tree import UnitTree
from hub.store.questions import Scope
from schemas.event import Event

router = APIRouter(prefix="/v1/indicators", tags=["indicators"], route_class=StrictRoute)
Json = dict[str, Any]


@router.get("")
async def get_indicators(request: Request, _: AnyKey) -> Json:
    """The catalogue of indicators."""
    return {"indicators": [asdict(row) for row in hub_of(request).registry.indicators.all()]}


@router.put("")
async def put_indicators(request: Request, _: Admin) -> dict[str, int]:
    """Add indicators or replace them by code: all or none."""
    return await put_rows(request, Indicator, None, hub_of(request).registry.indicators.put)


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
    as_of: Annotated[str | None, Query(description="As it was known then (RFC 3339)")] = None,
    min_position: Positions = None,
) -> Json:
    """What units state of indicators, and the sums of what units below them state.

    An indicator that was asked for by its code and that nobody stated is `not_provided`.
    """
    hub = hub_of(request)
    scope = scope_of(hub, key, unit, subtree)
    for name in code or ():
        if not CODE.fullmatch(name):
            raise bad_parameter("code", f"must match {CODE.pattern}")
    if calendar not in CALENDARS:
        raise bad_parameter("calendar", f"must be one of {', '.join(CALENDARS)}")
    if period is not None:
        try:
            named(period, calendar)
        except ValueError as error:
            raise bad_parameter("period", str(error)) from None
    known_at = None
    if as_of is not None:
        known_at = max(0, instant_of("as_of", as_of.replace(" ", "+")))
        if known_at > hub.now():
            raise bad_parameter("as_of", "must not be in the future")
    await wait_until_included(hub, known_at, min_position or [])
    found = await run_in_threadpool(
        _values, hub, scope, frozenset(code or ()), calendar, period, known_at
    )
    return {"items": found}


def _values(
    hub: Hub, scope: Scope, codes: frozenset[str], calendar: str, period: str | None,
    as_of: int | None,
) -> list[Json]:  # fmt: skip
    """One item for each unit, indicator, period and level about which somebody said something."""
    tree = hub.registry.units.tree()
    below = None if scope.units is None else tree.below(scope.units)
    periods = frozenset() if period is None else frozenset(_with_parts(period))
    events = statements_in_force(
        hub.store, Scope(below, below or frozenset()), codes=codes, calendar=calendar,
        periods=periods, as_of=as_of,
    )  # fmt: skip
    of_code: defaultdict[str, dict[tuple[str, str, str], Event]] = defaultdict(dict)
    for event in events:
        place = place_of(event)
        of_code[event.subject][event.unit, place.level, place.period] = event
    items: list[Json] = []
    for code in sorted({*of_code, *codes}):
        items += _of_indicator(hub, tree, scope, code, of_code[code], calendar, period, codes)
    return items
