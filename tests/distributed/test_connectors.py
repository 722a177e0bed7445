"""Connectors speak with a distributed hub as they do with an embedded one."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest

pytest.importorskip("kafka")
pytest.importorskip("faust")

from hub.core.time import SECOND
from tests.connectors.hub_contract import HubContract
from tests.connectors.place import Place
from tests.connectors.spoken import spoken_place
from tests.distributed.cluster import Distributed
from tests.engines.clickhouse import own_database

pytestmark = [
    pytest.mark.faults,
    pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning"),  # the client's
]


@pytest.fixture(scope="module")
def hub(
    kafka_url: str, clickhouse_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Distributed]:
    """One for all tests of the file."""
    folder = tmp_path_factory.mktemp("distributed")
    registry = f"sqlite:///{folder / 'registry.db'}"
    with (
        own_database(clickhouse_url) as store,
        Distributed(kafka_url, store, registry, f"{folder.name}-", folder) as made,
    ):
        made.migrate()
        made.worker()
        made.api()
        yield made


class TestDistributedHub(HubContract):
    @pytest.fixture
    def place(self, hub: Distributed) -> Iterator[Place]:
        def pass_time(seconds: float) -> None:
            """What the registry knows of moments moves back instead of the clock forward."""
            with closing(sqlite3.connect(hub.folder / "registry.db", timeout=30)) as registry:
                registry.execute(
                    "UPDATE connectors SET until = until - ?", (int(seconds * SECOND),)
                )
                registry.commit()

        with spoken_place(hub.url, pass_time) as place:
            yield place
