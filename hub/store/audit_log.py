"""The log against the set of stored events: at first sight by a number for each event."""

from collections.abc import Callable

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from hub.store.driver import Engine
from hub.store.parts import parts, sizes_by_unit
from hub.store.tables import EVENTS

Numbers = NDArray[np.int64]


def numbers_of(events: pa.RecordBatch) -> Numbers:
    """A number for each event, the same for the same event at the same place in the log.

    The numbers of one process mean nothing in another: nobody can find two events with the same.
    """
    if not len(events):
        return np.zeros(0, np.int64)
    texts = [events[name].cast(pa.string()) for name in EVENTS]
    # a sign that no event holds: two events never become one text
    whole = pc.binary_join_element_wise(*texts, "\x1f").to_pylist()
    return np.fromiter(map(hash, whole), np.int64, len(whole))


def not_stored(engine: Engine, wanted: Numbers, told: Callable[[int, int], None]) -> Numbers:
    """The numbers of events of the log that no stored event has, in their order.

    `told`: how many stored events of how many were looked at.
    """
    left = np.unique(wanted)
    seen = np.zeros(len(left), bool)
    sizes = sizes_by_unit(engine, ["events"])
    done, of = 0, sizes.total()
    for part in parts(sizes):
        told(min(done, of), of)
        found = numbers_of(part.read(engine, EVENTS, "events"))
        done += len(found)
        place = np.searchsorted(left, found)
        is_known = place < len(left)
        is_known[is_known] = left[place[is_known]] == found[is_known]
        seen[place[is_known]] = True
    return left[~seen]
