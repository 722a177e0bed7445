"""What a pump remembers of the rows that a source gives, without a hub."""

from typing import Any

import orjson

from connectors.port import Page, Source


class Twin:
    """Rows by key. A row that a range misses twice, in two readings, is gone."""

    def __init__(self) -> None:
        self.rows: dict[str, Any] = {}
        self.cursor: Any = None
        self.went_back: list[str] = []
        """Why the source was older; each was approved at once."""
        self._ranges: dict[str, str] = {}
        self._missing: dict[str, int] = {}
        self._readings = 0

    def read(self, source: Source, *, sweep: bool, most: int | None = None) -> int:
        """Store pages, all or so many at most; how many they were."""
        self._readings += 1
        met: set[str] = set()
        pages = source.pages(self.cursor, sweep=sweep)
        count = 0
        for page in pages:
            if count == most:
                break
            self._store(page, met)
            count += 1
        return count

    def _store(self, page: Page, met: set[str]) -> None:
        if page.went_back:
            self.went_back.append(page.went_back)
        for row in page.rows:
            self.rows[row.key] = row.values
            self._ranges[row.key] = row.range
            self._missing.pop(row.key, None)
            met.add(row.key)
        if page.ends is not None:
            for key in [it for it in self.rows if self._ranges[it] == page.ends]:
                if key not in met:
                    self._miss(key)
            met.clear()
        if page.cursor is not None:
            self.cursor = orjson.loads(orjson.dumps(page.cursor))

    def _miss(self, key: str) -> None:
        if self._missing.setdefault(key, self._readings) < self._readings:
            del self.rows[key], self._ranges[key], self._missing[key]
