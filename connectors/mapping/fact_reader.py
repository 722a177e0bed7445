"""Compiling one fact of a document: from a row, or a child of it, to a `Fact` or faults."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from connectors.mapping import facts as models
from connectors.mapping.condition import Condition, condition
from connectors.mapping.read_row import Environment
from connectors.mapping.value_reader import Compiled, Compiler, named
from connectors.port import Fact, Fault
from hub.core.yaml_text import Where
from schemas import values

FactReader = Callable[[Environment, list[Fault]], "Stated | None"]
"""What a row states, or None; faults are added to the list."""


class Stated(NamedTuple):
    """A fact without its slot."""

    kind: str
    time: int | None
    data: Mapping[str, Any]

    def fact(self, slot: str) -> Fact:
        """The fact, in a slot."""
        return Fact(slot, self.kind, self.time, self.data)


class _Attribute(NamedTuple):
    name: str
    read: Compiled
    is_required: bool
    is_instant: bool
    columns: str


def compile_condition(
    compiler: Compiler, text: str | None, where: Where, *, each: str | None
) -> Condition | None:
    """The condition, if there is one that can be compiled; what is wrong is noted."""
    if text is None:
        return None
    try:
        return condition(text, compiler.zone, each=each)
    except ValueError as error:
        compiler.problems.append((where, str(error)))
        return None


def compile_fact(compiler: Compiler, kind: str, spec: models.Fact, where: Where) -> FactReader:
    """What reads a fact; what is wrong with it is noted."""
    each = spec.each
    when = compile_condition(compiler, spec.when, (*where, "when"), each=each)
    at = None
    if spec.at is not None:
        at = compiler.value(spec.at, values.Instant, (*where, "at"), each=each)
    mapped = spec.attributes()
    known = models.ATTRIBUTES[kind]
    attributes = [
        _Attribute(
            name,
            compiler.value(value, known[name]["type"], (*where, name), each=each),
            known[name]["required"],
            known[name]["type"] == values.Instant,
            named(value, each),
        )
        for name, value in mapped.items()
    ]
    at_columns = named(spec.at, each) if spec.at is not None else ""
    needs_one = kind == "corrected"
    return _reader(kind, when, at, at_columns, attributes, needs_one)


def _reader(
    kind: str, when: Condition | None, at: Compiled | None, at_columns: str,
    attributes: list[_Attribute], needs_one: bool,
) -> FactReader:  # fmt: skip
    holds = when.holds if when else None
    data_of = _data_reader(kind, attributes)

    def read(env: Environment, faults: list[Fault]) -> Stated | None:
        if holds is not None and (held := holds(env)) is not True:
            if isinstance(held, Fault):
                faults.append(held)
            return None
        found = at(env) if at is not None else _NO_TIME
        if found is None:
            if holds is not None:
                faults.append(_no_time(kind, at_columns))
            return None
        if isinstance(found, Fault):
            faults.append(found)
            found = _NO_TIME
        time, _, day = found
        data = data_of(env, day, faults)
        return Stated(kind, time, data) if data or not needs_one else None

    return read


_NO_TIME = (None, "", 0)
_DataReader = Callable[[Environment, int, list[Fault]], dict[str, Any]]


def _data_reader(kind: str, attributes: list[_Attribute]) -> _DataReader:
    checks_due = kind == "received"

    def read(env: Environment, day: int, faults: list[Fault]) -> dict[str, Any]:
        data: dict[str, Any] = {}
        for name, value_of, is_required, is_instant, columns in attributes:
            value = value_of(env)
            if isinstance(value, Fault):
                faults.append(value)
            elif value is None:
                if is_required:
                    faults.append(_missing(kind, name, columns))
            elif not is_instant:
                data[name] = value
            else:
                data[name] = value[1]
                if checks_due and value[2] < day:
                    faults.append(_due_before(columns))
        return data

    return read


def _no_time(kind: str, columns: str) -> Fault:
    return Fault(
        columns, "missing",
        f"is empty though the condition of `{kind}` holds; give the time, or correct `when`",
    )  # fmt: skip


def _missing(kind: str, name: str, columns: str) -> Fault:
    return Fault(
        columns, "missing",
        f"is empty, and `{kind}` needs `{name}`; give it there, or add a constant that applies "
        "then: [COLUMN, {value: …}]",
    )  # fmt: skip


def _due_before(columns: str) -> Fault:
    return Fault(
        columns, "due-before-received",
        "lies on a day before the dossier was received; correct one of the two (are day and month "
        "swapped?)",
    )  # fmt: skip
