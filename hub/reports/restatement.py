"""The restatement of a sealed report: what differs today, and why (CONTRACT §6)."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import orjson

from hub.core.said import said
from hub.core.time import rfc3339
from hub.dossier.store.changed import NewEvent, changed, dossiers_of, known_at, new_events
from hub.indicator.store import statements_between
from hub.reports.contributions import Dossiers
from hub.reports.differences import differences, told
from hub.reports.evaluation import Evaluation
from hub.reports.form.compiled import Block, Form
from hub.reports.frozen import Frozen, without_lists
from hub.reports.named import Namer, NewStatements, Side, are_alike
from hub.reports.questions import moment_of
from hub.reports.reasons import Reason, reasons_of
from hub.reports.report import report_of
from hub.store.driver import Dossier, Engine
from hub.store.events import known_units
from hub.store.scope import Scope
from schemas.cloudevents import TYPE_OF

Json = dict[str, Any]
MOST_CHANGED = 100_000
"""Dossiers that one restatement names at most, a year of a large district: memory holds them."""


class ManyChangedError(ValueError):
    """More dossiers changed than one restatement can name."""


def restatement(store: Engine, sealed: Frozen, now: Frozen, report: Json, until: int) -> Json:
    """What differs between a sealed `report` and the same one as known at `until` (µs).

    `now`: the seal's form, days and bounds, by today's registry and the same kind of view. Raises
    `ManyChangedError`.
    """
    since = int(sealed.asked.as_of or 0)
    before, after = sealed.evaluation(store), now.evaluation(store)
    after_report = report_of(after, now.tree)
    end = _end(before)
    scope = _both(sealed.asked.scope, now.asked.scope)
    keys = changed(store, scope, since, until, end)
    moved = dossiers_of(store, _changed_units(store, before, after, sealed, now), until)
    keys = [*dict.fromkeys((*keys, *moved))]
    if len(keys) > MOST_CHANGED:
        raise ManyChangedError(
            said(
                "changed-too-many",
                "{n} dossiers changed since the seal, and an answer names at most {most}: ask as "
                "of an earlier moment, or seal anew with the reason and restate the new seal",
                n=len(keys),
                most=MOST_CHANGED,
            )
        )
    was = Side(before, sealed.tree, Dossiers(keys, known_at(store, keys, since)), sealed.on)
    is_now = Side(after, now.tree, Dossiers(keys, known_at(store, keys, until)), now.on)
    new = new_events(store, keys, since, until)
    reasons = reasons_of(store, new, since, until, end, _dimensions(sealed.form))
    statements = NewStatements(
        *statements_between(store, sealed.form.indicators(), since, until)
    )  # fmt: skip
    found = differences(
        before, after, Namer(keys, was, is_now, reasons, statements, _names_of(new))
    )
    cells = told(sealed.form, found)
    return {
        "sealed_as_of": sealed.asked.known_at,
        "as_of": now.asked.known_at,
        "reproduced": _same_cells(report, report_of(before, sealed.tree)),
        "unexplained": sum(it.unexplained for it in found),
        "cells": cells,
        "texts": _texts(report, after_report),
        "names": _names(report, after_report),
        "dossiers": _dossiers(cells, reasons, new),
        "by_reason": dict(sorted(Counter(
            because["reason"] for cell in cells for because in cell["because"]
        ).items())),
    }  # fmt: skip


def of_today(sealed: Frozen, today: Frozen, until: int) -> Frozen:
    """A seal's report as it is asked today: its form, days and bounds, today's registry."""
    asked = sealed.asked._replace(
        scope=today.asked.scope, view=today.asked.view, as_of=until, known_at=rfc3339(until)
    )
    return replace(today, form=sealed.form, asked=asked)


def _dimensions(form: Form) -> set[str]:
    """By which the form's cells choose dossiers."""
    blocks = (line for part in form.parts for line in part.lines if isinstance(line, Block))
    groups = form.document.groups
    return {name for _, plan in form.plans() for name, _ in plan.where} | {
        groups[line.groups].by if line.groups else line.each for line in blocks
    }


def _names_of(new: Mapping[Dossier, Sequence[NewEvent]]) -> set[tuple[str, str, str]]:
    return {(*dossier, f"{it.source} {it.id}") for dossier, some in new.items() for it in some}


def _end(cells: Evaluation) -> int:
    """The instant from which on nothing counts in any cell."""
    form, asked = cells.form, cells.asked
    ends = [moment_of(asked, cells.span(plan)).end for _, plan in form.plans()]
    whole = min(asked.days.asked.bounds[1], asked.limit)  # of years, whose rows lie in it
    return max((*ends, whole))


def _both(one: Scope, other: Scope) -> Scope:
    """The units of two scopes."""
    if one == other or one.units is None or other.units is None:
        return one if one == other or one.units is None else other
    return Scope(one.units | other.units, one.below | other.below)


def _changed_units(
    store: Engine, before: Evaluation, after: Evaluation, sealed: Frozen, now: Frozen
) -> list[str]:  # fmt: skip
    """Units all of whose dossiers may count otherwise, whatever was sent about them."""
    applies = any(
        before.applies(plan) != after.applies(plan) for _, plan in sealed.form.plans()
    )  # fmt: skip

    by_unit = "unit" in _dimensions(sealed.form)

    def seen(frozen: Frozen, unit: str) -> object:
        found = frozen.tree.units.get(unit)
        shown = frozen.on.label(unit, frozen.units) if frozen.on and by_unit else unit
        return frozen.asked.scope.contains(unit), found.level if found else None, shown

    if not applies and are_alike(sealed, now):
        return []
    return [
        unit for unit in known_units(store)
        if applies or seen(sealed, unit) != seen(now, unit)
    ]  # fmt: skip


def _dossiers(
    cells: Sequence[Json], reasons: Mapping[Dossier, Reason],
    new: Mapping[Dossier, Sequence[NewEvent]],
) -> list[Json]:  # fmt: skip
    """Each dossier that a cell names, with what came of it after the seal."""
    named = {
        (because["unit"], because["subject"])
        for cell in cells for because in cell["because"] if "subject" in because
    }  # fmt: skip
    return [
        {
            "unit": unit, "subject": subject, "reason": reasons.get((unit, subject)),
            "events": [
                {"source": it.source, "id": it.id, "type": TYPE_OF[it.kind],
                 "accepted": rfc3339(it.accepted)}
                for it in new.get((unit, subject), ())
            ],
        }
        for unit, subject in sorted(named)
    ]  # fmt: skip


def _same_cells(sealed: Json, again: Json) -> bool:
    """Whether this release reckons what was sealed; addresses of lists may be others."""
    told = orjson.loads(orjson.dumps(without_lists(again["sections"])))
    return bool(told == without_lists(sealed["sections"]))


def _texts(sealed: Json, today: Json) -> list[Json]:
    """Texts and notes that say something else."""
    after = dict(_said(today))
    before = dict(_said(sealed))
    return [
        {"section": place[0], "row": place[1], "column": place[2],
         "sealed": before.get(place), "today": after.get(place)}
        for place in dict.fromkeys((*before, *after))
        if before.get(place) != after.get(place)
    ]  # fmt: skip


def _said(report: Json) -> Any:
    for section in report["sections"]:
        yield (section["key"], None, None), section["text"]
        for row in section["rows"]:
            for column, cell in row["cells"].items():
                if cell["origin"] == "stated" and isinstance(cell["value"], str):
                    yield (section["key"], row["key"], column), cell["value"]


def _names(sealed: Json, today: Json) -> list[Json]:
    """Names that are others today."""
    before, after = dict(_named(sealed)), dict(_named(today))
    return [
        {"section": place[0], "row": place[1], "sealed": name, "today": after[place]}
        for place, name in before.items()
        if place in after and after[place] != name
    ]  # fmt: skip


def _named(report: Json) -> Any:
    yield (None, None), report["unit_name"]
    for section in report["sections"]:
        for row in section["rows"]:
            yield (section["key"], row["key"]), row["label"]
