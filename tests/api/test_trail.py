"""Each call that changes the registry leaves who, what and from where; a refused one nothing."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import httpx
import pytest

from hub.api.app import create_app
from hub.api.context import Hub
from hub.core.check import FUTURE, Problem, refuse
from hub.processes.serve import ADMIN_KEY, embedded_hub
from hub.registry.connector_rows import Page, RefusedRow
from hub.registry.letters import of_refusal
from schemas.event import Event
from tests.api.conftest import listening
from tests.api.speaking import Json, Speaker

NO_CHANGE = {
    "/v1/indicators/import",
    *("/v1/events", "/v1/audit", "/v1/verify", "/v1/calendar/what-if", "/v1/connectors/known"),
    *("/v1/reconcile", "/v1/alerts/test"),
    *(f"/v1/connectors/{{name}}/{what}" for what in ("kept", "page", "forecast")),
}
"""What is sent there changes nothing in the registry that people keep."""

YEAR = [
    {"day": f"2031-01-{day:02}", "kind": "off", "name": "A", "decision": "1/TB"}
    for day in range(1, 12)
]
DAY, HOURS = {"day": "2026-12-24", "kind": "off"}, {"hours": [[420, 690]]}
FORM: Json = {
    "form": "a-1", "version": "1", "title": "A", "sections": [
        {"paragraph": "p", "text": "x"}, {"values": "v", "rows": [{"key": "r", "number": 1}]},
    ],
}  # fmt: skip
PRINTED: Json = {
    "document": "A", "number": "1/BC", "date": "2020-04-01", "sha256": "0" * 64,
    "certified_by": "A", "office": "B",
    "cells": [{"section": "v", "row": "r", "column": "value", "text": "4.340"}],
}  # fmt: skip
CHANGES: list[tuple[str, str, Any, list[tuple[str, str]]]] = [
    ("PUT", "/v1/units", [{"code": "H1", "name": "A"}], [("unit", "H1")]),
    ("PUT", "/v1/procedures", [{"code": "1.1", "name": "A"}], [("procedure", "1.1")]),
    ("PUT", "/v1/sources", [{"source": "/a", "name": "A"}], [("source", "/a")]),
    ("PUT", "/v1/indicators", [{"code": "a", "name": "A"}], [("indicator", "a")]),
    ("PUT", "/v1/forms/{form}", FORM, [("form", "a-1 1")]),
    (
        "PUT", "/v1/forms/{form}/aliases",
        [{"section": "v", "kind": "row", "label": "R.", "key": "r"}], [("alias", "a-1")],
    ),
    (
        "PUT", "/v1/calendar", {"days": [DAY], "hours": [HOURS]},
        [("calendar", "2026-12-24"), ("calendar", "hours")],
    ),
    (
        "PUT", "/v1/calendar/decisions", YEAR,
        [("calendar", f"public/2031-01-{day:02}") for day in range(1, 12)],
    ),
    ("PUT", "/v1/alerts/targets/{name}", {"kind": "webhook", "url": "env:ALERT_A"},
     [("alert_target", "igate-a")]),
    ("PUT", "/v1/alerts/rules/{name}", {"when": "dead_letters", "targets": ["igate-a"]},
     [("alert_rule", "igate-a")]),
    ("DELETE", "/v1/alerts/rules/{name}", None, [("alert_rule", "igate-a")]),
    ("DELETE", "/v1/alerts/targets/{name}", None, [("alert_target", "igate-a")]),
    ("POST", "/v1/keys", {"role": "reader", "units": []}, [("key", "2")]),
    ("POST", "/v1/keys/{number}/rotate", {"overlap_days": 1}, [("key", "2"), ("key", "3")]),
    ("DELETE", "/v1/keys/{number}", None, [("key", "2")]),
    ("POST", "/v1/dead-letters/{letter_id}/replay", None, [("dead_letter", "{letter_id}")]),
    ("POST", "/v1/dead-letters/{letter_id}/discard", None, [("dead_letter", "{letter_id}")]),
    ("POST", "/v1/dead-letters/replay", None, [("dead_letter", "")]),
    ("POST", "/v1/dead-letters/discard", None, [("dead_letter", "")]),
    (
        "PUT", "/v1/connectors/{name}/lease",
        {"owner": "o", "source": "/a", "kind": "sql", "expect": 60},
        [("connector", "igate-a"), ("source", "/a")],
    ),
    (
        "POST", "/v1/connectors/{name}/pause", {"owner": "o", "why": "it went back", "token": "t"},
        [("connector", "igate-a")],
    ),
    ("POST", "/v1/connectors/{name}/approve", None, [("connector", "igate-a")]),
    ("POST", "/v1/reports/{form}/seal", {"period": "2020-Q1"}, [("seal", "{seal}")]),
    ("POST", "/v1/reports/{form}/stated", PRINTED, [("stated", "{seal}")]),
    ("POST", "/v1/connectors/{name}/again", {"all": True}, [("connector", "igate-a")]),
]  # fmt: skip
REFUSED: list[tuple[str, str, Any]] = [
    (
        "PUT",
        "/v1/calendar",
        {"days": [DAY | {"day": "2027-01-04"}], "hours": [{"hours": [[9, 5]]}]},
    ),
    ("PUT", "/v1/calendar", {"days": [DAY | {"day": "2027-01-04"}], "hours": [HOURS, HOURS]}),
    ("PUT", "/v1/calendar", {"days": [DAY | {"day": "2027-01-04"}] * 2}),
    (
        "PUT",
        "/v1/units",
        [{"code": "H8", "name": "A"}, {"code": "H9", "name": "B", "parent": "no"}],
    ),
    ("PUT", "/v1/procedures", [{"code": "2", "name": "A"}, {"code": "2", "name": "B"}]),
    ("PUT", "/v1/sources", [{"source": "/b", "name": "A"}, {"source": "/hub", "name": "B"}]),
    ("PUT", "/v1/calendar/decisions", [*YEAR, YEAR[0]]),
    ("PUT", "/v1/forms/a-1", FORM | {"title": "B"}),
    ("PUT", "/v1/forms/a-2", FORM),
    ("PUT", "/v1/forms/a-1", FORM | {"version": "2", "sections": []}),
    ("POST", "/v1/keys", {"role": "reader", "units": [], "expires": "2020-01-01"}),
    ("POST", "/v1/keys", {"role": "reader", "units": [], "expires": "soon"}),
    ("POST", "/v1/keys/99/rotate", {"overlap_days": 1}),
    ("POST", "/v1/keys/1/rotate", {"overlap_days": -1}),
    ("DELETE", "/v1/keys/1", None),
    ("DELETE", "/v1/keys/99", None),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Any:
    return tmp_path_factory.mktemp("hub")


@pytest.fixture(scope="module")
def hub(folder: Any) -> Iterator[Hub]:
    with embedded_hub(folder) as opened:
        yield opened


@pytest.fixture(scope="module")
def admin(hub: Hub, folder: Any) -> Iterator[Speaker]:
    with listening(hub) as client:
        yield Speaker(client, (folder / ADMIN_KEY).read_text().strip())


def send(admin: Speaker, verb: str, path: str, body: Any) -> httpx.Response:
    headers = admin.headers | {"User-Agent": "office/1 \xe9".encode("latin-1").decode("latin-1")}
    return admin.client.request(verb, path, json=body, headers=_bytes(headers))


def _bytes(headers: dict[str, str]) -> list[tuple[bytes, bytes]]:
    return [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]


def trail(admin: Speaker, **asked: Any) -> list[Json]:
    return list(admin.pages("/v1/trail", **asked))


def filed(hub: Hub, name: str) -> str:
    """A letter that may be tried again."""
    why = Problem("time-in-future", "/time", "is more than 24 hours in the future")
    event = Event("H1", "d", "/a", name, "voided", hub.now() - FUTURE, 0, {})
    letter = of_refusal(refuse(event, why, keep=True), "http")
    hub.registry.dead_letters.add([letter], hub.now())
    return letter.id


def test_the_first_key_is_the_hubs_own_change(admin: Speaker) -> None:
    (row,) = trail(admin)
    assert (row["number"], row["key"], row["call"], row["kind"]) == (1, "hub", "hub serve", "key")
    assert (row["object"], row["before"], row["after"]["role"]) == ("1", None, "admin")


def test_each_call_that_changes_leaves_who_what_and_from_where(hub: Hub, admin: Speaker) -> None:
    for verb, template, body, objects in CHANGES:
        letter = filed(hub, template) if "letter" in template else ""
        path = template.replace("{number}", "2").replace("{letter_id}", letter)
        path = path.replace("{name}", "igate-a").replace("{form}", "a-1")
        if path.endswith("/again"):
            row = RefusedRow("1", "id=1", [{"code": "missing", "pointer": "a", "message": "x"}])
            hub.registry.connectors.save("igate-a", "o", Page(refused=[row]), hub.now())
        before = trail(admin)
        more = "?source=/a" if path.endswith(("s/discard", "s/replay")) else ""
        more = "?unit=H1&period=2020-Q1" if path.endswith("/stated") else more
        answer = send(admin, verb, path + more, body)
        assert answer.is_success, answer.text
        new = trail(admin)[: -len(before)]
        seal = answer.json()["id"] if path.endswith(("/seal", "/stated")) else ""
        wanted = [
            (kind, name.replace("{letter_id}", letter).replace("{seal}", seal))
            for kind, name in objects
        ]
        assert [(row["kind"], row["object"]) for row in reversed(new)] == wanted
        for row in new:
            assert (row["key"], row["call"]) == (1, f"{verb} {path}")
            assert (row["address"], row["agent"]) == ("127.0.0.1", "office/1 é")
            assert row["before"] != row["after"]
        if verb == "PUT":
            assert send(admin, verb, path, body).is_success
            assert len(trail(admin)) == len(before) + len(new)


def test_no_call_that_changes_is_forgotten_here(hub: Hub) -> None:
    paths = create_app(hub).openapi()["paths"]
    changing = {
        (verb.upper(), path) for path, verbs in paths.items() for verb in verbs if verb != "get"
    }
    assert {path for _, path in changing} >= NO_CHANGE
    known = {(verb, path) for verb, path, *_ in CHANGES}
    assert {(verb, path) for verb, path in changing if path not in NO_CHANGE} == known


@pytest.mark.parametrize(("verb", "path", "body"), REFUSED)
def test_a_refused_call_leaves_nothing(admin: Speaker, verb: str, path: str, body: Any) -> None:
    def all_of_it() -> list[Any]:
        days = {"from": "2026-12-01", "to": "2027-02-01"}
        calls = [
            ("units", {}),
            ("procedures", {}),
            ("sources", {}),
            ("calendar", days),
            ("reports", {}),
        ]
        keys = [row | {"last_used": None} for row in admin.ask("/v1/keys").json()["keys"]]
        return [keys, trail(admin), *(admin.ask(f"/v1/{p}", **a).json() for p, a in calls)]

    before = all_of_it()
    assert send(admin, verb, path, body).status_code in (404, 409, 422)
    assert all_of_it() == before


def test_pages_and_filters(admin: Speaker) -> None:
    rows = trail(admin)
    assert [row["number"] for row in rows] == list(range(len(rows), 0, -1))
    assert trail(admin, limit=2) == rows
    assert trail(admin, kind="key") == [row for row in rows if row["kind"] == "key"]
    assert trail(admin, object="H1") == [row for row in rows if row["object"] == "H1"]
    assert trail(admin, key="hub") == [row for row in rows if row["key"] == "hub"]
    assert len(trail(admin, key="1")) == len(rows) - len(trail(admin, key="hub"))
    day = date.fromisoformat(rows[0]["at"][:10])
    assert trail(admin, **{"from": str(day)})[:1] == rows[:1]
    assert trail(admin, to=str(day)) == rows
    assert trail(admin, **{"from": str(day + timedelta(days=1))}) == []
    assert trail(admin, to=rows[0]["at"]) == [row for row in rows if row["at"] < rows[0]["at"]]
    for wrong in (
        {"kind": "color"}, {"limit": 0}, {"cursor": "x"}, {"from": "2026-02-30"}, {"to": "x"},
        {"object": "\x00"}, {"key": "x" * 600}, {"who": "1"},
    ):  # fmt: skip
        answer = admin.ask("/v1/trail", **wrong)
        assert answer.status_code == 422, wrong
        assert next(iter(wrong)) in answer.json()["errors"][0]["pointer"]


def test_no_secret_is_in_it(admin: Speaker, folder: Any) -> None:
    text = admin.ask("/v1/trail", limit=1000).text
    assert (folder / ADMIN_KEY).read_text().strip()[4:] not in text
    assert "digest" not in text
    assert "hub_" not in text


def test_only_an_admin_reads_it(hub: Hub, admin: Speaker) -> None:
    assert httpx.get(f"{admin.client.base_url}/v1/trail").status_code == 401
    for role, more in (("reader", {}), ("source", {"source": "/a"})):
        _, secret = hub.registry.keys.create(role, units=(), **more)  # type: ignore[arg-type]
        assert admin.with_key(secret).ask("/v1/trail").status_code == 403
