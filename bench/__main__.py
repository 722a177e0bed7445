"""`python -m bench`: every measure, into the table of bench/README.md.

python -m bench [--dossiers 1000000] [--stored 10000000] [--runs 3] [--stream [--quix PYTHON]]
"""

import argparse
import tempfile
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from bench.browser import browser
from bench.bulk import floor, hub_loads, loads_with, rate
from bench.deadlines import deadlines
from bench.fill import fill
from bench.readme import machine, write
from bench.serving import serving
from bench.watching import watching
from hub.processes.collector import calm_collector


def main() -> None:
    """Measure, print, and write the table."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--dossiers", type=int, default=1_000_000, help="loaded in bulk")
    parser.add_argument("--stored", type=int, default=10_000_000, help="in the store when asked")
    parser.add_argument("--runs", type=int, default=3, help="of the bulk load; the median counts")
    parser.add_argument("--stream", action="store_true", help="on Kafka and ClickHouse, too")
    parser.add_argument("--quix", help="for --stream: a Python with what bench/quix.txt names")
    asked = parser.parse_args()
    calm_collector()
    head = machine()
    rows = [
        *_bulk(asked.dossiers, asked.runs),
        *_beside(asked.stored),
        *_serving(asked.stored),
        *browser().items(),
        *watching().items(),
        *deadlines(),
    ]
    write("measured", "end", head, [("measure", "reached"), *rows])
    if asked.stream:
        from bench.stream import Plan, stream

        stream(Plan(quix=asked.quix), asked.runs)


def _bulk(dossiers: int, runs: int) -> Iterator[tuple[str, str]]:
    floors, hubs, slower = [], [], []
    for run in range(runs):
        with tempfile.TemporaryDirectory() as folder:
            floors.append(rate(floor(Path(folder) / "floor", dossiers)))
        with tempfile.TemporaryDirectory() as folder:
            loads = hub_loads(Path(folder), dossiers)
        hubs.append(rate(loads))
        slower.append(rate(loads[-1:]) / rate(loads[:1]))
        print(f"bulk, run {run + 1}: floor {floors[-1]:,.0f}/s, hub {hubs[-1]:,.0f}/s", flush=True)
    ratios = [below / ours for below, ours in zip(floors, hubs, strict=True)]
    title = f"bulk load of {dossiers:,} dossiers"
    yield f"{title}: the floor", f"{median(floors):,.0f} events/s"
    yield f"{title}: JSON bytes to figures", f"{median(hubs):,.0f} events/s"
    yield "… in times of the floor", f"{median(ratios):.2f} ({min(ratios):.2f}-{max(ratios):.2f})"
    yield "… last 100,000 dossiers against the first, speed", f"{median(slower):.2f} ×"


def _beside(stored: int) -> Iterator[tuple[str, str]]:
    with tempfile.TemporaryDirectory() as folder:
        alone = rate(loads_with(Path(folder), 0))
    with tempfile.TemporaryDirectory() as folder:
        beside = rate(loads_with(Path(folder), stored))
    title = f"300,000 new dossiers beside {stored:,} stored events, speed against an empty store"
    print(f"{title}: {beside:,.0f}/s, {alone:,.0f}/s", flush=True)
    yield title, f"{beside / alone:.2f} ×"


def _serving(stored: int) -> Iterator[tuple[str, str]]:
    with tempfile.TemporaryDirectory() as folder:
        print(f"filling a store with {stored:,} dossiers", flush=True)
        fill(Path(folder), stored)
        for name, value in serving(Path(folder), 100).items():
            print(f"{name}: {value}", flush=True)
            yield f"{name} ({stored:,} stored)", value


if __name__ == "__main__":
    main()
