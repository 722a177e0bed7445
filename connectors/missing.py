"""Which remembered rows of a range a reading did not meet."""

from array import array
from collections.abc import Iterable, Mapping

import numpy as np

from connectors.port import Kept, Page, Unreadable


class Met:
    """The rows that a reading met since the last end of a range: eight bytes each."""

    def __init__(self) -> None:
        self._hashes = array("q")
        self._is_blind = False

    def add(self, page: Page) -> None:
        """Note that a page's rows are there, those too that could not be read."""
        self._hashes.extend(hash(row.key) for row in page.rows)
        self._hashes.extend(hash(row.key) for row in page.unreadable)
        self._is_blind = self._is_blind or any(map(_is_nameless, page.unreadable))

    def end(self, kept: Mapping[str, Kept]) -> Iterable[str]:
        """The remembered rows that were not met; begin anew. None are missing where a row
        was met that could not be told from others: it may be any of them."""
        hashes, is_blind = np.frombuffer(self._hashes, np.int64), self._is_blind
        self._hashes, self._is_blind = array("q"), False
        if is_blind:
            return []
        keys = list(kept)
        wanted = np.fromiter(map(hash, keys), np.int64, len(keys))
        return [keys[at] for at in np.flatnonzero(~np.isin(wanted, hashes))]


def _is_nameless(one: Unreadable) -> bool:
    """Whether a row is known by its place alone."""
    return one.key in ("", one.place)
