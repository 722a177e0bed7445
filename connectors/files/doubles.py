"""Which keys a file has named before, in sixteen bytes a row.

Hashes lie in sorted arrays whose sizes double: a file of ten million rows needs a fraction of what
a set of Python would. Arrays that are joined are there twice for a moment, so there are sixteen
parts, of which one is joined at a time.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Hashes = NDArray[np.int64]

_PARTS = 16
_EDGES = np.array([at * (2**64 // _PARTS) - 2**63 for at in range(1, _PARTS)], np.int64)
"""Where each part begins, but the first."""


class HashSet:
    """Numbers of 64 bits that were added."""

    def __init__(self) -> None:
        self._parts = [_Part() for _ in range(_PARTS)]

    def add(self, numbers: Sequence[int]) -> list[bool]:
        """Add numbers; for each whether it was there before, among these too."""
        new = np.array(numbers, np.int64)
        once, first = np.unique(new, return_index=True)
        pieces = np.split(once, np.searchsorted(once, _EDGES))
        is_known = np.ones(len(new), bool)
        is_known[first] = np.concatenate(
            [part.add(piece) for part, piece in zip(self._parts, pieces, strict=True)]
        )
        return [bool(one) for one in is_known]


class _Part:
    def __init__(self) -> None:
        self._runs: list[Hashes] = []

    def add(self, numbers: Hashes) -> NDArray[np.bool_]:
        """Add numbers, each once and in order; which of them were there."""
        found = np.zeros(len(numbers), bool)
        for run in self._runs:
            at = np.minimum(np.searchsorted(run, numbers), len(run) - 1)
            found |= run[at] == numbers
        self._put(numbers[~found])
        return found

    def _put(self, numbers: Hashes) -> None:
        if not len(numbers):
            return
        self._runs.append(numbers)
        while len(self._runs) > 1 and len(self._runs[-2]) < 2 * len(self._runs[-1]):
            both = np.concatenate([self._runs.pop(), self._runs.pop()])
            both.sort()
            self._runs.append(both)
