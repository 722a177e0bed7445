"""The hub as the commands see it: HTTP with a key. Every failure is an error that says what to do.

httpx is imported where it is used, so that `hub --help` stays quick.
"""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlsplit

if TYPE_CHECKING:
    import httpx

_LOOPBACK = ("127.0.0.1", "localhost", "::1")


class HubError(Exception):
    """What was asked for was not done; the text says why and what to do."""


class UnreachableError(HubError):
    """No answer came; the same request may be made again later."""


class HubClient:
    """A hub at a URL; use it in `with`. Threads may share it."""

    def __init__(self, url: str, key: str | None = None, command: str = "hub") -> None:
        """`command`: what the hub's trail is to tell of who asks."""
        import httpx

        host = _host_of(url)
        if key is not None and not (key.isascii() and key.isprintable()):
            raise HubError("the key holds characters that no key has; copy it anew, on one line")
        self.url = url.rstrip("/")
        self._http = httpx.Client(
            base_url=self.url,
            headers={
                "User-Agent": f"motcua-hub ({command})",
                **({"Authorization": f"Bearer {key}"} if key else {}),
            },
            timeout=httpx.Timeout(60, connect=5),
            trust_env=host not in _LOOPBACK,  # no proxy leads to this machine itself
        )

    def request(self, method: str, path: str, **options: Any) -> "httpx.Response":
        """The answer, whatever its status. Raises `UnreachableError` if there is none."""
        import httpx

        try:
            return self._http.request(method, path, **options)
        except httpx.TimeoutException:
            raise UnreachableError(
                f"the hub at {self.url} does not answer in time; see `hub status`"
            ) from None
        except (httpx.TransportError, httpx.InvalidURL) as error:
            raise UnreachableError(
                f"cannot reach a hub at {self.url} ({error}); start one with `hub serve`, "
                "or say where it is with --url or HUB_URL"
            ) from None

    def call(self, method: str, path: str, **options: Any) -> "httpx.Response":
        """A good answer. Raises `HubError` for every other."""
        answer = self.request(method, path, **options)
        if answer.is_success:
            return answer
        raise self.refused(answer)

    @contextmanager
    def download(
        self, path: str, params: Mapping[str, Any], patience: float
    ) -> Iterator[tuple[Mapping[str, str], Iterator[bytes]]]:
        """The headers and the body, in blocks, of a good answer to GET. What is refused for now
        (429, 503) is asked again for about so many seconds. Raises `HubError`."""
        import httpx

        until = time.monotonic() + patience
        try:
            while True:
                with self._http.stream("GET", path, params=dict(params), timeout=300) as answer:
                    if answer.is_success:
                        yield answer.headers, answer.iter_bytes()
                        return
                    answer.read()
                    if answer.status_code not in (429, 503) or time.monotonic() > until:
                        raise self.refused(answer)
                time.sleep(float(answer.headers.get("retry-after", "1")))
        except httpx.TransportError as error:
            raise UnreachableError(
                f"the hub at {self.url} does not answer, or stopped in the middle ({error})"
            ) from None

    def get(self, path: str, **params: Any) -> Any:
        """The JSON value of a good answer to GET; parameters that are None are left out."""
        given = {name: value for name, value in params.items() if value is not None}
        return json_of(self.call("GET", path, params=given))

    def refused(self, answer: "httpx.Response") -> HubError:
        """What an answer that is an error says, as text."""
        if answer.status_code == 401:
            return HubError(
                f"the hub at {self.url} wants a valid key: give --key-file or HUB_KEY_FILE, or "
                "HUB_KEY. The admin key lies in the file admin.key of the folder that "
                "`hub serve --data` names; `hub keys create` makes others"
            )
        if "problem+json" not in answer.headers.get("content-type", ""):
            return HubError(
                f"{self.url} answered {answer.status_code} {answer.reason_phrase}, not as a hub "
                "does; check --url or HUB_URL"
            )
        return HubError(problem_text(answer.json()))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self._http.close()


def _host_of(url: str) -> str:
    """The host that a URL of a hub names. Raises `HubError`."""
    import httpx

    try:
        parts, host = urlsplit(url), httpx.URL(url).host
        # the last two raise for a port or a name that nothing can have
        if parts.scheme in ("http", "https") and host and parts.port != 0 and host.encode("idna"):
            return host
    except (ValueError, httpx.InvalidURL):
        pass
    raise HubError(f"{url} is not a URL of a hub; give one like http://127.0.0.1:8000")


def json_of(answer: "httpx.Response") -> Any:
    """The JSON value of an answer. Raises `HubError`."""
    try:
        return answer.json()
    except ValueError:
        raise HubError(
            f"{answer.url} did not answer with JSON; is a hub there? Check --url or HUB_URL"
        ) from None


def problem_text(problem: dict[str, Any]) -> str:
    """A problem (RFC 9457) in words.

    >>> problem_text({"title": "wrong query parameter", "detail": "period: is required"})
    'wrong query parameter: period: is required'
    """
    lines = [": ".join(filter(None, (problem.get("title"), problem.get("detail"))))]
    for error in problem.get("errors", ()):
        if error["message"] not in lines[0]:
            lines.append(f"  {error['pointer'] or '/'}: {error['message']}")
    return "\n".join(lines)
