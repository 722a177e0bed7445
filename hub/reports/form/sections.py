"""The sections of a document, each compiled; what is wrong is told with the path of the key."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Literal

from hub.core.said import Said, said
from hub.core.yaml_text import near
from hub.dossier.figures import DIMENSIONS
from hub.reports.form.compiled import (
    VALUE,
    Block,
    Bound,
    Case,
    Head,
    Line,
    Part,
    Plan,
    Scoring,
    Text,
)
from hub.reports.form.document import (
    Brings,
    Column,
    Document,
    Each,
    Lines,
    Paragraph,
    Row,
    Section,
    Table,
    Values,
)
from hub.reports.form.formula import FormulaError
from hub.reports.form.heeded import Heeding, value_of
from hub.reports.form.merging import MergeError, RuleUse, merged, rule_use
from hub.reports.form.rules import cases, domains, words_of
from hub.reports.form.scope import Here, Known, Names
from hub.reports.form.template import Pieces, formulas, template

Where = tuple[str | int, ...]
Found = tuple[Where, Said]
EACH_YEAR = "year"


def key_of(section: Section) -> str:
    """The key of a section."""
    match section:
        case Table(table=key) | Values(values=key) | Lines(list_=key) | Paragraph(paragraph=key):
            return key


def known(section: Section) -> Known:
    """The keys of a section."""
    key = key_of(section)
    match section:
        case Table():
            rows = frozenset(row.key for row in section.rows if isinstance(row, Row))
            blocks = frozenset(row.key for row in section.rows if isinstance(row, Each))
            columns = frozenset(it.key for it in section.columns if it.is_ in ("value", "note"))
            return Known(key, "table", rows, blocks, columns)
        case Values():
            rows = frozenset(row.key for row in section.rows)
            return Known(key, "values", rows, frozenset(), frozenset((VALUE,)))
        case Lines():
            columns = frozenset(row.key for row in section.values)
            return Known(key, "list", frozenset(), frozenset((key,)), columns)
        case Paragraph():
            return Known(key, "paragraph", frozenset(), frozenset(), frozenset())


class Compiler:
    """Compiles sections; `problems` is what it found wrong, `ignored` what would count nowhere."""

    def __init__(self, document: Document, names: Names) -> None:
        self._document, self._names = document, names
        self.problems: list[Found] = []
        self.ignored: list[Found] = []
        self._cases: dict[str, tuple[Case, ...]] = {}

    def part(self, section: Section, path: Where) -> Part:
        """A section, compiled."""
        self._heeding = Heeding(section, path)
        found = self._part(section, path)
        self.ignored += self._heeding.ignored()
        return found

    def _part(self, section: Section, path: Where) -> Part:
        match section:
            case Table():
                return self._table(section, path)
            case Values():
                return self._values(section, path)
            case Lines():
                return self._list(section, path)
            case Paragraph():
                text = self.text(section.text, Here(), (*path, "text"))
                return Part(section.paragraph, "paragraph", section.title, text=text)

    def _table(self, table: Table, path: Where) -> Part:
        heads = tuple(Head(it.key, it.label, it.under, it.is_, it.width) for it in table.columns)
        lines: list[Line | Block] = []
        for i, row in enumerate(table.rows):
            at = (*path, "rows", i)
            if isinstance(row, Each):
                lines.append(self._block(table, row, at))
            else:
                lines.append(self._line(table, row, at))
        kind: Literal["score", "table"] = "score" if table.is_score else "table"
        return Part(
            table.table, kind, table.title, table.label, table.unit_of_measure, heads,
            tuple(lines),
        )  # fmt: skip

    def _line(self, table: Table, row: Row, at: Where) -> Line:
        plans, notes = {}, {}
        columns = {it.key: it for it in table.columns}
        for name in sorted(row.cells.keys() - columns.keys()):
            says = said("no-column", "is no column of this table")
            self.problems.append(((*at, "cells", name), says))
        for column in table.columns:
            own = row.cells.get(column.key)
            here = Here(table.table, row.key, column.key)
            if column.is_ == "value":
                plans[column.key] = self._plan(table, column, row, own, here, at)
                if row.note:
                    notes[column.key] = self.text(row.note, here, (*at, "note"))
            elif own is not None:
                plans[column.key] = self._plan(None, None, None, own, here, at)
        below = tuple(row.lines)
        return Line(row.key, row.code, row.label, row.heading, row.hidden, below, plans, notes)

    def _block(self, table: Table, row: Each, at: Where) -> Block:
        plans = {
            column.key: self._plan(
                table, column, row, None, Here(table.table, row.key, column.key), at
            )
            for column in table.columns
            if column.is_ == "value"
        }
        groups = self._groups(row.each, (*at, "each"))
        self._check_each(plans, row.each, (*at, "each"))
        return Block(row.key, row.each, groups, plans)

    def _check_each(self, plans: Mapping[str, Plan], each: str, at: Where) -> None:
        """What nobody states of each dossier cannot be told apart by what dossiers have."""
        for column, plan in plans.items():
            if plan.kind == "units" or (plan.kind == "indicator" and each != EACH_YEAR):
                says = said(
                    "none-for-each", "column {column}: {kind} has no value for each {each}",
                    column=column, kind=plan.kind, each=each,
                )  # fmt: skip
                self.problems.append((at, says))
        kinds = {plan.kind for plan in plans.values()}
        if each in DIMENSIONS and each != "unit" and kinds.isdisjoint(("figure", "took_part")):
            says = said(
                "no-rows", "has no rows: only a figure tells which values there are; add a column "
                "with one",
            )  # fmt: skip
            self.ignored.append((at, says))

    def _groups(self, each: str, at: Where) -> str | None:
        if each in self._document.groups:
            return each
        if each not in (*DIMENSIONS, EACH_YEAR):
            names = ", ".join((*DIMENSIONS, EACH_YEAR, *self._document.groups))
            says = said("no-each", "is nothing to make rows of; write one of {names}", names=names)
            self.problems.append((at, says))
        return None

    def _values(self, section: Values, path: Where) -> Part:
        lines = []
        for i, row in enumerate(section.rows):
            at, here = (*path, "rows", i), Here(section.values, row.key, VALUE)
            plan = self._plan(section, None, row, None, here, at)
            lines.append(
                Line(row.key, row.code, row.label, False, row.hidden, (), {VALUE: plan}, {})
            )
        return Part(section.values, "values", "", heads=(Head(VALUE, ""),), lines=tuple(lines))

    def _list(self, section: Lines, path: Where) -> Part:
        key = section.list_
        plans = {}
        for i, row in enumerate(section.values):
            at, here = (*path, "values", i), Here(key, key, row.key)
            plans[row.key] = self._plan(section, None, row, None, here, at)
        if section.for_ not in self._document.groups:
            groups = ", ".join(self._document.groups)
            says = said("no-group", "is none of the form's groups; known: {known}", known=groups)
            self.problems.append(((*path, "for"), says))
        self._check_each(plans, section.for_, (*path, "for"))
        text = self.text(section.line, Here(key, key, ""), (*path, "line"))
        heads = tuple(Head(row.key, row.label or row.key) for row in section.values)
        block = Block(key, section.for_, section.for_, plans, text)
        return Part(key, "list", section.title, heads=heads, lines=(block,), text=None)

    def _plan(
        self, section: Brings | None, column: Column | None, row: Brings | None,
        own: Brings | None, here: Here, at: Where,
    ) -> Plan:  # fmt: skip
        where = (*at, "cells", here.column) if own is not None else at
        try:
            plan, found = merged(self._document.numbers, section, column, row, own)
            bounds = tuple(Bound(it, self._names.targets(it, here)) for it in found)
            if plan.kind == "rule":
                plan = replace(plan, rule=self._rule(rule_use((section, column, row, own)), here))
        except MergeError as error:
            says = error.says if error.key else _of_column(here, error.says)
            self.problems.append(((*where, error.key), says))
            return Plan(None)
        except FormulaError as error:
            self.problems.append((where, error.says))
            return Plan(None)
        layers = [it for it in (section, column, row, own) if it is not None]
        names = plan.rule.of if plan.rule else ()
        each_year = isinstance(row, Each) and row.each == EACH_YEAR
        value = value_of(layers, own)
        self._heeding.cell(layers, value, plan.kind, names, here, each_year=each_year)
        heading = isinstance(row, Row) and row.heading
        if plan.kind is None and not heading:
            says = said(
                "no-cell-value",
                "has no value; add figure, indicator, formula, ratio, units or text, or heading",
            )
            self.problems.append((where, _of_column(here, says)))
        return replace(plan, bounds=bounds) if bounds else plan

    def _rule(self, use: RuleUse, here: Here) -> Scoring:
        """A rule with its names found. Raises `MergeError`, `FormulaError`."""
        rule = self._document.rules.get(use.name)
        if rule is None:
            known = list(self._document.rules)
            says = said("no-rule", "is none of the form's rules{hint}", hint=near(use.name, known))
            raise MergeError(says, "rule")
        wanted = domains(rule)
        if missing := sorted(wanted.keys() - use.of.keys()):
            says = said(
                "rule-needs", "needs `{name}`; say under `of` which cell it is", name=missing[0]
            )
            raise MergeError(says, "rule")
        of = {
            name: Bound(it, self._names.targets(it, here))
            for name, it in use.of.items() if name in wanted
        }  # fmt: skip
        most = None
        if use.at_most is not None:
            most = Bound(use.at_most, self._names.targets(use.at_most, here))
        if use.name not in self._cases:
            self._cases[use.name] = cases(rule)
        return Scoring(self._cases[use.name], rule.add, words_of(rule), of, most, wanted)

    def text(self, text: str, here: Here, at: Where) -> Text:
        """A text with its names found."""
        try:
            pieces = template(text)
            return Text(pieces, self._text_targets(pieces, here))
        except FormulaError as error:
            self.problems.append((at, error.says))
            return Text((), {})

    def _text_targets(self, pieces: Pieces, here: Here) -> Mapping[Any, Any]:
        found: dict[Any, Any] = {}
        for formula in formulas(pieces):
            found |= self._names.targets(formula, here)
        return found


def _of_column(here: Here, says: Said) -> Said:
    return said("of-column", "column {column}: {says}", column=here.column, says=says)


def repeated(keys: Iterator[tuple[Where, str]]) -> Iterator[Found]:
    """Keys that stand twice among these."""
    seen: set[str] = set()
    for where, key in keys:
        if key in seen:
            yield (
                where,
                said(
                    "form-key-twice",
                    "`{key}` stands twice; give each its own key (code may repeat)",
                    key=key,
                ),
            )
        seen.add(key)
