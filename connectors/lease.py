"""The lease of a connector: kept while a page is long, and what the hub says in return."""

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from connectors.port import Held, Hub, LostLeaseError
from connectors.waiting import BusyError, Ladder, StoppedError
from hub.client import HubError, UnreachableError

BEAT = 2.0
"""Seconds between two beats; a lease lasts ten."""
SURE = 8.0
"""Seconds after a beat began in which nobody else can have the lease."""


class Lease:
    """Of one connector, for one owner. `status` is told with every beat; anybody may change it."""

    def __init__(
        self, hub: Hub, name: str, owner: str, stop: threading.Event, status: dict[str, Any],
        patience: float | None = None, clock: Callable[[], float] = time.monotonic,
    ) -> None:  # fmt: skip
        """`patience`: seconds for which it is waited for; None: for ever."""
        self._hub, self._name, self._owner, self._stop = hub, name, owner, stop
        self._status, self._patience, self._clock = status, patience, clock
        self._lock = threading.Lock()
        self._lost: LostLeaseError | None = None
        self._away: HubError | None = None
        self._since = float("-inf")
        self.term = 0
        """Changes whenever another owner may have had it in between."""
        self._said: deque[Held] = deque(maxlen=1)

    def beat(self) -> Held:
        """Take or keep it, once. Raises what `Hub.hold` raises."""
        began = self._clock()
        with self._lock:  # two beats must not overtake one another
            try:
                held = self._hub.hold(self._name, self._owner, dict(self._status))
            except LostLeaseError as error:
                self._lost = error
                raise
            except BusyError:
                raise
            except HubError as error:
                self._away = error
                raise
            if self._clock() - self._since > SURE:
                self.term += 1
            self._lost, self._since = None, began
            self._said.append(held)
        return held

    def heard(self) -> Held | None:
        """What the hub said last; None: nothing since this was asked before. No call of its own
        while the lease is sure. Raises what `check` raises."""
        self.check()
        return self._said.pop() if self._said else None

    def take(self) -> Held:
        """Wait until it is ours. Raises `StoppedError`, and when patience ends what `beat` does."""
        ladder, began = Ladder(self._stop, last=1.0), self._clock()
        while True:
            try:
                self._away = None
                return self.beat()
            except (LostLeaseError, UnreachableError):
                if self._patience is not None and self._clock() - began > self._patience:
                    raise
                ladder.wait()

    def let_go(self) -> None:
        """Let others have it at once. It would be theirs in ten seconds anyway."""
        with suppress(HubError, LostLeaseError):
            self._hub.hold(self._name, self._owner, dict(self._status), 0)

    def check(self) -> None:
        """As `sure`, and raises `StoppedError` where nothing new is to be begun."""
        if self._stop.is_set():
            raise StoppedError
        self.sure()

    def sure(self) -> None:
        """Raises `LostLeaseError` unless nobody else can have it at this moment, and `HubError`
        where the hub was away since it was taken: what the hub has is to be asked anew, for it may
        be a restored backup."""
        if self._lost is not None:
            raise self._lost
        if self._away is not None:
            raise self._away
        if self._clock() - self._since > SURE:
            self.beat()

    @contextmanager
    def kept(self) -> Iterator[None]:
        """Beats by itself inside, so that reading a long page loses nothing, and lets go behind."""
        done = threading.Event()
        thread = threading.Thread(target=self._beat_until, args=(done,), daemon=True)
        thread.start()
        try:
            yield
        finally:
            done.set()
            thread.join()
            self.let_go()

    def _beat_until(self, done: threading.Event) -> None:
        while not done.wait(BEAT):
            try:
                self.beat()
            except LostLeaseError:
                return  # `check` tells who reads
            except HubError as error:  # who reads is told the same by its next call
                self._status["problem"] = str(error)
