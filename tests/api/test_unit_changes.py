"""Figures, lists and boards through mergers and moves: as it was then, as of today's map. Nothing
is moved, so sums stay."""

from collections.abc import Iterator
from dataclasses import asdict
from random import Random
from typing import Any

import pytest

from hub.api.context import Hub
from hub.processes.serve import embedded_hub
from tests.api.conftest import listening
from tests.api.speaking import Speaker, event
from tests.registry.test_unit_map import BEFORE, DAY, OLD, REFORM

Json = dict[str, Any]
DESKS = ("H29.17.01", "H29.17.02", "H29.17.03", "H74.1", "27496", "H29.17.01.9")


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    with embedded_hub(tmp_path_factory.mktemp("hub")) as opened:
        yield opened


@pytest.fixture(scope="module")
def admin(hub: Hub) -> Iterator[Speaker]:
    _, secret = hub.registry.keys.create("admin")
    with listening(hub) as client:
        speaker = Speaker(client, secret)
        for units, since in ((OLD, {}), (REFORM, {"from": DAY.isoformat()})):
            rows = [asdict(unit) for unit in units]
            for row in rows:
                row |= {name: str(row[name]) for name in ("valid_from", "valid_to") if row[name]}
            put = client.put("/v1/units", json=rows, params=since, headers=speaker.headers)
            assert put.status_code == 200, put.text
        rng = Random(3)
        speaker.accept(*(
            event(unit=rng.choice(DESKS), subject=f"d{n}", time=f"{year}-05-10T08:00:00+07:00",
                  field=rng.choice(("a", "b")), due_at=f"{year}-05-20T17:00:00+07:00")
            for n in range(120) for year in (rng.choice((2024, 2025)),)
        ))  # fmt: skip
        speaker.figures(period="2024")
        yield speaker


def received(speaker: Speaker, unit: str | None, year: int = 2024, **asked: Any) -> int:
    where = {"unit": unit, "subtree": True} if unit else {}
    total = speaker.figures(period=f"{year}", **where, **asked)["total"]
    return int(total["received_online"])


def by_desk(speaker: Speaker, year: int = 2024) -> dict[str, int]:
    rows = speaker.figures(period=f"{year}", by="unit")["rows"]
    return {row["key"]["unit"]: row["figures"]["received_online"] for row in rows}


def test_a_district_has_its_communes_then_and_none_today(admin: Speaker) -> None:
    desk = by_desk(admin)
    communes = sum(count for code, count in desk.items() if code.startswith("H29.17."))
    assert received(admin, "H29.17", map="then") == communes > 0
    assert received(admin, "H29.17", map="today") == 0
    assert received(admin, "H29.17", 2026, map="then") == 0
    assert received(admin, "H29.17", 2026, map=BEFORE.isoformat()) == 0
    assert received(admin, "H29.17", map=DAY.isoformat()) == 0
    assert received(admin, "H29", map="then") == sum(desk.values()) - desk["H74.1"]
    assert received(admin, "H29", map="today") == sum(desk.values())


def test_an_heir_has_what_was_merged_into_it(admin: Speaker) -> None:
    desk = by_desk(admin)
    merged = desk["27496"] + desk["H29.17.01"] + desk["H29.17.02"]
    assert received(admin, "27496", map="today") == merged + desk["H29.17.01.9"]
    assert received(admin, "27496", map="then") == desk["27496"]
    answer = admin.figures(period="2024", by="unit,field", map="today")
    units = {row["key"]["unit"] for row in answer["rows"]}
    assert units == {"27496", "H29.17.03", "H74.1", "H29.17.01.9"}
    rows = [row for row in answer["rows"] if row["key"]["unit"] == "27496"]
    assert sum(row["figures"]["received_online"] for row in rows) == merged
    assert len({row["key"]["field"] for row in rows}) == len(rows) == 2
    one = admin.figures(period="2024", unit="27496", map="today")["total"]
    assert one["received_online"] == merged


@pytest.mark.parametrize("view", [None, "then", "today"])
@pytest.mark.parametrize("by", ["unit", "field", "unit,field"])
@pytest.mark.parametrize("year", [2024, 2025])
def test_the_sum_is_the_same_in_every_view(
    admin: Speaker, view: str | None, by: str, year: int
) -> None:
    asked = {"map": view} if view else {}
    answer = admin.figures(period=f"{year}", by=by, **asked)
    assert answer["total"] == admin.figures(period=f"{year}")["total"]
    whole: dict[str, int] = {}
    for row in answer["rows"]:
        for name, value in row["figures"].items():
            whole[name] = whole.get(name, 0) + value
    assert whole == answer["total"]
    tops = admin.figures(period=f"{year}", unit=["H29", "H74"], subtree=True, **asked)["total"]
    assert (
        tops["received_total"] + (0 if view else orphaned(admin, year))
        == answer["total"]["received_total"]
    )


def orphaned(speaker: Speaker, year: int) -> int:
    """What is below neither province as registered."""
    tops = speaker.figures(period=f"{year}", unit=["H29", "H74"], subtree=True)["total"]
    return speaker.figures(period=f"{year}")["total"]["received_total"] - tops["received_total"]


def test_lists_and_boards_follow(admin: Speaker) -> None:
    desk = {year: by_desk(admin, year) for year in (2024, 2025)}
    expected = sum(
        desk[year][code] for year in desk for code in ("27496", "H29.17.01", "H29.17.02")
    )
    where = {"unit": "27496", "map": "today"}
    assert admin.ask("/v1/overdue", **where).json()["total"] == expected
    listed = admin.ask("/v1/dossiers", figure="received_online", period="2024", **where).json()
    assert listed["total"] == admin.figures(period="2024", **where)["total"]["received_online"]
    assert {item["unit"] for item in listed["items"]} == {"27496", "H29.17.01", "H29.17.02"}
    board = admin.ask("/v1/board", map="today").json()
    rows = {row["unit"]: row for row in board["units"]}
    assert rows["27496"]["overdue_now"] == expected
    assert not {"H29.17.01", "H29.17.02", "H74"} & rows.keys()
    assert board["totals"] == admin.ask("/v1/board").json()["totals"]


@pytest.mark.parametrize(("view", "unit"), [("then", "H29.17"), ("today", "H29")])
def test_a_report_follows_and_each_cell_lists_what_it_counts(
    admin: Speaker, view: str, unit: str
) -> None:
    asked = {"unit": unit, "period": "2024", "map": view}
    answer = admin.ask("/v1/reports/vpcp-06a", **asked)
    assert answer.status_code == 200, answer.text
    (section,) = (it for it in answer.json()["sections"] if it["key"] == "don_vi")
    rows = {row["key"]: row["cells"]["tn_tt"] for row in section["rows"]}
    total = admin.figures(subtree=True, **asked)["total"]["received_online"]
    assert rows["tong"]["value"] == total > 0
    desk = by_desk(admin)
    if view == "then":
        assert "moi:27496" not in rows  # it was not there
        assert rows["moi:H29.17.01"]["value"] == desk["H29.17.01"]
    else:
        assert not {"moi:H29.17.01", "moi:H29.17.02", "moi:H74"} & rows.keys()
        merged = desk["27496"] + desk["H29.17.01"] + desk["H29.17.02"]
        assert rows["moi:27496"]["value"] == merged
    for cell in rows.values():
        page = admin.client.get(cell["list"], headers=admin.headers).json()
        assert page["total"] == cell["value"], cell["list"]
    assert answer.json()["verdict"] == "valid"


def test_units_are_told_as_they_were(admin: Speaker) -> None:
    def unit(on: str, code: str) -> Json:
        rows = admin.ask("/v1/units", on=on).json()["units"]
        return next(row for row in rows if row["code"] == code)

    assert unit(BEFORE.isoformat(), "H29.17.03")["name"] == "Xã Thái Mỹ"
    assert unit(DAY.isoformat(), "H29.17.03")["parent"] == "H29"
    assert unit(DAY.isoformat(), "H29.17.01")["parent"] == "27496"
    assert unit(DAY.isoformat(), "H29.17.03")["loose"]  # its code begins as the district's
    assert admin.ask("/v1/units").json()["changed"]


def test_what_is_told_of_units_can_be_put_back(admin: Speaker) -> None:
    for asked in ({}, {"on": DAY.isoformat()}):
        told = admin.ask("/v1/units", **asked).json()
        if asked:  # names and parents of a day are not those registered
            told["units"] = [row for row in told["units"] if not row.get("loose")]
        put = admin.client.put("/v1/units", json=told, headers=admin.headers)
        assert put.status_code == 200, put.text


def test_a_sheet_is_held_against_the_report_of_the_view(admin: Speaker) -> None:
    asked = {"unit": "H29", "period": "2024", "map": "today"}
    book = admin.ask("/v1/reports/vpcp-06a", format="xlsx", **asked)
    for view, equal in (("today", True), ("then", False)):
        answer = admin.client.post(
            "/v1/reconcile", content=book.content, headers=admin.headers,
            params=asked | {"form": "vpcp-06a", "map": view},
        )  # fmt: skip
        assert answer.status_code == 200, answer.text
        found = answer.json()
        unknown = [row for sheet in found["sheets"] for row in sheet["unknown"]]
        assert (found["differences"] == unknown == []) is equal
    text = admin.ask("/v1/reports/vpcp-06a", format="html", **asked).text
    assert "đơn vị như ngày" in text


def test_a_reader_of_the_heir_sees_what_it_inherited(admin: Speaker, hub: Hub) -> None:
    _, secret = hub.registry.keys.create("reader", units=["27496"])
    reader = admin.with_key(secret)
    whole = admin.figures(period="2024", unit="27496", subtree=True, map="today")["total"]
    assert reader.figures(period="2024", map="today")["total"] == whole
    outside = reader.ask("/v1/figures", period="2024", unit="H29.17.01", map="today")
    assert outside.status_code == 403


def test_wrong_words_are_refused(admin: Speaker) -> None:
    for word in ("yesterday", "2024-02-30"):
        wrong = admin.ask("/v1/figures", period="2024", map=word)
        assert wrong.status_code == 422
        assert "map" in wrong.text
    late = admin.client.put(
        "/v1/units", json=[{"code": "H29.17.03", "name": "x"}], params={"from": "2024-01-01"},
        headers=admin.headers,
    )  # fmt: skip
    assert late.status_code == 422
    assert "in the order of their days" in late.text
