"""A kind of source whose rows are a list: for tests of what stands before any source."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from connectors.mapping import Document
from connectors.port import BrokenSourceError, Cursor, Page, Row

ROWS: list[Row] = []
COLUMNS: list[str] = []


class ListedSource:
    """Rows of `ROWS`, two on a page."""

    def columns(self) -> Sequence[str] | None:
        return COLUMNS or None

    def pages(self, cursor: Cursor | None, *, sweep: bool) -> Iterator[Page]:
        for first in range(0, len(ROWS), 2):
            yield Page(ROWS[first : first + 2], first)

    def again(self, keys: Sequence[str]) -> Iterator[Page]:
        return iter(())

    def close(self) -> None:
        pass


def open_source(document: Document, data: Path | None = None) -> ListedSource:
    if data is not None:
        raise BrokenSourceError(f"{data}: is not there")
    return ListedSource()
