"""What no cursor shows: every range of keys, compared by its checksum with what was read of it.

A range is read in the same moment as its checksum, so that no change falls between the two.
"""

from collections.abc import Iterator
from typing import Any

from connectors.port import Page, Row
from connectors.sql.back import Watch
from connectors.sql.checksums import own_checksum
from connectors.sql.labels import Labels, chosen, is_outgrown
from connectors.sql.poll import Poll
from connectors.sql.reader import Reader
from connectors.sql.state import State, Swept

NO_RANGE = "-"
"""Ends what came before: no row is in this range. Rows of polls do not count for the range that is
ended next, for they may be gone when it is read."""


class Sweep:
    """Sweeps of one table. `poll`: what comes between two ranges, so that news do not wait."""

    def __init__(self, reader: Reader, watch: Watch, poll: Poll | None, page: int) -> None:
        self._reader, self._watch, self._poll, self._page = reader, watch, poll, page
        self._deletes = reader.read.deletes

    def choose(self, state: State) -> Labels:
        """Put the table's keys into ranges, if they are not or there are far more rows now."""
        keys = self._reader.read.keys
        count, ends = self._reader.extent()
        if state.labels is None or is_outgrown(state.labels, keys, count, ends):
            state.labels = chosen(keys, count, ends)
            state.swept_to = None
        return state.labels

    def pages(self, state: State) -> Iterator[Page]:
        """Ranges that differ; each ends with a page that says so. The first reading goes on behind
        the last range that it ended, should it break off; other sweeps begin anew. Where the
        source went back amid it, a page says so, and the sweep breaks off."""
        labels = self.choose(state)
        state.swept_to = state.swept_to if state.is_due else None
        done = None if state.swept_to is None else labels.order(state.swept_to)
        backs, met = self._watch.backs, set()
        yield from self._cleared(state)
        for label, checksum in self._reader.ranges(labels):
            met.add(label)
            if done is not None and labels.order(label) <= done:
                continue
            if checksum is None or _differs(state, label, checksum):
                yield from self._range(state, labels, label)
            if self._poll is not None and self._watch.backs == backs:
                state.swept_to = label
                yield from self._news(self._poll, state, labels)
            if self._watch.backs != backs:
                return
        for label in [label for label in state.ranges if label not in met]:
            yield from self._vanished(state, labels, label)
            if self._watch.backs != backs:
                return
        state.swept_to, state.is_due = None, False
        yield Page((), state.plain())

    def _range(self, state: State, labels: Labels, label: str) -> Iterator[Page]:
        with self._reader.one_moment():
            checksum = self._reader.checksum(labels, label)
            if checksum is not None and not _differs(state, label, checksum):
                return
            found = [
                row
                for part in self._reader.within(labels, label, self._page)
                for row in self._reader.made(labels, part)
            ]
        if not found and (why := self._watch.emptied(state)):
            yield from self._watch.back(state, why)
            return
        if checksum is None:
            checksum = own_checksum([(row.key, row.values) for row in found])
        if _differs(state, label, checksum):
            yield from self._ended(state, label, checksum if found else "", found)

    def _ended(self, state: State, label: str, checksum: str, found: list[Row]) -> Iterator[Page]:
        parts = [found[at : at + self._page] for at in range(0, len(found), self._page)] or [[]]
        for part in parts[:-1]:
            yield Page(part, state.plain())
        before = state.ranges.pop(label, None)
        is_new = before is None or before.checksum != checksum
        if checksum or is_new:
            state.ranges[label] = Swept(checksum, is_new and self._deletes)
        if found:
            state.is_empty = False
        state.swept_to = label
        yield Page(parts[-1], state.plain(), ends=label if self._deletes else None)

    def _vanished(self, state: State, labels: Labels, label: str) -> Iterator[Page]:
        """A range that has no rows any more, or that is made no more."""
        if labels.made(label):
            yield from self._range(state, labels, label)
        elif self._deletes:
            yield from self._ended(state, label, "", [])
        else:
            del state.ranges[label]

    def _news(self, poll: Poll, state: State, labels: Labels) -> Iterator[Page]:
        is_any = False
        for page in poll.pages(state, labels):
            is_any = True
            yield page
        if is_any:
            yield from self._cleared(state)

    def _cleared(self, state: State) -> Iterator[Page]:
        if self._deletes:
            yield Page((), state.plain(), ends=NO_RANGE)


def _differs(state: State, label: str, checksum: Any) -> bool:
    before = state.ranges.get(label)
    return before is None or before.checksum != checksum or before.again
