"""What questions have in common: units, period, moment of knowledge, waiting for news."""

import re
from collections import Counter
from collections.abc import Callable, Collection, Coroutine, Iterable, Sequence
from datetime import date
from typing import Annotated, Any, Literal, NamedTuple, get_args, get_origin

from fastapi import Depends, Query, Request, Response
from fastapi.routing import APIRoute
from pydantic import BeforeValidator
from starlette.concurrency import run_in_threadpool

from hub.api.access import Reader, key_of, may_read
from hub.api.context import Hub, hub_of
from hub.api.moments import NO_SUCH_DAY, moment_of_knowledge
from hub.api.problems import bad_parameter, of_registry
from hub.api.waiting import wait_until_included
from hub.core.periods import Period, between, named
from hub.core.said import said, why
from hub.core.time import NEVER, date_of, local_day, rfc3339
from hub.dossier.figures import DIMENSIONS
from hub.dossier.store.questions import Moment
from hub.registry import Key, RegistryError
from hub.registry.unit_map import UnitMap
from hub.registry.unit_tree import Level
from hub.services.scopes import of_levels, of_units, of_units_on
from hub.store.events import known_units
from hub.store.scope import Scope
from schemas.values import UNIT_CODE

NO_UNIT = said("no-unit", "must be 1 to 35 characters A-Z a-z 0-9 .")


def _plain_day(value: object) -> object:
    """Only YYYY-MM-DD: pydantic would take a number for seconds since 1970, too."""
    if not isinstance(value, str) or not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
        raise ValueError(said("no-day", "must be a day like 2020-01-31"))
    return value


def _plain_number(value: object) -> object:
    """Only digits: pydantic would take 1_0 for 10, too."""
    if isinstance(value, str) and not re.fullmatch(r"[0-9]{1,9}", value):
        raise ValueError(said("no-whole", "must be a whole number like 10"))
    return value


Day = Annotated[date, BeforeValidator(_plain_day)]
Whole = Annotated[int, BeforeValidator(_plain_number)]
Units = Annotated[list[str] | None, Query(description="Unit code; repeat it; left out: all")]
Positions = Annotated[
    list[str] | None, Query(description="Hub-Position that the answer must include")
]
_ONLY = Query(description="Only this one; repeat it for any of several; '' for none")
_CALENDAR = Query(description="Of the period; civil where left out; nd09 has months up to the 14th")
_PARTS = Query(description="Parts of linked dossiers count only with include")
Values = Annotated[list[str] | None, _ONLY]
Subtree = Annotated[bool, Query(description="The units below, too")]
MAP = "^(then|today|[0-9]{4}-[0-9]{2}-[0-9]{2})$"
View = Annotated[
    str | None,
    Query(
        alias="map",
        pattern=MAP,
        description="Units that were merged, split or moved: as they were at the end of the period "
        "(`then`), as of `today`, or of a day; left out: as they are registered",
    ),
]


class StrictRoute(APIRoute):
    """Refuses query parameters that the call does not know: a typing error must not change
    what is counted. Keeps to how many questions a key may ask at once."""

    is_question = True

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler, with the check before it."""
        handle = super().get_route_handler()
        fields = [
            field
            for dependant in _with_children(self.dependant)
            for field in dependant.query_params
        ]
        known = {field.alias for field in fields}
        repeatable = {field.alias for field in fields if _is_list(field.field_info.annotation)}

        async def checked(request: Request) -> Response:
            names = [name for name, _ in request.query_params.multi_items()]
            for name, times in Counter(names).items():
                if name in known and (times == 1 or name in repeatable):
                    continue
                await key_of(request)  # who has no key learns nothing else
                if name not in known:
                    told = ", ".join(sorted(known)) or "none"
                    says = said("not-known-here", "is not known here; known: {known}", known=told)
                    raise bad_parameter(name, says)
                raise bad_parameter(
                    name, said("more-than-once", "is given more than once; give it once")
                )
            if not self.is_question:
                return await handle(request)
            with hub_of(request).guard.question(await key_of(request)):
                return await handle(request)

        return checked


def _with_children(dependant: Any) -> list[Any]:
    return [dependant, *(d for child in dependant.dependencies for d in _with_children(child))]


def _is_list(annotation: Any) -> bool:
    return get_origin(annotation) is list or any(map(_is_list, get_args(annotation)))


def is_unit(text: str) -> bool:
    """Whether this can be the code of a unit."""
    return bool(re.fullmatch(UNIT_CODE, text))


def scope_of(
    hub: Hub,
    key: Key,
    units: list[str] | None,
    subtree: bool,
    levels: Collection[str] | None = None,
) -> Scope:
    """The dossiers that a question about units is about; `levels`: only units that are registered
    with one of these, '' for none. Raises 403, 422."""
    for unit in units or ():
        if not is_unit(unit):
            raise bad_parameter("unit", NO_UNIT)
    may_read(hub, key, units or ())
    tree = hub.registry.units.tree()
    asked = frozenset(units) if units else key.units
    scope = of_units(tree, asked, subtree=subtree or not units)
    return of_levels(tree, scope, levels)


def where(
    wanted: Iterable[tuple[str, Sequence[str] | None]],
) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """The filters of a `Scope`: dimensions with the values of each that were given."""
    return tuple((name, tuple(values)) for name, values in wanted if values is not None)


async def scope_on(
    hub: Hub, key: Key, units: list[str] | None, subtree: bool, view: str | None,
    then: int = NEVER, levels: Collection[str] | None = None,
) -> Scope:  # fmt: skip
    """As `scope_of`, by the query parameter `map`: what was merged into a unit counts for it.

    `then`: the instant (µs) of which `map=then` is; now, at the latest. Raises 403, 422.
    """
    scope = scope_of(hub, key, units, subtree, levels)
    on, asked = units_on(hub, view, then), frozenset(units) if units else key.units
    if on is None:
        return scope
    known = await run_in_threadpool(known_units, hub.store) if asked else ()
    scope = of_units_on(on, asked, known, subtree=subtree or not units)
    return of_levels(on.tree, scope, levels)


def units_on(hub: Hub, view: str | None, then: int) -> UnitMap | None:
    """The units of the query parameter `map`: as they are registered (None), as they were at an
    instant (`then`, µs), or as of today. Raises 422."""
    if view is None:
        return None
    now = hub.now()
    try:
        if view in ("then", "today"):
            day = date_of(local_day(min(then, now) if view == "then" else now))
        else:
            day = date.fromisoformat(view)
        return hub.registry.units.map_on(day)
    except RegistryError as error:
        raise of_registry("map", error) from None
    except ValueError:
        raise bad_parameter("map", NO_SUCH_DAY) from None


class Question(NamedTuple):
    """A question for figures or for the dossiers behind one."""

    unit: str | list[str] | None
    scope: Scope
    period: Period
    moment: Moment
    as_of: str
    on: UnitMap | None = None
    """The units as they were on a day; None: as they are registered."""
    below: bool = False
    """Whether it is about the units below those that were asked for, too."""
    levels: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """The filter by units' levels, as those of `scope.where` are told."""
    against: Period | None = None
    """The period beside."""

    @property
    def units(self) -> frozenset[str]:
        """The units that were asked for by name."""
        return frozenset([self.unit] if isinstance(self.unit, str) else self.unit or ())


def period_of(
    period: str | None, calendar: str | None, start: date | None, end: date | None
) -> Period:
    """The period of the query parameters. Raises 422."""
    if period is not None and (start or end):
        raise bad_parameter(
            "period", said("period-or-days", "give either period or from and to, not both")
        )
    if period is None and calendar is not None:
        raise bad_parameter(
            "calendar", said("calendar-of-days", "goes with period; from and to are plain days")
        )
    try:
        if period is not None:
            return named(period, calendar or "civil")
        if start is None or end is None:
            name = "period" if start is end is None else "from" if start is None else "to"
            raise bad_parameter(
                name, said("days-required", "is required: give period, or both from and to")
            )
        return between(start, end)
    except ValueError as error:
        raise bad_parameter("from" if period is None else "period", why(error)) from None


async def question(
    request: Request,
    key: Reader,
    unit: Units = None,
    subtree: Subtree = False,
    period: Annotated[str | None, Query(description="2020-Q1, -H1, -9M, 2020, 2020-03")] = None,
    calendar: Annotated[Literal["civil", "nd09"] | None, _CALENDAR] = None,
    start: Annotated[Day | None, Query(alias="from", description="First local day")] = None,
    end: Annotated[Day | None, Query(alias="to", description="Last local day")] = None,
    parts: Annotated[Literal["include", "exclude"], _PARTS] = "exclude",
    as_of: Annotated[str | None, Query(description="As known at this moment; RFC 3339")] = None,
    min_position: Positions = None,
    field: Values = None,
    procedure: Values = None,
    channel: Annotated[list[Literal["direct", "online", "post", ""]] | None, _ONLY] = None,
    level: Annotated[list[Literal[Level, ""]] | None, _ONLY] = None,
    authority: Values = None,
    model: Values = None,
    unit_level: Annotated[
        list[Literal[Level, ""]] | None,
        Query(description="Only units registered with this level; repeat it; '' for none"),
    ] = None,
    view: View = None,
) -> Question:
    """The question that the query parameters ask, once the figures know enough to answer it."""
    hub, now = hub_of(request), hub_of(request).now()
    wanted = zip(DIMENSIONS[1:], (field, procedure, channel, level, authority, model), strict=True)
    days = period_of(period, calendar, start, end)
    last = days.bounds[1] - 1
    scope = await scope_on(hub, key, unit, subtree, view, last, unit_level)
    scope = scope._replace(where=where(wanted), parts=parts == "include")
    known_at = moment_of_knowledge(as_of, now)
    limit = now if known_at is None else known_at
    moment = Moment(min(days.bounds[0], limit), min(days.bounds[1], limit), known_at)
    await wait_until_included(request, known_at, min_position or [])
    asked = unit[0] if unit and len(unit) == 1 else unit
    known = as_of.replace(" ", "+") if as_of else rfc3339(now)
    levels = where([("unit_level", unit_level)])
    on = units_on(hub, view, last)
    return Question(asked, scope, days, moment, known, on, subtree or not unit, levels)


Asked = Annotated[Question, Depends(question)]
