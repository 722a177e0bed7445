"""The questions of a reading that began where the hub had nothing of its source.

Of a row or a dossier of which nothing was told since, nothing is known: the hub need not be asked.
What was told is remembered in 32 MB at most, however long the source: of a few in a thousand others
the hub is asked in vain, and of all where very many were told. It holds while one owner has the
connector without a gap, and for one reading.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from connectors.plan import Plan
from connectors.port import Dossier, Kept, Known

_BITS = 2**28
_MARKS = 4
_MOST = _BITS // 12
"""Marked things, beyond which too many others seem marked."""
T = TypeVar("T", str, Dossier)


class Asked(Protocol):
    """What is asked before a page is planned; see `connectors.port.Hub`."""

    def known(self, source: str, dossiers: Sequence[Dossier]) -> Mapping[Dossier, list[Known]]:
        """The events of a source about some dossiers."""

    def kept(self, name: str, keys: Sequence[str]) -> Mapping[str, Kept]:
        """What is remembered of some rows."""

    def kept_of(
        self, name: str, dossiers: Sequence[Dossier]
    ) -> Mapping[Dossier, Mapping[str, Kept]]:
        """Which rows are remembered to have stated some dossiers."""


class Untouched:
    """Satisfies `Asked`. One thread may tell while another asks: who is asked about what is being
    told may say either."""

    def __init__(self, hub: Asked, term: int) -> None:
        """`term`: of the lease (`Lease.term`) under which the hub had nothing."""
        self._hub, self.term = hub, term
        self._marks = np.zeros(_BITS // 8, np.uint8)
        self._count = 0

    def tell(self, made: Plan) -> None:
        """A plan is about to be stored."""
        self._mark(list(made.kept))
        dossiers = {(kept.unit, kept.subject) for kept in made.kept.values()}
        self._mark(list(dossiers.union(step.dossier for step in made.steps)))

    def known(self, source: str, dossiers: Sequence[Dossier]) -> Mapping[Dossier, list[Known]]:
        """See `Asked`."""
        some = self._told(dossiers)
        return self._hub.known(source, some) if some else {}

    def kept(self, name: str, keys: Sequence[str]) -> Mapping[str, Kept]:
        """See `Asked`."""
        some = self._told(keys)
        return self._hub.kept(name, some) if some else {}

    def kept_of(
        self, name: str, dossiers: Sequence[Dossier]
    ) -> Mapping[Dossier, Mapping[str, Kept]]:
        """See `Asked`."""
        some = self._told(dossiers)
        return self._hub.kept_of(name, some) if some else {}

    def _mark(self, things: Collection[str] | Collection[Dossier]) -> None:
        self._count += len(things)
        at = _places(things)
        np.bitwise_or.at(self._marks, at >> np.uint64(3), _bits(at))

    def _told(self, things: Sequence[T]) -> list[T]:
        """Those of which something may have been told."""
        if self._count > _MOST:
            return list(things)
        at = _places(things)
        is_told = (self._marks[at >> np.uint64(3)] & _bits(at)).all(axis=0)
        return [things[n] for n in np.flatnonzero(is_told).tolist()]


def _places(things: Collection[str] | Collection[Dossier]) -> NDArray[np.uint64]:
    """Which bits stand for each thing: a row of numbers for each of its marks."""
    hashes = np.fromiter(map(hash, things), np.int64, len(things)).astype(np.uint64)
    step = (hashes >> np.uint64(32)) | np.uint64(1)
    places = [(hashes + np.uint64(n) * step) % np.uint64(_BITS) for n in range(_MARKS)]
    return np.stack(places)


def _bits(places: NDArray[np.uint64]) -> NDArray[np.uint8]:
    bits: NDArray[np.uint8] = np.left_shift(1, places & np.uint64(7)).astype(np.uint8)
    return bits
