"""How long a connector waits before it tries again."""

import random
import threading
import time
from collections.abc import Callable
from typing import TypeVar

from hub.client import UnreachableError

T = TypeVar("T")
FIRST, LAST = 0.5, 30.0


class BusyError(UnreachableError):
    """The hub is there, and asks to be asked again later."""


class StoppedError(Exception):
    """The connector is to end; what it had in hand is done again at the next start."""


class Ladder:
    """Longer and longer waits, each a little random: many that lost the same do not all come back
    at the same moment. Ends early when `stop` is set."""

    def __init__(self, stop: threading.Event, first: float = FIRST, last: float = LAST) -> None:
        self._stop, self._first, self._last, self._next = stop, first, last, first

    def wait(self) -> None:
        """Wait once. Raises `StoppedError`."""
        pause = self._next * random.uniform(0.5, 1)  # noqa: S311 - it keeps no secret
        self._next = min(2 * self._next, self._last)
        if self._stop.wait(pause):
            raise StoppedError

    def reset(self) -> None:
        """Begin anew: something went well."""
        self._next = self._first


class Patience:
    """Makes calls again while the hub is busy: for so many seconds, or (None) without end. A hub
    that was away is another matter: it may have been restored from a backup meanwhile."""

    def __init__(
        self, stop: threading.Event, seconds: float | None, told: Callable[[str], None],
        check: Callable[[], None],
    ) -> None:  # fmt: skip
        """`check` comes before each further call; what it raises ends them."""
        self._stop, self._seconds, self._told, self._check = stop, seconds, told, check

    def __call__(self, call: Callable[[], T]) -> T:
        """What the call gives. Raises `StoppedError`, and what the call raises for good."""
        ladder, began = Ladder(self._stop), time.monotonic()
        while True:
            try:
                return call()
            except BusyError as error:
                if self._seconds is not None and time.monotonic() - began > self._seconds:
                    raise
                self._told(str(error))
                ladder.wait()
                self._check()
