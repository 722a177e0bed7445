"""The application: all routes, put together."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from fastapi import FastAPI

from hub.api import (
    alerts,
    aliases,
    audit,
    backup,
    board,
    calendar,
    connector_calls,
    connector_pages,
    connectors,
    dead_letters,
    dossiers,
    entry,
    export,
    figures,
    forms,
    health,
    indicator_history,
    indicators,
    ingest,
    keys,
    letter_box,
    letter_groups,
    letter_notice,
    letter_replay,
    lists,
    live,
    openapi,
    orphans,
    pivot,
    problems,
    public_days,
    reconcile,
    registry,
    reports,
    restating,
    sealed,
    sealing,
    signals,
    stated,
    stating,
    taking_part,
    trail,
    trend,
    verify,
)  # fmt: skip
from hub.api.context import Hub
from hub.api.edges import HeadAsGet, LoopbackOnly
from hub.api.metrics import CountResponses
from hub.api.seen import flush_use, keep_use
from hub.api.watching import Watchers
from hub.web import install as install_page


def create_app(hub: Hub) -> FastAPI:
    """The HTTP application of a hub."""
    app = FastAPI(
        title="Motcua Hub",
        version="1",
        summary="Dossier events in, exact figures out",
        separate_input_output_schemas=False,
        docs_url=None,  # FastAPI's own pages come from other hosts: offices have no internet
        redoc_url=None,
        lifespan=_lifespan,
    )
    app.state.hub = hub
    hub.guard.metrics = hub.metrics
    for name, lane in hub.lanes.each().items():
        lane.refused = hub.metrics.limited.labels(f"{name}_lane").inc
    for limit in ("key_events", "key_questions", "wrong_keys"):
        hub.metrics.limited.labels(limit)
    app.state.watchers = Watchers(hub.live) if hub.live else None
    app.state.probing = health.Probing()
    app.state.most_watchers = live.MOST_WATCHERS
    app.add_middleware(HeadAsGet)
    if hub.open:
        app.add_middleware(LoopbackOnly)
    app.add_middleware(CountResponses, counter=hub.metrics.responses)
    problems.install(app)
    parts = (
        ingest, figures, pivot, taking_part, board, lists, live, calendar, public_days, dossiers,
        orphans, registry, indicators, entry, indicator_history, forms, aliases, reports, export,
        sealing, sealed, restating, stating, stated, trend, reconcile, connectors, connector_calls,
        connector_pages, keys, trail, signals, letter_groups, letter_replay, letter_notice,
        dead_letters, alerts, audit, backup, verify, health,
    )  # fmt: skip
    for part in parts:
        app.include_router(part.router)
    app.include_router(connector_calls.questions)
    install_page(app)
    openapi.install(app)
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    """What runs beside the requests, from the first to the last."""
    hub: Hub = app.state.hub
    keepers = [
        asyncio.create_task(hub.seen.keep(hub.registry.sources)),
        asyncio.create_task(letter_box.tidy(hub.registry.dead_letters, hub.steady or hub.now)),
        asyncio.create_task(keep_use(hub.registry.keys)),
    ]
    try:
        yield
    finally:
        for keeper in keepers:
            keeper.cancel()
            with suppress(asyncio.CancelledError):
                await keeper
        await hub.seen.flush(hub.registry.sources)
        await flush_use(hub.registry.keys)
