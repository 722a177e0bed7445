"""The reports of each unit, asked for together, are those that are asked for one by one."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.core.periods import named
from hub.reports import each
from hub.reports.asked import Asked, Ports
from hub.reports.form import loads
from hub.reports.report import report
from hub.reports.spans import Days
from hub.services.scopes import of_units
from tests import oracle
from tests.reports.stating import Nothing, said
from tests.reports.test_questions import FORMS, TREE, figures_of
from tests.strategies import NOW, logs

DAYS = Days(named("2020-Q1"), "civil", date(2020, 3, 31))
LOOKING = loads(
    """\
form: looking
version: "1"
title: A
sections:
- values: v
  rows:
  - {key: all, figure: received_total}
checks:
- {id: all, says: x, that: all == vpcp-06a/don_vi.tong.tn}
- {id: of_level, says: x, that: all == vpcp-06a/theo_cap.xa.tn}
- {id: stated, says: x, level: warn, that: all == cu-chi-2020/pl7b.r1_1.q1}
""",
    "looking.yaml",
)


@pytest.fixture(autouse=True, scope="module")
def few_at_once() -> object:
    with pytest.MonkeyPatch.context() as patched:
        yield patched.setattr(each, "_AT_ONCE", 2)


@settings(max_examples=40)
@given(
    log=logs(max_size=14),
    name=st.sampled_from(("own", "vpcp-06a", "cu-chi-2020", "can-tho-2015", "looking", "looking")),
    unit=st.sampled_from((None, "H1", "A.1")),
    stated=st.lists(st.sampled_from(sorted(TREE.units)), unique=True),
)
def test_many_reports_are_those_of_each(
    log: list[oracle.Accepted], name: str, unit: str | None, stated: list[str]
) -> None:
    form = FORMS.get(name, LOOKING)
    figures = figures_of(log)

    def statements(scope, codes, *_):  # type: ignore[no-untyped-def]
        return {
            code: {
                (it, "", "2020-Q1"): said(code, {"value": n}, "2020-Q1")._replace(unit=it)
                for n, it in enumerate(stated) if scope.contains(it)
            }
            for code in codes
        }  # fmt: skip

    ports = Ports(figures, statements, TREE, Nothing(), forms=FORMS)
    scope = of_units(TREE, () if unit is None else (unit,), subtree=True)
    asked = Asked(unit, scope, DAYS, NOW)
    seen = {it.event["data"]["unit"] for it in log if scope.contains(it.event["data"]["unit"])}
    units = each.units_in(form, asked, TREE, seen)
    found = dict(each.of_each(form, asked, ports, units, seen))
    assert sorted(found) == units
    for code in units:
        alone = asked._replace(lists=False, unit=code, scope=of_units(TREE, (code,), subtree=True))
        assert found[code] == report(form, alone, ports), code
        if form is LOOKING:
            results = {it["id"]: it["result"] for it in found[code]["checks"]}
            assert results["all"] == "true"
            assert results["of_level"] != "unknown"
            unit_here = TREE.units.get(code)
            is_known = code in stated and unit_here is not None and unit_here.level == "district"
            assert (results["stated"] != "unknown") == is_known


def test_what_does_not_depend_on_the_unit_is_made_once(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[object] = []
    span = Days.span
    monkeypatch.setattr(Days, "span", lambda *of: made.append(of) or span(*of))
    asked = Asked(None, of_units(TREE, (), subtree=True), DAYS, NOW)
    ports = Ports(figures_of([]), lambda *_: {}, TREE, Nothing(), forms=FORMS)
    counts = []
    for units in (["H1"], sorted(TREE.units)):
        made.clear()
        assert len(dict(each.of_each(FORMS["vpcp-06a"], asked, ports, units, ()))) == len(units)
        counts.append(len(made))
    assert counts[0] == counts[1] > 0
