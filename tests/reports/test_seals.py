"""Seals over HTTP and by command: what was reported stays, byte for byte. Data are made up."""

import html
import io
import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import openpyxl
import pytest
from typer.testing import CliRunner

from hub.api.context import Hub
from hub.cli.main import create_app
from hub.core.sealed import check_file
from hub.processes.serve import embedded_hub
from hub.registry import Unit
from hub.reports.frozen import thawed
from hub.reports.render.formats import FORMATS
from tests.api.conftest import listening
from tests.api.speaking import Speaker, event
from tests.reports.test_api import UNITS, made_up

Json = dict[str, Any]
QUARTER = {"unit": "T", "period": "2020-Q1"}


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    with embedded_hub(tmp_path_factory.mktemp("hub")) as opened:
        yield opened


@pytest.fixture(scope="module")
def admin(hub: Hub) -> Iterator[Speaker]:
    _, secret = hub.registry.keys.create("admin")
    with listening(hub) as client:
        speaker = Speaker(client, secret)
        answer = client.put("/v1/units", json=UNITS, headers=speaker.headers)
        assert answer.status_code == 200, answer.text
        speaker.accept(*made_up(random.Random(20)))
        yield speaker


def seal(speaker: Speaker, form: str, body: Json | None = None, **asked: Any) -> httpx.Response:
    return speaker.client.post(
        f"/v1/reports/{form}/seal", params=asked, json=body, headers=speaker.headers
    )


def sealed(speaker: Speaker, form: str, body: Json | None = None, **asked: Any) -> Json:
    answer = seal(speaker, form, body, **asked)
    assert answer.status_code == 201, answer.text
    found: Json = answer.json()
    assert answer.headers["location"] == f"/v1/sealed/{found['id']}"
    return found


def all_bytes(speaker: Speaker, seal_id: str) -> dict[str, bytes]:
    found = {}
    for name in (*FORMATS, "seal"):
        answer = speaker.ask(f"/v1/sealed/{seal_id}", format=name)
        assert answer.status_code == 200, answer.text
        found[name] = answer.content
    return found


def reader(hub: Hub, admin: Speaker, *units: str, may_seal: bool = False) -> Speaker:
    _, secret = hub.registry.keys.create("reader", units=units, may_seal=may_seal)
    return admin.with_key(secret)


def late(number: int) -> Iterator[Json]:
    """Events about the first quarter that come long after it, of dossiers old and new."""
    rng = random.Random(number)
    for n in range(number):
        where = {"unit": rng.choice(("T.1", "X1")), "subject": f"d{rng.randrange(300)}"}
        day = f"2020-0{rng.choice((1, 2, 3))}-{rng.randrange(1, 28):02}T08:00:00+07:00"
        kind, more = rng.choice((
            ("received", {"channel": "online"}), ("resolved", {}), ("reopened", {}),
            ("voided", {}), ("rated", {"rating": "satisfied"}),
            ("corrected", {"field": "ho-tich"}),
        ))  # fmt: skip
        yield event(kind, **where, id=f"late{n}", time=day, **more)


def test_whatever_comes_later_a_seal_gives_the_same_bytes(hub: Hub, admin: Speaker) -> None:
    live = admin.ask("/v1/reports/vpcp-06a", **QUARTER).json()
    made = sealed(admin, "vpcp-06a", **QUARTER)
    before = all_bytes(admin, made["id"])
    report = json.loads(before["json"])
    assert report["verdict"] == made["verdict"] == "valid"
    assert report["sections"][0]["rows"][-1]["code"] == live["sections"][0]["rows"][-1]["code"]
    known = hub.registry.seals.get(made["id"])
    assert known is not None
    admin.accept(*late(4000))
    hub.registry.units.put([Unit("T.1", "Tên khác", "commune"), Unit("T.9", "Mới", "commune")])
    now = admin.ask("/v1/reports/vpcp-06a", **QUARTER, min_position=admin.position).json()
    assert now["sections"] != report["sections"]
    assert all_bytes(admin, made["id"]) == before
    again = thawed(known.said, hub.registry.seals.file(known).parts).report(hub.store)
    assert FORMATS["json"].render(None, again) == before["json"]  # type: ignore[arg-type]
    file, faults = check_file(before["seal"])
    assert faults == []
    assert file.public_key == admin.ask("/v1/sealed/public-key").json()["public_key"]
    assert {name: file.parts[f"report.{name}"] for name in FORMATS} == {
        name: it for name, it in before.items() if name != "seal"
    }
    by_accept = admin.client.get(
        f"/v1/sealed/{made['id']}", headers=admin.headers | {"Accept": "text/csv"}
    )
    assert by_accept.content == before["csv"]
    hub.registry.units.put([Unit("T.1", UNITS[1]["name"], "district", parent="T")])
    assert hub.registry.seals.verify()[1] == []


def test_the_same_again_is_the_same_seal_and_another_needs_a_reason(admin: Speaker) -> None:
    asked = {"unit": "X1", "from": "2020-01-01", "to": "2020-02-29"}
    first = sealed(admin, "vpcp-06a", **asked)
    same = seal(admin, "vpcp-06a", **asked)
    assert (same.status_code, same.json()["id"]) == (200, first["id"])
    admin.accept(event(unit="X1", subject="more", id="m", time="2020-02-03T08:00:00+07:00"))
    answer = seal(admin, "vpcp-06a", **asked)
    assert answer.status_code == 409
    assert first["id"] in answer.text
    second = sealed(admin, "vpcp-06a", {**asked, "reason": "thiếu một hồ sơ"})
    assert (second["supersedes"], second["reason"]) == (first["id"], "thiếu một hồ sơ")
    listed = {row["id"]: row for row in admin.pages("/v1/sealed", unit="X1", limit=1)}
    assert [*listed] == [second["id"], first["id"]]
    assert listed[first["id"]]["superseded_by"] == second["id"]
    assert {name: listed[second["id"]][name] for name in second} == second


def test_a_failing_check_is_waived_by_name_and_reason_or_blocks(admin: Speaker) -> None:
    """A unit that is not registered is in no level, so the parts do not sum to the whole."""
    form, asked = "cu-chi-2020", {"unit": "T.1", "period": "2020-Q1"}
    blocked = seal(admin, form, **asked)
    assert (blocked.status_code, "huyen_xa" in blocked.text) == (409, True), blocked.text
    other = seal(admin, form, {"waive": [{"check": "huyen", "reason": "x"}]}, **asked)
    assert (other.status_code, "/waive/0/check" in other.text) == (422, True)
    why = "=một <đơn vị> chưa đăng ký"
    made = sealed(admin, form, {"waive": [{"check": "huyen_xa", "reason": why}]}, **asked)
    assert made["waived"] == [{"check": "huyen_xa", "reason": why}]
    found = all_bytes(admin, made["id"])
    report = json.loads(found["json"])
    assert report["verdict"] == made["verdict"] == "waived"
    assert [it["waived"] for it in report["checks"] if it["id"] == "huyen_xa"] == [why]
    assert f"'{why}" in found["csv"].decode()
    assert html.escape(why) in found["html"].decode()
    book = openpyxl.load_workbook(io.BytesIO(found["xlsx"]))
    assert any(why in str(it.value) for sheet in book for row in sheet.iter_rows() for it in row)


WRONG: list[tuple[str, Json, Json | None, int, str]] = [
    ("nothing", {"period": "2020"}, None, 404, "vpcp-06a"),
    ("vpcp-06a", {}, None, 422, "period"),
    ("vpcp-06a", {"period": "2020-Q5"}, None, 422, "period"),
    ("vpcp-06a", {"period": "2099"}, None, 422, "is not over"),
    ("vpcp-06a", {"period": "2020", "as_of": "2020-06-30T00:00:00Z"}, None, 422, "is not over"),
    ("vpcp-06a", {"period": "2020", "data_date": "2020-12-30"}, None, 422, "data_date"),
    ("vpcp-06a", {"period": "2020", "as_of": "2099-06-30T00:00:00Z"}, None, 422, "future"),
    ("vpcp-06a", {"period": "2020"}, {"period": "2020"}, 422, "say it once"),
    ("vpcp-06a", {"period": "2020"}, {"why": "x"}, 422, "/why"),
    ("vpcp-06a", {"period": "2020"}, {"waive": [{"check": "x"}]}, 422, "/waive/0/reason"),
    ("vpcp-06a", {"period": "2020"}, {"waive": [{"check": "x", "reason": " "}]}, 422, "reason"),
    ("vpcp-06a", {"period": "2020"}, {"reason": "a\nb"}, 422, "/reason"),
    ("vpcp-06a", {}, {"from": "1/2/2020", "to": "2020-02-01"}, 422, "/from"),
    ("phu-ho-2023", {"period": "2019", "unit": "T"}, None, 422, "province"),
]


@pytest.mark.parametrize(("form", "asked", "body", "status", "says"), WRONG)
def test_what_cannot_be_sealed_is_refused_and_leaves_nothing(
    admin: Speaker, form: str, asked: Json, body: Json | None, status: int, says: str
) -> None:
    before = [*admin.pages("/v1/sealed")]
    answer = seal(admin, form, body, **asked)
    assert (answer.status_code, says in answer.text) == (status, True), answer.text
    assert [*admin.pages("/v1/sealed")] == before


def test_who_may_seal_and_who_may_read(hub: Hub, admin: Speaker) -> None:
    asked = {"unit": "X1", "period": "2019"}
    plain, clerk = reader(hub, admin, "X1"), reader(hub, admin, "X1", may_seal=True)
    assert seal(plain, "vpcp-06a", **asked).status_code == 403
    assert seal(clerk, "vpcp-06a", unit="T", period="2019").status_code == 403
    assert seal(clerk, "vpcp-06a", period="2019").status_code == 422
    made = sealed(clerk, "vpcp-06a", **asked)
    other = reader(hub, admin, "T.9")
    assert other.ask(f"/v1/sealed/{made['id']}").status_code == 403
    assert [*other.pages("/v1/sealed")] == []
    whole = sealed(admin, "vpcp-06a", period="2019")
    assert plain.ask(f"/v1/sealed/{whole['id']}").status_code == 403
    assert made["id"] in [row["id"] for row in plain.pages("/v1/sealed")]
    assert whole["id"] not in [row["id"] for row in plain.pages("/v1/sealed")]
    assert plain.ask(f"/v1/sealed/{made['id']}").status_code == 200
    assert plain.ask("/v1/sealed/9-aaaa").status_code == 404
    assert plain.ask(f"/v1/sealed/{made['id']}", format="pdf").status_code == 422
    for verb in ("delete", "put", "patch"):
        answer = admin.client.request(verb, f"/v1/sealed/{made['id']}", headers=admin.headers)
        assert answer.status_code == 405
    keys = {"role": "source", "source": "/a", "units": [], "may_seal": True}
    assert admin.client.post("/v1/keys", json=keys, headers=admin.headers).status_code == 422


def test_by_command(hub: Hub, admin: Speaker, tmp_path: Path) -> None:
    runner, app = CliRunner(), create_app()
    key = tmp_path / "key"
    key.write_text(admin.headers["Authorization"].removeprefix("Bearer "))
    where = ["--url", str(admin.client.base_url), "--key-file", str(key)]

    def run(*words: str, code: int = 0) -> str:
        found = runner.invoke(app, ["report", *words])
        assert found.exit_code == code, (words, found.output, found.exception)
        return found.output

    days = ["--unit", "T", "--from", "2020-01-01", "--to", "2020-01-31"]
    name = run("seal", "vpcp-06a", *days, *where).splitlines()[0]
    assert name in run("sealed", "--unit", "T", *where)
    assert "give the reason" in run("seal", "vpcp-06a", *days, "--waive", "a", *where, code=2)
    assert "0 cells differ" in run("restate", name, *where)
    file = tmp_path / "a.seal.zip"
    run("fetch", name, "--out", str(file), *where)
    public = admin.ask("/v1/sealed/public-key").json()["public_key"]
    assert "whole" in run("verify", str(file), "--public-key", public)
    assert "another key" in run("verify", str(file), "--public-key", "0" * 64, code=1)
    spoilt = tmp_path / "b.seal.zip"
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    spoilt.write_bytes(data)
    run("verify", str(file), str(spoilt), code=1)
    run("verify", str(tmp_path / "none"), code=2)
