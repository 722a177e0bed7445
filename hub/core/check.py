"""Checks events at the border: what is accepted becomes an `Event`, the rest a `Refusal`.

A refusal names the attribute (JSON Pointer) and what to do, and never repeats a value: what the
schema does not know may be personal data.
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from functools import cache, partial
from itertools import islice
from typing import Any, NamedTuple, Never, get_args, get_type_hints

import orjson
from pydantic import TypeAdapter, ValidationError

from hub.core.time import HOUR, NEVER, local_day
from schemas.cloudevents import KINDS, TYPE_PREFIX, TYPE_SUFFIX, CloudEvent
from schemas.event import Event

FUTURE = 24 * HOUR
"""How far in the future `time` may lie."""

_AT_ONCE = 500
_MOST_PROBLEMS = 20
_MOST_NAMES = 50
_MOST_DIGITS = 4000
_LONGEST_POINTER = 200
_TOO_DEEP = "arrays and objects lie in one another too deep to be read; send flatter JSON"
KIND_OF = {f"{TYPE_PREFIX}{kind}{TYPE_SUFFIX}": kind for kind in KINDS}
DEFAULTS = {"extended": ("apology", "none"), "resolved": ("outcome", "granted")}
_INSTANT = "RFC 3339 with T, seconds and an offset, such as 2020-01-15T08:30:00+07:00"
_NAME = "1 to 64 characters A-Z a-z 0-9 . _ -"
_HINTS = {
    "id": "1 to 200 printable ASCII characters without spaces",
    "source": "1 to 200 printable ASCII characters without spaces",
    "subject": "1 to 100 characters A-Z a-z 0-9 . _ / -",
    "parent": "1 to 100 characters A-Z a-z 0-9 . _ / -",
    "unit": "1 to 35 characters A-Z a-z 0-9 .",
    "reason": "1 to 50 characters a-z 0-9 -",
    "sequence": "an integer from 0 to 2147483647 in a string, without leading zeros",
    **dict.fromkeys(("time", "due_at", "received_at", "closed_at"), _INSTANT),
    **dict.fromkeys(("procedure", "field", "authority", "model"), _NAME),
}
_KEPT = {
    "id": re.compile(r"[!-~]{1,200}"),
    "source": re.compile(r"[!-~]{1,200}"),
    "subject": re.compile(r"[A-Za-z0-9._/-]{1,100}"),
    "unit": re.compile(r"[A-Za-z0-9.]{1,35}"),
}


class NotJsonError(ValueError):
    """The text is not JSON, or not of the form that its media type promises."""


class Problem(NamedTuple):
    """Why an event was refused: a stable code, where, and what to do."""

    code: str
    pointer: str
    message: str


class Refusal(NamedTuple):
    """An event that was refused; of its values only well-formed identifiers are kept."""

    problems: tuple[Problem, ...]
    id: str | None = None
    source: str | None = None
    subject: str | None = None
    unit: str | None = None
    event: Event | None = None
    """The event itself, where it passed the closed schema."""


@cache
def _one() -> TypeAdapter[Any]:
    return TypeAdapter(CloudEvent)


@cache
def _many() -> TypeAdapter[Any]:
    return TypeAdapter(list[CloudEvent])


def check_one(text: bytes, now: int) -> Event | Refusal:
    """Check a JSON text that holds one event. Raises `NotJsonError`."""
    return check_object(parse(text), now)


def check_objects(items: Sequence[object], moments: Iterable[int]) -> list[Event | Refusal]:
    """Check events that have been parsed from JSON, in their order, each at its moment (µs)."""
    now = iter(moments)
    checked: list[Event | Refusal] = []
    for first in range(0, len(items), _AT_ONCE):
        some = items[first : first + _AT_ONCE]
        valid = None
        if not any(map(_is_crowded, some)):
            with suppress(ValidationError):
                valid = _many().validate_python(some)
        if valid is None:  # some event is bad: look at each by itself
            checked += map(check_object, some, now)
        else:
            checked += map(_event, valid, now)
    return checked


def check_object(item: Any, now: int) -> Event | Refusal:
    """Check one event that has been parsed from JSON."""
    if _is_crowded(item):
        return Refusal(tuple(_unknown(item["data"])), **_identifiers(item))
    try:
        return _event(_one().validate_python(item), now)
    except ValidationError as error:
        return Refusal(tuple(_problems(error)), **_identifiers(item))


def _is_crowded(item: Any) -> bool:
    """Whether `data` holds far more than any kind of event: pydantic would make an error, of 500
    bytes or so, for each of what may be a million names."""
    data = item.get("data") if isinstance(item, dict) else None
    return isinstance(data, dict) and len(data) > _MOST_NAMES


def _unknown(data: Mapping[str, object]) -> Iterable[Problem]:
    """The first ones that no kind of event has."""
    unknown = (name for name in data if name not in _names())
    for name in islice(unknown, _MOST_PROBLEMS):
        yield Problem(_UNKNOWN[0], _pointer(["data", name]), _UNKNOWN[1])


@cache
def _names() -> frozenset[str]:
    """All that `data` of one kind or another may hold."""
    models = [get_type_hints(event)["data"] for event in get_args(get_args(CloudEvent)[0])]
    return frozenset(name for model in models for name in get_type_hints(model))


def parse(text: bytes) -> Any:
    """The JSON value of a text. Raises `NotJsonError`."""
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        # Half a surrogate pair or an enormous number are JSON by its grammar, and must not cost
        # the other events of a batch: the slower parser lets them through, to be refused alone.
        try:
            with suppress(ValueError):
                return json.loads(text.decode(), parse_constant=_no_json, parse_int=_integer)
        except RecursionError:
            raise NotJsonError(_TOO_DEEP) from None
        raise NotJsonError(
            f"not JSON at line {error.lineno} column {error.colno}; send UTF-8 encoded JSON"
        ) from None


def parse_batch(text: bytes) -> list[Any]:
    """The elements of a JSON array. Raises `NotJsonError`."""
    items = parse(text)
    if not isinstance(items, list):
        raise NotJsonError("a batch is a JSON array of events; send one, or one event structured")
    return items


def _no_json(_: str) -> Never:
    """NaN and Infinity are no JSON."""
    raise ValueError


def _integer(text: str) -> float:
    """Python refuses to read an integer of thousands of digits, which takes long; no attribute is
    a number, so it need not be exact."""
    return int(text) if len(text) < _MOST_DIGITS else float(text)


def refuse(event: Event, *problems: Problem, keep: bool = False) -> Refusal:
    """Refuse an event that satisfies the schema; `keep` its content to try again later."""
    return Refusal(
        problems, event.id, event.source, event.subject, event.unit, event if keep else None
    )


def _event(item: Mapping[str, Any], now: int) -> Event | Refusal:
    """The flat event of a valid CloudEvent, or why its times are impossible."""
    data: dict[str, Any] = item["data"]
    kind = KIND_OF[item["type"]]
    time: int = item["time"]
    if default := DEFAULTS.get(kind):
        data.setdefault(*default)
    event = _new((
        data.pop("unit"), item["subject"], item["source"], item["id"], kind, time,
        item.get("sequence") or 0, data,
    ))  # fmt: skip
    if time > now + FUTURE:
        return refuse(event, _IN_FUTURE, keep=True)
    due_at = data.get("due_at", NEVER) if kind == "received" else NEVER
    if due_at < time and local_day(due_at) < local_day(time):  # the first says it for nearly all
        return refuse(event, _DUE_BEFORE)
    return event


_new = partial(tuple.__new__, Event)  # at half the price of calling Event
_IN_FUTURE = Problem(
    "time-in-future", "/time", "is more than 24 hours in the future; correct the clock or the time"
)
_DUE_BEFORE = Problem(
    "due-before-received", "/data/due_at",
    "lies on a day before that of the event's time; correct the due date",
)  # fmt: skip


def _identifiers(item: object) -> dict[str, Any]:
    """The well-formed identifiers of an event that was refused."""
    if not isinstance(item, dict):
        return {}
    data = item.get("data")
    found = {**item, "unit": data.get("unit") if isinstance(data, dict) else None}
    return {
        name: found[name]
        for name, pattern in _KEPT.items()
        if isinstance(found.get(name), str) and pattern.fullmatch(found[name])
    }


def _problems(error: ValidationError) -> Iterable[Problem]:
    for detail in error.errors(include_url=False)[:_MOST_PROBLEMS]:
        path = [str(part) for part in detail["loc"]]
        if path and path[0] in KIND_OF:  # which model it was is no part of the place
            del path[0]
        if detail["type"].startswith("union_tag"):
            yield _UNKNOWN_KIND
        else:
            code, message = _explain(detail["type"], path[-1] if path else "", detail)
            yield Problem(code, _pointer(path), message)


_UNKNOWN_KIND = Problem(
    "unknown-kind",
    "/type",
    f"must be {TYPE_PREFIX}<kind>{TYPE_SUFFIX}, <kind> one of {', '.join(KINDS)}",
)


_UNKNOWN = (
    "unknown-attribute",
    "is not an attribute of this kind of event, perhaps personal data; remove it",
)


def _explain(kind: str, name: str, detail: Mapping[str, Any]) -> tuple[str, str]:
    """The code and the message for a pydantic error; never the value itself."""
    if kind == "missing":
        return "missing", "is required; add it"
    if kind == "extra_forbidden":
        return _UNKNOWN
    if detail["input"] is None:
        return "null", "must not be null; leave the attribute out"
    if kind == "literal_error":
        return "invalid", f"must be one of {detail['ctx']['expected']}"
    if kind in _OWN:
        return kind.replace("_", "-"), detail["msg"]
    if kind == "string_unicode":
        return "invalid", "holds half a character (a lone surrogate); send whole Unicode characters"
    if kind in ("dict_type", "model_attributes_type"):
        return "invalid", "must be a JSON object"
    return "invalid", f"must be a string: {_HINTS.get(name, 'see the JSON Schema of this event')}"


_OWN = ("time_invalid", "time_out_of_range", "sequence_out_of_range", "nothing_corrected")


def _pointer(path: list[str]) -> str:
    """The JSON Pointer (RFC 6901) of a place, cut when a sender's names are absurdly long."""
    pointer = "".join("/" + part.replace("~", "~0").replace("/", "~1") for part in path)
    pointer = pointer.encode(errors="replace").decode()  # a sender's name may be half a character
    return pointer if len(pointer) <= _LONGEST_POINTER else pointer[:_LONGEST_POINTER] + "…"
