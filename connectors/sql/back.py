"""Whether a source is older than what was read: a restored backup, another server, a truncated
table. The newest rows that were read are remembered; where most of them are gone or older, it is.
"""

from collections.abc import Iterator

from connectors.port import Page
from connectors.sql.reader import Reader
from connectors.sql.rows import key_text
from connectors.sql.state import NEWEST, State
from connectors.sql.values import back, plain, rank
from hub.core.said import said

_FEW = 5
"""Of fewer rows each may have been deleted by hand."""


class Watch:
    """Sees whether a source went back; asked after each connecting, before sweeps, and where a poll
    finds nothing."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._connections = 0
        self._is_waiting = False
        self.backs = 0
        """How often it went back."""

    @property
    def is_needed(self) -> bool:
        """Whether another server may answer now, or nobody has approved yet what was told."""
        self._reader.open()
        return self._is_waiting or self._connections != self._reader.connections

    def begin(self) -> None:
        """Nothing was read of this server before."""
        self._connections = self._reader.connections

    def went_back(self, state: State) -> str | None:
        """Why the source seems to be older than what was read."""
        why = self._why(state)
        self._is_waiting = self._is_waiting and why is not None
        self._connections = self._reader.connections
        return why

    def back(self, state: State, why: str) -> Iterator[Page]:
        """The page that says so. What follows it, once it is stored, begins from what is there."""
        self.backs += 1
        self._is_waiting = True
        state.newest = self._reader.newest(NEWEST) if self._reader.read.cursor else []
        state.high = state.newest[-1].cursor if state.newest else None
        state.at = state.swept_to = None
        state.is_due = True
        state.is_empty = self._reader.is_empty()
        yield Page((), state.plain(), went_back=why)
        self._is_waiting = False

    def emptied(self, state: State) -> str | None:
        """Why a table without rows is suspect."""
        had_rows = bool(state.newest) or any(it.checksum for it in state.ranges.values())
        if had_rows and not state.is_empty and self._reader.is_empty():
            table = self._reader.read.table
            return said("table-emptied", "{table} has no rows, though it had some", table=table)
        return None

    def _why(self, state: State) -> str | None:
        if state.is_empty or not state.newest:
            return self.emptied(state)
        there = {
            key_text(key): cursor
            for key, cursor in self._reader.cursors([it.key for it in state.newest]).items()
        }
        lost = 0
        for seen in state.newest:
            now = there.get(key_text(seen.key))
            lost += now is None or rank(now) < rank(seen.cursor)
        if lost * 2 <= len(state.newest):
            return None
        if why := self.emptied(state):
            return why
        latest = self._reader.newest(1)
        reached = latest[-1].cursor if latest else None
        bound = back(state.high, self._reader.read.overlap)
        if len(state.newest) < _FEW and reached is not None and rank(reached) >= rank(bound):
            return None
        return said(
            "table-older",
            "of the {n} newest rows of {table} that were read, {lost} are gone or older; its "
            "highest {cursor} is {now}, and was {before}",
            n=len(state.newest), table=self._reader.read.table, lost=lost,
            cursor=str(self._reader.read.cursor), now=str(plain(reached)),
            before=str(plain(state.high)),
        )  # fmt: skip
