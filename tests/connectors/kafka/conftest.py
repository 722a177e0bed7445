"""The Kafka of this run, with a topic for each test."""

from collections.abc import Callable, Iterator

import pytest

from connectors.kafka import KafkaSource
from tests.connectors.kafka.vendor import Topic
from tests.engines.kafka import kafka_url, topic_prefix
from tests.engines.kafka_tls import secure_kafka

__all__ = ["kafka_url", "secure_kafka", "topic_prefix"]


@pytest.fixture
def servers(kafka_url: str) -> str:
    return kafka_url.removeprefix("kafka://")


@pytest.fixture
def topic(servers: str, topic_prefix: str) -> Topic:
    return Topic(servers, f"{topic_prefix}ho_so").make()


@pytest.fixture
def keep() -> Iterator[Callable[[KafkaSource], KafkaSource]]:
    """Closes what is given to it in the end."""
    opened: list[KafkaSource] = []

    def kept(source: KafkaSource) -> KafkaSource:
        opened.append(source)
        return source

    yield kept
    for one in opened:
        one.close()
