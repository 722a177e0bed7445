"""A source in memory: a table whose rows have a number that grows with every change."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from connectors.port import Cursor, Page, Row, Unreadable


@dataclass
class MemorySource:
    """Satisfies `connectors.port.Source`. `edit` is seen by polls; what is changed in `rows` by
    hand, and what is deleted there, only by sweeps."""

    page: int = 2
    width: int = 0
    """Keys of a range of a sweep; 0: one range holds all."""
    is_sure: bool = False
    rows: dict[str, dict[str, Any]] = field(default_factory=dict)
    numbers: dict[str, int] = field(default_factory=dict)
    last: int = 0
    went_back: str | None = None
    fails: list[Exception] = field(default_factory=list)
    """Raised one by one, each instead of a page."""
    versions: dict[str, int] = field(default_factory=dict)
    reads: int = 0

    def edit(self, key: str, values: dict[str, Any] | None) -> None:
        """Write a row, or (None) delete it."""
        self.last += 1
        self.rows.pop(key, None)
        self.numbers.pop(key, None)
        if values is not None:
            self.rows[key], self.numbers[key] = values, self.last

    def columns(self) -> Sequence[str] | None:
        return None

    def pages(self, cursor: Cursor | None, *, sweep: bool) -> Iterator[Page]:
        self.reads += 1
        high = cursor or 0
        changed = sorted((n, key) for key, n in self.numbers.items() if n > high)
        for at in range(0, len(changed), self.page):
            some = changed[at : at + self.page]
            yield self._page([self._row(key) for _, key in some], some[-1][0])
        if sweep:
            yield from self._sweep()

    def again(self, keys: Sequence[str]) -> Iterator[Page]:
        found = [self._row(key) for key in keys if key in self.rows]
        if found:
            yield Page(found, None)

    def close(self) -> None:
        pass

    def _sweep(self) -> Iterator[Page]:
        for label in sorted({self._label(key) for key in self.rows} | self._labels):
            keys = sorted(key for key in self.rows if self._label(key) == label)
            cuts = [keys[at : at + self.page] for at in range(0, len(keys), self.page)] or [[]]
            for some in cuts[:-1]:
                yield self._page([self._row(key) for key in some], self.last)
            last = self._page([self._row(key) for key in cuts[-1]], self.last)
            yield last._replace(ends=label, is_sure=self.is_sure)
        self._labels |= {self._label(key) for key in self.rows}

    _labels: set[str] = field(default_factory=lambda: {""})

    def _page(self, rows: list[Row], cursor: int) -> Page:
        if self.fails:
            raise self.fails.pop(0)
        bad = [
            Unreadable(row.key, row.place, row.values["bad"])
            for row in rows
            if row.values.get("bad")
        ]
        good = [row for row in rows if not row.values.get("bad")]
        return Page(good, cursor, bad, went_back=self.went_back)

    def _row(self, key: str) -> Row:
        version = self.versions.get(key)
        return Row(key, f"made-up id={key}", self.rows[key], self._label(key), version)

    def _label(self, key: str) -> str:
        return str(int(key) // self.width) if self.width else ""
