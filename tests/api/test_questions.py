"""Questions: every wrong parameter is 422 and named, every good one does what it says."""

import csv
import io
import json
from typing import Any
from urllib.parse import quote

import pytest

from tests.api.speaking import Json, Speaker, event
from tests.oracle import FIGURES

Params = dict[str, Any]
Q = {"period": "2020-Q1"}
JSON = {"content-type": "application/json"}
DAYS: Params = {"from": "2020-01-01", "to": "2020-01-02"}
DRILL: Params = {"figure": "received_total", **Q}


@pytest.fixture(scope="module", autouse=True)
def _told(speaker: Speaker) -> None:
    registered = speaker.client.put("/v1/units", json=[{"code": "H1", "name": "Huyện 1"}])
    assert registered.json() == {"stored": 1}
    due = "2020-01-20T17:00:00+07:00"
    speaker.accept(
        event(unit="H1", subject="1", field="dat-dai", procedure="1.1", due_at=due),
        event(unit="H1.2", subject="2", field="dat-dai", channel="post"),
        event(unit="H12", subject="3/x", channel="direct", time="2020-03-20T08:00:00+07:00"),
        event(unit="H12", subject="4", parent="1"),
    )
    speaker.figures(**Q)


@pytest.mark.parametrize(
    ("path", "params", "named"),
    [
        ("/v1/figures", {}, "period"),
        ("/v1/figures", {"from": "2020-01-01"}, "to"),
        ("/v1/figures", {"to": "2020-01-01"}, "from"),
        ("/v1/figures", {"from": "2020-02-01", "to": "2020-01-01"}, "from"),
        ("/v1/figures", {"from": "2020-02-30", "to": "2020-03-01"}, "from"),
        ("/v1/figures", {"from": "20200201", "to": "2020-03-01"}, "from"),
        ("/v1/figures", {"from": "1577836800", "to": "2020-03-01"}, "from"),
        ("/v1/figures", {"from": "2020-01-01", "to": "2020-01-01T00:00:00"}, "to"),
        ("/v1/figures", {"from": "", "to": "2020-03-01"}, "from"),
        ("/v1/figures", {"from": "2020-01-01", "to": "2020-01-31", "period": "2020"}, "period"),
        ("/v1/figures", {"from": "2020-01-01", "period": "2020"}, "period"),
        (
            "/v1/figures",
            {"from": "2020-01-01", "to": "2020-01-31", "calendar": "civil"},
            "calendar",
        ),
        *(("/v1/figures", {"period": p}, "period") for p in ("", "2020Q1", "2020-Q5", "2020-13")),
        *(("/v1/figures", {"period": p}, "period") for p in ("20", "2020-q1", "2020-10M", " 2020")),
        *(("/v1/figures", {"period": p}, "period") for p in ("２０２０", "2020-０1", "٢٠٢٠")),
        ("/v1/figures", Q | {"calendar": "lunar"}, "calendar"),
        ("/v1/figures", Q | {"calendar": ""}, "calendar"),
        *(("/v1/figures", Q | {"unit": u}, "unit") for u in ("", "H/1", "H" * 36, "H1,H2", "%00")),
        *(("/v1/figures", Q | {"by": b}, "by") for b in ("units", "unit,unit", "unit,", "due_at")),
        ("/v1/figures", Q | {"subtree": "maybe"}, "subtree"),
        ("/v1/figures", Q | {"parts": "yes"}, "parts"),
        *(("/v1/figures", Q | {"as_of": a}, "as_of") for a in ("", "now", "2020-01-01", "1")),
        ("/v1/figures", Q | {"as_of": "2020-01-01T00:00:00"}, "as_of"),
        ("/v1/figures", Q | {"as_of": "2099-01-01T00:00:00Z"}, "as_of"),
        ("/v1/figures", Q | {"as_of": "2020-02-30T00:00:00Z"}, "as_of"),
        *(
            ("/v1/figures", Q | {"min_position": p}, "min_position")
            for p in ("", "x", "-1", "0--5", "٠-١", "0-1_0", "0- 1", "+0-1", "0-1.", "0-1\n")
        ),
        ("/v1/figures", Q | {"min_position": ["0-0", "mine"]}, "min_position"),
        ("/v1/figures", Q | {"units": "H1"}, "units"),
        ("/v1/figures", Q | {"Unit": "H1"}, "Unit"),
        ("/v1/figures", {"period": ["2020", "2021"]}, "period"),
        ("/v1/dossiers", Q, "figure"),
        ("/v1/dossiers", Q | {"figure": "received"}, "figure"),
        *(("/v1/dossiers", DRILL | {"limit": n}, "limit") for n in (0, -1, 1001, "x", "")),
        *(("/v1/dossiers", DRILL | {"cursor": c}, "cursor") for c in ("x", "ä", "bnVsbA", "W10")),
        ("/v1/overdue", {"cursor": "WzEsMl0"}, "cursor"),
        ("/v1/overdue", {"limit": 0}, "limit"),
        ("/v1/overdue", {"unit": "a b"}, "unit"),
        *(
            (path, params | {"cursor": ""}, "cursor")
            for path, params in (("/v1/overdue", {}), ("/v1/dossiers", DRILL), ("/v1/orphans", {}))
        ),
        *(("/v1/overdue", {"limit": n}, "limit") for n in ("1_0", " 1", "+1", "1.0", "9" * 99)),
        ("/v1/overdue", {"min_days": "1_0"}, "min_days"),
        *(("/v1/figures", Q | {name: "foo"}, name) for name in ("channel", "level")),
        ("/v1/calendar", DAYS | {"unit": ["a", "b"]}, "unit"),
        ("/v1/dead-letters", {"cursor": "x"}, "cursor"),
        ("/v1/dead-letters", {"limit": "many"}, "limit"),
        ("/v1/dead-letters", {"reason": "a b"}, "reason"),
        *(("/v1/units", {name: "H/1"}, name) for name in ("units", "unit")),
    ],
)
def test_a_wrong_parameter_is_named(
    speaker: Speaker, path: str, params: Params, named: str
) -> None:
    answer = speaker.ask(path, **params)
    assert answer.status_code == 422, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    told = answer.json()
    assert f"/{named}" in [error["pointer"] for error in told["errors"]]
    assert named in told["detail"]
    assert "Value error" not in told["detail"]


def test_parameters_of_the_post_are_checked_too(speaker: Speaker) -> None:
    answer = speaker.client.post("/v1/events?dry_run=true", json={})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/dry_run")


@pytest.mark.parametrize(
    "value", ["'", "\\", "%", "%(unit)s", "{keys}", "\x00", "é", "\n", "a" * 9999]
)
def test_no_value_of_a_filter_breaks_a_question(speaker: Speaker, value: str) -> None:
    for name in ("field", "procedure", "authority", "model"):
        answer = speaker.figures(**Q, **{name: value})
        assert answer["rows"] == []
    for name in ("channel", "level"):  # these have a few values only
        assert speaker.ask("/v1/figures", **Q, **{name: value}).status_code == 422
    for path in (f"/v1/dossiers/H1/{quote(value)}", f"/v1/dossiers/{quote(value)}/1"):
        assert speaker.ask(path).status_code in (404, 414)


def test_the_answer(speaker: Speaker) -> None:
    answer = speaker.figures(**Q, unit="H1", by="unit,field,procedure")
    assert list(answer) == ["unit", "period", "as_of", "rows", "total"]
    assert answer["unit"] == "H1"
    assert answer["period"] == {
        "label": "2020-Q1", "calendar": "civil", "from": "2020-01-01", "to": "2020-03-31",
    }  # fmt: skip
    (row,) = answer["rows"]
    assert row["key"] == {"unit": "H1", "field": "dat-dai", "procedure": "1.1"}
    assert row["registered"] is False  # the unit is, the procedure is not
    assert set(row["figures"]) == set(answer["total"]) == set(FIGURES)
    by_unit = speaker.figures(**Q, by="unit")
    assert {r["key"]["unit"]: r["registered"] for r in by_unit["rows"]} == {
        "H1": True, "H1.2": False, "H12": False,
    }  # fmt: skip
    assert by_unit["unit"] is None
    assert by_unit["period"]["label"] == "2020-Q1"


@pytest.mark.parametrize(
    ("params", "received"),
    [
        ({"unit": "H1"}, 1), ({"unit": "H1", "subtree": "true"}, 2), ({"unit": ["H1", "H12"]}, 2),
        ({"unit": "H", "subtree": "true"}, 0), ({"unit": "ghost"}, 0), ({}, 3),
        ({"parts": "include"}, 4), ({"parts": "exclude"}, 3), ({"field": "dat-dai"}, 2),
        ({"field": ""}, 1), ({"channel": "post"}, 1), ({"calendar": "nd09"}, 2),
        ({"field": ["", "dat-dai"], "channel": ["post", "direct"]}, 2), ({"unit_level": ""}, 3),
    ],
)  # fmt: skip
def test_filters(speaker: Speaker, params: Params, received: int) -> None:
    assert speaker.figures(**Q, **params)["total"]["received_total"] == received
    answer = speaker.ask("/v1/dossiers", **DRILL, **params).json()
    assert (answer["total"], len(answer["items"])) == (received, received)


@pytest.mark.parametrize(
    ("accept", "is_csv"),
    [
        (None, False), ("*/*", False), ("application/json", False), ("text/csv", True),
        ("text/csv, application/json", False), ("text/csv, application/json;q=0.5", True),
        ("application/json, text/csv;q=0.9", False), ("text/csv;q=0, */*", False),
        ("text/*", True), ("text/html,application/xhtml+xml,*/*;q=0.8", False),
        ("TEXT/CSV; charset=utf-8", True), ("text/csv, */*;q=0.1", True), (";;q=,", False),
    ],
)  # fmt: skip
def test_csv_where_it_is_preferred(speaker: Speaker, accept: str | None, is_csv: bool) -> None:
    headers = {"accept": accept} if accept else {}
    answer = speaker.client.get("/v1/figures", params=Q | {"by": "unit,field"}, headers=headers)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/csv" if is_csv else "application/json")
    assert answer.headers["vary"] == "Accept"


def test_csv_holds_the_same_numbers(speaker: Speaker) -> None:
    for by in ("", "unit,field"):
        params = Q | ({"by": by} if by else {})
        plain = speaker.figures(**params)
        text = speaker.client.get("/v1/figures", params=params, headers={"accept": "text/csv"}).text
        assert text.startswith("\ufeff")  # so that Excel opens it as UTF-8
        rows = list(csv.DictReader(io.StringIO(text[1:])))
        wanted: list[Json] = plain["rows"] if by else [{"key": {}, "figures": plain["total"]}]
        assert len(rows) == len(wanted)
        for row, right in zip(rows, wanted, strict=True):
            assert {n: int(row[n]) for n in FIGURES} == right["figures"]
            assert {n: row[n] or None for n in right["key"]} == right["key"]


@pytest.mark.parametrize(
    "moment",
    [
        *("1989-12-31T23:59:59Z", "1970-01-01T00:00:00+07:00", "0001-01-01T00:00:00+07:00"),
        *("2020-02-01t00:00:00z", "2020-02-01T00:00:00.123456789012-00:00"),
    ],
)
def test_nothing_was_known_before_the_hub(speaker: Speaker, moment: str) -> None:
    answer = speaker.figures(**Q, as_of=moment)
    assert set(answer["total"].values()) == {0}
    assert answer["as_of"] == moment
    listed = speaker.ask("/v1/dossiers", **DRILL, as_of=moment)
    assert (listed.status_code, listed.json()["items"]) == (200, [])


@pytest.mark.parametrize(
    ("moment", "reason"),
    [
        *((f"{year}-01-01T00:00:00Z", "future") for year in ("2099", "2200", "9999")),
        *((f"2020-{day}T00:00:00Z", "exists") for day in ("02-30", "13-01", "00-10")),
        *(("0000-01-01T00:00:00Z", "exists"), ("2020-01-01T24:00:00Z", "RFC 3339")),
        *(("2020-01-01T00:00:60Z", "seconds"), ("2020-01-01T00:00Z", "seconds")),
        *(("2020-01-01T00:00:00.Z", "RFC 3339"), ("２020-01-01T00:00:00Z", "RFC 3339")),
    ],
)
def test_a_wrong_as_of_is_told_what_is_wrong(speaker: Speaker, moment: str, reason: str) -> None:
    answer = speaker.ask("/v1/figures", **Q, as_of=moment)
    assert (answer.status_code, reason in answer.json()["detail"]) == (422, True), answer.text


def test_as_of_without_encoding_of_plus(speaker: Speaker) -> None:
    at = speaker.figures(**Q)["as_of"]
    assert at.endswith("+07:00")
    plain = speaker.client.get(f"/v1/figures?period=2020-Q1&as_of={at}")
    assert plain.json()["as_of"] == at
    assert plain.json()["total"]["received_total"] == 3
    assert speaker.figures(**Q, as_of="2020-02-01T00:00:00Z")["total"]["received_total"] == 0


def test_a_dossier_with_its_events(speaker: Speaker) -> None:
    answer = speaker.ask("/v1/dossiers/H12/3/x")
    assert answer.status_code == 200
    assert speaker.client.get("/v1/dossiers/H12/3%2Fx").json() == answer.json()
    told = answer.json()
    assert (told["status"], told["channel"], told["open"]) == ("dossier", "direct", True)
    assert [e["id"] for e in told["events"]] == ["r"]
    assert speaker.ask("/v1/dossiers/H12/no").status_code == 404


@pytest.mark.parametrize(
    ("verb", "path", "status"),
    [
        ("GET", "/v1/nothing", 404), ("GET", "/nothing", 404), ("DELETE", "/v1/figures", 405),
        ("PUT", "/v1/events", 405), ("GET", "/v1/dead-letters/x", 404),
        ("POST", "/v1/dead-letters/x/replay", 404), ("DELETE", "/v1/keys/x", 422),
        ("DELETE", "/v1/keys/99999999999999999999", 404), ("PUT", "/v1/units", 400),
        ("POST", "/v1/keys", 400), ("GET", "/v1/reports/none", 404),
    ],
)  # fmt: skip
def test_whatever_else_is_a_problem(speaker: Speaker, verb: str, path: str, status: int) -> None:
    answer = speaker.client.request(verb, path)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == status


@pytest.mark.parametrize(
    ("path", "allowed"),
    [("/v1/units", "GET, HEAD, PUT"), ("/v1/keys", "GET, HEAD, POST"), ("/v1/events", "POST")],
)
def test_what_is_allowed_instead_is_told_whole(speaker: Speaker, path: str, allowed: str) -> None:
    answer = speaker.client.delete(path)
    assert (answer.status_code, answer.headers["allow"]) == (405, allowed)


@pytest.mark.parametrize(
    ("path", "body", "pointer"),
    [
        ("units", [{"code": "A", "name": "a"}, {"code": "B/", "name": "b"}], "/1/code"),
        ("units", [{"code": "A"}], "/0/name"),
        ("units", [{"code": "A", "name": "a", "parent": "ghost"}], "/0/parent"),
        ("units", [{"code": "A", "name": "a", "leader": "somebody"}], "/0/leader"),
        ("units", [{"code": "A", "name": "a", "\ud83d": 1}], "/0/?"),
        ("units", [{"code": "A", "name": "\ud83d"}], "/0/name"),
        ("units", ["A"], "/0"), ("units", None, ""), ("units", "A", ""),
        ("procedures", [{"code": "A", "name": "a", "limit_unit": "year"}], "/0/limit_unit"),
        ("sources", [{"source": "a b", "name": "a"}], "/0/source"),
        ("sources", [{"source": "/hub", "name": "a"}], "/0/source"),
        ("sources", [{"source": "/a", "name": "a", "backfilling": "yes"}], "/0/backfilling"),
        ("units", [{"code": "A", "name": "a", "valid_from": 1577836800}], "/0/valid_from"),
        (
            "units", [{"code": "A", "name": "a", "valid_from": "2020-01-01T00:00:00"}],
            "/0/valid_from",
        ),
    ],
)  # fmt: skip
def test_the_registry_takes_all_or_nothing(
    speaker: Speaker, path: str, body: Any, pointer: str
) -> None:
    before = speaker.ask(f"/v1/{path}").json()
    answer = speaker.client.put(f"/v1/{path}", content=_dumps(body), headers=JSON)
    assert answer.status_code == 422, answer.text
    assert answer.json()["errors"][0]["pointer"] == pointer
    assert speaker.ask(f"/v1/{path}").json() == before


def _dumps(value: Any) -> bytes:
    return json.dumps(value).encode()
