"""The hub in memory does what the real one does."""

from typing import Any

import pytest

from hub.core.time import SECOND
from tests.connectors.hub_contract import HubContract
from tests.connectors.memory_hub import MemoryHub
from tests.connectors.place import Place


class TestMemoryHub(HubContract):
    @pytest.fixture
    def place(self) -> Place:
        hub = MemoryHub()

        def pass_time(seconds: float) -> None:
            hub.clock += int(seconds * SECOND)

        def refused(name: str) -> dict[str, int]:
            rows = hub.connectors[name].refused
            return {key: times for key, (_, times) in rows.items()}

        def forecast(name: str) -> Any:
            return hub.connectors[name].forecast

        return Place(
            hub, hub.approve, hub.ask_again, refused, pass_time, hub.foretell, forecast
        )  # fmt: skip
