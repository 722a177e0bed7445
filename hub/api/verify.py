"""`/v1/verify`: whether log, store and registry are whole and belong together."""

from typing import Any

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool

from hub.api.access import Admin
from hub.api.asking import StrictRoute
from hub.api.context import hub_of
from hub.api.problems import RETRY_AFTER, ProblemError
from hub.core.time import rfc3339
from streams.verify import Verified, verify

router = APIRouter(prefix="/v1", tags=["audit"], route_class=StrictRoute)


@router.post("/verify")
async def post_verify(request: Request, _: Admin) -> dict[str, Any]:
    """Check every record of the log, that each of its events is in the store, and the files of the
    store and the registry; takes minutes when there are millions of events. Of what is wrong the
    first thousand are listed, each with what to do. `GET` tells how far it is; one runs at a time.
    """
    hub, state = hub_of(request), request.app.state
    if getattr(state, "verifying", None):
        raise ProblemError(
            409, "runs already", "a check runs already; GET /v1/verify tells how far it is",
            headers=RETRY_AFTER,
        )  # fmt: skip
    since = rfc3339(hub.now())

    def told(what: str, done: int, of: int) -> None:
        state.verifying = {"since": since, "checking": what, "done": done, "of": of}

    def work() -> Verified:
        return verify(hub.log, hub.store, hub.registry, hub.progress.applied, hub.parts, told)

    told("registry", 0, 1)
    try:
        found = await run_in_threadpool(work)
    finally:
        state.verifying = None
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
