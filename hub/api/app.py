"""The application: all routes, put together."""

from fastapi import FastAPI

from hub.api import dead_letters, dossiers, figures, health, ingest, problems, registry
from hub.api.context import Hub


def create_app(hub: Hub) -> FastAPI:
    """The HTTP application of a hub."""
    app = FastAPI(
        title="Motcua Hub",
        version="1",
        summary="Dossier events in, exact figures out",
        separate_input_output_schemas=False,
    )
    app.state.hub = hub
    problems.install(app)
    for part in (ingest, figures, dossiers, registry, dead_letters, health):
        app.include_router(part.router)
    return app
