"""Compiling a `Value`: from a row to an attribute's value."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from unicodedata import normalize
from zoneinfo import ZoneInfo

from connectors.mapping.attribute import Checked, checked, is_instant
from connectors.mapping.read_row import Environment, reader, text_of, told_as
from connectors.mapping.times import TimeReader, time_reader
from connectors.mapping.values import Constant, From, ValueSpec, columns_of
from connectors.port import Fault
from hub.core.yaml_text import Where

Compiled = Callable[[Environment], Any]
"""The checked value; None where it is not given; a `Fault`."""
_REST = "*"
_MOST_TOLD = 40


class Compiler:
    """Compiles the values of one document and notes what is wrong with them."""

    def __init__(self, formats: Sequence[str], zone: ZoneInfo) -> None:
        self.zone = zone
        self._formats = tuple(formats)
        self._times: dict[tuple[tuple[str, ...], bool], TimeReader] = {}
        self.problems: list[tuple[Where, str]] = []

    def value(self, spec: ValueSpec, kind: Any, where: Where, *, each: str | None) -> Compiled:
        """What reads a value of an attribute's type."""
        return self._value(spec, kind, self._checked(kind), where, each)

    def _checked(self, kind: Any, spec: From | None = None) -> Checked:
        formats = self._formats if spec is None or spec.times is None else spec.times
        asked = formats, spec is not None and spec.end_of_day
        if (times := self._times.get(asked)) is None:
            times = self._times[asked] = time_reader(asked[0], self.zone, end_of_day=asked[1])
        return checked(kind, times)

    def _value(
        self, spec: ValueSpec, kind: Any, check: Checked, where: Where, each: str | None
    ) -> Compiled:
        match spec:
            case str():
                return _column(spec, check, each)
            case tuple():
                return _first(
                    [self._value(it, kind, check, (*where, i), each) for i, it in enumerate(spec)]
                )
            case Constant():
                constant = self._constant(spec.value, check, (*where, "value"))
                return lambda _: constant
            case From():
                return self._from(spec, kind, check, where, each)

    def _from(
        self, spec: From, kind: Any, check: Checked, where: Where, each: str | None
    ) -> Compiled:
        if is_instant(kind):
            if spec.times is not None or spec.end_of_day:
                check = self._checked(kind, spec)
        elif spec.times is not None or spec.end_of_day:
            key = "end_of_day" if spec.end_of_day else "times"
            self.problems.append(((*where, key), "is for times, and this is none; remove it"))
        if spec.map is not None:
            check = self._mapped(spec.map, check, (*where, "map"))
        return self._value(spec.from_, kind, check, (*where, "from"), each)

    def _mapped(
        self, given: Mapping[str, Any], check: Checked, where: Where
    ) -> Callable[[Any, str], Any]:
        if not given:
            self.problems.append((where, "is empty; add codes, such as {1: direct}"))
        table = {
            normalize("NFC", code.strip()): None
            if value is None
            else self._constant(value, check, (*where, code))
            for code, value in given.items()
        }
        has_rest, rest = _REST in table, table.pop(_REST, None)

        def read(value: Any, column: str) -> Any:
            code = text_of(value, column)
            if isinstance(code, Fault):
                return code
            if code in table:
                return table[code]
            if isinstance(value, bool) and (digit := str(int(value))) in table:
                return table[digit]
            return rest if has_rest else _unmapped(code, column)

        return read

    def _constant(self, value: Any, check: Checked, where: Where) -> Any:
        found = check(value, "")
        if isinstance(found, Fault):
            self.problems.append((where, found.says))
        return found


def _unmapped(code: str, column: str) -> Fault:
    is_code = len(code) <= _MOST_TOLD and code.isprintable()
    told = f"`{code}`" if is_code else "a text that looks like no code"
    return Fault(
        column, "unmapped", f"{told} is not in its `map`; add it there, or `*` for the rest"
    )


def _column(name: str, check: Checked, each: str | None) -> Compiled:
    read = reader(name, each=each)

    column = told_as(name, each)

    def value(env: Environment) -> Any:
        found = read(env)
        return None if found is None else check(found, column)

    return value


def _first(parts: Sequence[Compiled]) -> Compiled:
    def value(env: Environment) -> Any:
        for part in parts:
            if (found := part(env)) is not None:
                return found
        return None

    return value


def named(spec: ValueSpec, each: str | None = None) -> str:
    """The columns of a value, as a fault names them."""
    return ", ".join(told_as(name, each) for name in columns_of(spec))
