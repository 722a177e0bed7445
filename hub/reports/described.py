"""A form as it is told: what each of its cells is made of."""

from collections.abc import Mapping
from typing import Any

from hub.reports.bundled import bundled
from hub.reports.form.compiled import Block, Form, Line, Part, Plan
from hub.reports.form.heeded import HEEDED
from hub.reports.form.scalars import FromTo
from hub.reports.numbers import json_number
from hub.reports.scoring import form_remarks
from hub.reports.versions import valid_days

Json = dict[str, Any]


def summary(form: Form) -> Json:
    """A line of the catalogue."""
    document = form.document
    return {
        "form": form.id,
        **version_line(form),
        "title": document.title,
        "for_levels": document.for_levels,
        "calendar": document.calendar,
        "indicators": sorted(form.indicators()),
    }


def version_line(form: Form) -> Json:
    """What tells a version from others."""
    start, end = valid_days(form)
    return {
        "version": form.version,
        "valid_from": start and start.isoformat(),
        "valid_to": end and end.isoformat(),
        "bundled": bundled().get(form.id) is form,
    }


def described(form: Form) -> Json:
    """The whole form."""
    checks = [
        {"id": it.id, "says": it.says, "that": it.that, "level": it.level, "section": it.section,
         "each": it.each}
        for it in form.document.checks
    ]  # fmt: skip
    rules = {name: it.model_dump() for name, it in form.document.rules.items()}
    return summary(form) | {
        "sections": [_section(it) for it in form.parts],
        "checks": checks,
        "rules": rules,
        "remarks": form_remarks(form),
    }


def _section(part: Part) -> Json:
    return {
        "key": part.key,
        "kind": part.kind,
        "title": part.title,
        "columns": [{"key": it.key, "label": it.label, "is": it.is_} for it in part.heads],
        "rows": [_row(line) for line in part.lines],
    }


def _row(line: Line | Block) -> Json:
    cells = {name: _cell(plan) for name, plan in line.plans.items() if plan.kind is not None}
    if isinstance(line, Block):
        return {"key": line.key, "each": line.each, "cells": cells}
    return {
        "key": line.key, "code": line.code, "label": line.label, "heading": line.heading,
        "hidden": line.hidden, "cells": cells,
    }  # fmt: skip


def _cell(plan: Plan) -> Json:
    told: Json = {str(plan.kind): _made_of(plan)}
    heeded = HEEDED[str(plan.kind)]
    where: Mapping[str, Any] = dict(plan.where) | (
        {"unit_level": plan.unit_level} if plan.unit_level else {}
    )
    if where := {name: it for name, it in where.items() if f"where.{name}" in heeded}:
        told["where"] = where
    if plan.period != "asked" and "period" in heeded:
        days = plan.period
        told["period"] = {"from": days.start, "to": days.end} if isinstance(days, FromTo) else days
    if plan.after and "after" in heeded:
        told["after"] = plan.after
    if plan.parts and "parts" in heeded:
        told["parts"] = "include"
    if named := _named(plan):
        told["of"] = named
    return told


def _named(plan: Plan) -> dict[str, str]:
    """The cells that the names of a cell's formulas stand for, as section/row/column; in a row that
    stands for many (`each`) the row is theirs."""
    rule = plan.rule
    bounds = [*plan.bounds, *(rule.of.values() if rule else ())]
    bounds += [rule.at_most] if rule and rule.at_most else []
    return {
        ".".join(name): "/".join(target)
        for bound in bounds
        for name, target in bound.targets.items()
    }


def _made_of(plan: Plan) -> object:
    match plan.kind:
        case "figure" | "took_part":
            return " + ".join(plan.figures)
        case "indicator":
            return plan.indicator
        case "formula":
            return plan.bounds[0].formula.text
        case "ratio":
            return [bound.formula.text for bound in plan.bounds]
        case "number":
            return json_number(plan.number)
        case "rule":
            return _rule(plan)
        case "units":
            return plan.units.model_dump(exclude_none=True) if plan.units else {}
        case _:
            return plan.text


def _rule(plan: Plan) -> object:
    """The cases of a rule, and the cells that it looks at."""
    rule = plan.rule
    if rule is None:
        return None
    return {
        "when": [f"{case.condition.text}: {case.score.text}" for case in rule.cases],
        "add": rule.add,
        "of": {name: bound.formula.text for name, bound in rule.of.items()},
        "at_most": rule.at_most.formula.text if rule.at_most else None,
    }
