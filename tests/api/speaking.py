"""What tests say to a hub over HTTP, in process or on a socket."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

import httpx

Json = dict[str, Any]
STRUCTURED = "application/cloudevents+json"
BATCH = "application/cloudevents-batch+json"


def event(kind: str = "received", /, **more: Any) -> Json:
    """A good event; `unit`, `subject`, `source`, `id`, `time` and data by name."""
    envelope: Json = {
        name: more.pop(name)
        for name in ("id", "source", "subject", "time", "sequence")
        if name in more
    }
    data: Json = {"unit": "H29.17.01"} | ({"channel": "online"} if kind == "received" else {})
    return {
        "specversion": "1.0",
        "id": "r",
        "source": "/igate/cu-chi",
        "type": f"vn.motcua.dossier.{kind}.v1",
        "subject": "H29.17.01-200115-0042",
        "time": "2020-01-15T08:30:00+07:00",
        **envelope,
        "data": data | more,
    }


class Speaker:
    """Speaks with one hub, perhaps with a key; knows how far the hub's answers have come."""

    def __init__(self, client: httpx.Client, key: str | None = None) -> None:
        self.client = client
        self.headers = {"Authorization": f"Bearer {key}"} if key else {}
        self.position: str | None = None

    def with_key(self, key: str) -> "Speaker":
        """Another one, with a key."""
        return Speaker(self.client, key)

    def send(self, content: bytes, media_type: str = STRUCTURED, **headers: str) -> httpx.Response:
        """POST some bytes to `/v1/events`."""
        sent = {"content-type": media_type, **headers, **self.headers}
        answer = self.client.post("/v1/events", content=content, headers=sent)
        self.position = answer.headers.get("hub-position", self.position)
        return answer

    def batch(self, events: Sequence[Any]) -> httpx.Response:
        """POST a batch."""
        return self.send(json.dumps(list(events)).encode(), BATCH)

    def one(self, value: Any) -> httpx.Response:
        """POST one event in structured mode."""
        return self.send(json.dumps(value).encode())

    def accept(self, *events: Json) -> str:
        """POST events that must be accepted; the position that covers them."""
        answer = self.batch(events)
        assert answer.status_code == 200, answer.text
        assert answer.json()["accepted"] == len(events), answer.text
        return answer.headers["hub-position"]

    def ask(self, path: str, /, **params: Any) -> httpx.Response:
        """GET."""
        return self.client.get(path, params=params, headers=self.headers)

    def figures(self, /, **params: Any) -> Json:
        """The answer of `/v1/figures`, once it includes all that was sent here."""
        if self.position:
            params.setdefault("min_position", self.position)
        answer = self.ask("/v1/figures", **params)
        assert answer.status_code == 200, answer.text
        found: Json = answer.json()
        return found

    def pages(self, path: str, /, **params: Any) -> Iterator[Json]:
        """All items of a list, page by page."""
        while True:
            answer = self.ask(path, **params)
            assert answer.status_code == 200, answer.text
            yield from answer.json()["items"]
            if answer.json()["next"] is None:
                return
            params["cursor"] = answer.json()["next"]
