"""`POST /v1/audit`: whether everything that is stored is what the events say."""

from typing import Any

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool

from hub.api.access import Admin
from hub.api.asking import StrictRoute
from hub.api.context import hub_of
from hub.core.time import rfc3339
from streams.audit import audit

router = APIRouter(prefix="/v1", tags=["audit"], route_class=StrictRoute)


@router.post("/audit")
async def post_audit(request: Request, _: Admin) -> dict[str, Any]:
    """Recompute facts and aggregates from the events, and compare; takes minutes when there are
    millions. Of the differences the first thousand are listed."""
    hub = hub_of(request)
    found = await run_in_threadpool(audit, hub.log, hub.store, hub.progress.applied, hub.now)
    request.app.state.last_audit = {
        "at": rfc3339(hub.now()), "differences_total": found.number
    }  # fmt: skip
    return {
        "clean": found.number == 0,
        "differences": found.kept,
        "differences_total": found.number,
        "checked": dict(found.checked),
    }
