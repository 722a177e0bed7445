"""Bodies: requests read with limits, unpacked, their media type understood; JSON answers."""

import gzip
import io
import re
import zlib
from collections.abc import Mapping
from typing import Any, Literal, TypeVar

import orjson
from pydantic import TypeAdapter, ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from hub.api.problems import ProblemError
from hub.core.json_text import NotJsonError, parse, pointer
from hub.core.of_pydantic import of_pydantic
from hub.core.wrong_values import told
from hub.registry import RegistryError
from schemas.cloudevents import MOST_EVENTS

Checked = TypeVar("Checked")
JSON = "application/json"
MOST_BYTES = 16 * 2**20
_MEMBER, _MOST_MEMBERS = b"\x1f\x8b\x08", 1_000
"""How each member of gzip begins, and how many a body may have: an empty member takes time too, and
a body has room for very many. Elsewhere in packed bytes these three bytes are rare."""
Mode = Literal["structured", "batch", "binary"]
_CHARSET = re.compile(r"\s*charset\s*=")
_MODES: dict[str, Mode] = {
    "application/cloudevents+json": "structured",
    "application/cloudevents-batch+json": "batch",
}


async def read_body(request: Request) -> bytes:
    """The body, gunzipped where it says so. Raises 400, 413, 415."""
    encoding = _header(request, "content-encoding", "identity").strip().lower()
    if encoding not in ("identity", "gzip", "x-gzip"):
        raise ProblemError(
            415, "unknown content encoding", "send the body as it is, or packed once with gzip"
        )
    pieces, size = [], 0
    async for piece in request.stream():
        size += len(piece)
        if size > MOST_BYTES:
            raise too_large()
        pieces.append(piece)
    body = b"".join(pieces)
    return body if encoding == "identity" else await run_in_threadpool(_gunzip, body)


def _header(request: Request, name: str, default: str = "") -> str:
    """A header that may stand there once. Raises 415."""
    found = request.headers.getlist(name)
    if len(found) > 1:
        raise ProblemError(415, f"two headers {name.title()}", "send it once")
    return found[0] if found else default


def _gunzip(packed: bytes) -> bytes:
    """Unpack gzip (of several members, too), never to more than the limit."""
    if packed.count(_MEMBER) > _MOST_MEMBERS:
        raise ProblemError(400, "too many pieces", "pack the body as one member of gzip, not many")
    try:
        unpacked = gzip.GzipFile(fileobj=io.BytesIO(packed)).read(MOST_BYTES + 1)
    except (OSError, EOFError, zlib.error):
        raise ProblemError(
            400, "not gzip", "the body is not gzip, or was cut off; send it again, whole"
        ) from None
    if len(unpacked) > MOST_BYTES:
        raise too_large()
    return unpacked


async def read_json(request: Request) -> Any:
    """The body as JSON. Raises 400, 413, 415.

    FastAPI by itself would read a body of any size, and before it asks for a key.
    """
    media_type_of(request, JSON)
    return parsed(await read_body(request))


def parsed(body: bytes) -> Any:
    """The JSON value of a body. Raises 400."""
    try:
        return parse(body)
    except NotJsonError as error:
        raise not_json(error) from None


def not_json(error: NotJsonError) -> ProblemError:
    """400."""
    return ProblemError(400, "not JSON", f"the body {error}")


def valid(adapter: TypeAdapter[Checked], value: Any) -> Checked:
    """The value, if it is what JSON writes so: no number for a day, no "yes" for true. Raises 422
    that names the place."""
    try:
        try:
            text = orjson.dumps(value)
        except TypeError:  # half a character: pydantic tells where
            return adapter.validate_python(value)
        return adapter.validate_json(text, strict=True)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place, (what, hint) = pointer([str(part) for part in first["loc"]]), told(first)
        raise RegistryError(place, of_pydantic(first, what), hint, "invalid") from None


def too_large() -> ProblemError:
    """413."""
    return ProblemError(
        413, "too large",
        f"send at most {MOST_EVENTS} events and {MOST_BYTES >> 20} MB (unpacked) at once",
    )  # fmt: skip


def media_type_of(request: Request, *allowed: str) -> str:
    """The media type of the body; of a few or not told, if some are given. Raises 415."""
    media_type, *parameters = _header(request, "content-type").lower().split(";")
    media_type = media_type.strip()
    charsets = [p.partition("=")[2].strip(' "') for p in parameters if _CHARSET.match(p)]
    if charsets and charsets != ["utf-8"]:
        raise ProblemError(415, "unknown charset", "send UTF-8, and say it once or not at all")
    if allowed and media_type not in ("", *allowed):
        raise ProblemError(
            415, "unknown media type", f"send the header Content-Type: {' or '.join(allowed)}"
        )
    return media_type


def mode_of(request: Request) -> Mode:
    """How the body holds events (CloudEvents HTTP binding §3). Raises 415."""
    media_type = media_type_of(request)
    if mode := _MODES.get(media_type):
        return mode
    is_json = media_type == "application/json" or (
        media_type.endswith("+json") and not media_type.startswith("application/cloudevents")
    )
    if is_json and any(name.startswith("ce-") for name in request.headers):
        return "binary"
    raise ProblemError(
        415, "unknown media type",
        f"send Content-Type {' or '.join(_MODES)}, or application/json with ce-* headers",
    )  # fmt: skip


def json_response(
    value: Any, status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    """A JSON answer of values that are plain already."""
    return Response(orjson.dumps(value), status, headers, media_type="application/json")
