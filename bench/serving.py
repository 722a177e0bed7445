"""What a running `hub serve` takes to answer: questions on many dossiers, and freshness."""

import threading
import time
from datetime import UTC, datetime
from pathlib import Path
from statistics import quantiles

import httpx
import orjson

from bench.workload import LARGE, SMALL, arrays
from tests.hub_process import HubProcess

Milliseconds = tuple[float, float]
"""(median, p95 or p99) of many tries."""

_QUARTER = {"period": "2020-Q3"}
_DAYS = {"from": "2020-07-01", "to": "2020-09-30"}


def questions(client: httpx.Client, tries: int) -> dict[str, Milliseconds]:
    """Times of the questions that the bars are about."""
    long_ago = {"as_of": datetime.now(UTC).isoformat()}
    asked = {
        "a unit of 1,000 dossiers": (tries, _QUARTER | {"unit": SMALL}),
        "a unit of 100,000 dossiers": (tries, _QUARTER | {"unit": LARGE}),
        "the same, by field and channel": (
            tries, _QUARTER | {"unit": LARGE, "by": "field,channel"},
        ),
        "the same, as_of": (tries, _QUARTER | {"unit": LARGE} | long_ago),
        "all units by unit, from facts": (5, _DAYS | {"by": "unit"}),
        "all units by unit, from unit_quarters": (tries, _QUARTER | {"by": "unit"}),
    }  # fmt: skip
    return {name: timed(client, *question) for name, question in asked.items()}


def timed(
    client: httpx.Client, tries: int, params: dict[str, str], pause: float = 0.0
) -> Milliseconds:
    """Median and p95 of a question for figures, in ms; the first answer is not counted. `pause`:
    seconds before each."""
    taken = []
    for _ in range(tries + 1):
        time.sleep(pause)
        begin = time.perf_counter()
        client.get("/v1/figures", params=params).raise_for_status()
        taken.append((time.perf_counter() - begin) * 1000)
    cuts = quantiles(taken[1:], n=100, method="inclusive")
    return cuts[49], cuts[94]


def freshness(url: str, rate: int, seconds: int, first: int = 10**9) -> Milliseconds:
    """Median and p99 (ms) from an event's answer to its being in the figures, at a rate; the
    events are of dossiers from a number on."""
    events = [e for body in arrays(first, rate * seconds) for e in orjson.loads(body)]
    gaps: list[float] = []
    with (
        httpx.Client(base_url=url, timeout=60) as posting,
        httpx.Client(base_url=url, timeout=60) as asking,
    ):
        latest: list[tuple[float, str]] = []
        done = threading.Event()

        def look() -> None:
            while not done.is_set():
                if not latest:
                    time.sleep(0.001)
                    continue
                accepted, position = latest[-1]
                latest.clear()
                asking.get(
                    "/v1/figures", params=_QUARTER | {"unit": SMALL, "min_position": position}
                ).raise_for_status()
                gaps.append((time.perf_counter() - accepted) * 1000)

        looker = threading.Thread(target=look)
        looker.start()
        start = time.perf_counter()
        for n, event in enumerate(events[: rate * seconds]):
            time.sleep(max(0.0, start + n / rate - time.perf_counter()))
            answer = posting.post(
                "/v1/events", content=orjson.dumps(event),
                headers={"Content-Type": "application/cloudevents+json"},
            )  # fmt: skip
            latest.append((time.perf_counter(), answer.headers["Hub-Position"]))
        done.set()
        looker.join()
    cuts = quantiles(gaps, n=100, method="inclusive")
    return cuts[49], cuts[98]


def resident(pid: int) -> float:
    """Megabytes a process keeps in memory, at their highest."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


def serving(data: Path, tries: int) -> dict[str, str]:
    """All of it on a loaded folder, as text."""
    begin = time.perf_counter()
    with HubProcess(data) as hub, httpx.Client(base_url=hub.url, timeout=120) as client:
        ready = time.perf_counter() - begin
        while not client.get("/readyz").json()["aggregates_complete"]:
            time.sleep(0.05)
        found = {
            name: f"{median:.0f} ms, p95 {tail:.0f} ms"
            for name, (median, tail) in questions(client, tries).items()
        }
        median, tail = freshness(hub.url, 200, 15)
        found["accepted → in the figures, 200 events/s"] = f"{median:.0f} ms, p99 {tail:.0f} ms"
        found["`hub serve` ready after"] = f"{ready:.1f} s"
        assert hub.process
        found["`hub serve` resident, at most"] = f"{resident(hub.process.pid):.0f} MB"
    return found


if __name__ == "__main__":
    import sys

    for name, value in serving(Path(sys.argv[1]), 50).items():
        print(f"{name}: {value}")
