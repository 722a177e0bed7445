"""Threads that send random events to a hub that dies again and again, and remember its answers."""

import threading
from collections.abc import Sequence
from random import Random
from typing import Any, Self

import httpx

from hub.core.time import rfc3339
from schemas.event import Accepted, Event
from tests import oracle

BATCH = {"content-type": "application/cloudevents-batch+json"}
_INSTANTS = ("due_at", "received_at", "closed_at")

Identity = tuple[str, str, str, str]


def cloud_event(event: Event) -> dict[str, Any]:
    """The event as its source sends it."""
    data = {
        name: rfc3339(value) if name in _INSTANTS else value for name, value in event.data.items()
    }
    return {
        "specversion": "1.0",
        "id": event.id,
        "source": event.source,
        "type": f"vn.motcua.dossier.{event.kind}.v1",
        "subject": event.subject,
        "time": rfc3339(event.time),
        "sequence": str(event.sequence),
        "data": {"unit": event.unit, **data},
    }


def as_oracle(rows: Sequence[Accepted]) -> list[oracle.Accepted]:
    """The rows of a log as the oracle reads them."""
    return [oracle.Accepted(cloud_event(row.event), row.accepted, row.position) for row in rows]


class Load:
    """Several senders of parts of a list of events. What was not answered is sent again, or not."""

    def __init__(self, events: Sequence[Event], senders: int, seed: int) -> None:
        self.acknowledged: list[Identity] = []
        self._url: str | None = None
        self._changed = threading.Condition()
        self._ended = False
        self._threads = [
            threading.Thread(target=self._send, args=(events[n::senders], Random(seed + n)))
            for n in range(senders)
        ]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        with self._changed:
            self._ended = True
            self._changed.notify_all()
        for thread in self._threads:
            thread.join()

    def point(self, url: str | None) -> None:
        """Tell the senders where the hub is; None: nowhere."""
        with self._changed:
            self._url = url
            self._changed.notify_all()

    def wait_for_answers(self, number: int, seconds: float) -> bool:
        """Whether so many more events are acknowledged in time."""
        with self._changed:
            wanted = len(self.acknowledged) + number
            return self._changed.wait_for(lambda: len(self.acknowledged) >= wanted, seconds)

    def post(self, client: httpx.Client, url: str, events: Sequence[Event]) -> bool:
        """Send a batch, and remember what is acknowledged; whether there was an answer."""
        try:
            answer = client.post(
                f"{url}/v1/events", json=list(map(cloud_event, events)), headers=BATCH
            )
        except httpx.TransportError:
            return False
        assert answer.status_code in (200, 503), answer.text
        outcomes = [item["outcome"] for item in answer.json()["events"]]
        assert set(outcomes) <= {"accepted", "unavailable"}, answer.text
        with self._changed:
            self.acknowledged += [
                event.identity
                for event, outcome in zip(events, outcomes, strict=True)
                if outcome == "accepted"
            ]
            self._changed.notify_all()
        return answer.status_code == 200

    def _send(self, events: Sequence[Event], rng: Random) -> None:
        at = 0
        with httpx.Client(timeout=60, transport=httpx.HTTPTransport(retries=0)) as client:
            while not self._ended:
                with self._changed:
                    self._changed.wait_for(lambda: self._url or self._ended)
                    url = self._url
                batch = [events[n % len(events)] for n in range(at, at + rng.randint(1, 8))]
                if url and (self.post(client, url, batch) or rng.random() < 0.3):
                    at += len(batch)
