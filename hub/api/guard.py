"""What one key may do at once, and how many wrong keys an address may try."""

import ipaddress
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from math import ceil

from hub.api.limits import NO_LIMITS, Limits
from hub.api.metrics import Metrics
from hub.api.problems import ProblemError
from hub.registry import Key

_MINUTE = 60.0
_MOST_ADDRESSES = 10_000
_BURST = 10_000
"""Events that a key may send after a pause, at least: a whole batch."""


@dataclass(slots=True)
class _Bucket:
    """What a key may send now; below 0: what it sent too much."""

    left: float
    at: float


@dataclass(slots=True)
class Guard:
    """Keeps to the limits. Lives in one event loop; what it holds is bounded.

    `clock` gives seconds that never go back.
    """

    limits: Limits = NO_LIMITS
    clock: Callable[[], float] = time.monotonic
    metrics: Metrics | None = None
    _buckets: dict[int, _Bucket] = field(default_factory=dict)
    _asking: dict[int, int] = field(default_factory=dict)
    _wrong: "OrderedDict[str, tuple[float, int]]" = field(default_factory=OrderedDict)

    def check_events(self, key: Key) -> None:
        """Raise 429 if a key has sent more events than it may so far."""
        rate = self.limits.key_events
        if not rate or not key.id:
            return
        left = self._bucket(key).left
        if left < 0:
            self._refuse(
                "key_events", f"this key may send {rate} events a second; go on later",
                ceil(-left / rate),
            )  # fmt: skip

    def sent(self, key: Key, events: int) -> None:
        """So many events came with a key."""
        if self.limits.key_events and key.id:
            self._bucket(key).left -= events

    def _bucket(self, key: Key) -> _Bucket:
        now, most = self.clock(), float(max(self.limits.key_events, _BURST))
        bucket = self._buckets.setdefault(key.id, _Bucket(most, now))
        gained = (now - bucket.at) * self.limits.key_events
        bucket.left, bucket.at = min(most, bucket.left + gained), now
        return bucket

    @contextmanager
    def question(self, key: Key) -> Iterator[None]:
        """While a key's question is answered. Raises 429."""
        most, number = self.limits.key_questions, key.id
        if not most or not number:
            yield
            return
        if self._asking.get(number, 0) >= most:
            self._refuse("key_questions", f"this key may ask {most} questions at once", 1)
        self._asking[number] = self._asking.get(number, 0) + 1
        try:
            yield
        finally:
            self._asking[number] -= 1
            if not self._asking[number]:
                del self._asking[number]

    def wrong_key(self, address: str | None) -> None:
        """A wrong key came from an address. Raises 429 where there were too many.

        Right keys from there open the hub all the same: others may share the address.
        """
        if not self.limits.wrong_keys:
            return
        place, now = _network(address), self.clock()
        since, times = self._wrong.pop(place, (now, 0))
        if now - since >= _MINUTE:
            since, times = now, 0
        self._wrong[place] = since, times + 1
        if len(self._wrong) > _MOST_ADDRESSES:
            self._wrong.popitem(last=False)
        if times >= self.limits.wrong_keys:
            self._refuse(
                "wrong_keys", "too many wrong keys came from this address; try again later, with "
                "a valid key", ceil(since + _MINUTE - now),
            )  # fmt: skip

    def _refuse(self, limit: str, detail: str, seconds: int) -> None:
        if self.metrics is not None:
            self.metrics.limited.labels(limit).inc()
        raise ProblemError(
            429, "too many requests", detail, headers={"Retry-After": str(max(1, seconds))}
        )


def _network(address: str | None) -> str:
    """What counts as one address: of IPv6 the network that one customer has."""
    try:
        found = ipaddress.ip_address((address or "").partition("%")[0])
    except ValueError:
        return address or ""
    if found.version == 6 and found.ipv4_mapped is None:
        return str(ipaddress.ip_network((found, 64), strict=False))
    return str(getattr(found, "ipv4_mapped", None) or found)
