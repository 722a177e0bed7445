"""The values that an attribute of an event may take, and what turns a column's value into one."""

import re
from collections.abc import Callable
from typing import Any, Literal, get_args, get_origin

from pydantic.fields import FieldInfo

from connectors.mapping.read_row import text_of
from connectors.mapping.times import Instant, TimeReader
from connectors.port import Fault
from schemas import values
from schemas.values import Code, Name, Printable, Subject, UnitCode

Checked = Callable[[Any, str], "str | Instant | Fault"]
"""The attribute's value out of a value that is given; the column is for the fault."""

FORMS = {
    UnitCode: "1 to 35 of A-Z a-z 0-9 .",
    Subject: "1 to 100 of A-Z a-z 0-9 . _ / -",
    Name: "1 to 64 of A-Z a-z 0-9 . _ -",
    Code: "1 to 50 of a-z 0-9 -",
    Printable: "1 to 200 signs without spaces or accents",
}


def is_instant(kind: Any) -> bool:
    """Whether an attribute of this type is a time."""
    return bool(kind == values.Instant)


def checked(kind: Any, times: TimeReader) -> Checked:
    """What reads and checks an attribute of a type of `schemas.values`."""
    if is_instant(kind):
        return times
    if get_origin(kind) is Literal:
        return _choice(get_args(kind))
    return _pattern(_pattern_of(kind), FORMS[kind])


def _choice(choices: tuple[str, ...]) -> Checked:
    known = {it: it for it in choices}
    says = f"is none of {', '.join(choices)}; add a `map` from the source's codes to these"

    def read(value: Any, column: str) -> str | Fault:
        if isinstance(value, str) and (found := known.get(value)) is not None:
            return found
        text = text_of(value, column)
        if isinstance(text, Fault):
            return text
        return known.get(text) or Fault(column, "not-a-choice", says)

    return read


def _pattern(pattern: str, form: str) -> Checked:
    match = re.compile(pattern.removesuffix("$") + r"\Z").match
    says = f"is no code: it must be {form}; correct it there, map another column, or use `map`"

    def read(value: Any, column: str) -> str | Fault:
        text = text_of(value, column)
        if isinstance(text, Fault) or match(text):
            return text
        return Fault(column, "not-a-code", says)

    return read


def _pattern_of(kind: Any) -> str:
    for note in get_args(kind)[1:]:
        if isinstance(note, FieldInfo):
            for rule in note.metadata:
                if found := getattr(rule, "pattern", None):
                    return str(found)
    raise AssertionError(kind)
