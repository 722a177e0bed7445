"""Reports of all bundled forms on made-up numbers, without any engine: for what prints them."""

import random
from collections import defaultdict
from collections.abc import Iterator
from itertools import product
from typing import Any

from hub.core.periods import named
from hub.dossier.figures import DIMENSIONS, Mark, figures
from hub.dossier.store.questions import By, Cut
from hub.registry.unit_tree import Level, Unit, UnitTree
from hub.reports.asked import Asked, Ports
from hub.reports.bundled import bundled
from hub.reports.form import Form
from hub.reports.report import report
from hub.reports.spans import Days
from hub.store.scope import Scope
from tests.reports.stating import Nothing, cut_by_cut, said

Json = dict[str, Any]
Counts = dict[int, tuple[int, int]]
NAMES = {"dat-dai": "Đất đai", "ho-tich": "Hộ tịch", "xay-dung": "Xây dựng và quản lý đô thị"}
PERIODS = {"phu-ho-2023": "2023", "bim-son-2017": "2017-Q1", "bim-son-2018-index": "2018"}


def reports() -> Iterator[tuple[Form, Json]]:
    """One of each form."""
    for form in bundled().values():
        yield form, made_up(form)


def made_up(form: Form) -> Json:
    """A report of a unit and three below it."""
    found = report(form, *made_of(form))
    return found | {"as_of": "2024-01-01T00:00:00+07:00", "sources": []}


def made_of(form: Form) -> tuple[Asked, Ports]:
    """What it is made of. Of the indicators every ninth is not provided, every ninth does not
    apply."""
    rng = random.Random(form.id)
    level: Level = form.document.for_levels[0] if form.document.for_levels else "district"
    tree = UnitTree.of([
        Unit("H1", "Ủy ban nhân dân huyện Củ Chi", level),
        *(Unit(f"H1.{n}", f"Ủy ban nhân dân xã số {n}", "commune", "H1") for n in range(1, 4)),
    ])  # fmt: skip
    period = PERIODS.get(form.id, "2020-Q1")
    asked = named(period, form.document.calendar)
    days = Days(asked, form.document.calendar, asked.end)
    ports = Ports(
        cut_by_cut(Counted(rng, tree)),
        lambda *_: statements(form, rng, period),
        tree,
        Nothing(),
        NAMES,
    )
    return Asked("H1", Scope(frozenset(), frozenset(("H1",))), days, 2**60), ports


class Counted:
    """The port of figures: many received, fewer closed, by unit, field and level."""

    def __init__(self, rng: random.Random, tree: UnitTree) -> None:
        self._counts = {
            key: {mark: _counts(mark, rng) for mark in Mark}
            for key in product(tree.units, (*NAMES, ""), ("district", "commune", ""))
        }  # fmt: skip

    def __call__(self, scope: Scope, cut: Cut, by: By) -> Any:
        wanted = dict(cut.where)
        found: defaultdict[tuple[str | None, ...], Counts] = defaultdict(dict)
        for (unit, field, level), counts in self._counts.items():
            of = dict.fromkeys(DIMENSIONS, "") | {"unit": unit, "field": field, "level": level}
            if not scope.contains(unit) or any(of[it] not in wanted[it] for it in wanted):
                continue
            into = found[tuple(of[name] or None for name in by)]
            for mark, (start, end) in counts.items():
                before = into.get(mark, (0, 0))
                into[mark] = before[0] + start, before[1] + end
        return {key: figures(counts) for key, counts in found.items()}


def _counts(mark: Mark, rng: random.Random) -> tuple[int, int]:
    before = rng.randrange(90, 100) if mark.name.startswith("RECEIVED") else rng.randrange(10)
    return before, before + rng.randrange(1, 6) * before


def statements(form: Form, rng: random.Random, period: str) -> Json:
    """What the unit states of each indicator, for each level that the form asks for."""
    found: Json = {}
    for n, code in enumerate(sorted(form.indicators())):
        told: Json = {"value": rng.choice((0, 1, 7, 12, 304, 4388))}
        if n % 9 == 4:
            continue
        if n % 9 == 7:
            told = {"status": "not_applicable"}
        levels = {
            plan.unit_level[0]
            for _, plan in form.plans() if plan.indicator == code and plan.unit_level
        }  # fmt: skip
        found[code] = {("H1", at, period): said(code, told, period) for at in ("", *levels)}
    return found
