"""From the API's answer to the figures, and to the page in a browser, through Kafka, a worker and
ClickHouse, each in processes of their own.

python -m bench.passage [--rate 200] [--seconds 30] [--workers 1]
"""

import argparse
import tempfile
import uuid
from pathlib import Path

from bench.browser import visible
from bench.serving import freshness
from bench.stream import engines_of_ours, owned_by
from tests.distributed.cluster import Distributed
from tests.engines.chromium import binary_here, browser_at
from tests.engines.clickhouse import own_database
from tests.eventually import eventually
from tests.web.office import Office


def main() -> None:
    """Read the arguments, measure, and print."""
    parser = argparse.ArgumentParser(prog="python -m bench.passage", description=__doc__)
    parser.add_argument("--rate", type=int, default=200, help="events a second, one a request")
    parser.add_argument("--seconds", type=int, default=30, help="for which they are sent")
    parser.add_argument("--workers", type=int, default=1)
    asked = parser.parse_args()
    with (
        engines_of_ours() as (kafka, clickhouse),
        own_database(clickhouse.url) as store,
        tempfile.TemporaryDirectory() as folder,
        Distributed(
            kafka.url, store, f"sqlite:///{folder}/registry.db", f"b{uuid.uuid4().hex[:6]}-",
            Path(folder) / "hub",
        ) as hub,
    ):  # fmt: skip
        hub.migrate()
        hub.api()
        workers = [hub.worker() for _ in range(asked.workers)]
        eventually(lambda: all(map(owned_by, workers)), "the workers have partitions")
        freshness(hub.url, asked.rate, 5, 2 * 10**9)  # warm
        median, late = freshness(hub.url, asked.rate, asked.seconds)
        _print(f"in the figures at {asked.rate}/s, {asked.workers} workers", median, late)
        if binary := binary_here():
            with browser_at(binary) as opened:
                Office(hub.url).register()
                median, late = visible(opened.new_page(), hub.url, 100, 20)
            _print("visible in a browser at 100/s", median * 1000, late * 1000)


def _print(what: str, middle: float, late: float) -> None:
    print(f"accepted → {what}: {middle:.0f} ms, p99 {late:.0f} ms", flush=True)


if __name__ == "__main__":
    main()
