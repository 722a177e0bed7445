"""The embedded engine for tests. A process has one at a time, so it lives as long as a class."""

from collections.abc import Iterator

import pytest

from hub.store.chdb_engine import ChdbEngine
from hub.store.driver import Engine


@pytest.fixture(scope="class")
def chdb(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """An engine on an empty folder."""
    engine = ChdbEngine(tmp_path_factory.mktemp("store"))
    yield engine
    engine.close()
