"""JSON texts: read fast where that goes, soundly where it does not, and in bounded time.

orjson refuses what is JSON by its grammar: half a surrogate pair, a number beyond all floats,
values that lie in one another very deep. None of that may cost the other events of a batch, so
such a text is read again with the standard library's parser. What lies too deep for that is found
by counting brackets, is blanked out, and refuses the event in which it lies. To read a text so
takes about ten times its size of memory.
"""

import json
import re
from collections.abc import Callable
from typing import Any, NamedTuple, Never

import numpy as np
import orjson
from numpy.typing import NDArray

from hub.core.json_marks import Codes, levels_of, outside
from hub.core.not_json import why_not_json

MOST_LEVELS = 500
"""Arrays and objects that may lie in one another where orjson cannot read a text."""

_MOST_DIGITS = 4000
_MANY_DIGITS = re.compile(rb"[0-9]{%d}" % _MOST_DIGITS)


class NotJsonError(ValueError):
    """The text is not JSON, or not of the form that its media type promises."""


class TooDeep(NamedTuple):
    """An event in which values lie too deep in one another; `value` is the event without them."""

    value: Any
    pointer: str
    """Where the first of them is (JSON Pointer)."""


def parse(text: bytes) -> Any:
    """The JSON value of a text. Raises `NotJsonError`, also where values lie too deep."""
    value = parse_event(text)
    if isinstance(value, TooDeep):
        raise NotJsonError(f"{TOO_DEEP} (at {value.pointer or '/'})")
    return value


def parse_event(text: bytes) -> Any:
    """The value of a text that should be one event, which may be `TooDeep`."""
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        return _read(text, error, batch=False)[0]


def parse_events(text: bytes) -> list[Any]:
    """The elements of a text that should be one event or an array of events; each may be
    `TooDeep`. Raises `NotJsonError`."""
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        return _read(text, error, batch=text.lstrip(_SPACE).startswith(b"["))
    return value if isinstance(value, list) else [value]


def parse_batch(text: bytes) -> list[Any]:
    """The elements of a JSON array. Raises `NotJsonError`."""
    items = parse_events(text)
    if not text.lstrip(_SPACE).startswith(b"["):
        raise NotJsonError(
            "is no JSON array; a batch is an array of events, one event is structured"
        )
    return items


def elements(text: bytes) -> list[bytes]:
    """The texts of the elements of a JSON array, which `parse_batch` can read."""
    ends = np.flatnonzero((levels_of(text) == 1) & outside(text, b","))
    first, last = text.index(b"[") + 1, text.rindex(b"]")
    starts = [first, *(int(end) + 1 for end in ends)]
    found = [text[start:end] for start, end in zip(starts, [*ends, last], strict=True)]
    return found if len(found) > 1 or found[0].strip() else []


TOO_DEEP = "holds arrays and objects too deep in one another to be read; send flatter JSON"
_SPACE = b" \t\r\n"
_DEEP_VALUE = object()


def _read(text: bytes, refused: orjson.JSONDecodeError, *, batch: bool) -> list[Any]:
    """What orjson refused: the event, or the events of a batch."""
    levels = None
    if text.count(b"[") + text.count(b"{") > MOST_LEVELS:
        levels = levels_of(text)
        if levels.min() < 0 or levels[-1] != 0 or levels.max() <= MOST_LEVELS:
            levels = None  # no JSON, or not deep
    if levels is None:
        value = _loads(text, text, refused)
        return value if batch else [value]
    return _read_deep(text, levels, refused, batch=batch)


def _read_deep(
    text: bytes, levels: NDArray[np.int32], refused: orjson.JSONDecodeError, *, batch: bool
) -> list[Any]:
    """The values of a text in which something lies too deep."""
    kept = 3 if batch else 2  # levels of the batch, the event and its data
    codes = np.frombuffer(text, np.uint8)
    before = np.concatenate((np.zeros(1, np.int32), levels[:-1]))
    starts = np.flatnonzero((levels == kept + 1) & (before == kept))
    ends = np.flatnonzero((levels == kept) & (before == kept + 1))
    is_deep = np.maximum.reduceat(levels, starts) > MOST_LEVELS
    starts, ends = starts[is_deep], ends[is_deep]
    blanked = codes.copy()
    edges = np.zeros(len(codes) + 1, np.int8)
    edges[starts], edges[ends + 1] = 1, -1
    blanked[(np.cumsum(edges[:-1], dtype=np.int8) > 0) & (codes != ord("\n"))] = ord(" ")
    plain = _loads(_marked(blanked, starts, b"null"), text, refused)
    marked = _marked(blanked, starts, b"NaN ")
    if not batch:
        return [TooDeep(plain, _place(_decode(marked, lambda _: _DEEP_VALUE)))]
    commas = np.flatnonzero((levels == 1) & outside(text, b",")).tolist()
    bounds = [text.index(b"["), *commas, text.rindex(b"]")]
    for number in sorted(set(np.searchsorted(commas, starts).tolist())):
        element = marked[bounds[number] + 1 : bounds[number + 1]]
        event = _decode(element, lambda _: _DEEP_VALUE)
        plain[number] = TooDeep(plain[number], _place(event))
    found: list[Any] = plain
    return found


def _marked(codes: Codes, starts: NDArray[np.intp], word: bytes) -> bytes:
    """A text with a word at some places."""
    for n, letter in enumerate(word):
        codes[starts + n] = letter
    return codes.tobytes()


def _place(event: Any) -> str:
    """The pointer of the first attribute of an event, or of its data, that was too deep."""
    for name, value in event.items() if isinstance(event, dict) else ():
        for inner, found in value.items() if isinstance(value, dict) else enumerate(_listed(value)):
            if found is _DEEP_VALUE:
                return pointer(["data", str(inner)] if name == "data" else [name])
    return ""


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _loads(text: bytes, sent: bytes, refused: orjson.JSONDecodeError) -> Any:
    """The value of a text that is not deep. Raises `NotJsonError` that speaks of what was sent."""
    try:
        return _decode(text, _no_json)
    except (ValueError, RecursionError) as error:
        raise NotJsonError(why_not_json(sent, error, refused)) from None


def _decode(text: bytes, constant: Callable[[str], Any]) -> Any:
    # a function for each number takes long, where there are millions
    of_digits = _integer if _MANY_DIGITS.search(text) else None
    return json.loads(text.decode(), parse_constant=constant, parse_int=of_digits)


def _no_json(_: str) -> Never:
    """NaN and Infinity are no JSON."""
    raise ValueError


def _integer(text: str) -> float:
    """Python refuses to read an integer of thousands of digits, which takes long; no attribute is
    a number, so it need not be exact."""
    return int(text) if len(text) < _MOST_DIGITS else float(text)


LONGEST_POINTER = 200


def pointer(path: list[str]) -> str:
    """The JSON Pointer (RFC 6901) of a place, cut when a sender's names are absurdly long."""
    found = "".join("/" + part.replace("~", "~0").replace("/", "~1") for part in path)
    found = found.encode(errors="replace").decode()  # a sender's name may be half a character
    return found if len(found) <= LONGEST_POINTER else found[:LONGEST_POINTER] + "…"
