"""Is it alive, does it accept and answer, what does Prometheus want to know."""

from typing import Any

from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from hub.api.context import hub_of
from hub.log.port import encode_position

router = APIRouter(tags=["health"])


@router.get("/healthz")
async def healthz() -> dict[str, str]:
    """The process is alive."""
    return {"status": "ok"}


@router.get("/readyz")
async def readyz(request: Request) -> dict[str, Any]:
    """It accepts and answers; how far the figures are behind what was accepted."""
    hub = hub_of(request)
    end, applied = hub.log.end(), hub.progress.applied
    lag = sum(max(0, record - applied.get(partition, 0)) for partition, record in end.items())
    return {
        "ready": True,
        "catching_up": not hub.progress.includes(end),
        "lag_records": lag,
        "position": encode_position(end),
        "applied": encode_position(applied),
        "aggregates_complete": hub.progress.quarters_cover(1),
        "trouble": hub.progress.trouble,
    }


@router.get("/metrics")
async def metrics(request: Request) -> Response:
    """Prometheus' text format."""
    return Response(
        generate_latest(hub_of(request).metrics.registry), media_type=CONTENT_TYPE_LATEST
    )
