"""How far a database was read: what a cursor holds."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from connectors.sql.labels import Labels
from connectors.sql.values import Key, packed, rank, unpacked

NEWEST = 10
"""How many of the newest rows are remembered, to see when a source goes back."""


class Seen(NamedTuple):
    """A row's cursor and key."""

    cursor: Any
    key: Key


class Swept(NamedTuple):
    """What a sweep left of a range."""

    checksum: str
    """As the database gave it at the moment at which the rows were read; empty: no rows."""
    again: bool
    """Whether the next sweep reads the range though its checksum is the same: a row that is missing
    for the first time may be missing for good."""


POLLED = Swept("?", True)
"""A range of which polls gave rows since a sweep read it."""


@dataclass
class State:
    """One document's place in a database; JSON by `plain`."""

    of: str
    """Which table, key and cursor it is about."""
    high: Any = None
    """The highest cursor that was read; it goes back only where a person approves."""
    at: Seen | None = None
    """The last row that was read of a poll under way."""
    newest: list[Seen] = field(default_factory=list)
    labels: Labels | None = None
    """None: nothing was read yet."""
    ranges: dict[str, Swept] = field(default_factory=dict)
    swept_to: str | None = None
    """The last range that a sweep under way ended; None: none is under way."""
    is_due: bool = True
    """Whether everything is to be swept: at first, and after the source went back."""
    is_empty: bool = False
    """Whether it is approved that the table is empty though it had rows."""

    def plain(self) -> dict[str, Any]:
        """As JSON, which `state_of` reads."""
        return {
            "of": self.of,
            "high": packed(self.high),
            "at": None if self.at is None else _plain(self.at),
            "newest": [_plain(seen) for seen in self.newest],
            "labels": None if self.labels is None else self.labels.plain(),
            "ranges": {label: [it.checksum, it.again] for label, it in self.ranges.items()},
            "swept_to": self.swept_to,
            "due": self.is_due,
            "empty": self.is_empty,
        }

    def polled(self, labels: Iterable[str]) -> None:
        """Rows of these ranges are known now that no sweep read. Should they go before one does, a
        range may be as the last sweep left it: it is read all the same."""
        for label in labels:
            self.ranges[label] = POLLED

    def saw(self, rows: list[Seen]) -> None:
        """Remember the highest and the newest of some rows that were read."""
        latest = {seen.key: seen for seen in (*self.newest, *rows[-NEWEST:])}
        self.newest = sorted(latest.values(), key=lambda it: rank(it.cursor))[-NEWEST:]
        if rows:
            highest = max((it.cursor for it in rows), key=rank)
            if self.high is None or rank(highest) > rank(self.high):
                self.high = highest


def state_of(plain: Any, of: str) -> State:
    """What a cursor says. A document that reads another table or key begins anew; the ranges that
    it had are known to end."""
    if plain is None:
        return State(of)
    ranges = {label: Swept(*it) for label, it in plain["ranges"].items()}
    if plain["of"] != of:
        return State(of, ranges=dict.fromkeys(ranges, POLLED))
    at = plain["at"]
    labels = plain["labels"]
    return State(
        of=of,
        high=unpacked(plain["high"]),
        at=None if at is None else _seen(at),
        newest=[_seen(it) for it in plain["newest"]],
        labels=None if labels is None else Labels(*labels),
        ranges=ranges,
        swept_to=plain["swept_to"],
        is_due=plain["due"],
        is_empty=plain["empty"],
    )


def _plain(seen: Seen) -> list[Any]:
    return [packed(seen.cursor), *(packed(value) for value in seen.key)]


def _seen(plain: list[Any]) -> Seen:
    cursor, *key = (unpacked(value) for value in plain)
    return Seen(cursor, tuple(key))
