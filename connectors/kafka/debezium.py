"""What a record of Debezium says: an envelope with or without its schema.

A state is ordered by when it was written in the vendor's database (`source`): a snapshot that
comes after an update does not undo it. Changes are never taken for older than a change before them
in the same partition, also where the vendor's clock steps back.
"""

from base64 import b64encode
from collections.abc import Iterator
from typing import Any, NamedTuple

from connectors.kafka.shapes import (
    Reading,
    Said,
    gone,
    key_in,
    own_key,
    parsed,
    place_of,
)
from connectors.port import Fault, Row, Unreadable

_UNAVAILABLE = "__debezium_unavailable_value"
_AS_BYTES = b64encode(_UNAVAILABLE.encode()).decode()
_CHANGES = ("c", "u", "d")
_ORDER_BITS = 20
"""Of a place in the database's log, to tell changes of one millisecond apart."""


class Envelope(NamedTuple):
    """One record, read."""

    place: str
    own: str
    """The record's own key."""
    op: str
    """`c`, `u`, `d`, `r`, `t`; empty for a tombstone and for what is no envelope."""
    before: Any
    after: Any
    version: int | None
    transaction: tuple[str, int] | None
    """The transaction's id, and the number of this change in the transaction."""
    fault: Fault | None = None


class Clock:
    """The newest version among the changes of each partition."""

    def __init__(self, newest: dict[int, int]) -> None:
        self.newest = newest

    def version(self, partition: int, op: str, version: int | None) -> int | None:
        """The version of a record; changes move the clock, snapshots do not."""
        known = self.newest.get(partition)
        if op == "r":
            return version
        if version is None or (known is not None and known > version):
            return known
        if op in _CHANGES:
            self.newest[partition] = version
        return version


def envelope_of(record: Any, topic: str, clock: Clock) -> Envelope:
    """Read a record."""
    place, own = place_of(record, topic), own_key(record.key)
    value = None if record.value is None else parsed(record.value)
    if isinstance(value, dict) and "schema" in value and isinstance(value.get("payload"), dict):
        value = value["payload"]
    if value is None:
        version = clock.version(record.partition, "", None)
        return Envelope(place, own, "", None, None, version, None)
    if isinstance(value, Fault):
        return Envelope(place, own, "", None, None, None, None, value)
    op = value.get("op") if isinstance(value, dict) else None
    if not isinstance(op, str) or op == "":
        says = "is no envelope of Debezium; write `shape: row` where it is the row itself"
        return Envelope(place, own, "", None, None, None, None, Fault("", "not-debezium", says))
    version = clock.version(record.partition, op, _version(value.get("source"), record.timestamp))
    found = value.get("transaction")
    transaction = None
    if isinstance(found, dict) and isinstance(found.get("total_order"), int):
        transaction = str(found.get("id")), found["total_order"]
    return Envelope(place, own, op, value.get("before"), value.get("after"), version, transaction)


def in_order(envelopes: list[Envelope]) -> list[Envelope]:
    """Changes of one transaction by their numbers, in the places that they take together."""
    places: dict[str, list[int]] = {}
    for at, one in enumerate(envelopes):
        if one.transaction is not None:
            places.setdefault(one.transaction[0], []).append(at)
    ordered = list(envelopes)
    for taken in places.values():
        by_number = sorted(taken, key=lambda at: _number(envelopes[at]))
        for place, at in zip(taken, by_number, strict=True):
            ordered[place] = envelopes[at]
    return ordered


def said(one: Envelope, reading: Reading) -> Iterator[Said]:
    """What an envelope says about rows; a row whose key changed is another one from then on."""
    if one.fault is not None:
        yield Unreadable(one.own or one.place, one.place, (one.fault,))
    elif one.op == "":
        if not reading.is_named:  # else the deletion before it has told which
            yield _versioned(gone(one.own, one.place, reading), one)
    elif one.op == "d":
        key = (
            key_in(one.before, one.own, reading) if one.own or isinstance(one.before, dict) else ""
        )
        yield _gone(key, one)
    elif one.op in ("c", "u", "r"):
        yield from _state(one, reading)


def _state(one: Envelope, reading: Reading) -> Iterator[Said]:
    if not isinstance(one.after, dict):
        fault = Fault("", "not-debezium", "has no `after`; see the settings of Debezium")
        yield Unreadable(one.own or one.place, one.place, (fault,))
        return
    values = reading.pick(one.after)
    key = key_in(one.after, one.own, reading) or one.place
    if reading.is_named and isinstance(one.before, dict):
        former = key_in(one.before, one.own, reading)
        if former not in ("", key):
            yield _gone(former, one)
    if faults := tuple(_unavailable(values, "")):
        yield Unreadable(key, one.place, faults)
    else:
        yield Row(key, one.place, values, version=one.version)


def _gone(key: str, one: Envelope) -> Said:
    if key:
        return Row(key, one.place, {}, version=one.version)
    says = (
        "deletes a row and does not say which; set REPLICA IDENTITY FULL, or give the table a key"
    )
    return Unreadable(one.place, one.place, (Fault("", "missing", says),))


def _versioned(what: Said, one: Envelope) -> Said:
    return what._replace(version=one.version) if isinstance(what, Row) else what


def _unavailable(value: Any, path: str) -> Iterator[Fault]:
    """The named columns whose value Debezium did not get."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _unavailable(inner, f"{path}.{name}" if path else name)
    elif value in (_UNAVAILABLE, _AS_BYTES) or (isinstance(value, list) and _UNAVAILABLE in value):
        says = (
            "is not in the record since it did not change, and is large; set REPLICA IDENTITY FULL "
            "for the table, or map another column"
        )
        yield Fault(path, "unavailable", says)


def _version(source: Any, recorded: int) -> int | None:
    """Milliseconds of the vendor's database, not later than the record was written, and the low
    bits of the place in its log; the place alone where it tells no time."""
    if not isinstance(source, dict):
        return None
    order = next((source[it] for it in ("lsn", "pos", "scn") if source.get(it) is not None), 0)
    order = int(order) if str(order).isdecimal() else 0
    if isinstance(written := source.get("ts_ms"), int):
        written = min(written, recorded) if recorded > 0 else written
        return (written << _ORDER_BITS) | (order & ((1 << _ORDER_BITS) - 1))
    return order or None


def _number(one: Envelope) -> int:
    return one.transaction[1] if one.transaction else 0
