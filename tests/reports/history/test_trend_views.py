"""The trend by the units of a view: periods before a merger count what was merged, and what the old
units stated or sealed stands beside, unit by unit."""

from datetime import date
from typing import Any

import pytest

from hub.api.context import Hub
from hub.registry import Unit
from tests.api.speaking import Speaker, event
from tests.reports.history.conftest import Json, stated
from tests.reports.history.test_trend import trend
from tests.reports.test_seals import sealed

FORM, CELL = "vpcp-06a", "don_vi/tong/tn"
OLD, NEW = "2020-Q4", "2021-Q1"
OWN = {"V": 1, "W1": 2, "W2": 4}
"""Dossiers that each unit receives in each of both quarters, none of which it closes: W1 and W2 are
merged into V in between."""


@pytest.fixture(scope="module")
def merged(hub: Hub, admin: Speaker) -> Speaker:
    end = date(2020, 12, 31)
    hub.registry.units.put([Unit("V", "Xã mới", "commune"), Unit("VX", "Xã khác", "commune")])
    hub.registry.units.put([
        Unit(code, f"Xã cũ {code}", "commune", None, None, end, ("V",)) for code in ("W1", "W2")
    ])  # fmt: skip
    admin.accept(*(
        event(unit=unit, subject=f"{unit}-{n}-{day}", id="r", time=f"{day}T08:00:00+07:00")
        for unit, count in OWN.items() for n in range(count) for day in ("2020-11-03", "2021-02-03")
    ))  # fmt: skip
    for unit, text in (("V", "100"), ("W1", "200")):
        stated(admin, {"unit": unit, "period": "2020-Q1"}, {CELL: text}, form=FORM,
               date="2020-04-10")  # fmt: skip
    stated(admin, {"unit": "V", "period": NEW}, {CELL: "900"}, form=FORM, date="2021-04-10")
    return admin


def of(speaker: Speaker, periods: str, **asked: Any) -> tuple[list[Json], Json]:
    now = {"min_position": speaker.position}
    found = trend(speaker, FORM, unit="V", periods=periods, cells=CELL, **now, **asked)
    (row,) = found["cells"]
    return found["periods"], row


def points(row: Json, name: str = "points") -> list[Any]:
    return [(it["period"], *((it["unit"],) if "unit" in it else ()), it["basis"], it["value"])
            for it in row[name]]  # fmt: skip


def test_before_a_merger_the_counted_are_summed_and_the_stated_stand_beside(
    merged: Speaker,
) -> None:
    periods, row = of(merged, f"2020-Q1,{OLD},{NEW}", map="today")
    assert points(row) == [(1, "counted", 7), (2, "counted", 14), (2, "stated", 900)]
    assert points(row, "predecessors") == [(0, "V", "stated", 100), (0, "W1", "stated", 200)]
    assert [it["use"] for it in periods] == [None, "counted", "counted"]
    assert [[of["unit"] for of in it["predecessors"]] for it in periods] == [
        ["V", "W1", "W2"], ["V", "W1", "W2"], [],
    ]  # fmt: skip
    names = [(of["name"], of["stated"] and of["stated"]["document"]["number"])
             for of in periods[0]["predecessors"]]  # fmt: skip
    assert names == [("Xã mới", "66/BC-UBND"), ("Xã cũ W1", "66/BC-UBND"), ("Xã cũ W2", None)]
    for n, period in ((1, OLD), (2, NEW)):
        report = merged.ask(f"/v1/reports/{FORM}", unit="V", period=period, map="today").json()
        cells = [
            row["cells"]["tn"] for section in report["sections"] if section["key"] == "don_vi"
            for row in section["rows"] if row["key"] == "tong"
        ]  # fmt: skip
        (own,) = (it for it in row["points"] if (it["period"], it["basis"]) == (n, "counted"))
        assert own["list"] == cells[0]["list"]
        page = merged.client.get(own["list"], headers=merged.headers)
        assert page.json()["total"] == own["value"] == cells[0]["value"]


def test_by_the_units_of_then_and_as_registered_each_speaks_for_itself(merged: Speaker) -> None:
    for asked, old in (({"map": "then"}, 1), ({"map": "2020-06-30"}, 1), ({}, 1)):
        _, row = of(merged, f"2020-Q1,{OLD}", **asked)
        assert points(row) == [(0, "stated", 100), (1, "counted", old)], asked
        assert points(row, "predecessors") == []
    _, row = of(merged, NEW, map="then")
    assert points(row) == [(0, "counted", 14), (0, "stated", 900)]


def test_seals_count_where_they_are_of_the_same_view(hub: Hub, merged: Speaker) -> None:
    own = sealed(merged, FORM, unit="W1", period=OLD)
    whole = sealed(merged, FORM, unit="V", period=OLD, map="today")
    then = sealed(merged, FORM, unit="V", period=OLD, map="then")
    for more in ({}, {"as_of": whole["sealed_at"]}):
        periods, row = of(merged, OLD, map="today", **more)
        assert periods[0]["sealed"]["id"] == whole["id"]
        assert points(row) == [(0, "counted", 7), (0, "sealed", 7)]
        assert points(row, "predecessors") == [(0, "W1", "sealed", 2)]
    assert periods[0]["predecessors"][1]["sealed"]["id"] == own["id"]
    assert of(merged, OLD, map="then")[0][0]["sealed"]["id"] == then["id"]
    assert of(merged, OLD)[0][0]["sealed"] is None
    _, secret = hub.registry.keys.create("reader", units=("VX",))
    other = merged.with_key(secret)
    asked = {"unit": "V", "periods": OLD, "map": "today"}
    assert other.ask(f"/v1/reports/{FORM}/trend", **asked).status_code == 403
