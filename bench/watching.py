"""A thousand watchers of `GET /v1/live` on one hub, while events come at a held rate."""

import asyncio
import re
import tempfile
import threading
import time
from datetime import datetime
from pathlib import Path
from statistics import quantiles

import httpx
import orjson

from bench.workload import arrays
from hub.core.time import microseconds_of
from tests.hub_process import HubProcess

WATCHERS = 1_000
RATE, SECONDS = 100, 20
_QUIET = 3.0
"""Seconds for which the last events may still be told."""

_DELTA = re.compile(rb'event: figures\ndata: \{"at":"([^"]+)"')


class Watcher(asyncio.Protocol):
    """Reads a stream and notes how old each delta is when it comes (s)."""

    def __init__(self, host: str) -> None:
        self._host = host
        self._rest = b""
        self.snapshot = asyncio.Event()
        self.came: list[float] = []
        self.lags: list[float] = []
        self.ended = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask for the stream."""
        assert isinstance(transport, asyncio.WriteTransport)
        self.transport = transport
        transport.write(f"GET /v1/live HTTP/1.1\r\nHost: {self._host}\r\n\r\n".encode())

    def data_received(self, data: bytes) -> None:
        """A piece of it: events end at an empty line."""
        *events, self._rest = (self._rest + data).split(b"\n\n")
        for event in events:
            if b"event: snapshot" in event:
                self.snapshot.set()
            elif found := _DELTA.search(event):
                at = microseconds_of(datetime.fromisoformat(found[1].decode()))
                self.came.append(time.time())
                self.lags.append(self.came[-1] - at / 1e6)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002
        """The hub let go of it, or we did."""
        self.ended = True


def _feed(url: str) -> None:
    """Dossiers that are not due for long, at the rate."""
    bodies = arrays(3 * 10**9, RATE * SECONDS)
    events = [event for body in bodies for event in orjson.loads(body)][: RATE * SECONDS]
    with httpx.Client(base_url=url) as client:
        start = time.perf_counter()
        for n, event in enumerate(events):
            time.sleep(max(0.0, start + n / RATE - time.perf_counter()))
            client.post(
                "/v1/events", json=event, headers={"Content-Type": "application/cloudevents+json"}
            ).raise_for_status()


async def _watch(url: str) -> list[Watcher]:
    """All watchers, from their snapshots until the last event was told."""
    host = url.removeprefix("http://")
    name, port = host.split(":")
    loop = asyncio.get_running_loop()
    made = []
    for _ in range(WATCHERS):
        _, watcher = await loop.create_connection(lambda: Watcher(host), name, int(port))
        made.append(watcher)
    for watcher in made:
        await watcher.snapshot.wait()
    feeding = threading.Thread(target=_feed, args=(url,))
    feeding.start()
    await loop.run_in_executor(None, feeding.join)
    await asyncio.sleep(_QUIET)
    lost = sum(watcher.ended for watcher in made)
    assert not lost, f"{lost} watchers were let go"
    for watcher in made:
        watcher.transport.close()
    return made


def watching() -> dict[str, str]:
    """Deltas a second for each, and how old they are when they come."""
    with tempfile.TemporaryDirectory() as folder, HubProcess(Path(folder) / "data") as hub:
        watchers = asyncio.run(_watch(hub.url))
    lags = [lag for watcher in watchers for lag in watcher.lags]
    cuts = quantiles(lags, n=100, method="inclusive")
    most = max((len(w.came) - 1) / (w.came[-1] - w.came[0]) for w in watchers)
    return {
        f"{WATCHERS:,} watchers, {RATE} events/s: deltas a second for each, at most": f"{most:.1f}",
        f"{WATCHERS:,} watchers: age of a delta when it comes": (
            f"{cuts[49] * 1000:.0f} ms, p99 {cuts[98] * 1000:.0f} ms, at most {max(lags):.2f} s"
        ),
    }


if __name__ == "__main__":
    for title, value in watching().items():
        print(f"{title}: {value}")
