"""`GET /v1/orphans`: dossiers whose `received` never came (CONTRACT §2), in no figure."""

from typing import Any

from fastapi import APIRouter, Request, Response

from hub.api.access import Reader
from hub.api.asking import StrictRoute, Subtree, Units, scope_of
from hub.api.bodies import json_response
from hub.api.context import hub_of
from hub.api.list_sheet import LISTS, list_book
from hub.api.paging import Cursor, PageSize, pack, unpack
from hub.api.sheet_words import Lang
from hub.api.sheets import (
    MOST_ROWS,
    Heading,
    SheetFormat,
    file_name,
    sheet_response,
    wants_sheet,
)
from hub.api.waiting import answered, reckoned
from hub.core.time import rfc3339
from hub.dossier.store.questions import orphans

router = APIRouter(prefix="/v1", tags=["dossiers"], route_class=StrictRoute)


@router.get("/orphans")
async def get_orphans(
    request: Request,
    key: Reader,
    unit: Units = None,
    subtree: Subtree = False,
    limit: PageSize = 100,
    cursor: Cursor = None,
    as_format: SheetFormat = None,
    lang: Lang = "vi",
) -> Response:
    """Dossiers of which events are known, but never that they were received."""
    hub = hub_of(request)
    scope, now = scope_of(hub, key, unit, subtree), hub.now()
    after = ["", ""] if cursor is None else unpack(cursor, str, str)

    def answer() -> Response:
        rows = orphans(hub.store, scope, (after[0], after[1]), limit + 1)
        following = pack(rows[limit - 1][:2]) if len(rows) > limit else None
        return json_response({"items": list(map(_told, rows[:limit])), "next": following})

    def book() -> Response:
        rows = orphans(hub.store, scope, ("", ""), MOST_ROWS + 1)
        units, counts = sorted(unit or key.units), (len(rows), min(len(rows), MOST_ROWS))
        heading = Heading(LISTS["orphans"].title, units, subtree or not unit, now, is_past=False)
        items = map(_told, rows[:MOST_ROWS])
        body = list_book(hub, key, scope, heading, "orphans", items, counts, lang)
        return sheet_response(body, file_name(LISTS["orphans"].file, units, None, day=now), counts)

    if wants_sheet(request, as_format):
        return await reckoned(request, book)
    return await answered(request, scope, answer)


def _told(row: tuple[str, str, int]) -> dict[str, Any]:
    unit, subject, accepted = row
    return {"unit": unit, "subject": subject, "last_accepted": rfc3339(accepted)}
