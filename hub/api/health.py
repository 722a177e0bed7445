"""Is it alive, does it accept and answer, what does Prometheus want to know."""

from typing import Any

from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST
from sqlalchemy.exc import DBAPIError
from starlette.concurrency import run_in_threadpool

from hub.api.context import Hub, hub_of
from hub.api.watching import Watchers
from hub.log.port import encode_position

router = APIRouter(tags=["health"])
_LONGEST_TROUBLE = 200


@router.get("/healthz")
async def healthz() -> dict[str, str]:
    """The process is alive."""
    return {"status": "ok"}


@router.get("/readyz")
async def readyz(request: Request) -> dict[str, Any]:
    """It accepts and answers; how far the figures are behind what was accepted."""
    hub = hub_of(request)
    end, applied = hub.log.end(), hub.progress.applied
    return {
        "ready": True,
        "catching_up": bool(hub.progress.upgrading) or not hub.progress.includes(end),
        "lag_records": _lag(hub),
        "position": encode_position(end),
        "applied": encode_position(applied),
        "aggregates_complete": hub.progress.quarters_cover(1),
        "upgrading": hub.progress.upgrading,
        "trouble": _brief(hub.progress.trouble),
        "last_audit": getattr(request.app.state, "last_audit", None),  # since this process began
    }


@router.get("/metrics", response_class=Response)
async def metrics(request: Request) -> Response:
    """Prometheus' text format."""
    hub = hub_of(request)
    watchers: Watchers | None = request.app.state.watchers
    hub.metrics.progress(_lag(hub), hub.progress.trouble, watchers.count if watchers else 0)
    await run_in_threadpool(_ask_registry, hub)
    return Response(hub.metrics.text(), media_type=CONTENT_TYPE_LATEST)


def _lag(hub: Hub) -> int:
    applied = hub.progress.applied
    return sum(
        max(0, record - applied.get(partition, 0)) for partition, record in hub.log.end().items()
    )


def _brief(trouble: str | None) -> str | None:
    """Its first words: who asks has no key, and the rest may tell the statement that failed."""
    return trouble and trouble.partition("\n")[0][:_LONGEST_TROUBLE]


def _ask_registry(hub: Hub) -> None:
    try:
        letters = hub.registry.dead_letters.count()
        sources = hub.registry.sources.all()
    except DBAPIError:  # an outage must not hide the other metrics
        return
    seen = {row.source: row.last_seen for row in sources if row.last_seen is not None}
    hub.metrics.kept(letters, seen, hub.now())
