"""Accepted events by columns, those of each dossier one after the other."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from schemas.event import Accepted

Column = Any
"""A numpy array."""

_SCHEMA = pa.schema({
    **dict.fromkeys(("unit", "subject", "source", "id", "kind"), pa.string()),
    "time": pa.int64(), "sequence": pa.int32(), "position": pa.int64(), "accepted": pa.int64(),
})  # fmt: skip


class Sheet(NamedTuple):
    """Events of many dossiers, each dossier's one after the other in the order of the log."""

    rows: Sequence[Accepted]
    """The events as they were given: all else refers to them by their number."""
    columns: pa.RecordBatch
    order: Column
    """The numbers of the rows, sorted."""
    first: Column
    """The place in `order` at which each dossier begins."""
    dossier: Column
    """The number of the dossier at each place in `order`."""

    def sorted(self, name: str) -> Column:
        """A column of numbers in the order of the sheet."""
        return self.columns[name].to_numpy()[self.order]


def columns_of(rows: Sequence[Accepted]) -> pa.RecordBatch:
    """Events by columns, but for what their kinds say besides."""
    if not rows:
        return pa.RecordBatch.from_pylist([], _SCHEMA)
    position, accepted, events = zip(*rows, strict=True)
    *attributes, _ = zip(*events, strict=True)
    columns = zip((*attributes, position, accepted), _SCHEMA.types, strict=True)
    return pa.RecordBatch.from_arrays([pa.array(*column) for column in columns], schema=_SCHEMA)


def dossiers_of(columns: pa.RecordBatch) -> pa.Table:
    """`unit` and `subject` of each dossier, once."""
    once = np.unique(_dossier(columns), return_index=True)[1]
    return pa.table(columns.select(["unit", "subject"]).take(pa.array(once)))


def sheet_of(rows: Sequence[Accepted], columns: pa.RecordBatch) -> Sheet:
    """Lay events out."""
    dossier = _dossier(columns)
    order = np.lexsort((columns["position"].to_numpy(), dossier))
    dossier = dossier[order]
    is_first = np.append(True, dossier[1:] != dossier[:-1])
    return Sheet(rows, columns, order, np.flatnonzero(is_first), np.cumsum(is_first) - 1)


def _dossier(columns: pa.RecordBatch) -> Column:
    """A number for each row, the same for the same dossier."""
    unit, subject = codes(columns["unit"]), codes(columns["subject"])
    return unit * (subject.max() + 1) + subject


def codes(text: pa.Array) -> Column:
    """A number for each text, the same for the same."""
    return text.dictionary_encode().indices.to_numpy().astype(np.int64)
