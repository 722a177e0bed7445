"""Kafka records and the events they hold: packed by the hub, unpacked whoever wrote them."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache, partial
from itertools import islice
from typing import NamedTuple

import orjson

from hub.core.batch import Batch, Rows, joined
from hub.core.check import Problem, Refusal, refuse
from hub.core.check_many import check_events
from hub.core.json_text import NotJsonError, parse_events
from hub.log.port import RECORD_BITS
from schemas.encoding import to_cloudevent
from schemas.event import Accepted, Event

EMPTY = b"[]"
"""The value of a record that only carries the moment of the log on."""

_MOST_IN_RECORD = 50_000
_WARM = 256 * 1024
"""Bytes of records that are parsed and checked before others are: what comes of them (a thousand
events, say) still fits into the CPU's caches."""
MILLISECOND = 1000
"""Kafka stamps in milliseconds; a moment of the hub is in microseconds."""


class Record(NamedTuple):
    """A record as it lies in the log; `moment` (µs) never decreases within a partition."""

    partition: int
    offset: int
    moment: int
    key: bytes | None
    value: bytes | None


class Refused(NamedTuple):
    """What was refused, the number of its record, and how many good events lie before it."""

    refusal: Refusal
    record: int
    after: int


class Unpacked(NamedTuple):
    """What some records held."""

    accepted: Batch[Accepted]
    misplaced: list[Event]
    """Good events that belong under another key or into another partition."""
    refused: list[Refused]


class Packed(NamedTuple):
    """The value of a record to come, and which of the batch's events are in it."""

    unit: str
    indices: list[int]
    value: bytes


def pack(events: Sequence[Event], most_bytes: int) -> Iterator[Packed]:
    """Records for a batch, each of one unit and, where more than one event, below a size."""
    events = list(events)  # they may lie by columns
    by_unit: defaultdict[str, list[int]] = defaultdict(list)
    for index, event in enumerate(events):
        by_unit[event.unit].append(index)
    for unit, indices in by_unit.items():
        texts = [orjson.dumps(to_cloudevent(events[index])) for index in indices]
        first = size = 0
        for end, text in enumerate(texts):
            if end > first and size + len(text) + len(b"[]") > most_bytes:
                yield Packed(unit, indices[first:end], _value(texts[first:end]))
                first, size = end, 0
            size += len(text) + 1
        yield Packed(unit, indices[first:], _value(texts[first:]))


def _value(texts: list[bytes]) -> bytes:
    return texts[0] if len(texts) == 1 else b"[" + b",".join(texts) + b"]"


def unpack(records: Sequence[Record], partitions: int) -> Unpacked:
    """The events of records that anyone may have written, in their order; checked together."""
    parts: list[Batch[Accepted]] = []
    misplaced: list[Event] = []
    refused: list[Refused] = []
    seen = good = 0
    for some in pieces(records, _WARM):
        found = _unpacked(some, partitions)
        refused += [
            one._replace(record=seen + one.record, after=good + one.after) for one in found.refused
        ]
        parts.append(found.accepted)
        misplaced += found.misplaced
        seen += len(some)
        good += len(found.accepted) + len(found.misplaced)
    return Unpacked(joined(parts), misplaced, refused)


def pieces(records: Iterable[Record], size: int) -> Iterator[list[Record]]:
    """Records in order, so many together that their values have about so many bytes, at least."""
    piece: list[Record] = []
    found = 0
    for record in records:
        piece.append(record)
        found += len(record.value or b"")
        if found >= size:
            yield piece
            piece, found = [], 0
    if piece:
        yield piece


def _unpacked(records: Sequence[Record], partitions: int) -> Unpacked:
    values = [_items(record) for record in records]
    readable = [
        (record, items)
        for record, items in zip(records, values, strict=True)
        if not isinstance(items, Refusal)
    ]
    objects = [item for _, items in readable for item in items]
    moments = [record.moment for record, items in readable for _ in items]
    checked = check_events(objects, moments)
    if (
        isinstance(checked, Batch)
        and len(readable) == len(records)
        and _are_in_place(checked.values("unit"), readable, partitions)
    ):
        positions = [
            (record.offset << RECORD_BITS) + n
            for record, items in readable
            for n in range(len(items))
        ]
        return Unpacked(checked.placed(positions, moments), [], [])
    return _one_by_one(records, values, iter(checked), partitions)


def _are_in_place(
    units: Iterable[str], records: Iterable[tuple[Record, Sequence[object]]], partitions: int
) -> bool:
    """Whether all events, given their units in order, lie under their keys."""
    following = iter(units)
    return all(
        _is_in_place(unit, record, partitions)
        for record, items in records
        for unit in set(islice(following, len(items)))
    )


def _is_in_place(unit: str, record: Record, partitions: int) -> bool:
    return record.key == unit.encode() and partition_of(unit, partitions) == record.partition


def _one_by_one(
    records: Iterable[Record],
    values: Iterable[list[object] | Refusal],
    checked: Iterator[Event | Refusal],
    partitions: int,
) -> Unpacked:
    """What the records hold, one event after the other."""
    accepted: list[Accepted] = []
    misplaced: list[Event] = []
    refused: list[Refused] = []
    for number, (record, items) in enumerate(zip(records, values, strict=True)):
        found = [items] if isinstance(items, Refusal) else islice(checked, len(items))
        for position, item in enumerate(found, record.offset << RECORD_BITS):
            if isinstance(item, Refusal) or record.key is None:
                refusal = item if isinstance(item, Refusal) else refuse(item, _NO_KEY, keep=True)
                refused.append(Refused(refusal, number, len(accepted) + len(misplaced)))
            elif _is_in_place(item[0], record, partitions):
                accepted.append(_accepted((position, record.moment, item)))
            else:
                misplaced.append(item)
    return Unpacked(Rows(accepted), misplaced, refused)


_accepted = partial(tuple.__new__, Accepted)  # at half the price of calling Accepted


@lru_cache(2**16)
def partition_of(unit: str, partitions: int) -> int:
    """The partition of a unit: murmur2 of the key, as Kafka's own producers have it."""
    from kafka.partitioner import murmur2

    return int(murmur2(unit.encode()) & 0x7FFFFFFF) % partitions


def _items(record: Record) -> list[object] | Refusal:
    """What should be events."""
    if record.value is None:
        return _unreadable("no-value", "the record has no value; send an event")
    try:
        value = parse_events(record.value)
    except NotJsonError as error:
        return _unreadable("not-json", str(error))
    if len(value) > _MOST_IN_RECORD:
        return _unreadable("too-many-events", f"send at most {_MOST_IN_RECORD} in a record")
    return value


_NO_KEY = Problem("no-key", "", "the record has no key; send it with the unit's code as its key")


def _unreadable(code: str, message: str) -> Refusal:
    return Refusal((Problem(code, "", message),))
