"""Errors as `application/problem+json` (RFC 9457): what is wrong, where, what to do."""

from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from sqlalchemy.exc import DBAPIError
from starlette.exceptions import HTTPException
from starlette.requests import Request

from hub.log.port import LogUnavailableError
from hub.registry import RegistryError
from hub.store.port import StoreUnavailableError

RETRY_AFTER = {"Retry-After": "5"}


class ProblemError(Exception):
    """An answer that is an error. `more` are further members of the problem."""

    def __init__(
        self, status: int, title: str, detail: str = "", *, headers: dict[str, str] | None = None,
        **more: Any,
    ) -> None:  # fmt: skip
        super().__init__(title)
        self.status, self.headers = status, headers
        self.body = {"title": title, "status": status, "detail": detail, **more}


def bad_parameter(name: str, message: str) -> ProblemError:
    """422 that names a query parameter."""
    return ProblemError(
        422, "wrong query parameter", f"{name}: {message}",
        errors=[{"code": "invalid", "pointer": f"/{name}", "message": message}],
    )  # fmt: skip


def response(error: ProblemError) -> JSONResponse:
    """The response for a problem."""
    return JSONResponse(
        error.body, error.status, error.headers, media_type="application/problem+json"
    )


def install(app: FastAPI) -> None:
    """Answer every error of the application as a problem."""

    @app.exception_handler(ProblemError)
    async def _problem(_: Request, error: ProblemError) -> JSONResponse:
        return response(error)

    @app.exception_handler(RequestValidationError)
    async def _invalid(_: Request, error: RequestValidationError) -> JSONResponse:
        problems = [
            {"code": "invalid", "pointer": "/" + "/".join(map(str, e["loc"][1:])),
             "message": e["msg"]}
            for e in error.errors()
        ]  # fmt: skip
        names = ", ".join(p["pointer"].removeprefix("/") for p in problems)
        return response(
            ProblemError(422, "wrong request", f"correct {names or 'the body'}", errors=problems)
        )

    @app.exception_handler(HTTPException)
    async def _http(_: Request, error: HTTPException) -> JSONResponse:
        headers = dict(error.headers) if error.headers else None
        return response(ProblemError(error.status_code, str(error.detail), headers=headers))

    @app.exception_handler(RegistryError)
    async def _registry(_: Request, error: RegistryError) -> JSONResponse:
        problem = {"code": "invalid", "pointer": error.pointer, "message": str(error)}
        return response(ProblemError(422, "not stored", str(error), errors=[problem]))

    async def _unavailable(_: Request, __: Exception) -> JSONResponse:
        return response(
            ProblemError(
                503, "temporarily unavailable", "the hub's storage cannot be used at the moment; "
                "try again later", headers=RETRY_AFTER,
            )
        )  # fmt: skip

    for passing in (StoreUnavailableError, LogUnavailableError, DBAPIError):
        app.add_exception_handler(passing, _unavailable)
