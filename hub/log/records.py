"""Kafka records and the events they hold: packed by the hub, unpacked whoever wrote them."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import lru_cache, partial
from itertools import islice
from typing import NamedTuple

import orjson

from hub.core.check import NotJsonError, Problem, Refusal, check_objects, parse, refuse
from hub.log.port import RECORD_BITS
from schemas.encoding import to_cloudevent
from schemas.event import Accepted, Event

EMPTY = b"[]"
"""The value of a record that only carries the moment of the log on."""

_MOST_IN_RECORD = 50_000
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

    accepted: list[Accepted]
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
    by_unit: defaultdict[str, list[int]] = defaultdict(list)
    for index, event in enumerate(events):
        by_unit[event.unit].append(index)
    for unit, indices in by_unit.items():
        texts = [orjson.dumps(to_cloudevent(events[index])) for index in indices]
        first = size = 0
        for end, text in enumerate(texts):
            if end > first and size + len(text) >= most_bytes:
                yield Packed(unit, indices[first:end], _value(texts[first:end]))
                first, size = end, 0
            size += len(text) + 1
        yield Packed(unit, indices[first:], _value(texts[first:]))


def _value(texts: list[bytes]) -> bytes:
    return texts[0] if len(texts) == 1 else b"[" + b",".join(texts) + b"]"


def unpack(records: Sequence[Record], partitions: int) -> Unpacked:
    """The events of records that anyone may have written, in their order; checked together."""
    accepted: list[Accepted] = []
    misplaced: list[Event] = []
    refused: list[Refused] = []
    values = [_items(record) for record in records]
    objects = [item for items in values if isinstance(items, list) for item in items]
    moments = [
        record.moment
        for record, items in zip(records, values, strict=True)
        if isinstance(items, list)
        for _ in items
    ]
    checked = iter(check_objects(objects, moments))
    for number, (record, items) in enumerate(zip(records, values, strict=True)):
        partition, offset, moment, key, _ = record
        found = islice(checked, len(items)) if isinstance(items, list) else [items]
        for position, item in enumerate(found, offset << RECORD_BITS):
            if isinstance(item, Refusal) or key is None:
                refusal = item if isinstance(item, Refusal) else refuse(item, _NO_KEY, keep=True)
                refused.append(Refused(refusal, number, len(accepted) + len(misplaced)))
            elif key == item[0].encode() and partition_of(item[0], partitions) == partition:
                accepted.append(_accepted((position, moment, item)))
            else:
                misplaced.append(item)
    return Unpacked(accepted, misplaced, refused)


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
        value = parse(record.value)
    except NotJsonError as error:
        return _unreadable("not-json", str(error))
    if not isinstance(value, list):
        return [value]
    if len(value) > _MOST_IN_RECORD:
        return _unreadable("too-many-events", f"send at most {_MOST_IN_RECORD} in a record")
    return value


_NO_KEY = Problem("no-key", "", "the record has no key; send it with the unit's code as its key")


def _unreadable(code: str, message: str) -> Refusal:
    return Refusal((Problem(code, "", message),))
