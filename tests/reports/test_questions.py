"""Cells against an oracle that knows no questions shared, no slices and no totals: of every cell of
figures its own list is counted, on random logs and without any engine."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from typing import Any
from urllib.parse import parse_qs, urlsplit

from hypothesis import given, settings
from hypothesis import strategies as st

from hub.core.periods import named
from hub.core.time import date_of, local_day
from hub.dossier.store.questions import Moment
from hub.registry.unit_tree import Unit, UnitTree
from hub.reports.asked import Asked, Ports
from hub.reports.bundled import bundled
from hub.reports.form import loads
from hub.reports.report import report
from hub.reports.spans import Days
from hub.services.scopes import of_units
from hub.store.scope import Scope
from tests import oracle
from tests.questions import LEVELS
from tests.reports.stating import Nothing, cells
from tests.strategies import NOW, logs

OWN = loads(
    """\
form: own
version: "1"
title: A
groups:
  g: {by: field, of: [{key: a, label: A, codes: [f1]}, {key: b, label: B, codes: [f2, f3]}]}
sections:
- table: t
  columns:
  - {key: n, label: N, figure: resolved_early + resolved_late}
  - {key: h, label: H, figure: in_progress_within, where: {unit_level: [commune, district]}}
  - {key: y, label: Y, figure: received_total, period: Y, parts: include}
  - {key: o, label: O, figure: received_online + received_direct, where: {channel: [online, post]}}
  - {key: s, label: S, figure: satisfied + neutral, period: {from: year, to: asked}}
  rows:
  - {key: all}
  - {key: units, each: unit}
  - {key: by_field, each: field}
  - {key: groups, each: g}
  - {key: some, each: procedure, where: {unit_level: commune}}
""",
    "own.yaml",
)
FORMS = {"own": OWN, **bundled()}
TREE = UnitTree.of([Unit(code, code, level) for code, level in LEVELS.items()])  # type: ignore[arg-type]


def figures_of(log: list[oracle.Accepted]) -> Any:
    """The port of figures: the oracle's dossiers, whose every mark is at hand by unit."""

    def figures(scope: Scope, moment: Moment, by: tuple[str, ...]) -> Any:
        start, end = days(moment)
        where = {name: set(values) for name, values in scope.where}
        table = oracle.figures(
            log, start=start, end=end, now=NOW, by=("unit", *by), parts=scope.parts, where=where
        )
        found: dict[Any, defaultdict[str, int]] = {}
        for (unit, *key), row in table.rows.items():
            if scope.contains(str(unit)):
                into = found.setdefault(tuple(key), defaultdict(int))
                for name, count in row.items():
                    into[name] += count
        return found

    return figures


def days(moment: Moment) -> tuple[date, date]:
    return date_of(local_day(moment.start)), date_of(local_day(moment.end - 1))


def counted(log: list[oracle.Accepted], address: str) -> int:
    """How many an address lists, by the oracle."""
    asked: Mapping[str, list[str]] = parse_qs(urlsplit(address).query, keep_blank_values=True)
    names = ("field", "procedure", "channel", "level", "authority", "model")
    return sum(
        len(oracle.drill(
            log, figure, now=NOW, start=date.fromisoformat(asked["from"][0]),
            end=date.fromisoformat(asked["to"][0]), units=asked.get("unit"),
            subtree="subtree" in asked, parts="parts" in asked,
            where={name: set(asked[name]) for name in names if name in asked},
            unit_level=asked.get("unit_level"), levels=LEVELS,
        ))
        for figure in asked["figure"]
    )  # fmt: skip


@settings(max_examples=60)
@given(
    log=logs(max_size=14),
    name=st.sampled_from(("own", "vpcp-06a", "cu-chi-2020")),
    unit=st.sampled_from((None, "H1", "A.1")),
    period=st.sampled_from(("2020-Q1", "2020", "2019", "2020-01")),
    calendar=st.sampled_from(("civil", "nd09")),
    data_date=st.sampled_from((date(2020, 1, 4), date(2020, 2, 29), date(2021, 12, 31))),
)
def test_every_cell_is_what_its_list_counts(
    log: list[oracle.Accepted], name: str, unit: str | None, period: str, calendar: str,
    data_date: date,
) -> None:  # fmt: skip
    period_ = named(period, calendar)
    scope = of_units(TREE, () if unit is None else (unit,), subtree=True)
    asked = Asked(unit, scope, Days(period_, calendar, data_date), NOW)
    ports = Ports(figures_of(log), lambda *_: {}, TREE, Nothing())
    found = report(FORMS[name], asked, ports)
    for place, cell in cells(found):
        if cell["origin"] == "figure" and cell["list"]:
            assert cell["value"] == counted(log, cell["list"]), (place, cell["list"])
    if name == "vpcp-06a":  # of others a unit that is not registered breaks a check, rightly
        assert {it["result"] for it in found["checks"]} <= {"true"}
