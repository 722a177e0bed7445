"""Restatements of a real hub: why each number is another one today. Data are made up."""

import csv
import io
import random
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import docx
import openpyxl
import pytest

from hub.api.context import Hub
from hub.processes.serve import embedded_hub
from hub.registry import Unit
from hub.registry.indicators import Indicator
from hub.reports.render.appendix import REASONS
from tests.api.conftest import listening
from tests.api.speaking import Speaker, event
from tests.reports.test_api import UNITS, made_up, stated
from tests.reports.test_seals import late, reader, sealed

Json = dict[str, Any]
PAGE = Path(__file__).parents[2] / "hub" / "web" / "static"
QUARTER = {"unit": "T", "period": "2020-Q1"}
OWN = """\
form: so-sanh
version: "1"
title: So sánh
sections:
- table: t
  columns: [{key: ten, label: Tên, is: label}, {key: q, label: Quý}]
  rows:
  - {key: nhan, label: Nhận, figure: received_total}
  - {key: moi, label: Mới, figure: received_online + received_direct}
  - {key: xong, label: Xong, figure: resolved_early + resolved_on_time + resolved_late}
  - {key: xin_loi, label: Xin lỗi, figure: apologies_letter + apologies_message}
  - {key: huyen, label: Huyện, figure: received_total, where: {unit_level: district}}
  - {key: xa, label: Xã, units: {level: commune}}
  - {key: chi_tieu, label: Chỉ tiêu, indicator: a.count}
  - {key: ty_le, label: Tỷ lệ, ratio: [xong, nhan]}
"""


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
        yield speaker


def restated(speaker: Speaker, seal: Json, **asked: Any) -> Json:
    answer = speaker.ask(f"/v1/sealed/{seal['id']}/restatement", **asked)
    assert answer.status_code == 200, answer.text
    found: Json = answer.json()
    assert (found["reproduced"], found["unexplained"]) == (True, 0)
    for cell in found["cells"]:
        if cell["origin"] in ("figure", "indicator", "registry") and cell["difference"] is not None:
            assert sum(it["change"] for it in cell["because"]) == cell["difference"], cell
        else:
            assert cell["made_of"] or cell["because"], cell
    return found


def items(speaker: Speaker, cell: Json) -> Counter[Any]:
    """The dossiers or events behind a cell of a report."""
    answer = speaker.client.get(cell["list"] + "&limit=1000", headers=speaker.headers)
    assert answer.status_code == 200, answer.text
    names = ("unit", "subject", "source", "id")
    return Counter(tuple(it.get(name) for name in names) for it in answer.json()["items"])


def cells(report: Json) -> dict[Any, Json]:
    return {
        (section["key"], row["key"], column): cell
        for section in report["sections"]
        for row in section["rows"]
        for column, cell in row["cells"].items()
    }


def test_every_difference_is_named(hub: Hub, admin: Speaker) -> None:
    """Thousands of events after the seal; what is named is what the lists of both say."""
    admin.accept(*made_up(random.Random(20)))
    seal = sealed(admin, "vpcp-06a", **QUARTER, data_date="2020-06-30")
    assert restated(admin, seal)["cells"] == []
    admin.accept(*late(3000))
    found = restated(admin, seal)
    assert set(found["by_reason"]) >= {"late", "corrected", "reopened", "voided"}
    before = cells(admin.ask(f"/v1/sealed/{seal['id']}").json())
    asked = {**QUARTER, "data_date": "2020-06-30", "as_of": found["as_of"]}
    after = cells(admin.ask("/v1/reports/vpcp-06a", **asked).json())
    rows = {(it["section"], it["row"], it["column"]): it for it in found["cells"]}
    assert len(rows) > 30
    names = ("unit", "subject", "source", "id")
    for place in random.Random(1).sample(sorted({*before, *after}), 40):
        expected = items(admin, after[place]) if place in after else Counter()
        expected.subtract(items(admin, before[place]) if place in before else Counter())
        said = rows[place]["because"] if place in rows else []
        told = {tuple(it.get(name) for name in names): it["change"] for it in said}
        assert told == {key: n for key, n in expected.items() if n}, place
    again = restated(admin, seal, as_of=found["as_of"])
    admin.accept(event(unit="T.1", subject="later", id="x", time="2020-02-03T08:00:00+07:00"))
    assert restated(admin, seal, as_of=found["as_of"])["cells"] == again["cells"] == found["cells"]


def test_more_dossiers_than_an_answer_holds_are_refused(
    hub: Hub, admin: Speaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.reports.restatement.MOST_CHANGED", 2)
    seal = sealed(admin, "vpcp-06a", unit="T", period="2016")
    dossiers = [
        event(unit="T.1", subject=f"many-{n}", id="r", time="2016-02-03T08:00:00+07:00")
        for n in range(3)
    ]
    admin.accept(*dossiers[:2])
    found = restated(admin, seal)
    admin.accept(dossiers[2])
    answer = admin.ask(f"/v1/sealed/{seal['id']}/restatement")
    assert answer.status_code == 422
    for part in ("3 dossiers", "at most 2", "earlier moment", "seal anew"):
        assert part in answer.json()["detail"]
    assert len(restated(admin, seal, as_of=found["as_of"])["dossiers"]) == 2


def test_each_reason(hub: Hub, admin: Speaker) -> None:
    answer = admin.client.put(
        "/v1/forms/so-sanh", content=OWN.encode(),
        headers=admin.headers | {"content-type": "application/yaml"},
    )  # fmt: skip
    assert answer.status_code == 200, answer.text
    hub.registry.indicators.put([Indicator("a.count", "A", over_units="sum")])
    hub.registry.units.put([Unit("N", "N", "province"), Unit("N.1", "N1", "district", "N")])
    hub.registry.units.put([Unit("M1", "M1", "district", "N"), Unit("K1", "K1", "commune")])
    day = {"time": "2020-02-03T08:00:00+07:00", "unit": "N.1"}
    end = {"time": "2020-02-04T08:00:00+07:00", "unit": "N.1"}
    names = ("voided", "retracted", "reopened", "corrected", "mixed")
    admin.accept(
        *(event(**day, subject=name, id="r") for name in names),
        *(event("resolved", **end, subject=name, id="c") for name in names),
        event("extended", **end, subject="mixed", id="e", apology="letter",
              due_at="2020-03-01T00:00:00Z"),
        event(**day | {"unit": "M1"}, subject="moved", id="r"),
        event(**day | {"unit": "K1"}, subject="come", id="r"),
        stated("a.count", "N.1", "s1", value=3, period="2020-Q1"),
        stated("a.count", "M1", "s2", value=4.5, period="2020-Q1"),
    )  # fmt: skip
    seal = sealed(admin, "so-sanh", unit="N", period="2020-Q1")
    hub.registry.units.put([
        Unit("M1", "M1", "district"), Unit("K1", "K1", "commune", "N"),
        Unit("N.1", "N1 mới", "commune", "N"),
    ])  # fmt: skip
    retracted = {"type": "vn.motcua.dossier.retracted.v1", "id": "t", "subject": "retracted"}
    admin.accept(
        event(**day, subject="late", id="r"),
        event("voided", **end | {"time": "2020-02-05T08:00:00+07:00"}, subject="voided", id="v"),
        event(**end, subject="x", id="t") | retracted | {"data": {"unit": "N.1", "id": "c"}},
        event("reopened", **end | {"time": "2020-02-06T08:00:00Z"}, subject="reopened", id="o"),
        event("corrected", **end, subject="corrected", id="k",
              closed_at="2020-05-01T08:00:00+07:00"),
        event("corrected", **end, subject="mixed", id="k", field="dat-dai"),
        event("extended", **end, subject="mixed", id="e2", apology="message",
              due_at="2020-03-02T00:00:00Z"),
        stated("a.count", "N.1", "s3", value=5, period="2020-Q1"),
    )  # fmt: skip
    found = restated(admin, seal)
    rows = {it["row"]: it for it in found["cells"]}

    def because(row: str) -> set[Any]:
        return {
            (it.get("subject") or it.get("id") or it["unit"], it["change"], it["reason"])
            for it in rows[row]["because"]
        }

    assert because("moi") == {
        ("late", 1, "late"), ("voided", -1, "voided"), ("moved", -1, "unit"), ("come", 1, "unit"),
    }  # fmt: skip
    assert because("xong") == {
        ("voided", -1, "voided"), ("retracted", -1, "retracted"), ("reopened", -1, "reopened"),
        ("corrected", -1, "corrected"),
    }  # fmt: skip
    assert because("xin_loi") == {("mixed", 1, "late")}
    assert because("huyen") == {
        *((name, -1, "registry") for name in names if name != "voided"),
        ("voided", -1, "voided"), ("moved", -1, "unit"),
    }  # fmt: skip
    assert because("xa") == {("N.1", 1, "registry"), ("K1", 1, "unit")}
    assert because("chi_tieu") == {
        ("s1", -3, "corrected"), ("s3", 5, "corrected"), ("s2", -4.5, "unit"),
    }  # fmt: skip
    assert rows["chi_tieu"]["sealed"]["value"] == 7.5
    assert {it["row"] for it in rows["ty_le"]["made_of"]} == {"nhan", "xong"}
    assert {it["subject"] for it in found["dossiers"]} >= {"late", "voided", "moved"}
    (voided,) = (it for it in found["dossiers"] if it["subject"] == "voided")
    assert [it["id"] for it in voided["events"]] == ["v"]
    outside = reader(hub, admin, "X1")
    assert outside.ask(f"/v1/sealed/{seal['id']}/restatement").status_code == 403

    lines = list(csv.reader(io.StringIO(_file(admin, seal, "csv").decode().lstrip("\ufeff"))))
    assert ["", "", "", "", "", "N.1", "late", "", "1", "đến muộn"] in lines
    assert "đến muộn" in _file(admin, seal, "html").decode()
    sheet = openpyxl.load_workbook(io.BytesIO(_file(admin, seal, "xlsx"))).active
    assert sheet is not None
    assert any("late" in row for row in sheet.iter_rows(values_only=True))
    content = _file(admin, seal, "docx")
    paper = docx.Document(io.BytesIO(content))
    assert any(seal["sha256"] in it.text for it in paper.paragraphs)
    table = paper.tables[1]  # after the one that heads the page, before that of the signature
    assert [[it.text for it in row.cells] for row in table.rows] == lines[-len(table.rows) :]
    asked = admin.ask(f"/v1/sealed/{seal['id']}/restatement", as_of=found["as_of"], format="docx")
    again = admin.ask(f"/v1/sealed/{seal['id']}/restatement", as_of=found["as_of"], format="docx")
    assert asked.content == again.content


def test_reasons_are_called_as_on_the_page() -> None:
    page = (PAGE / "text_vi_seals.js").read_text()
    found = dict(re.findall(r'  reason_(\w+): "([^"]*)"', page))
    assert {name: found[name] for name in REASONS} == REASONS


def _file(speaker: Speaker, seal: Json, name: str) -> bytes:
    answer = speaker.ask(f"/v1/sealed/{seal['id']}/restatement", format=name)
    assert answer.status_code == 200, answer.text
    return answer.content


@pytest.mark.parametrize("as_of", ["2019-01-01T00:00:00Z", "2099-01-01T00:00:00Z", "x"])
def test_a_wrong_moment_is_refused(admin: Speaker, as_of: str) -> None:
    made = admin.client.post(
        "/v1/reports/vpcp-06a/seal?unit=T&period=2018", headers=admin.headers
    )  # fmt: skip
    seal = made.json()
    answer = admin.ask(f"/v1/sealed/{seal['id']}/restatement", as_of=as_of)
    assert (answer.status_code, "as_of" in answer.text) == (422, True)
    assert admin.ask("/v1/sealed/9-x/restatement").status_code == 404
