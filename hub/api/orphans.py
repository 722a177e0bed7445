"""`GET /v1/orphans`: dossiers whose `received` never came (CONTRACT §2), in no figure."""

from typing import Any

from fastapi import APIRouter, Request

from hub.api.access import Reader
from hub.api.asking import StrictRoute, Subtree, Units, scope_of
from hub.api.context import hub_of
from hub.api.paging import Cursor, PageSize, pack, unpack
from hub.api.waiting import answered
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
) -> dict[str, Any]:
    """Dossiers of which events are known, but never that they were received."""
    hub = hub_of(request)
    scope = scope_of(hub, key, unit, subtree)
    after = ["", ""] if cursor is None else unpack(cursor, str, str)
    rows = await answered(
        request, scope, lambda: orphans(hub.store, scope, (after[0], after[1]), limit + 1)
    )
    return {
        "items": [
            {"unit": unit_code, "subject": subject, "last_accepted": rfc3339(accepted)}
            for unit_code, subject, accepted in rows[:limit]
        ],
        "next": pack(rows[limit - 1][:2]) if len(rows) > limit else None,
    }
