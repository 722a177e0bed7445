"""What questions have in common: units, period, moment of knowledge, waiting for news."""

import re
from collections import Counter
from collections.abc import Callable, Collection, Coroutine, Iterable, Sequence
from datetime import date, datetime
from typing import Annotated, Any, Literal, NamedTuple, get_args, get_origin

from fastapi import Depends, Query, Request, Response
from fastapi.routing import APIRoute
from pydantic import BeforeValidator

from hub.api.access import Reader, key_of, may_read
from hub.api.context import Hub, hub_of
from hub.api.problems import bad_parameter
from hub.api.waiting import wait_until_included
from hub.core.periods import Period, between, named
from hub.core.time import day_start, days_of, microseconds_of, rfc3339
from hub.dossier.figures import DIMENSIONS
from hub.dossier.store.questions import Moment
from hub.registry import Key
from hub.registry.unit_tree import Level
from hub.services.scopes import of_levels, of_units
from hub.store.scope import Scope
from schemas.values import UNIT_CODE

_INSTANT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]+)?"
    r"(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])"
)


def _plain_day(value: object) -> object:
    """Only YYYY-MM-DD: pydantic would take a number for seconds since 1970, too."""
    if not isinstance(value, str) or not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
        raise ValueError("must be a day like 2020-01-31")
    return value


def _plain_number(value: object) -> object:
    """Only digits: pydantic would take 1_0 for 10, too."""
    if isinstance(value, str) and not re.fullmatch(r"[0-9]{1,9}", value):
        raise ValueError("must be a whole number like 10")
    return value


Day = Annotated[date, BeforeValidator(_plain_day)]
Whole = Annotated[int, BeforeValidator(_plain_number)]
Units = Annotated[list[str] | None, Query(description="Unit code; repeat it; left out: all")]
Positions = Annotated[
    list[str] | None, Query(description="Hub-Position that the answer must include")
]
_ONLY = Query(description="Only this one; repeat it for any of several; '' for none")
Values = Annotated[list[str] | None, _ONLY]
Subtree = Annotated[bool, Query(description="The units below, too")]


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
                    raise bad_parameter(name, f"is not known here; known: {told}")
                raise bad_parameter(name, "is given more than once; give it once")
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
            raise bad_parameter("unit", "1 to 35 characters A-Z a-z 0-9 .")
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


class Question(NamedTuple):
    """A question for figures or for the dossiers behind one."""

    unit: str | list[str] | None
    scope: Scope
    period: Period
    moment: Moment
    as_of: str


def period_of(
    period: str | None, calendar: str | None, start: date | None, end: date | None
) -> Period:
    """The period of the query parameters. Raises 422."""
    if period is not None and (start or end):
        raise bad_parameter("period", "give either period or from and to, not both")
    if period is None and calendar is not None:
        raise bad_parameter("calendar", "goes with period; from and to are plain days")
    try:
        if period is not None:
            return named(period, calendar or "civil")
        if start is None or end is None:
            name = "period" if start is end is None else "from" if start is None else "to"
            raise bad_parameter(name, "is required: give period, or both from and to")
        return between(start, end)
    except ValueError as error:
        raise bad_parameter("from" if period is None else "period", str(error)) from None


def instant_of(name: str, text: str) -> int:
    """The instant of a query parameter, as RFC 3339 has it: any year, `t` and `z`, any fraction
    (of which µs count). Raises 422."""
    text = text.replace(" ", "+").upper()  # a plus sign that the sender did not encode
    if not _INSTANT.fullmatch(text):
        raise bad_parameter(name, "RFC 3339 with T, seconds (00 to 59) and an offset")
    try:
        return microseconds_of(datetime.fromisoformat(text))
    except ValueError:
        raise bad_parameter(name, "is not a date and time that exists") from None


def moment_of(name: str, text: str, *, ends: bool = False) -> int:
    """A local day (its start or, if it `ends` something, its end) or an instant. Raises 422."""
    if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        try:
            return day_start(days_of(date.fromisoformat(text)) + ends)
        except ValueError:
            raise bad_parameter(name, "is not a day that exists") from None
    return instant_of(name, text)


async def question(
    request: Request,
    key: Reader,
    unit: Units = None,
    subtree: Subtree = False,
    period: Annotated[str | None, Query(description="2020-Q1, -H1, -9M, 2020, 2020-03")] = None,
    calendar: Annotated[Literal["civil", "nd09"] | None, Query()] = None,
    start: Annotated[Day | None, Query(alias="from", description="First local day")] = None,
    end: Annotated[Day | None, Query(alias="to", description="Last local day")] = None,
    parts: Annotated[Literal["include", "exclude"], Query()] = "exclude",
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
) -> Question:
    """The question that the query parameters ask, once the figures know enough to answer it."""
    hub, now = hub_of(request), hub_of(request).now()
    wanted = zip(DIMENSIONS[1:], (field, procedure, channel, level, authority, model), strict=True)
    scope = scope_of(hub, key, unit, subtree, unit_level)
    scope = scope._replace(where=where(wanted), parts=parts == "include")
    days = period_of(period, calendar, start, end)
    known_at = None
    if as_of is not None:
        as_of = as_of.replace(" ", "+")
        known_at = max(0, instant_of("as_of", as_of))  # before 1970 nothing was known either
        if known_at > now:
            raise bad_parameter("as_of", "must not be in the future")
    limit = now if known_at is None else known_at
    moment = Moment(min(days.bounds[0], limit), min(days.bounds[1], limit), known_at)
    await wait_until_included(request, known_at, min_position or [])
    asked = unit[0] if unit and len(unit) == 1 else unit
    return Question(asked, scope, days, moment, as_of or rfc3339(now))


Asked = Annotated[Question, Depends(question)]
