"""The server's own errors, before or instead of the application's: problems, like all others."""

from collections.abc import Iterable
from http import HTTPStatus

from hub.api.problems import RETRY_AFTER, ProblemError, response

MOST_HEAD = 64 * 1024
"""Bytes of a request's line and header fields together."""

NOT_HTTP = ProblemError(
    400, "not HTTP", "the request cannot be read as HTTP/1.1; check what the client or proxy sends"
)
TOO_SLOW = ProblemError(
    408, "too slow", "the request did not arrive in time, nothing of it was stored; send it again"
)
LONG_URL = ProblemError(
    414, "the URL is too long",
    f"the request's line and header are over {MOST_HEAD >> 10} KB; ask for fewer at once",
)  # fmt: skip
LARGE_HEAD = ProblemError(
    431, "the header is too large",
    f"the request's line and header are over {MOST_HEAD >> 10} KB; send less of it, "
    "events belong into the body",
)  # fmt: skip
TOO_MANY = ProblemError(
    503, "too many connections", "all connections are taken; close some, and try again later",
    headers=RETRY_AFTER,
)  # fmt: skip
STOPPING = ProblemError(
    503, "the hub is stopping", "nothing was stored; try again later", headers=RETRY_AFTER
)
OTHER_VERSION = ProblemError(505, "unknown version of HTTP", "speak HTTP/1.1 or HTTP/1.0")


def bad_http(reason: str) -> ProblemError:
    """400; `reason`: the parser's, which repeats nothing of the request."""
    return ProblemError(400, "not HTTP", f"{reason}; {NOT_HTTP.body['detail']}")


def told(problem: ProblemError, headers: Iterable[tuple[bytes, bytes]] = ()) -> bytes:
    """The whole answer, after which the connection closes; with some headers more."""
    answer = response(problem)
    lines = [
        f"HTTP/1.1 {problem.status} {HTTPStatus(problem.status).phrase}".encode(),
        *(name + b": " + value for name, value in (*headers, *answer.raw_headers)),
        b"connection: close",
    ]
    return b"\r\n".join((*lines, b"", bytes(answer.body)))
