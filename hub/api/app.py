"""The application: all routes, put together."""

from fastapi import FastAPI

from hub.api import (
    board,
    dead_letters,
    dossiers,
    figures,
    health,
    ingest,
    live,
    problems,
    registry,
)  # fmt: skip
from hub.api.context import Hub
from hub.api.watching import Watchers


def create_app(hub: Hub) -> FastAPI:
    """The HTTP application of a hub."""
    app = FastAPI(
        title="Motcua Hub",
        version="1",
        summary="Dossier events in, exact figures out",
        separate_input_output_schemas=False,
    )
    app.state.hub = hub
    app.state.watchers = Watchers(hub.live) if hub.live else None
    problems.install(app)
    for part in (ingest, figures, board, live, dossiers, registry, dead_letters, health):
        app.include_router(part.router)
    return app
