"""English sentences that know by which code, and with which values, others say them.

The hub, its commands and its logs speak English. The page speaks Vietnamese: it has a sentence of
its own for each code (`hub/web/static/says_vi.json`) and puts in the values.
"""

from collections.abc import Mapping, Sequence
from functools import reduce
from typing import Any

Value = str | int
"""A `Said` is a `str`, too: a sentence may be a part of another one."""


class Said(str):
    """The sentence in English; `code` and `values` make it in another language."""

    code: str
    values: Mapping[str, Value]

    def as_json(self) -> dict[str, Any]:
        """What goes into an answer, beside the sentence."""
        return {"code": self.code, "values": {k: _plain(it) for k, it in self.values.items()}}


def said(code: str, english: str, **values: Value) -> Said:
    """A sentence with "{name}" for each value."""
    made = Said(english.format_map(values))
    made.code, made.values = code, values
    return made


def either(names: Sequence[str]) -> str:
    """`a or b or c`, of at least one."""
    return reduce(lambda a, b: said("either", "{a} or {b}", a=a, b=b), names)


def both(names: Sequence[str]) -> str:
    """`a and b and c`, of at least one."""
    return reduce(lambda a, b: said("both", "{a} and {b}", a=a, b=b), names)


def joined(parts: Sequence[str]) -> str:
    """Parts one after the other, of at least one."""
    return reduce(lambda a, b: said("joined", "{a}; {b}", a=a, b=b), parts)


def why(error: Exception) -> Said:
    """The sentence that an error was raised with; one of `own-words` where a library raised it."""
    for one in error.args:
        if isinstance(one, Said):
            return one
    return said("own-words", "{told}", told=str(error))


def says(text: str | None) -> dict[str, Any]:
    """`{"says": …}` for an answer that tells a text, where others can say it; else nothing."""
    return {"says": text.as_json()} if isinstance(text, Said) else {}


def _plain(value: Value) -> Any:
    if isinstance(value, Said):
        return value.as_json() | {"message": str(value)}
    return value
