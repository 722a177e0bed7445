"""Checks events at the border: what is accepted becomes an `Event`, the rest a `Refusal`.

A refusal names the attribute (JSON Pointer) and what to do, and never repeats a value: what the
schema does not know may be personal data.
"""

import base64
import re
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from functools import cache, partial
from itertools import islice
from typing import Any, NamedTuple

from pydantic import TypeAdapter, ValidationError

from hub.core.explain import MOST_PROBLEMS, json_type, names, problems, unknown
from hub.core.explain import Problem as Problem  # noqa: PLC0414 # told to others
from hub.core.json_text import TOO_DEEP, NotJsonError, TooDeep, parse, parse_event
from hub.core.time import HOUR, NEVER, local_day
from schemas.cloudevents import DEFAULTS, KIND_OF, CloudEvent
from schemas.event import Event
from schemas.values import SUBJECT, UNIT_CODE

FUTURE = 24 * HOUR
"""How far in the future `time` may lie."""

_AT_ONCE = 500
_MOST_NAMES = 50
_KEPT = {
    "id": re.compile(r"[!-~]{1,200}"),
    "source": re.compile(r"[!-~]{1,200}"),
    "subject": re.compile(SUBJECT),
    "unit": re.compile(UNIT_CODE),
}


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
    return check_object(parse_event(text), now)


def check_objects(items: Sequence[object], moments: Iterable[int]) -> list[Event | Refusal]:
    """Check events that have been parsed from JSON, in their order, each at its moment (µs)."""
    now = iter(moments)
    checked: list[Event | Refusal] = []
    for first in range(0, len(items), _AT_ONCE):
        some = items[first : first + _AT_ONCE]
        valid = None
        if not any(map(_is_odd, some)):
            with suppress(ValidationError):
                valid = _many().validate_python(some)
        if valid is None:  # some event is bad: look at each by itself
            checked += map(check_object, some, now)
        else:
            checked += map(_event, valid, now)
    return checked


def check_object(item: Any, now: int) -> Event | Refusal:
    """Check one event that has been parsed from JSON."""
    if _is_odd(item):
        return _check_odd(item, now)
    try:
        return _event(_one().validate_python(item), now)
    except ValidationError as error:
        return refuse_item(item, *problems(error, item))


def refuse_item(item: object, *found: Problem) -> Refusal:
    """Refuse what was parsed from JSON; of its values only well-formed identifiers are kept."""
    if not isinstance(item, dict):
        return Refusal(found)
    data = item.get("data")
    sent = {**item, "unit": data.get("unit") if isinstance(data, dict) else None}
    kept = {
        name: sent[name]
        for name, pattern in _KEPT.items()
        if isinstance(sent.get(name), str) and pattern.fullmatch(sent[name])
    }
    return Refusal(found, **kept)


def _is_odd(item: Any) -> bool:
    """Whether pydantic cannot or should not look at it as it is. Of `data` that holds far more than
    any kind of event it would make an error, of 500 bytes or so, for each of what may be a million
    names."""
    if not isinstance(item, dict):
        return isinstance(item, TooDeep)
    data = item.get("data")
    return "data_base64" in item or (isinstance(data, dict) and len(data) > _MOST_NAMES)


def _check_odd(item: Any, now: int) -> Event | Refusal:
    if isinstance(item, TooDeep):
        return refuse_item(item.value, Problem("too-deep", item.pointer, TOO_DEEP))
    if "data_base64" in item:
        given = _of_base64(item)
        if isinstance(given, Problem):
            return refuse_item(item, given)
        rest = {name: value for name, value in item.items() if name != "data_base64"}
        return check_object(rest | {"data": given}, now)
    strange = (name for name in item["data"] if name not in names())
    return refuse_item(item, *map(unknown, islice(strange, MOST_PROBLEMS)))


def _of_base64(item: Mapping[str, Any]) -> Any:
    """What `data_base64` of an event holds, or what is wrong with it (CloudEvents, JSON §3.1)."""
    sent, wrong = item["data_base64"], partial(Problem, "invalid", "/data_base64")
    if "data" in item:
        return Problem("data-twice", "/data_base64", "stands beside `data`; send one of the two")
    if sent is None:
        return Problem("null", "/data_base64", "must not be null; send `data`")
    if not isinstance(sent, str):
        return wrong(f"must be a string in base64, not {json_type(sent)}")
    try:
        content = base64.b64decode(sent, validate=True)
    except ValueError:
        return wrong("is not base64 (A-Z a-z 0-9 + / with = at the end, no spaces); correct it")
    try:
        return parse(content)
    except NotJsonError as error:
        return wrong(f"decoded, {error}")


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
