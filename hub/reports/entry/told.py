"""Templates and what became of filled-in ones, as answers tell them."""

from collections.abc import Sequence
from typing import Any

from hub.indicator.fold import Content
from hub.reports.entry.planning import Step, counts
from hub.reports.entry.sheet import Row, Template, content, own_content

Json = dict[str, Any]


def template_json(made: Template, *, may_send: bool) -> Json:
    """A template. `may_send`: whether who asks may state it."""
    return made.says() | {
        "title": made.title, "unit_name": made.unit_name, "before": made.before,
        "may_send": may_send, "rows": [_row(row) for row in made.rows],
    }  # fmt: skip


def import_json(made: Template, steps: Sequence[Step], source: str, *, dry_run: bool) -> Json:
    """What became of the rows that were filled in, or would become."""
    rows = [
        {
            "code": step.row.need.code, "level": step.row.need.level or None,
            "name": step.row.need.name, "place": step.entered.places["value"], "what": step.what,
            "before": _said(step.before), "after": _said(step.after),
        }
        for step in steps
    ]  # fmt: skip
    return made.says() | {
        "source": source, "dry_run": dry_run, "counts": counts(steps), "rows": rows,
    }  # fmt: skip


def _row(row: Row) -> Json:
    need = row.need
    return {
        "code": need.code, "level": need.level or None, "kind": need.kind,
        "choices": need.choices, "name": need.name, "section": need.section,
        "printed": need.printed, "row": need.row, "column": need.column, "hints": need.hints,
        "present": _present(row), "proposal": _said(row.proposal), "mark": row.mark,
        "statements": len(row.told),
    }  # fmt: skip


def _present(row: Row) -> Json:
    """What the report has in a row, and where it is from: the unit's `own` statement, `periods`
    (its statements of shorter ones), or a `sum` of units below."""
    if row.present.state == "not_provided":
        return {"state": "not_provided"}
    origin = "sum" if row.present.origin == "sum" else "periods"
    if own_content(row) is not None:
        origin = "own"
    return {"state": row.present.state, **(_said(content(row.present)) or {}), "origin": origin}


def _said(found: Content | None) -> Json | None:
    return None if found is None else {found.name: found.said}
