"""The operators' page: static files at `/`, nothing loaded from another host."""

from pathlib import Path

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

STATIC = Path(__file__).with_name("static")
_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
}  # said here, for what the system believes of a suffix differs between machines
_HEADERS = {
    "Content-Security-Policy": "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "connect-src 'self'",
            "img-src 'self' data:",
            "frame-ancestors 'none'",
            "base-uri 'none'",
            "form-action 'none'",
        )
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-cache",  # ask each time, by ETag: a new version is there at once
}


class _Files(StaticFiles):
    """Static files with their type and the headers that confine the page."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """A file, 304 if the browser has it, 404, 405."""
        response = await super().get_response(path, scope)
        if isinstance(response, FileResponse):
            response.headers["Content-Type"] = _TYPES.get(
                Path(path).suffix, "application/octet-stream"
            )
        response.headers.update(_HEADERS)
        return response


def install(app: FastAPI) -> None:
    """Serve the page at `/`, the interface's at `/docs`, what they load below `/static`."""
    files = _Files(directory=STATIC)

    @app.get("/", include_in_schema=False)
    async def _page(request: Request) -> Response:
        return await files.get_response("index.html", request.scope)

    @app.get("/docs", include_in_schema=False)
    async def _docs(request: Request) -> Response:
        return await files.get_response("docs.html", request.scope)

    app.mount("/static", files)
