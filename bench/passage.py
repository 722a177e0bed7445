"""From the API's answer to the figures through Kafka, a worker and ClickHouse, as processes.

python -m bench.passage [--rate 200] [--seconds 30] [--workers 1]
"""

import argparse
import tempfile
import uuid
from pathlib import Path

from bench.serving import freshness
from bench.stream import engines_of_ours, owned_by
from tests.distributed.cluster import Distributed, wait_until
from tests.engines.clickhouse import own_database


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
        wait_until(lambda: all(map(owned_by, workers)), "the workers have partitions")
        freshness(hub.url, asked.rate, 5, 2 * 10**9)  # warm
        median, late = freshness(hub.url, asked.rate, asked.seconds)
        print(f"accepted → in the figures at {asked.rate}/s, {asked.workers} workers: "
              f"{median:.0f} ms, p99 {late:.0f} ms")  # fmt: skip


if __name__ == "__main__":
    main()
