"""Events to a hub over HTTP: in batches, two under way at once, again until they are stored."""

import gzip
import threading
import time
from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, NamedTuple

from hub.client.http import HubClient, HubError, UnreachableError, json_of
from hub.client.reading import Item, Refused

if TYPE_CHECKING:
    import httpx

_HEADERS = {"Content-Type": "application/cloudevents-batch+json"}
_PASSING = (429, 502, 503, 504)
_AT_ONCE = 2
_FIRST_PAUSE, _LAST_PAUSE = 0.5, 30.0


class Sent(NamedTuple):
    """What became of a batch; `position` is the hub's `Hub-Position` for it."""

    accepted: int
    refused: list[Refused]
    position: str


class Sender:
    """Sends batches. What the hub could not store, or did not answer, is sent again, for up to
    `patience` seconds in which nothing is stored; `on_wait` is told why and how long it waits."""

    def __init__(
        self,
        hub: HubClient,
        *,
        packed: bool,
        patience: float,
        on_wait: Callable[[str, float], None],
    ) -> None:
        self._hub, self._packed, self._patience, self._on_wait = hub, packed, patience, on_wait
        self._stop = threading.Event()

    def send_all(self, batches: Iterable[list[Item]]) -> Generator[Sent]:
        """What became of each batch, in order. Raises `UnreachableError` when patience ends, and
        `HubError` where to send again is useless."""
        under_way: deque[Future[Sent]] = deque()
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            try:
                for batch in batches:
                    under_way.append(pool.submit(self._send, batch))
                    if len(under_way) > _AT_ONCE:
                        yield under_way.popleft().result()
                while under_way:
                    yield under_way.popleft().result()
            finally:
                self._stop.set()

    def _send(self, batch: list[Item]) -> Sent:
        sent = Sent(0, [], "")
        pause, until = _FIRST_PAUSE, time.monotonic() + self._patience
        while True:
            asked = 0.0
            try:
                answer = self._post(batch)
            except UnreachableError as error:
                reason = str(error)
            else:
                left, sent = self._outcome(answer, batch, sent)
                if not left:
                    return sent
                if len(left) < len(batch):
                    pause, until = _FIRST_PAUSE, time.monotonic() + self._patience
                batch, asked = left, _retry_after(answer)
                reason = f"the hub cannot store events at the moment ({answer.status_code})"
            wait = max(pause, asked)
            if time.monotonic() + wait > until:
                raise UnreachableError(
                    f"{reason}\nGave up after {self._patience:g} s; {_SEND_AGAIN}"
                )
            self._on_wait(reason, wait)
            if self._stop.wait(wait):
                raise UnreachableError(f"stopped; {_SEND_AGAIN}")
            pause = min(2 * pause, _LAST_PAUSE)

    def _post(self, batch: list[Item]) -> "httpx.Response":
        body = b"[" + b",".join(item.text for item in batch) + b"]"
        headers = _HEADERS
        if self._packed:
            body, headers = gzip.compress(body, 1), headers | {"Content-Encoding": "gzip"}
        return self._hub.request("POST", "/v1/events", content=body, headers=headers)

    def _outcome(
        self, answer: "httpx.Response", batch: list[Item], sent: Sent
    ) -> tuple[list[Item], Sent]:
        """What of a batch must be sent again, and what became of all before it."""
        if answer.status_code not in (200, *_PASSING):
            raise self._hub.refused(answer)
        is_json = "json" in answer.headers.get("content-type", "")
        told: list[dict[str, Any]] = json_of(answer).get("events", []) if is_json else []
        if len(told) != len(batch):  # a proxy, or a hub that could not even look at it
            if answer.status_code == 200:
                raise HubError(f"{self._hub.url} does not answer as a hub; check --url or HUB_URL")
            return batch, sent
        pairs = list(zip(batch, told, strict=True))
        refused = [
            Refused(item.place, error["code"], error["pointer"], error["message"])
            for item, one in pairs
            if one["outcome"] == "rejected"
            for error in one["errors"]
        ]
        accepted = sum(one["outcome"] == "accepted" for one in told)
        position = answer.headers.get("Hub-Position", "")
        return (
            [item for item, one in pairs if one["outcome"] == "unavailable"],
            Sent(sent.accepted + accepted, sent.refused + refused, position),
        )


def _retry_after(answer: "httpx.Response") -> float:
    """The seconds of `Retry-After`; 0 where it is missing or a date."""
    text = answer.headers.get("Retry-After", "")
    return float(text) if text.isascii() and text.isdigit() else 0.0


_SEND_AGAIN = "send the same again later: what was accepted stays, and no event counts twice"
