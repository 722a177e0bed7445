"""Questions that may be stopped: their asker left, or the hub ends.

Whoever answers one says so with `answering`; engines and loops that take long look at it.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from contextvars import ContextVar
from threading import Event
from time import monotonic
from typing import TypeVar

from hub.store.driver import StoreUnavailableError

T = TypeVar("T")
Stop = Event
"""Set once the answer is not wanted any more."""

_LOOK_EVERY = 0.05
_STOP: ContextVar[Stop | None] = ContextVar("stop", default=None)


class StoppedError(RuntimeError):
    """The answer is not wanted any more."""


@contextmanager
def answering(stop: Stop) -> Iterator[None]:
    """What is asked of an engine in this thread meanwhile ends soon after `stop` is set."""
    token = _STOP.set(stop)
    try:
        yield
    finally:
        _STOP.reset(token)


def current() -> Stop | None:
    """What stops the question that this thread answers, if anything may."""
    return _STOP.get()


def check() -> None:
    """Raise `StoppedError` if the question that this thread answers was stopped."""
    stop = current()
    if stop is not None and stop.is_set():
        raise StoppedError("the answer is not wanted any more")


def result(asked: "Future[T]", cut: Callable[[], object], longest: float) -> T:
    """What an engine answers. When the question is stopped meanwhile, `cut` is called until the
    engine has let go of it: a first time may be before the engine has begun.

    Raises `StoppedError`; `StoreUnavailableError` after `longest` seconds.
    """
    stop, until = current(), monotonic() + longest
    while True:
        left = until - monotonic()
        try:
            found = asked.result(max(0.0, left if stop is None else min(left, _LOOK_EVERY)))
        except TimeoutError:
            if left <= 0:
                raise StoreUnavailableError(f"no answer within {longest:.0f} s") from None
            if stop is not None and stop.is_set():
                cut()
        except Exception:
            check()
            raise
        else:
            check()
            return found
