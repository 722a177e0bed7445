"""Reading one column of a row: exact name, path into JSON, child or parent."""

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any
from unicodedata import normalize
from uuid import UUID

from connectors.port import Fault

Environment = Any
"""The values of a row; for children the pair of the child's values and the row's."""
Reader = Callable[[Environment], Any]
"""A value without the white space around it; None where it is not given (null, empty text)."""

PARENT = "parent."
_MOST_BITS = 256
_MOST_DIGITS = 60


def told_as(name: str, each: str | None) -> str:
    """A column as a fault names it: that of a child with its list."""
    if each is None:
        return name
    return name.removeprefix(PARENT) if name.startswith(PARENT) else f"{each}.{name}"


def reader(name: str, *, each: str | None) -> Reader:
    """What reads a column; `each` is the list of children that it is of. In a child, `parent.NAME`
    is a column of the row around it."""
    if each is None:
        return _of_values(name)
    of_parent = name.startswith(PARENT)
    read = _of_values(name.removeprefix(PARENT) if of_parent else name)
    part = 1 if of_parent else 0
    return lambda pair: read(pair[part])


def _of_values(name: str) -> Reader:
    if "." not in name:
        return lambda values: _given(values.get(name))
    path = name.split(".")

    def read(values: Mapping[str, Any]) -> Any:
        if name in values:
            return _given(values[name])
        found: Any = values
        for step in path:
            if not isinstance(found, Mapping):
                return None
            found = found.get(step)
        return _given(found)

    return read


def _given(value: Any) -> Any:
    return value.strip() or None if isinstance(value, str) else value


def text_of(value: Any, column: str) -> str | Fault:
    """A value as a text in Unicode's form NFC; `1.0` is `1`."""
    if isinstance(value, str):
        return value if value.isascii() else normalize("NFC", value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float | Decimal):
        value = _number(value)
    if isinstance(value, int) and value.bit_length() <= _MOST_BITS:
        return str(value)
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    return Fault(
        column, "not-text", "holds no text and no number; name the part of it that is meant"
    )


def _number(value: float | Decimal) -> int | Decimal | None:
    """A whole number as one; None for what is no number, or a very long one."""
    exact = Decimal(repr(value)) if isinstance(value, float) else value
    if not exact.is_finite() or abs(exact.adjusted()) > _MOST_DIGITS:
        return None
    return int(exact) if exact == exact.to_integral_value() else exact
