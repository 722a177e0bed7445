"""Real hubs in this process on folders of their own, spoken to through real sockets."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest

from hub.api.app import create_app
from hub.api.context import Hub
from hub.processes.serve import embedded_hub
from hub.server.edge import Edge
from hub.server.serving import HubServer
from tests.api.speaking import Speaker


@contextmanager
def listening(hub: Hub) -> Iterator[httpx.Client]:
    """The HTTP interface of a hub on a free port, and a client of it."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = HubServer(create_app(hub), Edge(1000), hub.live)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            url = f"http://127.0.0.1:{listener.getsockname()[1]}"
            with httpx.Client(base_url=url, timeout=60) as client:
                yield client
        finally:
            server.should_exit = True
            thread.join()


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    """A hub that asks for no keys, one for all tests of a file."""
    with embedded_hub(tmp_path_factory.mktemp("hub"), open_to_all=True) as opened:
        yield opened


@pytest.fixture(scope="module")
def speaker(hub: Hub) -> Iterator[Speaker]:
    """Speaks HTTP with that hub."""
    with listening(hub) as client:
        yield Speaker(client)
