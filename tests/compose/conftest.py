"""The engines of these tests."""

from tests.engines.clickhouse import clickhouse_database, clickhouse_server, clickhouse_url
from tests.engines.kafka import kafka_url, topic_prefix
from tests.engines.postgres import postgres_schema_url, postgres_server, postgres_url

__all__ = [
    "clickhouse_database", "clickhouse_server", "clickhouse_url", "kafka_url",
    "postgres_schema_url", "postgres_server", "postgres_url", "topic_prefix",
]  # fmt: skip
