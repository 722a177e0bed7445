"""The lists beside the board: open dossiers that are overdue, due soon, or without a due date."""

from collections.abc import Callable, Sequence
from typing import Annotated, Any, Literal, NamedTuple, TypeVar

from fastapi import APIRouter, Depends, Query, Request, Response

from hub.api.access import Reader
from hub.api.advice import Late
from hub.api.asking import (
    Positions,
    StrictRoute,
    Subtree,
    Units,
    Values,
    View,
    Whole,
    scope_on,
    where,
)
from hub.api.bodies import json_response
from hub.api.context import Hub, hub_of
from hub.api.figure_words import DIMENSION_NAMES
from hub.api.list_sheet import LISTS, ListKind, list_book
from hub.api.paging import Cursor, PageSize, pack, unpack
from hub.api.problems import bad_parameter
from hub.api.sheet_words import Lang, Language, vi
from hub.api.sheets import (
    MOST_ROWS,
    Heading,
    Names,
    SheetFormat,
    file_name,
    filters_told,
    sheet_response,
    wants_sheet,
)
from hub.api.waiting import answered, reckoned, wait_until_included
from hub.core.said import said
from hub.core.time import HOUR, NEVER, SECOND, day_start, local_day, rfc3339
from hub.dossier.store.board import (
    Filter,
    Watched,
    coming_page,
    coming_total,
    overdue_page,
    overdue_total,
)
from hub.registry import Key
from hub.services.advising import Advised, Adviser
from hub.store.scope import Scope

router = APIRouter(prefix="/v1", tags=["board"], route_class=StrictRoute)
Json = dict[str, Any]


Row = TypeVar("Row", Watched, Advised)
Within = Literal["today", "next_working_day", "week"]
_FIRST = (-NEVER, "", "")
"""The place before every row."""
_BEHIND = "\x7f"
"""Comes after the code of every unit."""


class Page(NamedTuple):
    """A page of a list: which dossiers, at what moment (µs), after which row, how many; `unit`: the
    one that was asked for, '' for none or several."""

    hub: Hub
    key: Key
    scope: Scope
    wanted: Filter
    now: int
    after: tuple[int, str, str]
    limit: int
    unit: str = ""
    units: tuple[str, ...] = ()
    """Those that it is about, none for all; with those below them if `below`."""
    below: bool = False
    lang: Language = "vi"

    def answer(self, total: int, rows: Sequence[Row], told: Callable[[Row, int], Json]) -> Response:
        """The answer from up to one row more than the page has; `next` is of the same moment."""
        following = None
        if len(rows) > self.limit:
            last = rows[self.limit - 1]
            following = pack((self.now, last.deadline, last.unit, last.subject))
        items = [told(row, self.now) for row in rows[: self.limit]]
        total = self._in_all(total, rows, self.limit)
        return json_response({"total": total, "items": items, "next": following})

    def _in_all(self, total: int, rows: Sequence[object], most: int) -> int:
        """How long the list is. A whole one is as long as it was read, whatever came since."""
        return len(rows) if self.after == _FIRST and len(rows) <= most else total

    def book(
        self, which: ListKind, total: int, rows: Sequence[Row], told: Callable[[Row, int], Json],
        more: Sequence[tuple[str, str]] = (),
    ) -> Response:  # fmt: skip
        """The workbook of all rows, from up to one more than it may have; `more`: filters that
        only this list knows."""
        items = (told(row, self.now) for row in rows[:MOST_ROWS])
        names: Names = Names(self.hub)
        filters = [*filters_told(names, dict(DIMENSION_NAMES), self.scope.where), *more]
        if self.wanted.waiting is not None:
            filters.append((vi("Chờ bổ sung"), vi("có") if self.wanted.waiting else vi("không")))
        if self.wanted.prefix:
            filters.append((vi("Mã hồ sơ bắt đầu bằng"), self.wanted.prefix))
        heading = Heading(
            LISTS[which].title, self.units, self.below, self.now, is_past=False, filters=filters
        )
        total = self._in_all(total, rows, MOST_ROWS)
        listed = min(total, len(rows), MOST_ROWS)
        counts = (total, listed)
        body = list_book(
            self.hub, self.key, self.scope, heading, which, items, counts, self.lang
        )  # fmt: skip
        name = file_name(LISTS[which].file, self.units, None, day=self.now)
        return sheet_response(body, name, counts)


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
    view: View = None,
    lang: Lang = "vi",
) -> Page:
    """The page that the query parameters ask for. Raises 403, 422, 504."""
    hub = hub_of(request)
    given = where((("field", field), ("procedure", procedure)))
    scope = (await scope_on(hub, key, unit, subtree, view))._replace(where=given)
    await wait_until_included(request, None, min_position or [])
    first = (hub.now(), *_FIRST)
    now, *after = first if cursor is None else unpack(cursor, int, int, str, str)
    one = unit[0] if unit and len(unit) == 1 else ""
    about = tuple(sorted(unit or key.units))
    below = subtree or not unit
    return Page(
        hub, key, scope, Filter(waiting, None, prefix), now, (*after,), limit, one, about, below,
        lang,
    )  # fmt: skip


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
    left = (row.deadline - now) // SECOND
    return {**_dossier(row), "seconds_left": left, "waiting": row.waiting}


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
            "due_at": rfc3339(row.due_at), "basis": "hour" if row.is_hourly else "day",
            "deadline": rfc3339(row.deadline),
            "passed": row.deadline < now,
        },
    }  # fmt: skip


def _dossier(row: Watched) -> Json:
    return {
        "unit": row.unit, "subject": row.subject, "procedure": row.procedure or None,
        "field": row.field or None, "due_at": rfc3339(row.due_at),
        "deadline": rfc3339(row.deadline),
    }  # fmt: skip


@router.get("/overdue")
async def get_overdue(
    request: Request,
    page: AskedPage,
    min_days: Annotated[Whole | None, Query(ge=0, le=100_000, description="Days late")] = None,
    as_format: SheetFormat = None,
) -> Response:
    """Open dossiers whose deadline has passed, longest first."""
    asked = (page.hub.store, page.scope, page.wanted._replace(min_days=min_days), page.now)

    def answer() -> Response:
        rows = overdue_page(*asked, page.after, page.limit + 1)
        return page.answer(overdue_total(*asked), rows, overdue_json)

    def book() -> Response:
        rows = overdue_page(*asked, page.after, MOST_ROWS + 1)
        more = [] if min_days is None else [(vi("Quá hạn từ"), vi("{n} ngày", n=min_days))]
        return page.book("overdue", overdue_total(*asked), rows, overdue_json, more)

    if wants_sheet(request, as_format):
        return await reckoned(request, book)
    return await answered(request, page.scope, answer)


@router.get("/due-soon")
async def get_due_soon(
    request: Request,
    page: AskedPage,
    hours: Annotated[
        Whole | None, Query(ge=1, le=24 * 366, description="How far ahead; left out: 24")
    ] = None,
    within: Annotated[Within | None, Query(description="Instead of hours: by local days")] = None,
    as_format: SheetFormat = None,
) -> Response:
    """Open dossiers that are not overdue but will be within some hours, soonest first.

    `within`: those due today; after today up to the end of the next working day (by the calendar
    of the asked unit); or up to the end of Sunday.
    """
    if within is not None and hours is not None:
        raise bad_parameter(
            "hours", said("hours-or-within", "goes without within; give one of them")
        )
    asked = (page.hub.store, page.scope, page.wanted, page.now)
    start, until = 0, page.now + (hours or 24) * HOUR
    if within is not None:
        start, until = _span(page, within)

    def read(limit: int) -> tuple[int, list[Watched]]:
        after = max(page.after, (start, _BEHIND, ""))
        rows = coming_page(*asked, until, after, limit + 1)
        total = coming_total(*asked, until) - (coming_total(*asked, start) if start else 0)
        return total, rows

    if wants_sheet(request, as_format):
        told = _WITHIN[within] if within else vi("trong {n} giờ", n=hours or 24)
        more = [(vi("Đến hạn"), told)]
        return await reckoned(
            request, lambda: page.book("due-soon", *read(MOST_ROWS), coming_json, more)
        )
    return await answered(request, page.scope, lambda: page.answer(*read(page.limit), coming_json))


_WITHIN: dict[Within, str] = {
    "today": vi("hôm nay"), "week": vi("từ nay đến hết Chủ nhật"),
    "next_working_day": vi("sau hôm nay, đến hết ngày làm việc tới"),
}  # fmt: skip


def _span(page: Page, within: Within) -> tuple[int, int]:
    """After which instant and up to which (µs) the deadlines lie; 0: from now on."""
    today = local_day(page.now)
    if within == "today":
        return 0, day_start(today + 1)
    if within == "week":
        return 0, day_start(today + 7 - (today + 3) % 7)
    following = page.hub.registry.calendar.of(page.unit).next_working_day(today)
    return day_start(today + 1), day_start(following + 1)


@router.get("/undated")
async def get_undated(
    request: Request, page: AskedPage, late_rule: Late = False, as_format: SheetFormat = None
) -> Response:
    """Open dossiers for which no due date was stated, by the one that is advised, earliest first.

    Only those of procedures whose limit is registered. They are overdue in no number and no
    figure. `/v1/dossiers/{unit}/{subject}` explains the advice day by day.
    """
    is_sheet = wants_sheet(request, as_format)

    def answer() -> Response:
        hub = page.hub
        adviser = Adviser(hub.store, hub.registry, page.scope, page.now, late_rule=late_rule)
        most = MOST_ROWS if is_sheet else page.limit
        total, rows = adviser.undated(page.wanted, page.after, most + 1)
        if is_sheet:
            return page.book("undated", total, rows, advised_json)
        return page.answer(total, rows, advised_json)

    return await reckoned(request, answer)
