"""Asks a service and gives what it answers, or says why not.

What may pass is tried again, a few times and as late as the service asks: refusals for the moment
(429, 5xx), broken connections, answers that end in the middle.
"""

import logging
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, NamedTuple
from urllib.parse import urljoin, urlsplit

import httpx
import orjson
import stamina
from stamina.instrumentation import RetryDetails, set_on_retry_hooks

from connectors.mapping.reads import Rest
from connectors.port import BrokenSourceError, SourceError
from connectors.rest.login import Login
from connectors.rest.network import PrivateAddressError, is_untrusted, transport

_LOG = logging.getLogger(__name__)
MOST_BYTES = 64 << 20
_TIMES = httpx.Timeout(30.0, connect=10.0)
_MOST_SECONDS = 300.0
"""Of one answer."""
_MOST_REDIRECTS = 5
_ATTEMPTS = 5
_LONGEST_WAIT = 60.0
"""Seconds that are waited for inside a poll; for longer ones the poll ends."""
_PASSING = frozenset({408, 425, 429}) | frozenset(range(500, 600))
_TOLD = {
    401: "refuses who asks (401); correct `auth`, or the secret that it names",
    403: "does not let who asks read this (403); ask its owner for the right",
    404: "has nothing there (404); correct `url`",
    410: "has nothing there any more (410); correct `url`",
}


class Answer(NamedTuple):
    """What was answered."""

    body: Any
    """JSON."""
    links: Mapping[str, str]
    """Of the header `Link` (RFC 8288), by their `rel`."""
    url: str
    """Where it came from."""


class _AgainError(Exception):
    """Trouble that may pass; the text says what."""

    def __init__(self, says: str, seconds: float | None = None) -> None:
        super().__init__(says)
        self.seconds = seconds


class RefusedError(BrokenSourceError):
    """The service refuses what was asked."""

    def __init__(self, says: str, status: int) -> None:
        super().__init__(says)
        self.status = status


class Service:
    """One service; requests come one after the other, as often as `rate` allows."""

    def __init__(
        self, read: Rest, wait: Callable[[float], None] = time.sleep, most: int = MOST_BYTES
    ) -> None:
        self._read, self._wait, self._most = read, wait, most
        self._client = httpx.Client(
            transport=transport(private=read.private), timeout=_TIMES, trust_env=False
        )
        self._login = Login(read.auth, self._post)
        self._next = 0.0

    def close(self) -> None:
        """End the connections."""
        self._client.close()

    def get(self, url: str, params: Mapping[str, Any]) -> Answer:
        """Ask, and ask again where that helps. Raises `RefusedError`, `SourceError`,
        `BrokenSourceError`."""
        try:
            for attempt in stamina.retry_context(
                on=_backoff, attempts=_ATTEMPTS, timeout=None, wait_max=10.0
            ):
                with attempt:
                    return self._answer(url, params)
        except _AgainError as error:
            raise SourceError(str(error)) from error
        raise AssertionError

    def _answer(self, url: str, params: Mapping[str, Any]) -> Answer:
        status, headers, body, url = self._followed(url, params, self._login.headers())
        if status == 401 and self._login.forget():
            status, headers, body, url = self._followed(url, params, self._login.headers())
        if status in _PASSING:
            seconds = _seconds(headers.get("retry-after"))
            raise _AgainError(f"{_host(url)} answers {status}", seconds)
        if status not in (200, 204):
            says = _TOLD.get(status, f"answers {status}; correct `url`, `params` or `page`")
            raise RefusedError(f"{_host(url)} {says}", status)
        try:
            found = orjson.loads(body) if status == 200 else []
        except orjson.JSONDecodeError as error:
            raise _AgainError(f"{_host(url)} answers what is no whole JSON") from error
        links = {
            rel: urljoin(url, link["url"])
            for link in _links(headers)
            for rel in link.get("rel", "").split()
        }
        return Answer(found, links, url)

    def _followed(
        self, url: str, params: Mapping[str, Any], headers: dict[str, str]
    ) -> tuple[int, httpx.Headers, bytes, str]:
        """Follow redirects within the host."""
        asked = httpx.URL(url).copy_merge_params(dict(params)) if params else httpx.URL(url)
        for _ in range(_MOST_REDIRECTS):
            status, got, body = self._send("GET", str(asked), {**self._read.headers, **headers})
            if status not in (301, 302, 303, 307, 308) or "location" not in got:
                return status, got, body, str(asked)
            target = urljoin(str(asked), got["location"])
            if not is_same_host(str(asked), target):
                raise BrokenSourceError(
                    f"{_host(url)} sends to another host, {_host(target)}; write that address in "
                    "`url` if it is the right one"
                )
            asked = httpx.URL(target)
        raise BrokenSourceError(f"{_host(url)} sends in circles; correct `url`")

    def _post(self, url: str, form: dict[str, str], headers: dict[str, str]) -> tuple[int, bytes]:
        status, _, body = self._send("POST", url, headers, form)
        return status, body

    def _send(
        self, method: str, url: str, headers: dict[str, str], form: dict[str, str] | None = None
    ) -> tuple[int, httpx.Headers, bytes]:
        self._wait_for_turn()
        try:
            with self._client.stream(method, url, headers=headers, data=form) as response:
                return response.status_code, response.headers, self._body(response)
        except PrivateAddressError as error:
            raise BrokenSourceError(
                f"{_host(url)} lies in a private network or on this machine; write `private: true` "
                "under `read` if that is meant"
            ) from error
        except (httpx.InvalidURL, httpx.UnsupportedProtocol) as error:
            raise BrokenSourceError("`url` is no address that begins with http(s)://") from error
        except httpx.HTTPError as error:
            if is_untrusted(error):
                raise BrokenSourceError(
                    f"the certificate of {_host(url)} is not to be believed; correct the name in "
                    "`url`, or name the file of its authority in SSL_CERT_FILE"
                ) from error
            says = f"{_host(url)} does not answer ({type(error).__name__})"
            raise _AgainError(says) from error

    def _body(self, response: httpx.Response) -> bytes:
        body, limit = bytearray(), time.monotonic() + _MOST_SECONDS
        for chunk in response.iter_bytes():
            body += chunk
            if len(body) > self._most:
                raise BrokenSourceError(
                    f"{response.url.host} answers over {self._most >> 20} MiB; ask for smaller "
                    "pages with `page.size`"
                )
            if time.monotonic() > limit:
                host = _host(str(response.url))
                raise _AgainError(f"{host} needs over {_MOST_SECONDS:.0f} s for one answer")
        return bytes(body)

    def _wait_for_turn(self) -> None:
        if self._read.rate is None:
            return
        now = time.monotonic()
        if self._next > now:
            self._wait(self._next - now)
        self._next = max(now, self._next) + 1 / self._read.rate


def is_same_host(one: str, other: str) -> bool:
    """Whether two addresses are of one server; from http to https of the same name, too."""
    a, b = urlsplit(one), urlsplit(other)
    if a.hostname != b.hostname:
        return False
    if (a.scheme, b.scheme) == ("http", "https") and b.port in (None, 443):
        return a.port in (None, 80)
    return (a.scheme, a.port) == (b.scheme, b.port)


def _backoff(error: Exception) -> bool | float:
    """Whether, or after how many seconds, it is asked again."""
    if not isinstance(error, _AgainError):
        return False
    if error.seconds is None:
        return True
    return error.seconds if error.seconds <= _LONGEST_WAIT else False


def _tell(details: RetryDetails) -> None:
    _LOG.info("%s; it is asked again in %.1f s", details.caused_by, details.wait_for)


set_on_retry_hooks([_tell])
logging.getLogger("httpx").setLevel(logging.WARNING)  # else whole addresses, with their secrets


def _seconds(text: str | None) -> float | None:
    """Of a header `Retry-After`: seconds, or a date."""
    if text is None:
        return None
    if text.strip().isdecimal():
        return float(text)
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    if moment.tzinfo is None:
        return None
    return max(0.0, (moment - datetime.now(UTC)).total_seconds())


def _links(headers: httpx.Headers) -> list[dict[str, str]]:
    response = httpx.Response(200, headers={"link": headers.get("link", "")})
    return list(response.links.values()) if headers.get("link") else []


def _host(url: str) -> str:
    """The server alone: other parts of an address may be secret."""
    return urlsplit(url).netloc.rpartition("@")[2] or "the address"
