"""A real hub as a place of the contract: its people speak HTTP, as its connectors do."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import httpx

from connectors.hub import HttpHub
from hub.client import HubClient
from tests.connectors.place import Place


@contextmanager
def spoken_place(url: str, pass_time: Callable[[float], None]) -> Iterator[Place]:
    """The hub at a URL, which asks for no keys."""

    def approve(name: str) -> None:
        assert client.post(f"/v1/connectors/{name}/approve").status_code == 200

    def ask_again(name: str, keys: Sequence[str]) -> None:
        answer = client.post(f"/v1/connectors/{name}/again", json={"keys": keys})
        assert answer.json()["again"] == len(keys)

    def refused(name: str) -> dict[str, int]:
        asked = {"reason": "row", "limit": 1000}
        items = client.get("/v1/dead-letters", params=asked).json()["items"]
        mine = [item for item in items if item["origin"].startswith(f"connector:{name} ")]
        return {item["origin"].split("=")[-1].split(" ")[-1]: item["times"] for item in mine}

    def foretell(name: str) -> str:
        asked = {"reason": "row", "dry_run": "true"}
        told = client.post("/v1/dead-letters/replay", params=asked).json()["asked"]
        (token,) = (one["token"] for one in told if one["connector"] == name)
        return str(token)

    def forecast(name: str) -> Any:
        found = client.get(f"/v1/connectors/{name}").json()["forecast"]
        return found and found["would"]

    with httpx.Client(base_url=url, timeout=60) as client, HubClient(url) as spoken:
        yield Place(
            HttpHub(spoken), approve, ask_again, refused, pass_time, foretell, forecast
        )  # fmt: skip
