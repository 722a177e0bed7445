"""The engines of these tests."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.distributed.cluster import Distributed
from tests.engines.clickhouse import clickhouse_server, clickhouse_url, own_database
from tests.engines.kafka import kafka_url, topic_prefix

__all__ = ["clickhouse_server", "clickhouse_url", "kafka_url", "topic_prefix"]

Make = Callable[..., Distributed]


@pytest.fixture
def make(kafka_url: str, clickhouse_url: str, topic_prefix: str, tmp_path: Path) -> Iterator[Make]:
    """Makes hubs: on the topics of this test, each with a store and a registry of its own."""
    with ExitStack() as stack:
        numbers = iter(range(100))

        def made(**settings: str) -> Distributed:
            folder = tmp_path / str(next(numbers))
            store = stack.enter_context(own_database(clickhouse_url))
            registry = f"sqlite:///{folder / 'registry.db'}"
            hub = Distributed(kafka_url, store, registry, topic_prefix, folder, **settings)
            return stack.enter_context(hub)

        yield made
