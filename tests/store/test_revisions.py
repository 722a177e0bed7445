"""Stores of earlier releases, on both engines."""

from collections.abc import Iterator

import pytest

from hub.store.clickhouse_engine import ClickHouseEngine
from hub.store.driver import Engine
from tests.contracts.revisions import RevisionsContract
from tests.engines.chdb import chdb

__all__ = ["chdb"]


class TestChdb(RevisionsContract):
    """Embedded."""

    @pytest.fixture
    def engine(self, chdb: Engine) -> Engine:
        return chdb


class TestClickHouse(RevisionsContract):
    """On a server."""

    @pytest.fixture
    def engine(self, clickhouse_database: str) -> Iterator[Engine]:
        engine = ClickHouseEngine(clickhouse_database)
        yield engine
        engine.close()
