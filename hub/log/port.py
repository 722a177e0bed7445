"""What the hub asks of an event log; a SQL table and Kafka give it."""

import re
from collections.abc import Sequence
from concurrent.futures import Future
from typing import NamedTuple, Protocol

from hub.core.batch import Batch
from hub.core.said import said
from schemas.event import Accepted, Event

Position = dict[int, int]
"""Partition → the last record; covers all records up to and with it."""

RECORD_BITS = 20
"""A record holds fewer than 2^20 events: `Accepted.position` is record << 20 | index in it."""


class LogUnavailableError(RuntimeError):
    """Nothing was stored; the same call may succeed later."""


class LogDamagedError(RuntimeError):
    """Records of the log, from `first` to `last`, are not what was written; the text says which,
    and what to do. Without numbers: the whole file cannot be read."""

    def __init__(self, first: int | None, last: int | None, why: str) -> None:
        self.first, self.last, self.why = first, last, why
        super().__init__(f"{self.what}; {_WHAT_TO_DO}")

    @property
    def what(self) -> str:
        """What is damaged, without what to do."""
        if self.first is None:
            return f"the log is damaged: {self.why}"
        if self.first == self.last:
            which, many = f"record {self.first}", False
        else:
            which, many = f"records {self.first} to {self.last}", True
        if self.why == MISSING:
            return f"the log is damaged: {which} {'are' if many else 'is'} missing"
        return f"the log is damaged at {which}: {self.why}"


class Appended(NamedTuple):
    """What became of a batch: where it ends, and which of its events could not be stored."""

    position: Position
    unavailable: frozenset[int] = frozenset()


class EventLog(Protocol):
    """A log of accepted events. Thread-safe.

    The moment of acceptance is put once, by the log, and never decreases in the order of a unit's
    events.
    """

    def append(self, events: Sequence[Event]) -> "Future[Appended]":
        """Store events; durable when the future is done. It may raise `LogUnavailableError`."""

    def read(
        self, after: Position, limit: int, timeout: float = 0.0
    ) -> tuple[Batch[Accepted], Position]:
        """About `limit` events after a position, in order, and the position they reach; where
        there are none, waits for some up to `timeout` seconds."""

    def end(self) -> Position:
        """A position that covers every append that has been answered."""

    def newest(self) -> Position:
        """Where the log ends at this moment, by whomever it was appended to. Raises
        `LogUnavailableError`."""

    @property
    def trouble(self) -> str | None:
        """Why the log cannot store events at the moment, as far as the last attempt says."""

    def probe(self) -> "Future[None]":
        """Try whether events could be stored, and let `trouble` say it."""

    def seal(self, instant: int) -> "Future[Position]":
        """See to it that all later events get a moment after `instant` (µs, not in the future);
        gives a position that covers all events up to it."""

    def close(self) -> None:
        """Finish what was begun; no call may follow."""


def covers(have: Position, want: Position) -> bool:
    """Whether a position lies at or after another in every partition."""
    return all(have.get(partition, -1) >= record for partition, record in want.items())


def encode_position(position: Position) -> str:
    """A position as an opaque text for the header `Hub-Position`."""
    return ".".join(f"{p}-{record}" for p, record in sorted(position.items())) or _NOTHING


def decode_position(text: str) -> Position:
    """The position of an opaque text. Raises `ValueError`."""
    if text == _NOTHING:
        return {}
    pairs = [_PAIR.fullmatch(part) for part in text.split(".")]
    if not all(pairs):
        raise ValueError(_NOT_OURS)
    return {int(pair[1]): int(pair[2]) for pair in pairs if pair}


MISSING = "missing"
_WHAT_TO_DO = (
    "restore the log from a backup, or leave out what is damaged by `hub rebuild --skip-damaged`; "
    "`hub verify` lists all of it"
)
_NOTHING = "0"
_PAIR = re.compile(r"([0-9]{1,9})-([0-9]{1,19})")  # int alone takes 1_0 and digits of other scripts
_NOT_OURS = said("no-position", "is not a position that this hub gave; send Hub-Position as it was")
