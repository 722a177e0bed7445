"""What a restatement names, against an oracle that counts both reports anew: of every form, on
random histories of dossiers, statements and units, sealed at a random moment, without any engine.
`HUB_TEST_HISTORIES` says how many."""

import os
from collections import Counter
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.core.periods import named
from hub.core.time import date_of, local_day
from hub.registry import UnitTree
from hub.registry.indicators import Indicator
from hub.registry.unit_map import UnitMap
from hub.reports.asked import Asked
from hub.reports.differences import differences, told
from hub.reports.form import loads
from hub.reports.named import Namer
from hub.reports.spans import Days
from hub.services.scopes import of_units
from hub.store.scope import Scope
from tests import oracle
from tests.reports.histories import (
    Json,
    Place,
    Said,
    World,
    catalogue,
    changes,
    listed,
    maps,
    new_statements,
    statements,
    trees,
    world,
)
from tests.reports.test_questions import FORMS
from tests.strategies import NOW, logs

Units = UnitTree | UnitMap
MADE_OF_OTHERS = ("formula", "ratio", "rule")
HISTORIES = int(os.environ.get("HUB_TEST_HISTORIES", "6"))


@pytest.mark.parametrize("in_view", [False, True])
@pytest.mark.parametrize("name", FORMS)
def test_what_is_named_is_what_both_reports_count(name: str, in_view: bool) -> None:
    """By the units as registered, or as they were on a day: sealed by one map, compared by another
    one of the same day, or of a later."""

    @settings(max_examples=HISTORIES)
    @given(
        log=logs(min_size=1, max_size=24),
        data=st.data(),
        unit=st.sampled_from((None, "H1", "H1", "A.1")),
        period=st.sampled_from(("2020-Q1", "2020", "2019", "2020-01")),
        calendar=st.sampled_from(("civil", "nd09")),
        before=maps() if in_view else trees(),
        after=st.none() | (maps() if in_view else trees()),
    )
    def of_form(
        log: list[oracle.Accepted], data: st.DataObject, unit: str | None, period: str,
        calendar: str, before: Units, after: Units | None,
    ) -> None:  # fmt: skip
        form = FORMS[name]
        since = data.draw(st.sampled_from(sorted({it.accepted for it in log})))
        day = date_of(local_day(since)) - timedelta(days=1)
        days = Days(named(period, calendar), calendar, day)
        asked = Asked(unit, Scope(), days, since)
        keys = sorted({(it.event["data"]["unit"], it.event["subject"]) for it in log})
        said: Said = data.draw(statements(form, days, (since - 1, since, since + 1)))
        known = [it for it in log if it.accepted <= since]
        said_then = [it for it in said if it[0] <= since]
        put, put_after = data.draw(changes(form)), data.draw(st.none() | changes(form))
        sealed = world(form, known, keys, before, asked, said_then, catalogue(put))
        lies = after or before
        known_as = catalogue(put if put_after is None else put_after)
        today = world(form, log, keys, lies, asked, said, known_as)
        new = new_statements(said, since)
        namer = Namer(keys, sealed.side, today.side, dict.fromkeys(keys, "late"), new)
        found = differences(sealed.side.cells, today.side.cells, namer)
        assert not any(it.unexplained for it in found)
        rows = {(it["section"], it["row"], it["column"]): it for it in told(form, found)}
        for place in {**sealed.report, **today.report}:
            assert_named(place, rows, sealed, today, before, lies)
        reasons = {it["reason"] for row in rows.values() for it in row["because"]}
        if after is None and put_after is None:
            assert not reasons & {"registry", "unit"}
        if len(known) == len(log) and not (new.said or new.taken_back):
            assert reasons <= {"registry", "unit"}

    of_form()


def assert_named(
    place: Place, rows: Mapping[Place, Json], sealed: World, today: World, before: Units,
    after: Units,
) -> None:  # fmt: skip
    """A cell that differs is told, and what is named sums to the difference."""
    old, new, row = sealed.report.get(place), today.report.get(place), rows.get(place)
    values = [it["value"] if it and it["value"] else 0 for it in (old, new)]
    states = [it["state"] if it else "value" for it in (old, new)]
    is_note = place[2] in NOTES  # told among the texts
    if not is_note and (values[0] != values[1] or (old and new and states[0] != states[1])):
        assert row is not None, place
    if row is None:
        return
    assert row["because"] or row["made_of"], place
    assert all(tuple(it.values()) in rows for it in row["made_of"]), place
    if {it["origin"] for it in (old, new) if it} & {*MADE_OF_OTHERS}:
        return
    if not any(isinstance(it, str) for it in values):
        changes = sum(it["change"] for it in row["because"])
        assert abs(changes - (values[1] - values[0])) < 1e-9, place
    if any(it and it["list"] and it["list"].startswith("/v1/dossiers") for it in (old, new)):
        expected = listed(today.log, after, new)
        expected.subtract(listed(sealed.log, before, old))
        named_here: Counter[Any] = Counter()
        for it in row["because"]:
            event = (it["source"], it["id"]) if "source" in it else ()
            named_here[it["unit"], it["subject"], *event] += it["change"]
        assert named_here == Counter({k: n for k, n in expected.items() if n}), place


NOTES = {
    head.key for form in FORMS.values() for part in form.parts for head in part.heads
    if head.is_ == "note"
}  # fmt: skip
STATED = loads(
    """\
form: stated
version: "1"
title: A
sections:
- table: t
  columns: [{key: v, label: V}]
  rows:
  - {key: all, indicator: a.sum, over_units: sum}
  - {key: own, indicator: a.own}
  - {key: last, indicator: a.own, period: Y, keep: last}
  - {key: both, formula: all + own}
""",
    "stated.yaml",
)


@given(
    data=st.data(), since=st.integers(-1, 12), before=trees(), after=trees(),
    sums=st.tuples(st.sampled_from(("sum", "none")), st.sampled_from(("sum", "none"))),
)  # fmt: skip
def test_statements_that_are_named_sum_to_the_difference(
    data: st.DataObject, since: int, before: UnitTree, after: UnitTree, sums: tuple[str, str]
) -> None:
    days = Days(named("2020-Q1"), "civil", date(2021, 1, 1))
    said: Said = data.draw(statements(STATED, days, range(13)))
    asked = Asked("H1", of_units(before, ("H1",), subtree=True), days, NOW)
    sealed, today = (
        world(STATED, [], [], tree, asked, [it for it in said if it[0] <= until],
              {"a.sum": Indicator("a.sum", "a", over_units=over)})  # type: ignore[arg-type]
        for tree, until, over in ((before, since, sums[0]), (after, 99, sums[1]))
    )  # fmt: skip
    new = new_statements(said, since)
    namer = Namer([], sealed.side, today.side, {}, new)
    found = differences(sealed.side.cells, today.side.cells, namer)
    assert not any(it.unexplained for it in found)
    rows = {(it["section"], it["row"], it["column"]): it for it in told(STATED, found)}
    for place in sealed.report:
        assert_named(place, rows, sealed, today, before, after)
        row = rows.get(place)
        if row and row["origin"] == "formula":
            assert row["made_of"]
        if row and not (new.said or new.taken_back) and before.units == after.units:
            assert {it["reason"] for it in row["because"]} <= {"registry"}
