"""What a record of a topic says about a row: `shape: row`, the vendor's own JSON.

A record says the state of the row that its key names; without a value the row is gone.
"""

from typing import Any, NamedTuple

import orjson

from connectors.port import Fault, Row, Unreadable
from connectors.selecting import KeyParts, Pick, key_of

Said = Row | Unreadable


class Reading(NamedTuple):
    """How records are read."""

    topic: str
    pick: Pick
    key: KeyParts
    """Columns that tell rows apart."""
    is_named: bool
    """Whether the document names them (`key`); else a record's own key comes first."""


def row_of(record: Any, reading: Reading) -> Said:
    """What one record says."""
    place = place_of(record, reading.topic)
    own = own_key(record.key)
    if record.value is None:
        return gone(own, place, reading)
    value = parsed(record.value)
    if isinstance(value, Fault):
        return Unreadable(own or place, place, (value,))
    if not isinstance(value, dict):
        fault = Fault("", "not-an-object", "is no JSON object; write one a record")
        return Unreadable(own or place, place, (fault,))
    return Row(key_in(value, own, reading) or place, place, reading.pick(value))


def gone(own: str, place: str, reading: Reading) -> Said:
    """A record without a value."""
    if own and not reading.is_named:
        return Row(own, place, {})
    says = (
        "takes back a row and does not say which: it has no key of its own, or `key` names columns"
    )
    return Unreadable(place, place, (Fault("", "missing", says),))


def key_in(values: Any, own: str, reading: Reading) -> str:
    """What tells a row apart: the columns that the document names, the record's own key, or unit
    and subject; empty where none is given."""
    if own and not reading.is_named:
        return own
    return key_of(values, reading.key)


def place_of(record: Any, topic: str) -> str:
    """Where a record stands."""
    return f"{topic} {record.partition}@{record.offset}"


def own_key(key: bytes | None) -> str:
    """A record's key as a text; of a JSON object its values, with `|` between them."""
    if not key:
        return ""
    try:
        found = orjson.loads(key)
    except orjson.JSONDecodeError:
        return _text(key)
    if isinstance(found, dict):
        found = found.get("payload", found) if "schema" in found else found
    if isinstance(found, dict):
        return "|".join(_plain(found[name]) for name in sorted(found))
    return _plain(found)


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else orjson.dumps(value).decode()


def _text(key: bytes) -> str:
    try:
        return key.decode()
    except UnicodeDecodeError:
        return key.hex()


def parsed(value: bytes) -> Any:
    """JSON, or the fault that it is none."""
    try:
        return orjson.loads(value)
    except orjson.JSONDecodeError:
        says = "is not JSON in UTF-8; have it written as JSON"
        if value[:1] == b"\0":
            says = (
                "is not JSON (it begins as Avro or Protobuf of a schema registry does); set the "
                "converter of values to JSON"
            )
        return Fault("", "not-json", says)
