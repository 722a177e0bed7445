"""Errors as `application/problem+json` (RFC 9457): what is wrong, where, what to do."""

import errno
import json
from collections.abc import Iterable
from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import DBAPIError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import compile_path

from hub.core.of_pydantic import of_pydantic
from hub.core.said import Said, said, says
from hub.core.wrong_values import told
from hub.log.port import LogDamagedError, LogUnavailableError
from hub.registry import RegistryError
from hub.store.driver import StoreDamagedError, StoreUnavailableError, StoreUpgradingError

_NOWHERE = "the hub has nothing under this address; /docs names all its calls"
_AWAY = "the hub's storage cannot be used at the moment"
RETRY_AFTER = {"Retry-After": "5"}
EXHAUSTED = frozenset(
    (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM, errno.ENOSPC, errno.EDQUOT)
)
"""What the system answers while it has nothing left to give; it passes."""


IN_BODY_TOO = said("in-body-too", "is in the body, too; say it once")


class ProblemError(Exception):
    """An answer that is an error. `more` are further members of the problem."""

    def __init__(
        self, status: int, title: str, detail: str = "", *, headers: dict[str, str] | None = None,
        **more: Any,
    ) -> None:  # fmt: skip
        super().__init__(title)
        self.status, self.headers = status, headers
        self.body = {"title": title, "status": status, "detail": detail, **more}


def fault(
    pointer: str, message: str, code: str = "invalid", of: str | None = None
) -> dict[str, Any]:
    """An entry of `errors`; with `says` where others can say it, or what it is made `of`."""
    return {"code": code, "pointer": pointer, "message": message, **says(of or message)}


def bad_parameter(name: str, message: Said) -> ProblemError:
    """422 that names a query parameter."""
    return ProblemError(
        422, "wrong query parameter", f"{name}: {message}",
        errors=[fault(f"/{name}", message)],
    )  # fmt: skip


def one_of(names: Iterable[str]) -> Said:
    """What is none of these."""
    return said("one-of", "must be one of {names}", names=", ".join(names))


def of_registry(name: str, error: RegistryError) -> ProblemError:
    """422 that names a query parameter, of what the registry says."""
    message = f"{error.problem}; {error.hint}"
    return ProblemError(
        422, "wrong query parameter", f"{name}: {message}",
        errors=[fault(f"/{name}", message, error.code, error.problem)],
    )  # fmt: skip


def response(error: ProblemError) -> Response:
    """The response for a problem. A name that a sender gave may be half a character."""
    text = json.dumps(error.body, ensure_ascii=False).encode(errors="replace")
    return Response(text, error.status, error.headers, media_type="application/problem+json")


def _methods(app: FastAPI, path: str) -> set[str]:
    """What may be asked of a path (RFC 9110 §15.5.6); starlette knows the first of its calls."""
    found = {
        verb.upper()
        for template, calls in app.openapi()["paths"].items()
        if compile_path(template)[0].match(path)
        for verb in calls
    }
    return found | ({"HEAD"} if "GET" in found else set())


def install(app: FastAPI) -> None:
    """Answer every error of the application as a problem."""

    @app.exception_handler(ProblemError)
    async def _problem(_: Request, error: ProblemError) -> Response:
        return response(error)

    @app.exception_handler(RequestValidationError)
    async def _invalid(_: Request, error: RequestValidationError) -> Response:
        # `loc` goes on where a parameter was given more than once: the name is enough
        problems = [
            fault(f"/{e['loc'][1]}", "; ".join(told(e)), of=of_pydantic(e)) for e in error.errors()
        ]
        named = "; ".join(f"{p['pointer'].removeprefix('/')}: {p['message']}" for p in problems)
        return response(ProblemError(422, "wrong query parameter", named, errors=problems))

    @app.exception_handler(HTTPException)
    async def _http(request: Request, error: HTTPException) -> Response:
        headers = dict(error.headers or {})
        detail = _NOWHERE if error.status_code == 404 else ""
        if error.status_code == 405 and (methods := _methods(app, request.url.path)):
            headers = {"Allow": ", ".join(sorted(methods))}
        if error.status_code == 405:
            detail = f"{request.method} is not answered here; send {headers.get('Allow', 'GET')}"
        return response(ProblemError(error.status_code, str(error.detail), detail, headers=headers))

    @app.exception_handler(RegistryError)
    async def _registry(_: Request, error: RegistryError) -> Response:
        message = f"{error.problem}; {error.hint}"
        problem = fault(error.pointer, message, error.code, error.problem)
        return response(ProblemError(422, "not stored", str(error), errors=[problem]))

    @app.exception_handler(ClientDisconnect)
    async def _gone(_: Request, __: ClientDisconnect) -> Response:
        return response(ProblemError(400, "the body ended early", "send it again, whole"))

    _install_passing(app)

    @app.exception_handler(Exception)
    async def _fault(_: Request, __: Exception) -> Response:  # logged by the server, as always
        return response(
            ProblemError(500, "a fault of the hub", "please report it; the log says more")
        )


def _install_passing(app: FastAPI) -> None:
    """Trouble that passes is 503, damage is not."""

    async def _unavailable(_: Request, error: Exception) -> Response:
        why = str(error) if isinstance(error, StoreUpgradingError) else _AWAY
        detail = f"{why}; try again later"
        return response(ProblemError(503, "temporarily unavailable", detail, headers=RETRY_AFTER))

    for passing in (StoreUnavailableError, LogUnavailableError, DBAPIError):
        app.add_exception_handler(passing, _unavailable)

    async def _damaged(_: Request, error: Exception) -> Response:
        return response(ProblemError(500, "damaged", str(error)))

    for damage in (LogDamagedError, StoreDamagedError):
        app.add_exception_handler(damage, _damaged)

    @app.exception_handler(OSError)
    async def _system(request: Request, error: OSError) -> Response:
        if error.errno in EXHAUSTED:
            return await _unavailable(request, error)
        raise error
