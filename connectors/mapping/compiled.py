"""A document made a function from rows to facts."""

from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any
from zoneinfo import ZoneInfo

import orjson
from typing_extensions import TypeIs

from connectors.mapping.children import ChildrenReader, children_reader
from connectors.mapping.condition import Condition
from connectors.mapping.document import Document
from connectors.mapping.errors import MappingError
from connectors.mapping.fact_reader import FactReader, compile_condition, compile_fact
from connectors.mapping.facts import Fact as FactSpec
from connectors.mapping.named import Named, named_by
from connectors.mapping.reads import Sql
from connectors.mapping.value_reader import Compiler, named
from connectors.port import Dossier, Fact, Fault, Row, Wanted
from hub.core.yaml_text import Problem, Where, dotted
from schemas.values import Subject, UnitCode

_LANGUAGE = 1
"""Raised when the same document begins to mean other facts."""

Values = Mapping[str, Any]
_Single = tuple[str, FactReader]


class CompiledMapping:
    """A `FactMapping` (`connectors.port`)."""

    def __init__(self, document: Document, compiler: Compiler) -> None:
        self.source = document.source
        self.version = _version(document)
        self.named: Named = named_by(document)
        spec = document.dossier
        self._unit = compiler.value(spec.unit, UnitCode, ("dossier", "unit"), each=None)
        self._subject = compiler.value(spec.subject, Subject, ("dossier", "subject"), each=None)
        self._named_unit, self._named_subject = named(spec.unit), named(spec.subject)
        self._none_when: Condition | None = compile_condition(
            compiler, spec.none_when, ("dossier", "none_when"), each=None
        )
        self._singles: list[_Single] = []
        self._repeated: list[ChildrenReader] = []
        for kind, number, fact in document.all_facts():
            self._add(document, compiler, kind, number, fact)

    def _add(
        self, document: Document, compiler: Compiler, kind: str, number: int, spec: FactSpec
    ) -> None:
        slot = f"{kind}-{number + 1}" if number else kind
        read = compile_fact(compiler, kind, spec, ("facts", kind, number))
        if spec.each is None:
            if spec.key is not None:
                where = ("facts", kind, number, "key")
                compiler.problems.append((where, "is for the children of `each`; remove it"))
            self._singles.append((slot, read))
        else:
            _check_children(document, compiler, spec.each, ("facts", kind, number, "each"))
            key = spec.key or _key_of(document, spec.each)
            self._repeated.append(children_reader(slot, spec.each, key, read))

    def columns(self) -> tuple[str, ...]:
        """Every column that the document names, of a row and (`child.column`) of its children."""
        children = (f"{c}.{name}" for c, names in self.named.children.items() for name in names)
        return (*self.named.row, *children)

    def dossier(self, values: Values) -> Dossier | tuple[Fault, ...]:
        """Which dossier a row is about."""
        unit = _given(self._unit(values), self._named_unit, "the unit's code")
        subject = _given(self._subject(values), self._named_subject, "the dossier's code")
        if isinstance(unit, Fault) or isinstance(subject, Fault):
            return tuple(it for it in (unit, subject) if isinstance(it, Fault))
        return unit, subject

    def wanted(self, row: Row) -> Wanted | tuple[Fault, ...]:
        """The facts of a row, or all that is wrong with it."""
        values = row.values
        about = self.dossier(values)
        faults: list[Fault] = []
        facts = [] if self._is_none(values, faults) else self._facts(values, faults)
        if not _is_dossier(about):
            return tuple(dict.fromkeys((*about, *faults)))
        return tuple(dict.fromkeys(faults)) if faults else Wanted(about, tuple(facts))

    def _is_none(self, values: Values, faults: list[Fault]) -> bool:
        none = self._none_when.holds(values) if self._none_when is not None else False
        if isinstance(none, Fault):
            faults.append(none)
        return none is True

    def _facts(self, values: Values, faults: list[Fault]) -> list[Fact]:
        facts = []
        for slot, read in self._singles:
            if (stated := read(values, faults)) is not None:
                facts.append(Fact(slot, *stated))
        for read_children in self._repeated:
            facts.extend(read_children(values, faults))
        return facts


def compile_mapping(document: Document) -> CompiledMapping:
    """The mapping of a document. Raises `MappingError`; `load` has checked that it does not."""
    mapping, problems = try_compile(document)
    if problems:
        told = [Problem(0, dotted(where), says) for where, says in problems]
        raise MappingError(document.connector, told)
    return mapping


def try_compile(document: Document) -> tuple[CompiledMapping, Sequence[tuple[Where, str]]]:
    """The mapping, of use only where nothing is wrong, and where what is wrong."""
    compiler = Compiler(document.read.times, ZoneInfo(document.zone))
    return CompiledMapping(document, compiler), compiler.problems


def _is_dossier(found: Dossier | tuple[Fault, ...]) -> TypeIs[Dossier]:
    return isinstance(found[0], str)


def _given(found: Any, columns: str, what: str) -> Any:
    if found is None:
        return Fault(columns, "missing", f"is empty, and is {what}; give it there")
    return found


def _key_of(document: Document, each: str) -> Sequence[str] | None:
    if isinstance(document.read, Sql) and each in document.read.children:
        return document.read.children[each].key
    return None


def _check_children(document: Document, compiler: Compiler, each: str, where: Where) -> None:
    if isinstance(document.read, Sql) and each not in (known := document.read.children):
        names = ", ".join(known) or "none"
        says = f"is not among `read.children` ({names}); add its table there"
        compiler.problems.append((where, says))


def _version(document: Document) -> str:
    """Changes with all that can change a fact, and not with how the source is asked."""
    said = document.model_dump(mode="json", by_alias=True, include={"source", "zone", "dossier"})
    facts = {
        f"{kind}-{number}": fact.model_dump(mode="json", by_alias=True)
        for kind, number, fact in document.all_facts()
    }
    keys = {
        fact.each: _key_of(document, fact.each)
        for _, _, fact in document.all_facts()
        if fact.each is not None
    }
    whole = [_LANGUAGE, said, facts, keys, document.read.times]
    return sha256(orjson.dumps(whole, option=orjson.OPT_SORT_KEYS)).hexdigest()[:16]
