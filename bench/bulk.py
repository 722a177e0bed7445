"""Bulk load: CloudEvents JSON bytes to queryable figures in one process, beside its floor.

The floor does what no hub could leave out: pydantic validates the same bytes in the same arrays,
and the same rows go into chDB by one plain Arrow insert for each chunk.
"""

import shutil
import tempfile
import time
from pathlib import Path
from typing import Any, NamedTuple

import orjson
from pydantic import TypeAdapter

from bench.fill import fill
from bench.workload import arrays
from hub.api.context import Hub
from hub.core.batch import Batch
from hub.core.check_many import check_events
from hub.core.json_text import parse_batch
from hub.processes.collector import calm_collector
from hub.processes.serve import embedded_hub
from hub.store.chdb_engine import ChdbEngine
from hub.store.driver import Engine
from hub.store.tables import EVENTS
from schemas.cloudevents import CloudEvent
from schemas.event import Event

CHUNK = 100_000
"""Dossiers generated (not timed), then loaded (timed), at once."""

_IN_FLIGHT = 200


class Load(NamedTuple):
    """Seconds of a chunk, and its number of events."""

    seconds: float
    events: int


def floor(folder: Path, total: int) -> list[Load]:
    """The floor, chunk after chunk, in a store of its own."""
    engine = ChdbEngine(folder)
    adapter: TypeAdapter[list[Any]] = TypeAdapter(list[CloudEvent])
    loads = []
    for first in range(0, total, CHUNK):
        bodies = arrays(first, min(CHUNK, total - first))
        begin = time.perf_counter()
        rows = [
            (
                e["data"]["unit"], e["subject"], e["source"], e["id"], e["type"], e["time"],
                e.get("sequence") or 0, 0, 0, orjson.dumps(e["data"]).decode(),
            )
            for body in bodies
            for e in adapter.validate_json(body)
        ]  # fmt: skip
        engine.insert("events", dict(zip(EVENTS, zip(*rows, strict=True), strict=True)))
        loads.append(Load(time.perf_counter() - begin, len(rows)))
    engine.close()
    return loads


def load(hub: Hub, first: int, count: int, *, last: bool) -> Load:
    """One chunk through the hub's own parts: check, log, processor; after the last the aggregates
    of all, which the hub writes once it has caught up."""
    bodies = arrays(first, count)
    begin = time.perf_counter()
    events = 0
    waiting = []
    for body in bodies:
        items = parse_batch(body)
        checked = check_events(items, len(items) * [hub.now()])
        good = (
            checked
            if isinstance(checked, Batch)
            else [item for item in checked if isinstance(item, Event)]
        )
        events += len(good)
        waiting.append(hub.log.append(good))
        if len(waiting) > _IN_FLIGHT:
            waiting.pop(0).result()
    end = [future.result() for future in waiting][-1].position
    while not hub.progress.includes(end) or (last and not hub.progress.quarters_cover(1)):
        time.sleep(0.01)
    return Load(time.perf_counter() - begin, events)


def hub_loads(folder: Path, total: int) -> list[Load]:
    """The hub, chunk after chunk."""
    with embedded_hub(folder, open_to_all=True) as hub:
        return [
            load(hub, first, min(CHUNK, total - first), last=first + CHUNK >= total)
            for first in range(0, total, CHUNK)
        ]


def loads_with(folder: Path, stored: int, chunks: int = 3) -> list[Load]:
    """The hub again, on new dossiers beside so many events that are stored, and merged."""
    fill(folder, stored // 2, events=True)
    with embedded_hub(folder, open_to_all=True) as hub:
        while not hub.progress.quarters_cover(1) or _merges(hub.store):
            time.sleep(0.1)
        return [load(hub, stored + n * CHUNK, CHUNK, last=False) for n in range(chunks)]


def _merges(engine: Engine) -> int:
    found: int = engine.select("SELECT count() FROM system.merges", {})[0][0]
    return found


def rate(loads: list[Load]) -> float:
    """Events a second over some chunks."""
    return sum(one.events for one in loads) / sum(one.seconds for one in loads)


def compare(total: int) -> tuple[float, float]:
    """Events a second of the floor and of the hub, in turns on fresh folders."""
    calm_collector()
    with tempfile.TemporaryDirectory() as folder:
        below = rate(floor(Path(folder) / "floor", total))
        shutil.rmtree(Path(folder) / "floor")
        return below, rate(hub_loads(Path(folder) / "hub", total))


if __name__ == "__main__":
    import sys

    base, ours = compare(int(sys.argv[1]))
    print(f"floor {base:,.0f}/s, hub {ours:,.0f}/s: {base / ours:.2f} times the floor's time")
