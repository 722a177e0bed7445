"""What changed since a cursor: pages in the order of cursor and key, with an overlap.

A row may be committed after others with later cursors. So a poll begins some time before the
highest cursor that was read. What it reads again and finds as before it does not give again.
"""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

from connectors.port import Page
from connectors.sql.back import Watch
from connectors.sql.labels import Labels
from connectors.sql.reader import Reader
from connectors.sql.rows import Raw
from connectors.sql.state import Seen, State
from connectors.sql.values import Key, back, moment

_MOST_REMEMBERED = 20_000
_AHEAD = timedelta(days=1)
"""A cursor further in the future says nothing about what was read; less may be zones."""
_TICK = 1.0
"""Seconds: no driver cuts more off a time."""


class Poll:
    """Polls of one table. It remembers what the overlap held, as long as it goes on from the cursor
    that it gave last."""

    def __init__(
        self, reader: Reader, watch: Watch, now: Callable[[], datetime], page: int
    ) -> None:
        self._reader, self._watch, self._now, self._page = reader, watch, now, page
        self._known: dict[Key, Raw] = {}
        self._known_after: Any = None
        self._high_since: tuple[Any, datetime] = (None, now())
        self._settled: Seen | None = None

    def start(self, state: State) -> None:
        """Begin behind the newest rows that are there: everything is about to be read anyway."""
        self._remember(state, self._reader.newest(10))

    def pages(self, state: State, labels: Labels) -> Iterator[Page]:
        """Pages until nothing is left; `state` goes along with them. Where the source went back,
        one page says so, and behind it everything is due."""
        began = self._now()
        is_known = self._known_after == _place(state)
        known = self._known if is_known else {}
        settled = self._settled if is_known and state.at is None else None
        met: dict[Key, Raw] = {}
        last: Seen | None = settled
        is_under_way = state.at is not None
        since = None if state.high is None else back(state.high, self._reader.read.overlap)
        for found, at in self._found(labels, since, state.at or settled):
            if last is None and not found and (why := self._watch.went_back(state)):
                yield from self._watch.back(state, why)
                return
            self._remember(state, [item.seen for item in found])
            state.at = at
            rows = self._reader.made(labels, [it for it in found if known.get(it.seen.key) != it])
            state.polled(row.range for row in rows)
            state.is_empty = state.is_empty and not rows
            if rows or (at is None and is_under_way):
                is_under_way = at is not None
                yield Page(rows, state.plain())
            last = found[-1].seen if found else last
            if len(met) <= _MOST_REMEMBERED:
                met.update((item.seen.key, item) for item in found)
        self._keep(state, met, began, last)

    def _found(
        self, labels: Labels, since: Any, position: Seen | None
    ) -> Iterator[tuple[list[Raw], Seen | None]]:
        """Pages of rows, each with the place from which a poll that breaks off behind it goes on;
        None behind the last."""
        while True:
            found = self._reader.changed(labels, since, position, self._page)
            if len(found) < self._page:
                yield found, None
                return
            if found[-1].seen == position:
                # The driver cuts the time short of what the database compares: the same rows again.
                end = back(position.cursor, -_TICK)
                for part in self._reader.between(labels, position.cursor, end, self._page):
                    yield part, position
                since, position = end, None
                continue
            position = found[-1].seen
            yield found, position

    def _remember(self, state: State, seen: list[Seen]) -> None:
        past = [it for it in seen if self._is_past(it.cursor)]
        state.saw(past or (seen if state.high is None else []))

    def _keep(self, state: State, met: dict[Key, Raw], began: datetime, last: Seen | None) -> None:
        """Remember what the overlap held. A large one is not read again and again: when no later
        row came for as long as commits may be late, what is behind its last row is enough."""
        if self._high_since[0] != state.high:
            self._high_since = (state.high, began)
        waited = (began - self._high_since[1]).total_seconds() > self._reader.read.overlap
        is_large = self._settled is not None or len(met) >= self._page
        self._settled = last if waited and is_large else None
        self._known, self._known_after = met, _place(state)

    def _is_past(self, value: Any) -> bool:
        then = moment(value)
        return then is None or then <= self._now() + _AHEAD


def _place(state: State) -> Any:
    return state.of, state.high, state.at, state.newest
