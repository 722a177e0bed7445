"""Rules and targets of alerts by HTTP: what is refused, where and why; no secret is told."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from hub.api.context import Hub
from hub.registry.alerts import AlertRow
from hub.services.alert_rules import AlertSettings, AlertSetup
from tests.api.conftest import listening

ROOT = Path(__file__).parents[2]
FILE = {
    "target": [
        {"name": "of file", "kind": "webhook", "url": "https://a.example.vn/x?k=geheim"},
        {"name": "mail", "kind": "apprise", "url": "env:ALERT_MAIL"},
    ],
    "rule": [{"name": "of file", "when": "dead_letters", "targets": ["of file"]}],
}
RULE = {"when": "dead_letters", "targets": ["of file"]}
TARGET = {"kind": "webhook", "url": "https://a.example.vn/motcua"}
MAY = "alert-url-secret"


@pytest.fixture(scope="module")
def http(hub: Hub) -> Iterator[httpx.Client]:
    setup = AlertSetup(AlertSettings.model_validate(FILE))
    with listening(replace(hub, alerts=setup)) as client:
        yield client


@pytest.mark.parametrize(
    ("path", "body", "status", "pointer", "code"),
    [
        ("rules/r", RULE | {"when": "rain"}, 422, "/when", "value-literal-error"),
        ("rules/r", RULE | {"hours": 0}, 422, "/hours", "value-greater-than-equal"),
        ("rules/r", RULE | {"targets": []}, 422, "/targets", "value-too-short"),
        ("rules/r", RULE | {"targets": ["of file", "no"]}, 422, "/targets/1", "alert-no-target"),
        ("rules/r", RULE | {"unit": "H/1"}, 422, "/unit", None),
        ("rules/r", RULE | {"name": "r"}, 422, "/name", "value-extra-forbidden"),
        ("rules/-", RULE, 422, "/name", "alert-name"),
        ("rules/of file", RULE, 409, "/name", "alert-in-file"),
        ("targets/of file", TARGET, 409, "/name", "alert-in-file"),
        ("targets/t", TARGET | {"url": "https://a.example.vn/x?k=geheim"}, 422, "/url", MAY),
        ("targets/t", TARGET | {"url": "env:HUB_GEHEIM"}, 422, "/url", MAY),
        ("targets/t", {"kind": "apprise", "url": "tgram://geheim/1"}, 422, "/url", MAY),
        ("targets/t", {"kind": "apprise", "url": "mailto://a.vn:99999"}, 422, "/url", MAY),
        ("targets/t", TARGET | {"secret": "geheim"}, 422, "/secret", "alert-secret-plain"),
        ("targets/t", TARGET | {"allow_private": True}, 422, "/allow_private", None),
    ],
)
def test_what_is_wrong_is_said_at_its_place_and_nothing_is_kept(
    http: httpx.Client, path: str, body: Any, status: int, pointer: str, code: str | None
) -> None:
    before = http.get("/v1/alerts").json(), http.get("/v1/trail").json()
    answer = http.put(f"/v1/alerts/{path}", json=body)
    assert answer.status_code == status, answer.text
    (error,) = answer.json()["errors"]
    assert error["pointer"] == pointer
    assert code is None or error["says"]["code"] == code
    assert "geheim" not in answer.text.lower()
    assert (http.get("/v1/alerts").json(), http.get("/v1/trail").json()) == before


def test_they_are_told_and_removed(http: httpx.Client, hub: Hub) -> None:
    secret = {"secret": "file:/run/secrets/alert-key"}
    assert http.put("/v1/alerts/targets/t", json=TARGET | secret).json()["new"]
    assert http.put("/v1/alerts/rules/50%25%20%23?", json=RULE | {"targets": ["t"]}).json()["new"]
    told = http.get("/v1/alerts")
    assert "geheim" not in told.text
    assert told.json()["set_up"]
    assert told.json()["targets"] == [
        {"name": "of file", "kind": "webhook", "in_file": True, "place": "a.example.vn"},
        {"name": "mail", "kind": "apprise", "in_file": True, "place": "env:ALERT_MAIL"},
        {"name": "t", "in_file": False, **TARGET, **secret},
    ]
    rules = told.json()["rules"]
    assert [(it["name"], it["in_file"]) for it in rules] == [("of file", True), ("50% #", False)]
    assert rules[1]["finds"]["total"] == 0
    used = http.delete("/v1/alerts/targets/t")
    assert (used.status_code, used.json()["errors"][0]["says"]["values"]) == (
        409,
        {"rules": "50% #"},
    )
    for kind in ("rules", "targets"):
        assert http.delete(f"/v1/alerts/{kind}/of file").status_code == 409
        assert http.delete(f"/v1/alerts/{kind}/none").status_code == 404
    # kept before the file had one of the name, and a target that is gone from the file
    for kind, name, body in (
        ("target", "mail", {**TARGET, "secret": ""}),
        ("rule", "of file", {**RULE, "targets": ["mail"]}),
        ("rule", "lost", {**RULE, "targets": ["gone", "t"]}),
    ):
        hub.registry.alerts.put(AlertRow(kind, name, 1, body), lambda _: None)  # type: ignore[arg-type]
    told = http.get("/v1/alerts").json()
    assert [it["name"] for it in told["rules"] if it.get("left_out")] == ["of file"]
    assert [it["name"] for it in told["targets"] if it.get("left_out")] == ["mail"]
    assert [it["missing"] for it in told["rules"] if it["name"] == "lost"] == [["gone"]]
    tried = http.post("/v1/alerts/test", json={"target": "t"}).json()
    assert (tried["sent"], tried["says"]["code"]) == (False, "alert-no-secret")
    for path in ("rules/of file", "targets/mail", "rules/lost", "rules/50%25 %23", "targets/t"):
        assert http.delete(f"/v1/alerts/{path}").status_code == 200, path
    told = http.get("/v1/alerts").json()
    assert all(it["in_file"] for it in (*told["rules"], *told["targets"]))


def test_the_addresses_that_the_page_gives_as_examples_are_taken(http: httpx.Client) -> None:
    text = (ROOT / "hub/web/static/text_vi_admin.js").read_text()
    examples = re.findall(r'alert_url_(\w+): "Ví dụ (\S+)\. ', text)
    assert [kind for kind, _ in examples] == ["webhook", "apprise"]
    for kind, url in examples:
        answer = http.put("/v1/alerts/targets/example", json={"kind": kind, "url": url})
        assert answer.is_success, answer.text
    assert http.delete("/v1/alerts/targets/example").is_success
