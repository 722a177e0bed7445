"""From a document to a form, with all that is wrong in it."""

from collections.abc import Iterator
from dataclasses import replace
from graphlib import CycleError, TopologicalSorter

from hub.core.said import said
from hub.reports.form.compiled import Address, Block, Bound, Form, Part, Plan, Rule
from hub.reports.form.document import (
    Brings,
    Check,
    Document,
    Each,
    Lines,
    Paragraph,
    Row,
    Table,
    Values,
)
from hub.reports.form.formula import FormulaError, parse
from hub.reports.form.rules import cases
from hub.reports.form.scope import Here, Names, elsewhere
from hub.reports.form.sections import Compiler, Found, Where, key_of, known, repeated

COMMON_CHECKS = ("mau_hieu_luc", "ton_dau_ky", "cong_don", "don_vi_dang_ky", "nguon")
"""The ids of the checks that every report has."""
_TAKEN = said("check-taken", "is a check that every report has; write another id")


def try_compile(document: Document, source: str) -> tuple[Form | None, list[Found]]:
    """The form, and what is written in it and ignored; or None, and what is wrong. Both are paths
    of keys with what is to be done."""
    problems = [
        *repeated(_section_keys(document)),
        *repeated(_check_ids(document)),
        *_reserved(document),
    ]
    for i, section in enumerate(document.sections):
        problems += _keys_within(section, ("sections", i))
    if problems:
        return None, problems
    names = Names({key_of(it): known(it) for it in document.sections})
    compiler = Compiler(document, names)
    parts = tuple(compiler.part(it, ("sections", i)) for i, it in enumerate(document.sections))
    problems = compiler.problems
    for name, rule in document.rules.items():
        try:
            cases(rule)
        except FormulaError as error:
            problems.append((("rules", name, "when"), error.says))
    rules: list[Rule] = []
    for i, check in enumerate(document.checks):
        try:
            rules += _rules(check, parts, names)
        except FormulaError as error:
            problems.append((("checks", i, "that"), error.says))
    ignored = [*compiler.ignored, *_unused(document)]
    form = Form(document, parts, tuple(rules), source)
    if problems:
        return None, list(dict.fromkeys(problems))
    try:
        return replace(form, order=_order(form)), list(dict.fromkeys(ignored))
    except CycleError as error:
        return None, [_circle(form, error)]


def _section_keys(document: Document) -> Iterator[tuple[Where, str]]:
    for i, section in enumerate(document.sections):
        yield ("sections", i), key_of(section)


def _reserved(document: Document) -> Iterator[Found]:
    """Checks that are called as those that every report has."""
    for i, check in enumerate(document.checks):
        if check.id in COMMON_CHECKS:
            yield ("checks", i, "id"), _TAKEN


def _unused(document: Document) -> Iterator[Found]:
    """Groups and rules that no row uses."""
    used: set[tuple[str, str]] = set()
    brings: list[Brings]
    for section in document.sections:
        match section:
            case Table(columns=columns, rows=rows):
                brings = [section, *columns, *rows]
                brings += [own for it in rows if isinstance(it, Row) for own in it.cells.values()]
                used |= {("groups", it.each) for it in rows if isinstance(it, Each)}
            case Values(rows=named):
                brings = [section, *named]
            case Lines(values=named):
                brings = [section, *named]
                used.add(("groups", section.for_))
            case Paragraph():
                brings = []
        used |= {("rules", it.rule) for it in brings if it.rule is not None}
    for place in [
        *(("groups", it) for it in document.groups),
        *(("rules", it) for it in document.rules),
    ]:
        if place not in used:
            yield place, said("used-nowhere", "is used by no row; take it away")


def _check_ids(document: Document) -> Iterator[tuple[Where, str]]:
    for i, check in enumerate(document.checks):
        yield ("checks", i, "id"), check.id


def _keys_within(section: object, path: Where) -> Iterator[Found]:
    match section:
        case Table(columns=columns, rows=rows):
            found = [((*path, "columns", i, "key"), it.key) for i, it in enumerate(columns)]
            found += [((*path, "rows", i, "key"), it.key) for i, it in enumerate(rows)]
        case Values(rows=named):
            found = [((*path, "rows", i, "key"), it.key) for i, it in enumerate(named)]
        case Lines(values=named):
            found = [((*path, "values", i, "key"), it.key) for i, it in enumerate(named)]
        case Paragraph() | _:
            found = []
    yield from repeated(iter(found))


def _rules(check: Check, parts: tuple[Part, ...], names: Names) -> Iterator[Rule]:
    """A check in each place where it is to hold. Raises `FormulaError`."""
    formula = parse(check.that, elsewhere=True)
    if not formula.is_check:
        says = said("no-check", "is neither true nor false; write a comparison such as a == b + c")
        raise FormulaError(says)

    def bound(here: Here) -> Bound:
        return Bound(formula, names.targets(formula, here), elsewhere(formula))

    if check.each is None:
        yield Rule(check, "", bound(Here(check.section or "")))
        return
    part = next((it for it in parts if it.key == check.section), None)
    if part is None or part.kind not in ("table", "score", "list"):
        says = said("check-of-each", "holds for each row or column; name its table under `section`")
        raise FormulaError(says)
    if check.each == "column":
        for column in part.value_columns:
            here = Here(part.key, "", column)
            yield Rule(check, column, bound(here))
        return
    for line in part.lines:
        if isinstance(line, Block):
            here = Here(part.key, line.key, "")
            yield Rule(check, line.key, bound(here), line.key)
        elif not line.heading:
            here = Here(part.key, line.key, "")
            yield Rule(check, line.key, bound(here))


def _bounds(plan: Plan) -> Iterator[Bound]:
    """All formulas of a cell."""
    yield from plan.bounds
    if plan.rule is not None:
        yield from plan.rule.of.values()
        if plan.rule.at_most is not None:
            yield plan.rule.at_most


def _order(form: Form) -> tuple[Address, ...]:
    """All cells, each behind those that it is made of. Raises `CycleError`."""
    graph: dict[Address, set[Address]] = {}
    for address, plan in form.plans():
        graph[address] = {
            Address(*target) for bound in _bounds(plan) for target in bound.targets.values()
        }
    return tuple(TopologicalSorter(graph).static_order())


def _circle(form: Form, error: CycleError) -> Found:
    """Which cells are made of themselves."""
    circle = [".".join(it) for it in error.args[1]][::-1]
    section = error.args[1][0].section
    index = next(i for i, it in enumerate(form.parts) if it.key == section)
    says = said(
        "cells-circle", "has cells that are made of themselves: {cells}", cells=", ".join(circle)
    )
    return ("sections", index), says
