"""A short run of `make chaos`."""

import os
from pathlib import Path

import pytest

pytest.importorskip("faust")

from tests.engines.clickhouse import ClickHouseServer, clickhouse_server
from tests.engines.kafka import KafkaCluster, three_brokers, topic_prefix
from tests.faults.chaos import Chaos

__all__ = ["clickhouse_server", "three_brokers", "topic_prefix"]


@pytest.mark.faults
@pytest.mark.timeout(600)
@pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning")
def test_nothing_is_lost_and_nothing_doubled(
    three_brokers: KafkaCluster,
    clickhouse_server: ClickHouseServer,
    tmp_path: Path,
    topic_prefix: str,
) -> None:
    rounds = int(os.environ.get("HUB_CHAOS_ROUNDS", "6"))
    Chaos(three_brokers, clickhouse_server, tmp_path, topic_prefix, 4).run(rounds)
