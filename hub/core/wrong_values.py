"""What pydantic finds wrong with parameters and bodies of calls, told as all else is: what is
wrong, and what to do; never the value."""

from collections.abc import Mapping
from typing import Any

_PLAIN: dict[str, tuple[str, str]] = {
    "missing": ("is missing", "add it"),
    "extra_forbidden": ("is not known here", "leave it out"),
    "string_type": ("must be a text", "put it in double quotes"),
    "string_unicode": ("holds half a character (a lone surrogate)", "send whole characters"),
}
_KINDS: tuple[tuple[tuple[str, ...], str, str], ...] = (
    (("bool_",), "is neither true nor false", "write one of them"),
    (("int_",), "must be a whole number like 10", "correct it"),
    (("date_",), "is no day", "write a day as 2020-01-31"),
    (("list_", "tuple_"), "must be a JSON array", "put it in [ ]"),
    (("dict_", "model_", "dataclass_"), "must be a JSON object", "put it in { }"),
)
_LIMITS: dict[str, tuple[str, str]] = {
    "literal_error": ("must be one of {expected}", "choose one"),
    "greater_than_equal": ("must be at least {ge}", "correct it"),
    "less_than_equal": ("must be at most {le}", "correct it"),
    "string_too_short": ("must have at least {min_length} characters", "tell more"),
    "string_too_long": ("must have at most {max_length} characters", "shorten it"),
    "string_pattern_mismatch": ("has a wrong form", "it must match {pattern}"),
    "too_short": ("must have at least {min_length} items", "add to them"),
    "too_long": ("must have at most {max_length} items", "send fewer at once"),
}


def told(detail: Mapping[str, Any]) -> tuple[str, str]:
    """What is wrong, and what to do, of one error of pydantic's."""
    kind = detail["type"]
    if kind in _PLAIN:
        return _PLAIN[kind]
    if kind in _LIMITS:
        what, hint = _LIMITS[kind]
        return what.format(**detail["ctx"]), hint.format(**detail["ctx"])
    for beginnings, what, hint in _KINDS:
        if kind.startswith(beginnings):
            return what, hint
    return str(detail["msg"]).removeprefix("Value error, "), "correct it"
