"""The lists beside the board: open dossiers that are overdue, due soon, or without a due date."""

from collections.abc import Callable, Sequence
from typing import Annotated, Any, NamedTuple, TypeVar

from fastapi import APIRouter, Depends, Query, Request, Response

from hub.api.access import Reader
from hub.api.advice import Late
from hub.api.asking import Positions, StrictRoute, Subtree, Units, Values, Whole, scope_of, where
from hub.api.bodies import json_response
from hub.api.context import Hub, hub_of
from hub.api.paging import Cursor, PageSize, pack, unpack
from hub.api.waiting import answered, reckoned, wait_until_included
from hub.core.time import HOUR, NEVER, SECOND, local_day, rfc3339
from hub.dossier.store.board import (
    Filter,
    Watched,
    coming_page,
    coming_total,
    overdue_page,
    overdue_total,
)
from hub.services.advising import Advised, Adviser
from hub.store.scope import Scope

router = APIRouter(prefix="/v1", tags=["board"], route_class=StrictRoute)
Json = dict[str, Any]


Row = TypeVar("Row", Watched, Advised)


class Page(NamedTuple):
    """A page of a list: which dossiers, at what moment (µs), after which row, how many."""

    hub: Hub
    scope: Scope
    wanted: Filter
    now: int
    after: tuple[int, str, str]
    limit: int

    def answer(self, total: int, rows: Sequence[Row], told: Callable[[Row, int], Json]) -> Response:
        """The answer from up to one row more than the page has; `next` is of the same moment."""
        following = None
        if len(rows) > self.limit:
            last = rows[self.limit - 1]
            following = pack((self.now, last.deadline, last.unit, last.subject))
        items = [told(row, self.now) for row in rows[: self.limit]]
        return json_response({"total": total, "items": items, "next": following})


async def _page(
    request: Request,
    key: Reader,
    unit: Units = None,
    subtree: Subtree = False,
    field: Values = None,
    procedure: Values = None,
    waiting: Annotated[bool | None, Query(description="Only those that wait, or do not")] = None,
    prefix: Annotated[
        str, Query(alias="q", max_length=100, description="How the code begins")
    ] = "",
    limit: PageSize = 100,
    cursor: Cursor = None,
    min_position: Positions = None,
) -> Page:
    """The page that the query parameters ask for. Raises 403, 422, 504."""
    hub = hub_of(request)
    given = where((("field", field), ("procedure", procedure)))
    scope = scope_of(hub, key, unit, subtree)._replace(where=given)
    await wait_until_included(request, None, min_position or [])
    first = (hub.now(), -NEVER, "", "")
    now, *after = first if cursor is None else unpack(cursor, int, int, str, str)
    return Page(hub, scope, Filter(waiting, None, prefix), now, (*after,), limit)


AskedPage = Annotated[Page, Depends(_page)]


def overdue_json(row: Watched, now: int) -> Json:
    """An overdue dossier as CONTRACT §4 tells it at a moment (µs), and its deadline."""
    return {
        **_dossier(row),
        "overdue_seconds": (now - row.deadline) // SECOND,
        "days_late": local_day(now) - local_day(row.due_at),
        "waiting": row.waiting,
    }


def coming_json(row: Watched, now: int) -> Json:
    """A dossier that will be overdue."""
    seconds = (row.deadline - now) // SECOND
    return {**_dossier(row), "seconds_left": seconds, "waiting": row.waiting}


def advised_json(row: Advised, now: int) -> Json:
    """A dossier without a due date, and the one that is advised; it is not overdue by that."""
    dossier = row.dossier
    return {
        "unit": row.unit,
        "subject": row.subject,
        "procedure": dossier.procedure,
        "field": dossier.field or None,
        "received_at": rfc3339(dossier.received_at),
        "waiting": dossier.waiting,
        "advisory": {
            "due_at": rfc3339(row.due_at),
            "basis": "hour" if row.is_hourly else "day",
            "deadline": rfc3339(row.deadline),
            "passed": row.deadline < now,
        },
    }


def _dossier(row: Watched) -> Json:
    return {
        "unit": row.unit,
        "subject": row.subject,
        "procedure": row.procedure or None,
        "field": row.field or None,
        "due_at": rfc3339(row.due_at),
        "deadline": rfc3339(row.deadline),
    }


@router.get("/overdue")
async def get_overdue(
    request: Request,
    page: AskedPage,
    min_days: Annotated[Whole | None, Query(ge=0, le=100_000, description="Days late")] = None,
) -> Response:
    """Open dossiers whose deadline has passed, longest first."""
    asked = (page.hub.store, page.scope, page.wanted._replace(min_days=min_days), page.now)

    def answer() -> Response:
        rows = overdue_page(*asked, page.after, page.limit + 1)
        return page.answer(overdue_total(*asked), rows, overdue_json)

    return await answered(request, page.scope, answer)


@router.get("/due-soon")
async def get_due_soon(
    request: Request,
    page: AskedPage,
    hours: Annotated[Whole, Query(ge=1, le=24 * 366, description="How far ahead")] = 24,
) -> Response:
    """Open dossiers that are not overdue but will be within some hours, soonest first."""
    asked = (page.hub.store, page.scope, page.wanted, page.now, page.now + hours * HOUR)

    def answer() -> Response:
        rows = coming_page(*asked, page.after, page.limit + 1)
        return page.answer(coming_total(*asked), rows, coming_json)

    return await answered(request, page.scope, answer)


@router.get("/undated")
async def get_undated(request: Request, page: AskedPage, late_rule: Late = False) -> Response:
    """Open dossiers for which no due date was stated, by the one that is advised, earliest first.

    Only those of procedures whose limit is registered. They are overdue in no number and no
    figure. `/v1/dossiers/{unit}/{subject}` explains the advice day by day.
    """

    def answer() -> Response:
        hub = page.hub
        adviser = Adviser(hub.store, hub.registry, page.scope, page.now, late_rule=late_rule)
        return page.answer(*adviser.undated(page.wanted, page.after, page.limit + 1), advised_json)

    return await reckoned(request, answer)
