"""A hub with letters, for tests of what people do with them."""

import json
from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest

from hub.api.context import Hub
from hub.processes.serve import embedded_hub
from hub.registry.connector_rows import Page, RefusedRow
from hub.registry.connectors import Lease, Told
from tests.api.conftest import listening
from tests.api.speaking import STRUCTURED, Json, Speaker

SECRET, NUMBERS = "Nguyễn Văn A", count()


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    with embedded_hub(tmp_path_factory.mktemp("hub")) as opened:
        yield opened


@pytest.fixture
def src() -> str:
    """A source, and with it a unit and a connector, that no other test has."""
    return f"/a{next(NUMBERS)}"


@pytest.fixture(scope="module")
def admin(hub: Hub) -> Iterator[Speaker]:
    with listening(hub) as client:
        yield Speaker(client).with_key(hub.registry.keys.create("admin", units=[])[1])


def post(speaker: Speaker, path: str, body: Any = None, **asked: Any) -> Any:
    headers = speaker.headers | ({} if body is None else {"Content-Type": STRUCTURED})
    content = None if body is None else json.dumps(body)
    url = f"/v1/dead-letters/{path}"
    return speaker.client.post(url, params=asked, content=content, headers=headers)


def letters(speaker: Speaker, **asked: Any) -> list[Json]:
    return list(speaker.pages("/v1/dead-letters", **asked))


def refuse_rows(hub: Hub, src: str, *places: str, kind: str = "files", name: str = "") -> None:
    """Have a connector of a source refuse rows; it bears that's name unless another."""
    name = name or src[1:]
    hub.registry.connectors.hold(name, "o", Told(src, kind, None, {}), hub.now())
    error = {"code": "unmapped", "pointer": "trang_thai", "message": f"`{SECRET}` is not in `map`"}
    rows = [RefusedRow(f"k-{place}", place, [error]) for place in places]
    hub.registry.connectors.save(name, "o", Page(refused=rows), hub.now())


def held(hub: Hub, src: str, now: int = 0) -> Lease:
    return hub.registry.connectors.hold(
        src[1:], "o", Told(src, "files", None, {}), now or hub.now()
    )
