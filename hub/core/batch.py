"""A batch of events: one type from the check to the store.

Few events lie as rows, which are Python's values. Many lie as columns: one object instead of some
for each event, and cheap to make while the events are still in the CPU's caches. Each layer asks
`laid` for the form that suits the number, once.
"""

from abc import abstractmethod
from collections.abc import Iterator, Sequence
from functools import partial
from itertools import chain, groupby, repeat
from typing import Any, TypeVar, overload

import numpy as np
import orjson
import pyarrow as pa
from typing_extensions import override

from schemas.event import Accepted, Event

T = TypeVar("T")

FEW = 200
"""Events up to which Python's values cost less than columns of Arrow: beside busy threads each of
Arrow's steps waits for Python's lock."""

_EVENT = pa.schema({
    **dict.fromkeys(("unit", "subject", "source", "id", "kind"), pa.string()),
    "time": pa.int64(), "sequence": pa.int32(), "data": pa.string(),
})  # fmt: skip
_PLACE = pa.schema({"position": pa.int64(), "accepted": pa.int64()})
*_ATTRIBUTES, _DATA = _EVENT
_ACCEPTED = pa.schema([*_ATTRIBUTES, *_PLACE, _DATA])
"""What their kinds say besides, `data`, is JSON; it comes last."""


class Batch(Sequence[T]):
    """Events, or accepted events in the order of the log. Nobody changes a batch."""

    @property
    def rows(self) -> list[T]:
        """All of them as rows."""
        return list(self)

    @property
    @abstractmethod
    def table(self) -> pa.RecordBatch:
        """All of them as columns; of no events at all, those of accepted ones."""

    @abstractmethod
    def values(self, name: str) -> list[Any]:
        """One attribute of all of them, in their order."""

    @abstractmethod
    def placed(
        self: "Batch[Event]", positions: Sequence[int], moments: int | Sequence[int]
    ) -> "Batch[Accepted]":
        """Events with their places in the log and their moments of acceptance (µs), or one for
        all."""


class Rows(list[T], Batch[T]):
    """A batch as rows."""

    @property
    @override
    def rows(self) -> list[T]:
        return self

    @property
    @override
    def table(self) -> pa.RecordBatch:
        return columns_of(self)

    @override
    def values(self, name: str) -> list[Any]:
        if name in Accepted._fields:
            return [getattr(row, name) for row in self]
        at = Event._fields.index(name)
        rows: list[Any] = self
        return [(row.event if isinstance(row, Accepted) else row)[at] for row in rows]

    @override
    def placed(
        self: "Rows[Event]", positions: Sequence[int], moments: int | Sequence[int]
    ) -> "Rows[Accepted]":
        times = repeat(moments) if isinstance(moments, int) else moments
        return Rows(map(_new_accepted, zip(positions, times, self, strict=False)))


class Columns(Batch[T]):
    """A batch as columns; all rows are made when one is asked for."""

    def __init__(self, table: pa.RecordBatch) -> None:
        self._table = table

    @property
    @override
    def table(self) -> pa.RecordBatch:
        return self._table

    @override
    def values(self, name: str) -> list[Any]:
        found: list[Any] = self._table[name].to_pylist()
        return found

    @override
    def placed(
        self: "Columns[Event]", positions: Sequence[int], moments: int | Sequence[int]
    ) -> "Columns[Accepted]":
        places: Any = positions  # numpy makes the two usual forms in no time
        if isinstance(positions, range):
            places = np.arange(positions.start, positions.stop)
        times: Any = np.full(len(self), moments) if isinstance(moments, int) else moments
        *attributes, data = self._table.columns
        place = pa.array(places, pa.int64()), pa.array(times, pa.int64())
        return Columns(pa.RecordBatch.from_arrays([*attributes, *place, data], schema=_ACCEPTED))

    def __len__(self) -> int:
        count: int = self._table.num_rows
        return count

    def __iter__(self) -> Iterator[T]:
        columns = [column.to_pylist() for column in self._table.columns]
        row: Any = accepted_of if len(columns) == len(_ACCEPTED) else event_of
        return map(row, zip(*columns, strict=True))

    @overload
    def __getitem__(self, at: int) -> T: ...

    @overload
    def __getitem__(self, at: slice) -> list[T]: ...

    def __getitem__(self, at: int | slice) -> T | list[T]:
        return list(self)[at]


def laid(events: Sequence[T], few: int = FEW) -> Batch[T]:
    """Events as a batch: as rows where they are few, else as columns."""
    if len(events) > few:
        return events if isinstance(events, Columns) else Columns(columns_of(events))
    return events if isinstance(events, Rows) else Rows(events)


def joined(parts: Sequence[Sequence[T]]) -> Batch[T]:
    """Batches, one after the other; as columns where one of them is."""
    if not any(isinstance(part, Columns) for part in parts):
        return Rows(chain.from_iterable(parts))
    tables: list[pa.RecordBatch] = []
    for kind, run in groupby(parts, type):
        some = list(run)
        tables += map(columns_of, some if kind is Columns else [list(chain.from_iterable(some))])
    return Columns(pa.concat_batches([table for table in tables if len(table)] or tables[:1]))


def columns_of(events: Sequence[T]) -> pa.RecordBatch:
    """Events by columns, or accepted ones; of none those of accepted ones."""
    if isinstance(events, Columns):
        return events.table
    if not events:
        return pa.RecordBatch.from_pylist([], _ACCEPTED)
    if isinstance(events[0], Accepted):
        positions, moments, unplaced = zip(*events, strict=True)
        return Columns[Event](columns_of(unplaced)).placed(positions, moments).table
    *attributes, data = zip(*events, strict=True)
    return event_table(*attributes, list(map(orjson.dumps, data)))


def event_table(*columns: Any) -> pa.RecordBatch:
    """The columns of `Event`, `data` as JSON in bytes."""
    *attributes, texts = columns
    made = [pa.array(*column) for column in zip(attributes, _EVENT.types[:-1], strict=True)]
    data = pa.array(texts, pa.binary()).cast(pa.string())
    return pa.RecordBatch.from_arrays([*made, data], schema=_EVENT)


def accepted_of(row: Sequence[Any]) -> Accepted:
    """A row in the order of the columns as an accepted event."""
    unit, subject, source, name, kind, time, sequence, position, accepted, data = row
    event = Event(unit, subject, source, name, kind, time, sequence, orjson.loads(data))
    return Accepted(position, accepted, event)


def event_of(row: Sequence[Any]) -> Event:
    """The event of a row of columns."""
    unit, subject, source, name, kind, time, sequence, data = row
    return Event(unit, subject, source, name, kind, time, sequence, orjson.loads(data))


_new_accepted: Any = partial(tuple.__new__, Accepted)  # at half the price of calling Accepted
