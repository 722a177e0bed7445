"""`/v1/verify`: whether log, store and registry are whole and belong together."""

from typing import Any

from fastapi import APIRouter, Request

from hub.api.access import Admin
from hub.api.asking import StrictRoute
from hub.api.context import hub_of
from hub.core.time import rfc3339
from hub.services.verify import Verified, verify
from hub.store.stopping import check

router = APIRouter(prefix="/v1", tags=["audit"], route_class=StrictRoute)


@router.post("/verify")
async def post_verify(request: Request, key: Admin) -> dict[str, Any]:
    """Check every record of the log, that each of its events is in the store, and the files of the
    store and the registry; takes minutes when there are millions of events. Of what is wrong the
    first thousand are listed, each with what to do. `GET` tells how far it is."""
    hub, state = hub_of(request), request.app.state
    since = rfc3339(hub.now())

    def told(what: str, done: int, of: int) -> None:
        check()  # nobody may want the answer any more
        state.verifying = {"since": since, "checking": what, "done": done, "of": of}

    def work() -> Verified:
        applied = hub.progress.applied
        try:
            return verify(hub.log, hub.store, hub.registry, applied, hub.parts, told)
        finally:
            state.verifying = None

    found = await hub.lanes.audits.run(request, key.id, work)
    state.last_verify = {"at": rfc3339(hub.now()), "problems_total": found.number}
    return told_of(found)


@router.get("/verify")
async def get_verify(request: Request, _: Admin) -> dict[str, Any]:
    """How far the check is that runs, and what the last one found since this process began."""
    state = request.app.state
    return {
        "running": getattr(state, "verifying", None),
        "last": getattr(state, "last_verify", None),
    }


def told_of(found: Verified) -> dict[str, Any]:
    """What a check found, as JSON has it."""
    return {
        "clean": found.number == 0,
        "problems": found.problems,
        "problems_total": found.number,
        "checked": found.checked,
    }
