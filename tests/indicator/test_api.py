"""Indicators over HTTP: stated, corrected, taken back, summed over units and periods, as known
before; the catalogue, and what is refused."""

from collections.abc import Iterator
from typing import Any

import pytest

from hub.api.context import Hub
from hub.processes.serve import embedded_hub
from hub.registry.indicators import bundled_indicators
from tests.api.conftest import listening
from tests.api.speaking import Speaker

Json = dict[str, Any]
UNITS = [
    {"code": "T", "name": "Tỉnh", "level": "province"},
    {"code": "T.1", "name": "Huyện", "level": "district", "parent": "T"},
    {"code": "X1", "name": "Xã 1", "level": "commune", "parent": "T.1"},
    {"code": "X2", "name": "Xã 2", "level": "commune", "parent": "T.1"},
]
CATALOGUE = [
    {"code": "tthc", "name": "TTHC công bố", "kind": "count", "over_units": "sum",
     "over_periods": "sum"},
    {"code": "canbo", "name": "Cán bộ", "kind": "count", "over_units": "sum",
     "over_periods": "last"},
    {"code": "ghi-chu", "name": "Ghi chú", "name_en": "Note", "kind": "text"},
]  # fmt: skip


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    with embedded_hub(tmp_path_factory.mktemp("hub")) as opened:
        yield opened


@pytest.fixture(scope="module")
def admin(hub: Hub) -> Iterator[Speaker]:
    _, secret = hub.registry.keys.create("admin")
    with listening(hub) as client:
        speaker = Speaker(client, secret)
        assert put(speaker, "/v1/units", UNITS).status_code == 200
        assert put(speaker, "/v1/indicators", CATALOGUE).json() == {"stored": 3}
        yield speaker


def put(speaker: Speaker, path: str, rows: Any) -> Any:
    return speaker.client.put(path, json=rows, headers=speaker.headers)


def stated(code: str, unit: str, name: str, period: str = "2020-Q1", **data: Any) -> Json:
    kind = "retracted" if "id" in data else "reported"
    rest = data if kind == "retracted" else {"period": period, **data}
    return {
        "specversion": "1.0", "id": name, "source": "/a", "subject": code,
        "type": f"vn.motcua.indicator.{kind}.v1", "time": "2020-04-01T08:00:00+07:00",
        "data": {"unit": unit, **rest},
    }  # fmt: skip


def send(speaker: Speaker, *events: Json) -> None:
    answer = speaker.batch(events)
    assert answer.json()["accepted"] == len(events), answer.text


def values(speaker: Speaker, **params: Any) -> dict[tuple[str, str, str, str | None], Json]:
    position = {"min_position": speaker.position} if speaker.position else {}
    answer = speaker.client.get(
        "/v1/indicators/values", params=position | params, headers=speaker.headers
    )
    assert answer.status_code == 200, answer.text
    items = answer.json()["items"]
    found = {(i["unit"], i["code"], i["period"], i["level"]): i for i in items}
    assert len(found) == len(items)
    return found


def test_what_is_stated_is_answered_with_its_event(admin):
    send(
        admin, stated("tthc", "X1", "1", value=7, note="x"), stated("ghi-chu", "X1", "2", text="a")
    )
    found = values(admin, unit="X1", period="2020-Q1")
    assert found["X1", "tthc", "2020-Q1", None] == {
        "unit": "X1", "code": "tthc", "calendar": "civil", "period": "2020-Q1", "level": None,
        "state": "value", "value": 7, "origin": "own",
        "events": [{"unit": "X1", "source": "/a", "id": "1"}],
    }  # fmt: skip
    assert found["X1", "ghi-chu", "2020-Q1", None]["text"] == "a"
    # the wrong calendar, another period
    assert values(admin, unit="X1", period="2020-Q1", calendar="nd09") == {}
    missing = values(admin, unit="X1", period="2021-Q1", code="tthc")
    assert missing["X1", "tthc", "2021-Q1", None]["state"] == "not_provided"


def test_what_nobody_said_for_a_level_is_told_of_that_level(admin):
    asked = {"unit": ["X1", "T.1"], "code": "tthc", "period": "2022-Q1"}
    send(admin, stated("tthc", "X1", "l", "2022-Q1", level="district", value=3))
    found = values(admin, **asked, level=["district", "commune"])
    assert {key: item["state"] for key, item in found.items()} == {
        ("X1", "tthc", "2022-Q1", "district"): "value",
        ("X1", "tthc", "2022-Q1", "commune"): "not_provided",
        ("T.1", "tthc", "2022-Q1", "district"): "value",
        ("T.1", "tthc", "2022-Q1", "commune"): "not_provided",
    }
    whole = values(admin, **asked, level="")
    assert {(unit, level) for unit, _, _, level in whole} == {("X1", None), ("T.1", None)}


def test_units_above_have_the_sum_unless_they_say_otherwise(admin):
    send(admin, stated("tthc", "X1", "a", "2020-Q2", value=3),
         stated("tthc", "X2", "b", "2020-Q2", value=4))  # fmt: skip
    found = values(admin, unit="T", subtree=True, code="tthc", period="2020-Q2")
    whole = {unit: found[unit, "tthc", "2020-Q2", None] for unit in ("T", "T.1", "X1", "X2")}
    assert {unit: (item["value"], item["origin"]) for unit, item in whole.items()} == {
        "T": (7, "sum"), "T.1": (7, "sum"), "X1": (3, "own"), "X2": (4, "own"),
    }  # fmt: skip
    assert found["T", "tthc", "2020-Q2", "commune"]["value"] == 7
    assert [e["id"] for e in whole["T"]["events"]] == ["a", "b"]
    send(admin, stated("tthc", "T.1", "c", "2020-Q2", value=10))
    found = values(admin, unit="T", code="tthc", period="2020-Q2")
    assert found["T", "tthc", "2020-Q2", None]["value"] == 10
    assert found["T", "tthc", "2020-Q2", "district"]["value"] == 10
    assert found["T", "tthc", "2020-Q2", "commune"]["value"] == 7
    assert {unit for unit, *_ in found} == {"T"}
    # what is not in the catalogue has no sum
    send(admin, stated("la", "X1", "d", "2020-Q2", value=1))
    assert values(admin, unit="T", code="la", period="2020-Q2")["T", "la", "2020-Q2", None][
        "state"
    ] == "not_provided"  # fmt: skip


def test_longer_periods_follow_from_shorter_ones(admin):
    send(admin, *(
        stated(code, "X2", f"{code}-{quarter}", f"2021-{quarter}", value=number)
        for code in ("tthc", "canbo")
        for number, quarter in enumerate(("Q1", "Q2", "Q3", "Q4"), 1)
    ))  # fmt: skip
    for period, total, last in (("2021", 10, 4), ("2021-H1", 3, 2), ("2021-9M", 6, 3)):
        found = values(admin, unit="X2", period=period)
        assert found["X2", "tthc", period, None]["value"] == total
        assert found["X2", "canbo", period, None]["value"] == last
    send(admin, stated("tthc", "X2", "tthc-Q2x", id="tthc-Q2"))
    assert ("X2", "tthc", "2021", None) not in values(admin, unit="X2", period="2021")


def test_the_last_word_counts_and_what_was_known_stays(admin, hub):
    send(admin, stated("tthc", "X1", "first", "2022", value=1))
    assert values(admin, unit="X1", period="2022")["X1", "tthc", "2022", None]["value"] == 1
    from hub.core.time import rfc3339

    before = rfc3339(hub.now())
    later = stated("tthc", "X1", "second", "2022", value=0.1)
    send(admin, later | {"time": "2020-04-02T08:00:00+07:00"})
    assert values(admin, unit="X1", period="2022")["X1", "tthc", "2022", None]["value"] == 0.1
    known = values(admin, unit="X1", period="2022", as_of=before)
    assert known["X1", "tthc", "2022", None]["value"] == 1
    withdrawn = stated("tthc", "X1", "third", "2022", status="withdrawn")
    send(admin, withdrawn | {"time": "2020-04-03T08:00:00+07:00"})
    assert ("X1", "tthc", "2022", None) not in values(admin, unit="X1", period="2022")
    # the same identity again, with another content, changes nothing and is listed
    send(admin, stated("tthc", "X1", "first", "2022", value=99))
    assert ("X1", "tthc", "2022", None) not in values(admin, unit="X1", period="2022")
    letters = admin.client.get("/v1/dead-letters", headers=admin.headers).json()["items"]
    assert [letter["reason"] for letter in letters if letter["subject"] == "tthc"] == ["conflict"]


def test_it_is_no_dossier_and_a_key_sees_its_units_only(admin, hub):
    send(admin, stated("tthc", "X1", "own", "2023", value=1))
    assert values(admin, unit="X1", period="2023")
    lone = admin.client.get("/v1/orphans", headers=admin.headers)
    assert lone.json()["items"] == []
    assert admin.client.get("/v1/dossiers/X1/tthc", headers=admin.headers).status_code == 404
    _, secret = hub.registry.keys.create("reader", units=["X2"])
    other = admin.with_key(secret)
    asked = {"unit": "X1", "period": "2023"}
    answer = other.client.get("/v1/indicators/values", params=asked, headers=other.headers)
    assert answer.status_code == 403
    assert {unit for unit, *_ in values(other, period="2021")} <= {"X2"}
    assert put(other, "/v1/indicators", CATALOGUE).status_code == 403
    audit = admin.client.post("/v1/audit", headers=admin.headers, timeout=60).json()
    assert audit["differences"] == []


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"kind": "share"}, "over_units"),
        ({"kind": "number"}, "kind"),
        ({"over_units": "last"}, "over_units"),
        ({"over_periods": "mean"}, "over_periods"),
        ({"code": "TTHC"}, "code"),
        ({"name": ""}, "name"),
        ({"unit": "T"}, "unit"),
    ],
)
def test_a_wrong_catalogue_is_refused_whole(admin, change, pointer):
    row = {"code": "new", "name": "x", "kind": "count", "over_units": "sum"}
    answer = put(admin, "/v1/indicators", [{"code": "good", "name": "x"}, row | change])
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == f"/1/{pointer}"
    codes = {r["code"] for r in admin.client.get("/v1/indicators", headers=admin.headers).json()[
        "indicators"]}  # fmt: skip
    assert codes == {"tthc", "canbo", "ghi-chu", *bundled_indicators()}


def test_what_an_office_puts_counts_instead_of_what_comes_with_the_hub(admin):
    code, asked = "petition.received", {"unit": "T.1", "period": "2017-Q2"}
    send(admin, *(stated(code, unit, f"p{unit}", "2017-Q2", value=4) for unit in ("X1", "X2")))

    def told() -> tuple[Json, Json]:
        report = admin.client.get(
            "/v1/reports/bim-son-2017", params=asked | {"min_position": admin.position},
            headers=admin.headers,
        ).json()  # fmt: skip
        rows = {row["key"]: row for it in report["sections"] for row in it["rows"]
                if it["key"] == "pl5"}  # fmt: skip
        listed = admin.client.get("/v1/indicators", headers=admin.headers).json()["indicators"]
        return rows["r2"]["cells"]["tong"], next(it for it in listed if it["code"] == code)

    cell, entry = told()
    assert (cell["value"], entry["over_units"]) == (8, "sum")
    assert values(admin, code=code, **asked)["T.1", code, "2017-Q2", None]["value"] == 8
    assert put(admin, "/v1/indicators", [entry | {"over_units": "none"}]).status_code == 200
    cell, entry = told()
    assert (cell["state"], entry["over_units"]) == ("not_provided", "none")
    missing = values(admin, code=code, **asked)["T.1", code, "2017-Q2", None]
    assert missing["state"] == "not_provided"


@pytest.mark.parametrize(
    ("params", "name"),
    [
        ({"period": "2020-Q5"}, "period"), ({"calendar": "lunar"}, "calendar"),
        ({"code": "A B"}, "code"), ({"as_of": "2999-01-01T00:00:00Z"}, "as_of"),
        ({"level": "x"}, "level"), ({"levels": "commune"}, "levels"), ({"unit": "a b"}, "unit"),
    ],
)  # fmt: skip
def test_wrong_parameters_are_named(admin, params, name):
    answer = admin.client.get("/v1/indicators/values", params=params, headers=admin.headers)
    assert answer.status_code == 422
    assert answer.json()["detail"].startswith(f"{name}: ")


def test_the_audit_finds_statements_that_are_lost(admin, hub):
    hub.store.command("TRUNCATE TABLE statements")
    audit = admin.client.post("/v1/audit", headers=admin.headers, timeout=60).json()
    kinds = {found["kind"] for found in audit["differences"]}
    assert kinds == {"statements-differ"}
    assert {found["subject"] for found in audit["differences"]} >= {"tthc", "canbo"}
