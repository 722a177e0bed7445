"""Conditions (`when`, `none_when`): CEL, compiled once, remembered by the columns it names."""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from difflib import get_close_matches
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import cel

from connectors.mapping.read_row import PARENT, Environment, Reader, reader, text_of, told_as
from connectors.mapping.tokens import Reference, Token, Use, references, tokens
from connectors.port import Fault

MOST_SIGNS = 2000
_MOST_KNOWN = 10_000
_MOST_KEPT = 100
_NUMBER = re.compile(r"[-+]?[0-9]{1,18}(\.[0-9]{1,15})?")
_FUNCTIONS = {
    "size", "startsWith", "endsWith", "contains", "matches", "int", "uint", "double", "string",
    "bool", "timestamp", "duration", "getFullYear", "getMonth", "getDate", "getDayOfMonth",
    "getDayOfWeek", "getDayOfYear", "getHours", "getMinutes", "getSeconds", "getMilliseconds",
    "max", "min",
}  # fmt: skip

_SIGNS = {
    "and": "`&&`", "or": "`||`", "not": "`!`", "is": "`==`", "in": "`in [9, 10]`",
    "like": '`.contains("…")`',
}  # fmt: skip


class Condition(NamedTuple):
    """A compiled condition."""

    columns: tuple[str, ...]
    """The columns that it names; those of a parent begin with `parent.`."""
    holds: Callable[[Environment], bool | Fault]
    """Whether it holds. One that cannot be decided because a column is empty does not hold."""


def condition(text: str, zone: ZoneInfo, *, each: str | None) -> Condition:
    """Compile. Raises `ValueError`, whose text says what is wrong and what to do."""
    if len(text) > MOST_SIGNS:
        raise ValueError(f"is longer than {MOST_SIGNS} signs; write it shorter")
    found = tokens(text)
    named = list(references(found))
    if each is None and any(it.of_parent for it in named):
        raise ValueError("names `parent`, which is the row around a child; it needs `each`")
    replaced = [it for it in named if it.start != it.end]
    variables = {it: f"column_{number}" for number, it in enumerate(replaced)}
    program = _compiled(found, variables)
    columns = tuple(dict.fromkeys(_full(it) for it in named))
    if not columns:
        raise ValueError("names no column; write one, such as TrangThai == 9")
    readers = tuple(_used(reader(_full(it), each=each), it.use, zone) for it in replaced)
    at_fault = told_as(columns[0], each) if len(columns) == 1 else ""
    return Condition(columns, _remembered(program, tuple(variables.values()), readers, at_fault))


def _full(it: Reference) -> str:
    return PARENT + it.column if it.of_parent else it.column


def _rewritten(found: list[Token], variables: dict[Reference, str]) -> str:
    words = [token.text for token in found]
    for it, name in variables.items():
        words[it.start : it.end] = [name, *[""] * (it.end - it.start - 1)]
        if it.use == "given":  # `has(A)` becomes `(A)`
            words[it.start - 2] = ""
    return " ".join(words)


def _compiled(found: list[Token], variables: dict[Reference, str]) -> cel.Program:
    try:
        program = cel.compile(_rewritten(found, variables))
    except ValueError as error:
        raise ValueError(f"is no condition: {_hint(found) or _reason(str(error))}") from None
    unknown = [it for it in program.functions() if it.isidentifier() and it[0] != "_"]
    for name in unknown:
        if name not in _FUNCTIONS:
            close = get_close_matches(name, _FUNCTIONS, n=1)
            says = (
                f"did you mean {close[0]}?" if close else f"known: {', '.join(sorted(_FUNCTIONS))}"
            )
            raise ValueError(f"calls {name}, which is not there; {_hint(found) or says}")
    return program


def _hint(found: list[Token]) -> str | None:
    """How CEL writes what another language writes with a word."""
    for before, token in zip([Token("", ""), *found], found, strict=False):
        word = token.text.casefold()
        if token.kind == "name" and before.text != "." and word in _SIGNS and token.text != "in":
            return f"`{token.text}` is not of this language; write {_SIGNS[word]}"
        if (before.text, token.text) == ("<", ">"):
            return "`<>` is not of this language; write `!=`"
    return None


def _reason(told: str) -> str:
    """What the compiler says, without the expression and its marks."""
    found = re.findall(r"ERROR: <input>:\d+:\d+: (.*)", told)
    says = found[0] if found else "it cannot be parsed"
    says = re.sub(r"column_\d+", "a column", says.removeprefix("Syntax error: "))[:120]
    return f'{says}; write such as `TrangThai in [9, 10]`, `A == 1 && B != "x"`, `A || !B`'


def _remembered(
    program: cel.Program, names: tuple[str, ...], readers: tuple[Reader, ...], at_fault: str
) -> Callable[[Environment], bool | Fault]:
    known: dict[Any, bool | Fault] = {}

    def holds(env: Environment) -> bool | Fault:
        values = [read(env) for read in readers]
        if not all(map(_is_kept, values)):
            return _decided(program, dict(zip(names, values, strict=True)), at_fault)
        key = (*values, *map(type, values))
        if (found := known.get(key)) is None:
            if len(known) >= _MOST_KNOWN:
                known.clear()
            found = _decided(program, dict(zip(names, values, strict=True)), at_fault)
            known[key] = found
        return found

    return holds


def _is_kept(value: Any) -> bool:
    """Whether a value may be remembered: lists cannot, long texts take too much place."""
    kind = type(value)
    return (kind is not str or len(value) <= _MOST_KEPT) and kind is not list and kind is not dict


def _decided(program: cel.Program, values: dict[str, Any], column: str) -> bool | Fault:
    try:
        found = program.execute(values)
    except (ArithmeticError, LookupError, RuntimeError, TypeError, ValueError):
        if any(value is None for value in values.values()):
            return False
        found = None
    if isinstance(found, bool):
        return found
    return Fault(
        column, "condition",
        "has a value for which the condition is neither true nor false; compare numbers with "
        "numbers and texts with texts, or say in the condition what such a value means",
    )  # fmt: skip


def _used(read: Reader, use: Use, zone: ZoneInfo) -> Reader:
    match use:
        case "number":
            return lambda env: _number(read(env))
        case "text":
            return lambda env: _text(read(env))
        case "flag":
            return lambda env: _flag(read(env))
        case "given":
            return lambda env: read(env) is not None
        case "plain":
            return lambda env: _plain(read(env), zone)


_NOT: Any = object()
"""What no condition can be about; CEL refuses it."""


def _number(value: Any) -> Any:
    if isinstance(value, str):
        if _NUMBER.fullmatch(value) is None:
            return _NOT
        return float(value) if "." in value else int(value)
    if isinstance(value, bool):
        return int(value)
    return _simple(value) if value is None or isinstance(value, int | float | Decimal) else _NOT


def _simple(value: Any) -> Any:
    """Numbers as CEL has them."""
    if isinstance(value, Decimal):
        value = float(value) if value % 1 else int(value)
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value


def _text(value: Any) -> Any:
    """Nothing is the empty text, as it is in a CSV."""
    if value is None:
        return ""
    found = text_of(value, "")
    return _NOT if isinstance(found, Fault) else found


_FLAGS = {"0": False, "1": True, "false": False, "true": True, "f": False, "t": True}


def _flag(value: Any) -> Any:
    """Nothing is no."""
    if value is None or isinstance(value, bool):
        return bool(value)
    found = text_of(value, "")
    return _FLAGS.get(found.lower(), _NOT) if isinstance(found, str) else _NOT


def _plain(value: Any, zone: ZoneInfo) -> Any:
    """A value as CEL has it, through lists and children."""
    if isinstance(value, datetime):
        local = value if value.tzinfo else value.replace(tzinfo=zone)
        return local.replace(tzinfo=timezone(local.utcoffset() or timedelta()))
    if isinstance(value, date):
        return _plain(datetime.combine(value, time()), zone)
    if isinstance(value, str):
        return text_of(value, "")
    if isinstance(value, Mapping):
        return {name: _plain(inner, zone) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner, zone) for inner in value]
    return _simple(value)
