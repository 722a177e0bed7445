"""A watcher of `GET /v1/live`: reads the stream in a thread, keeps what it was told."""

import threading
import time
from collections.abc import Callable
from typing import Any, NamedTuple, Self

import httpx
import orjson

DEADLINE = 60.0


class Told(NamedTuple):
    """One server-sent event, and when it came (`time.monotonic`)."""

    id: str | None
    name: str
    data: Any
    at: float


class Watcher:
    """`with Watcher(url, unit="H1") as watcher: watcher.wait(lambda told: ...)`."""

    def __init__(self, url: str, headers: dict[str, str] | None = None, **params: str) -> None:
        self._request = {"url": f"{url}/v1/live", "headers": headers or {}, "params": params}
        self.told: list[Told] = []
        self.ended = threading.Event()
        self._client = httpx.Client(timeout=httpx.Timeout(10, read=40))
        self._thread = threading.Thread(target=self._read, daemon=True)

    def _read(self) -> None:
        try:
            with self._client.stream("GET", **self._request) as response:
                lines: dict[str, str] = {}
                for line in response.iter_lines():
                    name, _, value = line.partition(": ")
                    if name:
                        lines[name] = value
                    elif lines:
                        data = orjson.loads(lines["data"])
                        now = time.monotonic()
                        self.told.append(Told(lines.get("id"), lines["event"], data, now))
                        lines = {}
        except (httpx.TransportError, httpx.StreamError):
            pass
        finally:
            self.ended.set()

    def wait(self, name: str, fits: Callable[[Any], bool] = lambda _: True) -> Told:
        """The first event of a name that fits, within a deadline."""
        until = time.monotonic() + DEADLINE
        while time.monotonic() < until:
            for told in list(self.told):
                if told.name == name and fits(told.data):
                    return told
            time.sleep(0.01)
        raise AssertionError(f"no such {name} in {self.told}")

    @property
    def last_id(self) -> str:
        """The id from which to go on."""
        return next(told.id for told in reversed(self.told) if told.id)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()
