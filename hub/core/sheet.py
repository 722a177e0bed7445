"""Accepted events by columns, those of each key (unit and subject) one after the other."""

from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from hub.core.batch import Columns
from schemas.event import Accepted

Column = Any
"""A numpy array."""


class Sheet(NamedTuple):
    """Events of many keys, each key's one after the other in the order of the log."""

    columns: pa.RecordBatch
    """The events as they were given: all else refers to them by their number."""
    order: Column
    """The numbers of the rows, sorted."""
    first: Column
    """The place in `order` at which each key begins."""
    key: Column
    """The number of the key at each place in `order`."""
    name: Column
    """A number for the event's id at each place in `order`, the same for the same id."""

    def is_again(self) -> Column:
        """At each place in `order`, whether its key has an id twice."""
        named = self.key * (self.name.max() + 1) + self.name
        _, at, many = np.unique(named, return_index=True, return_counts=True)
        is_again = np.zeros(len(self.first), bool)
        is_again[self.key[at[many > 1]]] = True
        return is_again[self.key]

    def sorted(self, name: str) -> Column:
        """A column of numbers in the order of the sheet."""
        return self.columns[name].to_numpy()[self.order]

    def at(self, name: str, place: Column) -> pa.Array:
        """A column of text at some places in the order of the sheet."""
        return self.columns[name].take(pa.array(self.order[place]))


def rows_of(columns: pa.RecordBatch, numbers: Column | None = None) -> list[Accepted]:
    """Accepted events from their columns, all or some by their number."""
    return Columns[Accepted](columns if numbers is None else columns.take(pa.array(numbers))).rows


def keys_of(columns: pa.RecordBatch) -> pa.Table:
    """`unit` and `subject` of each key, once."""
    once = np.unique(key_codes(columns), return_index=True)[1]
    return pa.table(columns.select(["unit", "subject"]).take(pa.array(once)))


def sheet_of(columns: pa.RecordBatch) -> Sheet:
    """Lay events out."""
    key = key_codes(columns)
    order = np.lexsort((columns["position"].to_numpy(), key))
    key = key[order]
    is_first = np.append(True, key[1:] != key[:-1])
    name = codes(columns["id"])[order]
    return Sheet(columns, order, np.flatnonzero(is_first), np.cumsum(is_first) - 1, name)


def key_codes(columns: pa.RecordBatch) -> Column:
    """A number for each row, the same for the same key."""
    unit, subject = codes(columns["unit"]), codes(columns["subject"])
    return unit * (subject.max() + 1) + subject


def codes(text: pa.Array) -> Column:
    """A number for each text, the same for the same."""
    return text.dictionary_encode().indices.to_numpy().astype(np.int64)
