"""Says what is wrong with a text that is not JSON: the rule, the place, what to do. Never repeats
the text, which may hold personal data."""

import json
import re

import numpy as np
import orjson

from hub.core.encodings import not_utf8, other_than_text
from hub.core.json_marks import levels_of, outside

_NUMBER = (
    "a number is written as JSON does not have it (no + sign, no zero in front, digits on both "
    "sides of the point); correct it, or send it as a string"
)
_NAN = "NaN and Infinity are no JSON; leave the attribute out"
_RULES = (
    (r"Unterminated string", 'a string begins here and does not end; close it with "'),
    (
        r"Invalid control",
        (
            "a line break, tab or other control character stands in a string; "
            r"write \n, \t or \u and four digits"
        ),
    ),
    (r"Invalid \\", r"a backslash begins no escape that JSON knows; write \\ for a backslash"),
    (
        r"Extra data",
        ("there is more text behind the JSON value; send one value, many events as one JSON array"),
    ),
    (
        r"Expecting property name",
        ("the name of an attribute is missing, or does not stand in double quotes"),
    ),
    (r"Expecting ':'", "a colon is missing behind the name of an attribute"),
    (r"Expecting ','", "a comma or a closing bracket is missing"),
    (r"Expecting value", "a value is missing"),
)


def why_not_json(text: bytes, error: Exception, refused: orjson.JSONDecodeError) -> str:
    """Why a text is not JSON; `error` is what the standard library's parser said, `refused` what
    orjson said."""
    if not text.strip():
        return "is empty; send JSON"
    if found := other_than_text(text):
        return found
    if isinstance(error, UnicodeDecodeError):
        return not_utf8(error)
    if isinstance(error, RecursionError):
        return _unbalanced(text)
    if not isinstance(error, json.JSONDecodeError):  # the parser does not say where
        place = np.flatnonzero(outside(text, b"NI"))
        line, column = _line_and_column(text, int(place[0])) if len(place) else (0, 0)
        return f"is not JSON at line {line} column {column}: {_NAN}"
    if refused.msg.startswith("depth limit"):
        return _unbalanced(text)
    return f"is not JSON at line {error.lineno} column {error.colno}: {_rule(error)}"


def _rule(error: json.JSONDecodeError) -> str:
    """The rule that was broken where the parser stopped."""
    rest, before = error.doc[error.pos : error.pos + 10], error.doc[: error.pos].rstrip()[-1:]
    if not rest.strip() and not error.msg.startswith("Extra"):
        return "the text ends too early, perhaps it was cut off; send it again, whole"
    if rest[0] in "]}" and before == ",":
        return f"a comma stands before {rest[0]}; remove it"
    if rest[0] in "'`\u2018\u2019\u201c\u201d":
        return 'strings and names stand in straight double quotes (")'
    if rest.startswith(("//", "/*", "#")):
        return "comments are no JSON; remove it"
    if error.doc[error.pos - 1].isdigit() and re.match(r"[0-9.xXeE_]", rest):
        return _NUMBER
    if error.msg == "Expecting value" and re.match(r"[-+.][0-9.]|[-+]", rest):
        return _NAN if re.match(r"[-+](Inf|NaN)", rest) else _NUMBER
    if error.msg == "Expecting value" and (word := re.match(r"[A-Za-z_]+", rest)):
        is_number = word[0].lower() in ("nan", "inf", "infinity")
        return _NAN if is_number else "a word is not true, false, null or in double quotes"
    return next(told for pattern, told in _RULES if re.match(pattern, error.msg))


def _unbalanced(text: bytes) -> str:
    """What is wrong with the brackets of a text that is deep."""
    levels = levels_of(text)
    below = np.flatnonzero(levels < 0)
    if len(below):
        line, column = _line_and_column(text, int(below[0]))
        return f"is not JSON at line {line} column {column}: a bracket closes what was not opened"
    if levels[-1]:
        return (
            f"is not JSON: at its end {levels[-1]} arrays and objects are open; "
            "perhaps it was cut off; send it again, whole"
        )
    return "is not JSON, and its arrays and objects lie too deep in one another to say where"


def _line_and_column(text: bytes, place: int) -> tuple[int, int]:
    """As editors count: from 1, in characters."""
    begin = text.rfind(b"\n", 0, place) + 1
    column = len(text[begin:place].decode(errors="replace")) + 1
    return text.count(b"\n", 0, place) + 1, column
