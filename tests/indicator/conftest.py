"""The engines of these tests."""

from tests.engines.clickhouse import clickhouse_database, clickhouse_server, clickhouse_url

__all__ = ["clickhouse_database", "clickhouse_server", "clickhouse_url"]
