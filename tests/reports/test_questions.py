"""Cells against an oracle that knows no questions shared, no slices and no totals: of every cell of
figures its own list is counted, on random logs and without any engine."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from typing import Any
from urllib.parse import parse_qs, urlsplit

from hypothesis import given, settings
from hypothesis import strategies as st

from hub.core.periods import between, named
from hub.core.time import date_of, local_day
from hub.dossier.store.questions import Cut
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
from tests.reports.stating import Nothing, cells, cut_by_cut
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
  - {key: online, where: {channel: online}}
- table: years
  columns:
  - {key: n, label: N, figure: resolved_early + resolved_late}
  - {key: y, label: Y, figure: received_total, parts: include, where: {unit_level: commune}}
  rows:
  - {key: years, each: year, where: {channel: online}}
""",
    "own.yaml",
)
FILTERS = ("field", "procedure", "channel", "level", "authority", "model")
DAYS = between(date(2019, 6, 1), date(2020, 8, 5))
FORMS = {"own": OWN, **bundled()}
TREE = UnitTree.of([Unit(code, code, level) for code, level in LEVELS.items()])  # type: ignore[arg-type]


def figures_of(log: list[oracle.Accepted]) -> Any:
    """The port of figures: the oracle's dossiers, whose every mark is at hand by unit."""

    def rows(scope: Scope, cut: Cut, by: tuple[str, ...]) -> Any:
        assert set(by) <= {"unit", *FILTERS}, by
        start, end = days(cut)
        where = {name: set(values) for name, values in cut.where}
        table = oracle.figures(
            log, start=start, end=end, now=NOW, by=("unit", *by), parts=cut.parts, where=where
        )
        found: dict[Any, defaultdict[str, int]] = {}
        for (unit, *key), row in table.rows.items():
            if scope.contains(str(unit)):
                into = found.setdefault(tuple(key), defaultdict(int))
                for name, count in row.items():
                    into[name] += count
        return found

    return cut_by_cut(rows)


def days(moment: Cut) -> tuple[date, date]:
    return date_of(local_day(moment.start)), date_of(local_day(moment.end - 1))


def counted(log: list[oracle.Accepted], address: str) -> int:
    """How many an address lists, by the oracle."""
    asked: Mapping[str, list[str]] = parse_qs(urlsplit(address).query, keep_blank_values=True)
    return sum(
        len(oracle.drill(
            log, figure, now=NOW, start=date.fromisoformat(asked["from"][0]),
            end=date.fromisoformat(asked["to"][0]), units=asked.get("unit"),
            subtree="subtree" in asked, parts="parts" in asked,
            where={name: set(asked[name]) for name in FILTERS if name in asked},
            unit_level=asked.get("unit_level"), levels=LEVELS,
        ))
        for figure in asked["figure"]
    )  # fmt: skip


@settings(max_examples=60)
@given(
    log=logs(max_size=14),
    name=st.sampled_from(("own", "vpcp-06a", "cu-chi-2020", "can-tho-2015", "qd-766")),
    unit=st.sampled_from((None, "H1", "A.1")),
    period=st.sampled_from(("2020-Q1", "2020", "2019", "2020-01", "days")),
    calendar=st.sampled_from(("civil", "nd09")),
    data_date=st.sampled_from((date(2020, 1, 4), date(2020, 2, 29), date(2021, 12, 31))),
)
def test_every_cell_is_what_its_list_counts(
    log: list[oracle.Accepted], name: str, unit: str | None, period: str, calendar: str,
    data_date: date,
) -> None:  # fmt: skip
    period_ = DAYS if period == "days" else named(period, calendar)
    scope = of_units(TREE, () if unit is None else (unit,), subtree=True)
    asked = Asked(unit, scope, Days(period_, calendar, data_date), NOW)
    ports = Ports(figures_of(log), lambda *_: {}, TREE, Nothing())
    found = report(FORMS[name], asked, ports)
    for place, cell in cells(found):
        if cell["origin"] == "figure" and cell["list"]:
            assert cell["value"] == counted(log, cell["list"]), (place, cell["list"])
    checks = {it["id"]: it["result"] for it in found["checks"]}
    assert ("ton_dau_ky" in checks) == (period_.start <= data_date)
    assert {it for at, it in checks.items() if at.startswith(("ton", "cong"))} <= {"true"}
    if name == "can-tho-2015":
        assert checks.pop("phan_anh", "unknown") == "unknown"  # nobody stated it
        assert_units_that_took_part(log, found, scope)
    if name in ("vpcp-06a", "can-tho-2015"):
        # of others a unit that is not registered breaks a check, rightly
        assert set(checks.values()) <= {"true"}


def assert_units_that_took_part(log: list[oracle.Accepted], found: Any, scope: Scope) -> None:
    told = dict(cells(found))["mo_hinh", "tong", "dv"]
    start, end = (date.fromisoformat(found["period"][name]) for name in ("from", "to"))
    end = min(end, date.fromisoformat(found["data_date"]))
    if told["state"] == "not_yet":
        assert start > end
        return
    table = oracle.figures(log, start=start, end=end, now=NOW, by=("unit", "model"))
    some = {
        (unit, model) for (unit, model), row in table.rows.items()
        if scope.contains(str(unit)) and row["received_online"] + row["received_direct"]
    }  # fmt: skip
    assert told["value"] == len({unit for unit, _ in some})
    for (section, row, column), cell in cells(found):
        if (section, column) == ("moi_mo_hinh", "dv"):
            model = row.removeprefix("moi:").removeprefix("-")
            assert cell["value"] == sum((of or "") == model for _, of in some)
