"""The old ClickHouse of one test."""

from tests.engines.clickhouse import clickhouse_database, clickhouse_server, clickhouse_url

__all__ = ["clickhouse_database", "clickhouse_server", "clickhouse_url"]
