"""A table of a database as a source: polls between sweeps."""

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime

from connectors.port import Cursor, Page
from connectors.sql.back import Watch
from connectors.sql.labels import Labels
from connectors.sql.poll import Poll
from connectors.sql.read import SqlRead
from connectors.sql.reader import Reader
from connectors.sql.rows import key_of
from connectors.sql.state import state_of
from connectors.sql.sweep import Sweep
from hub.core.said import said

PAGE = 1000
"""Rows of a page at most."""

_DAY_FIRST = re.compile(r"\s*\d{1,2}[/.-]\d{1,2}[/.-]\d{2}")


def _now() -> datetime:
    return datetime.now(UTC)


class SqlSource:
    """`Source` over one table or view and its children. The first reading goes by ranges, so that
    rows without a cursor are found and the checksums of all ranges are known; then polls read what
    changed, and sweeps what no cursor shows."""

    def __init__(self, read: SqlRead, page: int = PAGE, now: Callable[[], datetime] = _now) -> None:
        """Raises `BrokenSourceError` where the address is none. Connects when first asked."""
        self._reader = Reader(read)
        self._watch = Watch(self._reader)
        self._poll = Poll(self._reader, self._watch, now, page) if read.cursor else None
        self._sweep = Sweep(self._reader, self._watch, self._poll, page)
        self._labels: Labels | None = None
        self._of = "|".join((read.table, ",".join(read.key), read.cursor or ""))

    def columns(self) -> Sequence[str]:
        """The columns of the table, and `child.column` of its children."""
        return self._reader.there()

    def warnings(self) -> Sequence[str]:
        """What makes reading dear for the source (indexes that are missing), and a cursor that does
        not sort by time."""
        tables = self._reader.tables
        newest = self._reader.newest(10) if tables.cursor is not None else []
        if not any(isinstance(it.cursor, str) and _DAY_FIRST.match(it.cursor) for it in newest):
            return tables.warnings
        says = said(
            "cursor-of-texts",
            "the cursor {cursor} of {table} holds texts that begin with the day or month and do "
            "not sort by time: changes wait for the next sweep; name another column, or "
            "leave `cursor` out",
            cursor=str(self._reader.read.cursor), table=self._reader.read.table,
        )  # fmt: skip
        return (*tables.warnings, says)

    def pages(self, cursor: Cursor | None, *, sweep: bool) -> Iterator[Page]:
        """As `Source` says."""
        state = state_of(cursor, self._of)
        if (labels := state.labels) is None:
            labels = self._sweep.choose(state)
            if self._poll is not None:
                self._poll.start(state)
            self._watch.begin()
        elif (sweep or self._watch.is_needed) and (why := self._watch.went_back(state)):
            yield from self._watch.back(state, why)
        self._labels = labels
        if self._poll is not None and not state.is_due:
            yield from self._poll.pages(state, labels)
        if sweep or state.is_due:
            yield from self._sweep.pages(state)

    def again(self, keys: Sequence[str]) -> Iterator[Page]:
        """As `Source` says."""
        tables = self._reader.tables
        if self._labels is None:
            self._labels = self._sweep.choose(state_of(None, self._of))
        width = len(tables.main.key.names)
        wanted = [key_of(key, width, tables.has_whole_keys) for key in keys]
        there = [key for key in wanted if key is not None]
        for found in self._reader.with_keys(self._labels, there):
            yield Page(self._reader.made(self._labels, found), None)

    def close(self) -> None:
        """Let go of the connection."""
        self._reader.close()
