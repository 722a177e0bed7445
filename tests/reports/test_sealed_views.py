"""Seals by the units of a view: they keep the map, whatever is declared of units later."""

import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from hub.api.context import Hub
from hub.cli.main import create_app
from hub.core.periods import named
from hub.core.sealed import check_file
from hub.processes.serve import embedded_hub
from hub.registry import Unit
from hub.registry.unit_map import UnitMap
from hub.reports.asked import Asked
from hub.reports.frozen import Frozen, asked_told, frozen_inputs, thawed
from hub.reports.render.formats import FORMATS
from hub.reports.spans import Days
from hub.store.clickhouse_engine import ClickHouseEngine
from hub.store.events import known_units
from hub.store.scope import Scope
from streams.processor import apply
from tests.api.conftest import listening
from tests.api.speaking import Speaker, event
from tests.engines.clickhouse import clickhouse_database, clickhouse_server, clickhouse_url
from tests.reports.histories import catalogue, maps
from tests.reports.test_questions import OWN
from tests.reports.test_restating import restated
from tests.reports.test_seals import all_bytes, reader, seal, sealed

__all__ = ["clickhouse_database", "clickhouse_server", "clickhouse_url"]

Json = dict[str, Any]
QUARTER = {"unit": "N", "period": "2020-Q1"}
FORM = """\
form: don-vi
version: "1"
title: Theo đơn vị
sections:
- table: t
  columns: [{key: ten, label: Tên, is: label}, {key: q, label: Quý}]
  rows:
  - {key: tat_ca, label: Tất cả, figure: received_total}
  - {key: huyen, label: Huyện, figure: received_total, where: {unit_level: district}}
  - {key: so_xa, label: Số xã, units: {level: commune}}
  - {key: co_hs, label: Đơn vị có hồ sơ, took_part: received_total}
  - {key: duoi, label: Đơn vị dưới, units: {below: true}}
  - {key: xa, each: unit, figure: received_total}
"""


@given(on=maps(), unit=st.sampled_from((None, "H1", "A.1")))
def test_what_was_frozen_comes_back(on: UnitMap, unit: str | None) -> None:
    days = Days(named("2020-Q1"), "civil", date(2020, 4, 1))
    asked = Asked(unit, Scope(), days, 9, 9, "1970-01-01T00:00:00.000009Z")
    made = Frozen(OWN, asked, on.tree, {}, catalogue({}), {"late": ()}, {}, {}, on)
    again = thawed(asked_told(asked), frozen_inputs(made))
    assert again.on is not None
    assert (again.on.day, again.on.heirs) == (on.day, on.heirs)
    assert (again.tree.units, again.tree.loose) == (on.tree.units, on.tree.loose)
    assert frozen_inputs(again) == frozen_inputs(made)


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    with embedded_hub(tmp_path_factory.mktemp("hub")) as opened:
        yield opened


@pytest.fixture(scope="module")
def admin(hub: Hub) -> Iterator[Speaker]:
    """A district is abolished on the first day of 2020, of its communes one goes into another."""
    _, secret = hub.registry.keys.create("admin")
    end = date(2019, 12, 31)
    hub.registry.units.put([
        Unit("N", "Tỉnh", "province"), Unit("N.1", "Huyện", "district"),
        Unit("N.1.1", "Xã một", "commune"), Unit("N.1.2", "Xã hai", "commune"),
        Unit("M", "Tỉnh khác", "province"), Unit("M.1", "Xã ba", "commune"),
    ])  # fmt: skip
    hub.registry.units.put([
        Unit("N.1", "Huyện", "district", None, None, end, ("N.1.2",)),
        Unit("N.1.1", "Xã một", "commune", None, None, end, ("N.1.2",)),
        Unit("N.1.2", "Xã mới", "commune", "N"),
    ], since=end + timedelta(1))  # fmt: skip
    with listening(hub) as client:
        speaker = Speaker(client, secret)
        answer = client.put(
            "/v1/forms/don-vi", content=FORM.encode(),
            headers=speaker.headers | {"content-type": "application/yaml"},
        )  # fmt: skip
        assert answer.status_code == 200, answer.text
        speaker.accept(*received("N.1", 1), *received("N.1.1", 2), *received("N.1.2", 4),
                       *received("M.1", 8))  # fmt: skip
        yield speaker


def received(unit: str, count: int, since: int = 0) -> list[Json]:
    day = "2020-02-03T08:00:00+07:00"
    return [
        event(unit=unit, subject=f"{unit}-{n}", id="r", time=day)
        for n in range(since, since + count)
    ]


def cells(report: Json) -> dict[str, Any]:
    return {row["key"]: row["cells"]["q"]["value"] for row in report["sections"][0]["rows"]}


def test_a_sealed_view_keeps_its_map_and_tells_what_another_one_moved(
    hub: Hub, admin: Speaker
) -> None:
    """The merger is undone, a province joins, and somebody sends more: each with its reason."""
    now = {"min_position": admin.position}
    live = admin.ask("/v1/reports/don-vi", **QUARTER, map="today", **now).json()
    made = {
        view: sealed(admin, "don-vi", **QUARTER, **({"map": view} if view else {}))
        for view in ("", "today", "then")
    }
    assert len({it["id"] for it in made.values()}) == 3
    assert not any(it["supersedes"] for it in made.values())
    assert (made[""]["map"], made["then"]["map"]) == (None, "2020-03-31")
    assert (made["today"]["map_asked"], made["today"]["map"]) == ("today", live["map"])
    same = seal(admin, "don-vi", {"map": "2020-03-31"}, **QUARTER)
    assert (same.status_code, same.json()["id"]) == (200, made["then"]["id"])
    before = {view: all_bytes(admin, it["id"]) for view, it in made.items()}
    of_today = json.loads(before["today"]["json"])
    assert (cells(of_today), of_today["map"]) == (cells(live), live["map"])
    assert cells(of_today) == {
        "tat_ca": 7, "huyen": 1, "so_xa": 1, "co_hs": 1, "duoi": 1, "xa:N": 0, "xa:N.1.2": 7,
    }  # fmt: skip
    for it in made.values():
        assert restated(admin, it)["cells"] == []
        assert lists_of_units(admin, all_bytes(admin, it["id"])["json"]) == 3

    first = date(2020, 1, 1)
    hub.registry.units.put([
        Unit("N.1.1", "Xã một", "commune"), Unit("N.1", "Huyện", "district"),
        Unit("M", "Tỉnh khác", "province", None, None, first - timedelta(1), ("N",)),
    ])  # fmt: skip
    admin.accept(*received("N.1.2", 1, since=4), *received("N.1.9", 3))
    assert {view: all_bytes(admin, it["id"]) for view, it in made.items()} == before
    for view in ("today", "then"):
        known = hub.registry.seals.get(made[view]["id"])
        assert known is not None
        file, faults = check_file(before[view]["seal"])
        assert faults == []
        for units in ((), known_units(hub.store)):
            again = thawed(known.said, file.parts, units).report(hub.store)
            assert FORMATS["json"].render(None, again) == before[view]["json"]  # type: ignore[arg-type]
        found = restated(admin, made[view])
        rows = {it["row"]: it for it in found["cells"]}
        now = admin.ask("/v1/reports/don-vi", **QUARTER, map=view).json()
        assert {key: it["today"]["value"] for key, it in rows.items() if it["today"]} == {
            key: value for key, value in cells(now).items() if key in rows
        }
        assert because(rows["tat_ca"]) == {
            "N.1.2": {"late"}, "N.1.9": {"late"}, "M.1": {"unit"},
        }  # fmt: skip
        assert rows["tat_ca"]["difference"] == 1 + 3 + 8
        assert because(rows["xa:N.1.2"]) == {
            "N.1": {"unit"}, "N.1.1": {"unit"}, "N.1.2": {"late"},
        }  # fmt: skip
        assert because(rows["so_xa"]) == {"N.1.1": {"unit"}, "M.1": {"unit"}}
        assert found["by_reason"].keys() == {"late", "unit"}
    registered = {it["row"]: because(it) for it in restated(admin, made[""])["cells"]}
    assert registered["tat_ca"] == {"N.1.2": {"late"}, "N.1.9": {"late"}}
    assert hub.registry.seals.verify()[1] == []


def lists_of_units(admin: Speaker, report: bytes) -> int:
    """How many cells count units; each as many as its list has."""
    told = [row["cells"]["q"] for row in json.loads(report)["sections"][0]["rows"]]
    found = [it for it in told if "units?" in (it["list"] or "")]
    for cell in found:
        path, _, query = cell["list"].partition("?")
        page = admin.client.get(f"{path}?{query}", headers=admin.headers).json()
        assert len(page.get("units", page.get("items"))) == cell["value"], cell
    return len(found)


def test_a_key_sees_the_units_of_its_own(hub: Hub, admin: Speaker) -> None:
    mine = reader(hub, admin, "M")
    asked = {"figure": "received_total", "period": "2020", "min_position": admin.position}
    for path, more in (("/v1/units", {}), ("/v1/figures/units", asked)):
        assert mine.ask(path, unit="N.1.2", **more).status_code == 403
    assert {it["unit"] for it in mine.ask("/v1/figures/units", **asked).json()["items"]} == {"M.1"}
    told = mine.ask("/v1/units", registered="true", level="commune").json()["units"]
    assert [it["code"] for it in told] == ["M.1"]


def because(row: Json) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for it in row["because"]:
        found.setdefault(it["unit"], set()).add(it["reason"])
    return found


def test_a_view_supersedes_only_what_was_sealed_by_the_same(admin: Speaker) -> None:
    asked = {"unit": "M", "period": "2020-Q1"}
    plain = sealed(admin, "don-vi", **asked)
    of_then = sealed(admin, "don-vi", **asked, map="then")
    admin.accept(*received("M.1", 1, since=20))
    answer = seal(admin, "don-vi", **asked, map="then")
    assert (answer.status_code, of_then["id"] in answer.text) == (409, True)
    newer = sealed(admin, "don-vi", {"map": "then", "reason": "thiếu một hồ sơ"}, **asked)
    assert newer["supersedes"] == of_then["id"]
    listed = {row["id"]: row for row in admin.pages("/v1/sealed", unit="M")}
    assert listed[plain["id"]]["superseded_by"] is None
    assert listed[of_then["id"]]["superseded_by"] == newer["id"]


@pytest.mark.parametrize("view", ["then", "today"])
def test_both_engines_seal_and_restate_the_same_view(
    hub: Hub, admin: Speaker, clickhouse_database: str, view: str
) -> None:
    """What one sealed the other finds sealed already, byte for byte, and tells the same of it."""
    asked = {"unit": "N", "map": view}
    of_chdb = sealed(admin, "don-vi", **asked, period="2020-H1")
    with closing(ClickHouseEngine(clickhouse_database)) as store:
        store.create_tables()
        apply(store, hub.log.read({}, 10_000)[0])
        with listening(replace(hub, store=store)) as client:
            other = Speaker(client)
            other.headers = admin.headers
            again = seal(other, "don-vi", **asked, period="2020-H1", as_of=of_chdb["as_of"])
            assert (again.status_code, again.json()["id"]) == (200, of_chdb["id"]), again.text
            of_clickhouse = sealed(
                other, "don-vi", **asked, period="2020-02", as_of=of_chdb["as_of"]
            )
            again = seal(admin, "don-vi", **asked, period="2020-02", as_of=of_clickhouse["as_of"])
            assert (again.status_code, again.json()["id"]) == (200, of_clickhouse["id"])
            assert cells(json.loads(all_bytes(other, of_clickhouse["id"])["json"]))["tat_ca"] >= 7
            for it in (of_chdb, of_clickhouse):
                assert restated(other, it)["cells"] == restated(admin, it)["cells"]


@pytest.mark.parametrize(("query", "body", "says"), [
    ({"map": "then"}, {"map": "then"}, "say it once"), ({"map": "x"}, None, "map"),
    ({}, {"map": "x"}, "map"), ({"map": "2020-02-30"}, None, "day that exists"),
])  # fmt: skip
def test_a_wrong_map_is_refused(admin: Speaker, query: Json, body: Json, says: str) -> None:
    answer = seal(admin, "don-vi", body, unit="M", period="2019", **query)
    assert (answer.status_code, says in answer.text) == (422, True), answer.text


def test_by_command(admin: Speaker, tmp_path: Path) -> None:
    runner, app = CliRunner(), create_app()
    key = tmp_path / "key"
    key.write_text(admin.headers["Authorization"].removeprefix("Bearer "))
    where = ["--url", str(admin.client.base_url), "--key-file", str(key)]

    def run(*words: str) -> str:
        found = runner.invoke(app, ["report", *words])
        assert found.exit_code == 0, (words, found.output, found.exception)
        return found.output

    asked = ["don-vi", "--unit", "M", "--period", "2019", "--map", "then"]
    name = run("seal", *asked, *where).splitlines()[0]
    assert "2019-12-31" in run("sealed", "--unit", "M", *where)
    file = tmp_path / "a.seal.zip"
    run("fetch", name, "--out", str(file), *where)
    assert "by the units as on 2019-12-31" in run("verify", str(file))
