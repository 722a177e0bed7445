"""What each of some dossiers adds to a cell: as it was known once, and as it is known now.

Pure. A figure is a sum over marks (`hub.dossier.figures`), so what a dossier adds is the sum over
its own; of figures that count events each mark is one.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from hub.dossier.figures import DIMENSIONS, EVENT_FIGURES, FIGURES, Mark
from hub.dossier.store.changed import Known
from hub.dossier.store.questions import Moment
from hub.store.driver import Dossier
from hub.store.scope import Scope

_CODES = max(Mark) + 1


class Counted(NamedTuple):
    """What a cell counts of a dossier (by its number); `event`: "source id" where events count.
    `value`: of the dimension that the rows are of, '' for none."""

    dossier: int
    event: str
    value: str
    adds: int


class Dossiers:
    """Some dossiers as they were known at one moment, by columns."""

    def __init__(self, keys: Sequence[Dossier], known: Mapping[Dossier, Known]) -> None:
        self._size = len(keys)
        found = [known.get(key) for key in keys]
        self.values = {name: [it.values[name] if it else "" for it in found] for name in DIMENSIONS}
        self._units = [unit for unit, _ in keys]
        self._is_whole = np.array([it is not None and not it.is_part for it in found], bool)
        self._is_known = np.array([it is not None for it in found], bool)
        sizes = [len(it.marks) if it else 0 for it in found]
        marks = [mark for it in found if it for mark in it.marks]
        self._owner = np.repeat(np.arange(self._size), sizes)
        self._code = np.array([code for code, _, _ in marks], np.int64)
        self._at = np.array([at for _, at, _ in marks], np.int64)
        self._event = [event for _, _, event in marks]

    def counted(
        self, figures: Sequence[str], moment: Moment, scope: Scope, by: str | None
    ) -> Iterator[Counted]:
        """What of them the figures of a scope count, by a dimension."""
        mask = self._mask(scope)
        values = self.values[by] if by is not None else None
        if EVENT_FIGURES.issuperset(figures):
            codes = [int(mark) for name in figures for mark in FIGURES[name]]
            within = (self._at >= moment.start) & (self._at < moment.end)
            found = np.isin(self._code, codes) & within & mask[self._owner]
            for place in np.flatnonzero(found).tolist():
                own = int(self._owner[place])
                yield Counted(own, self._event[place], values[own] if values else "", 1)
            return
        start, end = _weights(figures)
        weights = (
            start[self._code] * (self._at < moment.start)
            + end[self._code] * (self._at < moment.end)
        )  # fmt: skip
        sums = np.zeros(self._size, np.int64)
        np.add.at(sums, self._owner, weights)
        sums[~mask] = 0
        for own in np.flatnonzero(sums).tolist():
            yield Counted(own, "", values[own] if values else "", int(sums[own]))

    def _mask(self, scope: Scope) -> NDArray[np.bool_]:
        inside = {unit: scope.contains(unit) for unit in set(self._units)}
        mask: NDArray[Any] = np.array([inside[unit] for unit in self._units], bool)
        mask &= self._is_known if scope.parts else self._is_whole
        for name, wanted in scope.where:
            allowed = set(wanted)
            mask &= np.array([value in allowed for value in self.values[name]], bool)
        return mask


def _weights(figures: Sequence[str]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    start, end = np.zeros(_CODES, np.int64), np.zeros(_CODES, np.int64)
    for name in figures:
        for mark, (first, last) in FIGURES[name].items():
            start[mark] += first
            end[mark] += last
    return start, end
