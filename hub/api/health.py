"""Is it alive, does it accept and answer, what does Prometheus want to know."""

import asyncio
import time
from typing import Any

from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST
from sqlalchemy.exc import DBAPIError
from starlette.concurrency import run_in_threadpool

from hub.api.access import is_admin, key_of, visible_sources
from hub.api.context import Hub, hub_of
from hub.api.metrics import kept_text
from hub.api.watching import Watchers
from hub.core.time import SECOND
from hub.log.port import EventLog, encode_position
from hub.registry import Key
from hub.services.freshness import freshness

router = APIRouter(tags=["health"])
_LONGEST_TROUBLE = 200
_EVERY, _EVERY_IN_TROUBLE = 10.0, 1.0
"""Seconds between two attempts to store something for those who ask, at least."""
_PATIENCE = 3.0
"""Seconds that one who asks waits for such an attempt."""


@router.get("/healthz")
async def healthz() -> dict[str, str]:
    """The process is alive."""
    return {"status": "ok"}


@router.get("/readyz")
async def readyz(request: Request, response: Response) -> dict[str, Any]:
    """The hub accepts and answers; how far the figures are behind what was accepted. 503 while it
    could not store an event; `trouble` says why. `clock_behind_seconds`: how far the log's last
    moment lies in the future, if it does: this machine's clock was ahead, or is behind."""
    hub = hub_of(request)
    probing: Probing = request.app.state.probing
    log_trouble = await probing.look(hub.log)
    end, applied = hub.log.end(), hub.progress.applied
    if log_trouble is not None:
        response.status_code = 503
    return {
        "ready": log_trouble is None,
        "catching_up": bool(hub.progress.upgrading) or not hub.progress.includes(end),
        "lag_records": _lag(hub),
        "position": encode_position(end),
        "applied": encode_position(applied),
        "aggregates_complete": hub.progress.quarters_cover(1),
        "upgrading": hub.progress.upgrading,
        "trouble": await _told(request, log_trouble or hub.progress.trouble),
        "clock_behind_seconds": hub.ahead() // SECOND,
        "last_audit": getattr(request.app.state, "last_audit", None),  # since this process began
    }


class Probing:
    """Whether the log stores events: by its last attempt, or by one that is made for who asks."""

    def __init__(self) -> None:
        self._next, self._running = 0.0, asyncio.Lock()

    async def look(self, log: EventLog) -> str | None:
        """Why the log cannot store events; None: it can."""
        async with self._running:
            if time.monotonic() >= self._next:
                try:
                    async with asyncio.timeout(_PATIENCE):
                        await asyncio.shield(asyncio.wrap_future(log.probe()))
                except TimeoutError:
                    return f"the log does not answer within {_PATIENCE:.0f} s"
                every = _EVERY if log.trouble is None else _EVERY_IN_TROUBLE
                self._next = time.monotonic() + every
        return log.trouble and f"no event can be stored: {log.trouble}"


@router.get("/metrics", response_class=Response)
async def metrics(request: Request) -> Response:
    """Prometheus' text format. Sources and reasons of letters by name need a key that may see them,
    unless the setting HUB_METRICS is `open`; without one their sum and the oldest are told."""
    hub = hub_of(request)
    asks = not hub.open_metrics and "authorization" in request.headers
    key = await key_of(request) if asks or hub.open else None
    watchers: Watchers | None = request.app.state.watchers
    hub.metrics.progress(_lag(hub), hub.progress.trouble, watchers.count if watchers else 0)
    hub.metrics.log(hub.log.trouble, hub.ahead())
    for name, lane in hub.lanes.each().items():
        hub.metrics.lane(name, lane.taken, lane.waiting)
    async with hub.metrics.asking:
        kept = await run_in_threadpool(_ask_registry, hub, key)
    return Response(hub.metrics.text() + kept, media_type=CONTENT_TYPE_LATEST)


def _lag(hub: Hub) -> int:
    applied = hub.progress.applied
    return sum(
        max(0, record - applied.get(partition, 0)) for partition, record in hub.log.end().items()
    )


async def _told(request: Request, trouble: str | None) -> str | None:
    """A trouble's first words, to an administrator: they may name hosts, folders and tables."""
    if trouble is None or not await is_admin(request):
        return trouble and "there is some; ask with an admin key, or see the log of the hub"
    return trouble.partition("\n")[0][:_LONGEST_TROUBLE]


def _ask_registry(hub: Hub, key: Key | None) -> bytes:
    """What the registry holds, as this key may see it."""
    try:
        letters = hub.registry.dead_letters.count()
        not_kept = sum(row.letters for row in hub.registry.dead_letters.not_kept())
        sources = freshness(hub.registry, hub.now())
        keys = hub.registry.keys.all()
    except DBAPIError:  # an outage must not hide the other metrics
        return b""
    seen = {row.source.source: row.since for row in sources if row.since}
    late = {row.source.source for row in sources if row.is_late}
    now, whole = hub.now(), hub.open_metrics or (key is not None and _sees_all(key))
    if key is None or whole:
        return kept_text(letters, not_kept, seen, len(late), keys, now, named=whole)
    own = visible_sources(hub, key, {*seen, *late})
    letters = {"": sum(letters.values())}
    seen = {name: at for name, at in seen.items() if name in own}
    return kept_text(letters, not_kept, seen, len(late & own), keys, now, named=True)


def _sees_all(key: Key) -> bool:
    return key.role != "source" and not key.units
