"""`/v1/audit`: whether everything that is stored is what the events say."""

from typing import Any

from fastapi import APIRouter, Request

from hub.api.access import Admin
from hub.api.asking import StrictRoute
from hub.api.context import hub_of
from hub.core.time import rfc3339
from hub.services.audit import audit
from hub.store.stopping import check

router = APIRouter(prefix="/v1", tags=["audit"], route_class=StrictRoute)


@router.post("/audit")
async def post_audit(request: Request, key: Admin) -> dict[str, Any]:
    """Recompute facts and aggregates from the events, and compare; takes minutes when there are
    millions. Of the differences the first thousand are listed. `GET` tells how far it is."""
    hub, state = hub_of(request), request.app.state
    since = rfc3339(hub.now())

    def told(what: str, done: int, of: int) -> None:
        check()  # nobody may want the answer any more
        state.audit = {"since": since, "comparing": what, "done": done, "of": of}

    def work() -> Any:
        try:
            return audit(hub.log, hub.store, hub.progress.applied, hub.now, told=told)
        finally:
            state.audit = None

    found = await hub.lanes.audits.run(request, key.id, work)
    state.last_audit = {"at": rfc3339(hub.now()), "differences_total": found.number}
    return {
        "clean": found.number == 0,
        "differences": found.kept,
        "differences_total": found.number,
        "checked": dict(found.checked),
    }


@router.get("/audit")
async def get_audit(request: Request, _: Admin) -> dict[str, Any]:
    """How far the audit is that runs, and what the last one found since this process began."""
    state = request.app.state
    return {
        "running": getattr(state, "audit", None),
        "last": getattr(state, "last_audit", None),
    }
