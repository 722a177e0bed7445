"""Which keys a file has named before, in sixteen bytes a row.

Hashes lie in sorted arrays whose sizes double: a file of ten million rows needs a fraction of what
a set of Python would.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Hashes = NDArray[np.int64]


class HashSet:
    """Numbers of 64 bits that were added."""

    def __init__(self) -> None:
        self._runs: list[Hashes] = []

    def add(self, numbers: Sequence[int]) -> list[bool]:
        """Add numbers; for each whether it was there before, among these too."""
        new = np.array(numbers, np.int64)
        once, first = np.unique(new, return_index=True)
        is_known = np.ones(len(new), bool)
        is_known[first] = self._has(once)
        self._put(once[~is_known[first]])
        return [bool(one) for one in is_known]

    def _has(self, numbers: Hashes) -> NDArray[np.bool_]:
        found = np.zeros(len(numbers), bool)
        for run in self._runs:
            at = np.minimum(np.searchsorted(run, numbers), len(run) - 1)
            found |= run[at] == numbers
        return found

    def _put(self, numbers: Hashes) -> None:
        if not len(numbers):
            return
        self._runs.append(numbers)
        while len(self._runs) > 1 and len(self._runs[-2]) < 2 * len(self._runs[-1]):
            both = np.concatenate([self._runs.pop(), self._runs.pop()])
            both.sort()
            self._runs.append(both)
