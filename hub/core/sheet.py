"""Accepted events by columns, and those of each dossier one after the other.

To make columns costs a third as much while the events are still in the CPU's caches, and
columns of 500 events are one object instead of some thousands: a batch stays so from the log to
the engine.
"""

from collections.abc import Callable, Iterator, Sequence
from itertools import chain, groupby
from typing import Any, NamedTuple, TypeVar, overload

import numpy as np
import orjson
import pyarrow as pa

from schemas.event import Accepted, Event

T = TypeVar("T")
Column = Any
"""A numpy array."""

FEW = 200
"""Events up to which Python's values cost less than columns of Arrow."""

_EVENT = pa.schema({
    **dict.fromkeys(("unit", "subject", "source", "id", "kind"), pa.string()),
    "time": pa.int64(), "sequence": pa.int32(), "data": pa.string(),
})  # fmt: skip
_PLACE = pa.schema({"position": pa.int64(), "accepted": pa.int64()})
*_ATTRIBUTES, _DATA = _EVENT
_ACCEPTED = pa.schema([*_ATTRIBUTES, *_PLACE, _DATA])
"""What their kinds say besides, `data`, is JSON; it comes last."""


class _Laid(Sequence[T]):
    """Rows that lie by columns; all of them are made when one is asked for."""

    def __init__(self, table: pa.RecordBatch, row: Callable[[Sequence[Any]], T]) -> None:
        self.table, self._row = table, row

    def __len__(self) -> int:
        count: int = self.table.num_rows
        return count

    def __iter__(self) -> Iterator[T]:
        columns = (column.to_pylist() for column in self.table.columns)
        return map(self._row, zip(*columns, strict=True))

    def values(self, name: str) -> list[Any]:
        """One column."""
        found: list[Any] = self.table[name].to_pylist()
        return found

    @overload
    def __getitem__(self, at: int) -> T: ...

    @overload
    def __getitem__(self, at: slice) -> list[T]: ...

    def __getitem__(self, at: int | slice) -> T | list[T]:
        return list(self)[at]


class EventColumns(_Laid[Event]):
    """Events before the log has given them places and moments, as columns."""

    def __init__(self, table: pa.RecordBatch) -> None:
        super().__init__(table, event_of)


class Columns(_Laid[Accepted]):
    """Accepted events in the order of the log, as columns."""

    def __init__(self, table: pa.RecordBatch) -> None:
        super().__init__(table, accepted_of)


class Sheet(NamedTuple):
    """Events of many dossiers, each dossier's one after the other in the order of the log."""

    columns: pa.RecordBatch
    """The events as they were given: all else refers to them by their number."""
    order: Column
    """The numbers of the rows, sorted."""
    first: Column
    """The place in `order` at which each dossier begins."""
    dossier: Column
    """The number of the dossier at each place in `order`."""

    def sorted(self, name: str) -> Column:
        """A column of numbers in the order of the sheet."""
        return self.columns[name].to_numpy()[self.order]

    def at(self, name: str, place: Column) -> pa.Array:
        """A column of text at some places in the order of the sheet."""
        return self.columns[name].take(pa.array(self.order[place]))


def event_columns(events: Sequence[Event]) -> pa.RecordBatch:
    """Events, at least one, by columns, before the log has given them places and moments."""
    if isinstance(events, EventColumns):
        return events.table
    *attributes, data = zip(*events, strict=True)
    return event_table(*attributes, list(map(orjson.dumps, data)))


def event_table(*columns: Any) -> pa.RecordBatch:
    """The columns of `Event`, `data` as JSON in bytes."""
    *attributes, texts = columns
    made = [pa.array(*column) for column in zip(attributes, _EVENT.types[:-1], strict=True)]
    data = pa.array(texts, pa.binary()).cast(pa.string())
    return pa.RecordBatch.from_arrays([*made, data], schema=_EVENT)


def placed(events: pa.RecordBatch, position: Column, accepted: Column) -> pa.RecordBatch:
    """Columns of events with the places and moments that the log gave."""
    *attributes, data = events.columns
    place = pa.array(position, pa.int64()), pa.array(accepted, pa.int64())
    return pa.RecordBatch.from_arrays([*attributes, *place, data], schema=_ACCEPTED)


def columns_of(rows: Sequence[Accepted]) -> pa.RecordBatch:
    """Accepted events by columns."""
    if isinstance(rows, Columns):
        return rows.table
    if not rows:
        return pa.RecordBatch.from_pylist([], _ACCEPTED)
    position, accepted, events = zip(*rows, strict=True)
    return placed(event_columns(events), position, accepted)


def joined(parts: Sequence[Sequence[Accepted]]) -> Sequence[Accepted]:
    """Accepted events, one part after the other; by columns where one of them is."""
    if not any(isinstance(part, Columns) for part in parts):
        return list(chain.from_iterable(parts))
    laid: list[pa.RecordBatch] = []
    for kind, run in groupby(parts, type):
        some = list(run)
        laid += map(columns_of, some if kind is Columns else [list(chain.from_iterable(some))])
    return Columns(pa.concat_batches(laid))


def rows_of(columns: pa.RecordBatch, numbers: Column | None = None) -> list[Accepted]:
    """Accepted events from their columns, all or some by their number."""
    return list(Columns(columns if numbers is None else columns.take(pa.array(numbers))))


def accepted_of(row: Sequence[Any]) -> Accepted:
    """A row in the order of the columns as an accepted event."""
    unit, subject, source, name, kind, time, sequence, position, accepted, data = row
    event = Event(unit, subject, source, name, kind, time, sequence, orjson.loads(data))
    return Accepted(position, accepted, event)


def event_of(row: Sequence[Any]) -> Event:
    """The same of an event."""
    unit, subject, source, name, kind, time, sequence, data = row
    return Event(unit, subject, source, name, kind, time, sequence, orjson.loads(data))


def dossiers_of(columns: pa.RecordBatch) -> pa.Table:
    """`unit` and `subject` of each dossier, once."""
    once = np.unique(dossier_codes(columns), return_index=True)[1]
    return pa.table(columns.select(["unit", "subject"]).take(pa.array(once)))


def sheet_of(columns: pa.RecordBatch) -> Sheet:
    """Lay events out."""
    dossier = dossier_codes(columns)
    order = np.lexsort((columns["position"].to_numpy(), dossier))
    dossier = dossier[order]
    is_first = np.append(True, dossier[1:] != dossier[:-1])
    return Sheet(columns, order, np.flatnonzero(is_first), np.cumsum(is_first) - 1)


def dossier_codes(columns: pa.RecordBatch) -> Column:
    """A number for each row, the same for the same dossier."""
    unit, subject = codes(columns["unit"]), codes(columns["subject"])
    return unit * (subject.max() + 1) + subject


def codes(text: pa.Array) -> Column:
    """A number for each text, the same for the same."""
    return text.dictionary_encode().indices.to_numpy().astype(np.int64)
