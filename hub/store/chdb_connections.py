"""Connections to chDB: each has one query at a time."""

import queue
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from hub.store.driver import StoreDamagedError, StoreUnavailableError

LONGEST = 150.0
"""Seconds after which a query is given up that the engine itself has not ended after 120."""

_PASSING = ("MEMORY_LIMIT_EXCEEDED", "NOT_ENOUGH_SPACE", "TOO_MANY_PARTS", "TIMEOUT_EXCEEDED",
            "CANNOT_WRITE_TO_FILE_DESCRIPTOR", "CANNOT_FSYNC", "CANNOT_OPEN_FILE", "std::exception",
            "No space left on device", "errno: 28",
            "Too many open files", "errno: 24", "errno: 23")  # fmt: skip


_DAMAGED = ("CHECKSUM_DOESNT_MATCH", "CANNOT_READ_ALL_DATA", "CORRUPTED_DATA", "CANNOT_DECOMPRESS",
            "UNKNOWN_CODEC", "FILE_DOESNT_EXIST", "NO_FILE_IN_DATA_PART", "BAD_SIZE_OF_FILE",
            "TOO_LARGE_SIZE_COMPRESSED", "UNEXPECTED_FILE_IN")  # fmt: skip


class Cut:
    """Ends a query that begins with a mark."""

    def __init__(self, mark: str, kill: Callable[[], object]) -> None:
        self.mark, self._kill = mark, kill
        self.was_made = False

    def __call__(self) -> None:
        """Make it."""
        self.was_made = True
        self._kill()


NEVER = Cut("", lambda: None)
"""Of a query that is not stopped."""


class _Spent(NamedTuple):
    """A connection whose query did not end by itself. What that had answered so far would come
    before the next answer, so another connection takes its place."""

    connection: Any


class Connections:
    """Some connections that whoever asks next takes. Thread-safe."""

    def __init__(self, connect: Callable[[], Any], number: int) -> None:
        self._connect, self._number = connect, number
        self._free: queue.SimpleQueue[Any] = queue.SimpleQueue()
        for _ in range(number):
            self._free.put(connect())

    def take(self) -> Any:
        """The next free one. Raises `StoreUnavailableError`, `RuntimeError` after `close`."""
        try:
            one = self._free.get(timeout=LONGEST)
        except queue.Empty:
            waited = f"no connection was free within {LONGEST:.0f} s"
            raise StoreUnavailableError(waited) from None
        if one is None:
            self._free.put(None)
            raise RuntimeError("the store is closed")
        if not isinstance(one, _Spent):
            return one
        try:
            with errors():
                fresh = self._connect()
                one.connection.close()
        except BaseException:
            self._free.put(one)
            raise
        return fresh

    def give_back(self, one: Any, *, spent: bool) -> None:
        """Let others have it; `spent`: its query failed, or was ended."""
        self._free.put(_Spent(one) if spent else one)

    def close(self) -> None:
        """Close all, each when its query has ended."""
        for _ in range(self._number):
            one = self._free.get()
            (one.connection if isinstance(one, _Spent) else one).close()
        self._free.put(None)


@contextmanager
def errors() -> Iterator[None]:
    """ChDB raises RuntimeError with ClickHouse's text: tell passing trouble from our own faults."""
    try:
        yield
    except RuntimeError as error:
        if any(word in str(error) for word in _PASSING):
            raise StoreUnavailableError(str(error)) from error
        if any(word in str(error) for word in _DAMAGED):
            raise StoreDamagedError(str(error)) from None
        raise
