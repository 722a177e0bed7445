"""Printed reports entered and read back: as they are printed, errors told, nothing repaired."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from hub.api.context import Hub
from hub.cli.main import create_app
from hub.core.csv_text import read_rows, write_rows
from hub.demo.as_printed import FORMS, printed
from tests.api.speaking import Speaker
from tests.reports.history.conftest import CELLS, DOCUMENT, Q1, Json, state, stated
from tests.reports.printed import DISAGREEMENTS


def test_entered_read_back_the_same_again_and_corrected(admin: Speaker) -> None:
    foretold = state(admin, Q1 | {"dry_run": True}).json()
    assert (foretold["id"], foretold["dry_run"], [*admin.pages("/v1/stated", unit="E")]) == (
        None, True, [],
    )  # fmt: skip
    first = stated(admin, Q1, CELLS)
    assert {name: first[name] for name in ("cells", "checks", "verdict")} == {
        name: foretold[name] for name in ("cells", "checks", "verdict")
    }
    kept = admin.ask(f"/v1/stated/{first['id']}").json()
    assert [(it["text"], it["value"]) for it in kept["cells"]] == [
        ("4.340", 4340), ("4.001", 4001), ("4.001", 4001),
    ]  # fmt: skip
    assert (kept["document"]["sha256"], kept["certified_by"]["office"], kept["by"]) == (
        DOCUMENT["sha256"], DOCUMENT["office"], "2",
    )  # fmt: skip
    again = state(admin, Q1)
    assert (again.status_code, again.json()["id"]) == (200, first["id"])
    other = CELLS | {"pl3b/r3_1/q1": "4.430"}
    refused = state(admin, Q1, other)
    assert (refused.status_code, first["id"] in refused.text) == (409, True)
    told = state(admin, Q1 | {"dry_run": True}, other).json()
    changed = {"section": "pl3b", "row": "r3_1", "column": "q1", "before": "4.340",
               "after": "4.430"}  # fmt: skip
    assert (told["supersedes"], told["changes"]) == (first["id"], [changed])
    second = stated(admin, Q1, other, reason="nhập nhầm hai chữ số")
    listed = {it["id"]: it for it in admin.pages("/v1/stated", unit="E", limit=1)}
    assert [*listed] == [second["id"], first["id"]]
    assert listed[first["id"]]["superseded_by"] == second["id"]
    assert listed[second["id"]]["reason"] == "nhập nhầm hai chữ số"
    assert "cells" not in listed[first["id"]]
    assert admin.ask(f"/v1/stated/{first['id']}").json()["cells"] == kept["cells"]


@pytest.mark.parametrize("form", FORMS)
def test_a_published_report_is_entered_as_printed_and_its_errors_are_told(
    admin: Speaker, form: str
) -> None:
    """The reports of Củ Chi (26/02/2020), Phú Hồ (2023) and Bỉm Sơn (2017, index of 2018), whose
    cells `hub/demo/as_printed` has. What stands in a cell of numbers and is none is asked about."""
    of = printed(form)
    cells = {f"{row[0]}/{row[1]}/{at}": text for row in of.rows for at, text in row[4].items()}
    asked = {"unit": of.unit, "period": of.period, "calendar": of.calendar}
    refused = state(admin, asked | {"dry_run": True}, cells, form, date=of.data_date)
    if not cells:  # a report in words only
        assert refused.json()["errors"][0]["code"] == "stated-none"
        return
    if form == "cu-chi-2020":
        errors = refused.json()["errors"]
        assert [it["code"] for it in errors] == ["stated-number"] * 3
        wrong = [[*cells.values()][int(it["pointer"].split("/")[2])] for it in errors]
        assert {*wrong} == {"Tỷ lệ %"}
        cells |= {at: "not_provided" for at, text in cells.items() if text == "Tỷ lệ %"}
    made = stated(admin, asked, cells, form=form, date=of.data_date)
    assert {f"{it['section']}/{it['row']}/{it['column']}": it["text"] for it in made["cells"]} == {
        at: " ".join(text.split()) for at, text in cells.items()
    }
    wrong = {it["id"] for it in made["checks"] if it["result"] == "false"}
    assert wrong == PRINTED_WRONG[form]
    listed = {name for it in DISAGREEMENTS if it.get("form") == form for name in it["found"]}
    assert {name for name in wrong if not name.startswith("tinh.")} <= listed


PRINTED_WRONG = {
    "cu-chi-2020": {
        "b3_lien_thong.q1",
        "b3_dang_dung.q1",
        "b4_don_vi.q1",
        "b6_tu_chu.q1",
        "b7_phan_mem.q1",
        "b7_cong_bo.q1",
    },
    "bim-son-2017": {"pl4_tong.r2", "tinh.pl4.r3.ty_le"},
    "bim-son-2018-index": {"cong_r1_1", "cong_r8"},
}
"""Among what `figures.json` lists as inconsistencies of these reports, what their cells alone
tell."""

WRONG_CELLS = [
    ("pl9/r1/q1", "1", "stated-section", "section"),
    ("pl3b/r99/q1", "1", "stated-row", "row"),
    ("pl3b/r3_1:T/q1", "1", "stated-row", "row"),
    ("pl3b/r3_1/q9", "1", "stated-column", "column"),
    ("pl3b/r3/q1", "1", "stated-nothing", "column"),
    ("pl3b/r3_1/q1", "bốn nghìn", "stated-number", "text"),
    ("pl3b/r3_1/q1", "4.34", "stated-unclear", "text"),
    ("pl3b/r3_1/q1", "12%", "stated-number", "text"),
    ("pl3b/r3_1/q1", "-5", "stated-negative", "text"),
    ("pl3b/r3_1/q1", "-", "stated-empty", "text"),
    ("pl3b/r3_1/q1", "1" * 16, "stated-long", "text"),
    ("pl1/r1_2/q1", "x" * 2001, "stated-words", "text"),
    ("pl1/r3_3_2/q1", "0,96", "stated-unclear", "text"),
]


@pytest.mark.parametrize(("at", "text", "code", "place"), WRONG_CELLS)
def test_what_the_form_does_not_have_or_is_no_number_is_refused_by_place(
    admin: Speaker, at: str, text: str, code: str, place: str
) -> None:
    answer = state(admin, Q1, {"pl3b/r3_2/q1": "1", at: text})
    assert answer.status_code == 422, answer.text
    (error,) = answer.json()["errors"]
    assert (error["code"], error["pointer"]) == (code, f"/cells/1/{place}")


GOOD_TEXTS = [
    ("pl3b/r3_1/q1", "08", "value", 8), ("pl3b/r3_1/q1", "0", "value", 0),
    ("pl1/r3_3_2/q1", "92,1 %", "value", 92.1), ("pl1/r3_3_2/q1", "0,96%", "value", 0.96),
    ("pl3b/r3_1/q1", "chưa cung cấp", "not_provided", None),
    ("pl3b/r3_1/q1", "not_applicable", "not_applicable", None),
    ("pl3b/r3_1/y", "not_yet", "not_yet", None), ("pl1/r1_2/q1", "Không", "value", "Không"),
    ("pl7b/r2_1/ghi_chu", "21/21 xã", "value", "21/21 xã"),
]  # fmt: skip


@pytest.mark.parametrize(("at", "text", "told", "value"), GOOD_TEXTS)
def test_what_is_printed_is_read_by_the_forms_numbers(
    admin: Speaker, at: str, text: str, told: str, value: Any
) -> None:
    answer = state(admin, Q1 | {"dry_run": True}, {at: text})
    assert answer.status_code == 200, answer.text
    (cell,) = answer.json()["cells"]
    assert (cell["text"], cell["state"], cell["value"]) == (text, told, value)


WRONG: list[tuple[Json, Json, str]] = [
    ({"period": "2019-Q1"}, {}, "/unit"),
    ({"unit": "E"}, {}, "/period"),
    ({"unit": "E", "period": "2019-Q5"}, {}, "/period"),
    ({"unit": "E", "period": "2099"}, {}, "/period"),
    ({"unit": "T.1", "period": "2019"}, {}, "/unit"),
    ({"unit": "nobody", "period": "2019"}, {}, "/unit"),
    (Q1 | {"as_of": "2020-01-01T00:00:00Z"}, {}, "/as_of"),
    (Q1 | {"office": "x"}, {}, "/office"),
    (Q1, {"sha256": "0F" * 32}, "/sha256"),
    (Q1, {"sha256": None}, "/sha256"),
    (Q1, {"document": " "}, "/document"),
    (Q1, {"certified_by": "a\nb"}, "/certified_by"),
    (Q1, {"date": "2018-12-31"}, "/date"),
    (Q1, {"date": "2099-01-01"}, "/date"),
    (Q1, {"date": "26/02/2020"}, "/date"),
    (Q1, {"data_date": "2020-02-27"}, "/data_date"),
    (Q1, {"more": "x"}, "/more"),
]


@pytest.mark.parametrize(("asked", "more", "pointer"), WRONG)
def test_a_document_that_cannot_be_is_refused(
    admin: Speaker, asked: Json, more: Json, pointer: str
) -> None:
    before = [*admin.pages("/v1/stated")]
    answer = state(admin, asked, **more)
    assert answer.status_code == 422, answer.text
    assert answer.json()["errors"][0]["pointer"] == pointer
    assert [*admin.pages("/v1/stated")] == before


def test_who_may_enter_and_who_may_read(hub: Hub, admin: Speaker) -> None:
    def with_key(role: Any, **more: Any) -> Speaker:
        return admin.with_key(hub.registry.keys.create(role, **more)[1])

    reader, other = with_key("reader", units=("T",)), with_key("reader", units=("E",))
    source = with_key("source", source="/a", units=("T",))
    asked = {"unit": "T", "period": "2017-Q4"}
    assert state(reader, asked).status_code == 403
    assert state(source, Q1).status_code == 403
    made = stated(source, asked, CELLS)
    for speaker in (reader, source):
        assert speaker.ask(f"/v1/stated/{made['id']}").status_code == 200
        assert made["id"] in [it["id"] for it in speaker.pages("/v1/stated")]
    assert other.ask(f"/v1/stated/{made['id']}").status_code == 403
    assert made["id"] not in [it["id"] for it in other.pages("/v1/stated")]
    assert other.ask("/v1/reports/cu-chi-2020/trend", unit="T", periods="2019").status_code == 403
    assert admin.ask("/v1/stated/9-a").status_code == 404


def test_a_template_is_filled_in_and_entered_by_command(
    hub: Hub, admin: Speaker, tmp_path: Path
) -> None:
    key = tmp_path / "admin.key"
    key.write_text(admin.headers["Authorization"].removeprefix("Bearer "))

    def run(*args: str) -> Any:
        where = ("--url", str(admin.client.base_url), "--key-file", str(key))
        return CliRunner().invoke(create_app(), ["report", args[0], *where, *args[1:]])

    file, scan = tmp_path / "q2.csv", tmp_path / "scan.pdf"
    scan.write_bytes(b"%PDF")
    asked = ("--form", "vpcp-06a", "--unit", "T", "--period", "2016-Q2")
    assert run("state", str(file), *asked, "--template").exit_code == 0
    (_, head), *rows = read_rows(file.read_text())
    text = head.index("text")
    keys = {(row[0], row[1], row[2]) for _, row in rows}
    assert {("don_vi", "moi:T.1", "tn"), ("linh_vuc", "tong", "gq")} <= keys
    filled = [[*row[:text], "1.017" if row[:3] == ["don_vi", "moi:T.1", "tn"] else ""]
              for _, row in rows]  # fmt: skip
    file.write_text(write_rows([head, *filled]))
    said = (*asked, "--document", "Báo cáo", "--number", "7/BC", "--date", "2016-07-01", "--scan",
            str(scan), "--certified-by", "Bà B", "--office", "UBND huyện")  # fmt: skip
    foretold = run("state", str(file), *said, "--dry-run")
    assert (foretold.exit_code, "would be kept" in foretold.stderr) == (0, True), foretold.output
    made = run("state", str(file), *said)
    assert made.exit_code == 0, made.output
    kept = admin.ask(f"/v1/stated/{made.stdout.strip()}").json()
    assert [(it["row"], it["value"]) for it in kept["cells"]] == [("moi:T.1", 1017)]
    assert kept["document"]["sha256"].startswith("315d429b")
    listed = run("stated", "--unit", "T", "--period", "2016-Q2")
    assert made.stdout.strip()[:8] in listed.stdout
    told = run("trend", "vpcp-06a", "--unit", "T", "--period", "2016-Q2", "--json")
    assert json.loads(told.stdout)["periods"][0]["stated"]["id"] == kept["id"]
    shown = run("trend", "vpcp-06a", "--unit", "T", "--period", "2017-Q2", "--same-period",
                "--cell", "don_vi/moi:T.1/tn")  # fmt: skip
    assert "1.017" in shown.stdout, shown.output


@pytest.mark.parametrize(
    ("text", "code", "place"),
    [
        ("section,row,text\npl3b,r3_1,1\n", "stated-header", "line 1"),
        ("section,row,column,text,value\npl3b,r3_1,q1,1,2\n", "stated-header", "line 1"),
        ("section,row,column,text\npl3b,r3_1,q1,4,001\n", "stated-header", "line 2"),
        ('section,row,column,text\npl3b,"r3_1,q1,4\n', "stated-csv", "line 2"),
        ("section,row,column,text\n", "stated-none", ""),
        ("section;row;column;text\npl3b;r3_1;q1;a\n", "stated-number", "line 2, column text"),
        ("section,row,column,text\n" + "pl3b,r3_1,q1,1\n" * 2, "stated-twice",
         "line 3, column row"),
    ],
)  # fmt: skip
def test_a_csv_that_cannot_be_read_is_refused_by_line(
    admin: Speaker, text: str, code: str, place: str
) -> None:
    answer = admin.client.post(
        "/v1/reports/cu-chi-2020/stated", params=Q1 | DOCUMENT, content=text.encode(),
        headers=admin.headers | {"Content-Type": "text/csv"},
    )  # fmt: skip
    assert answer.status_code == 422, answer.text
    error = answer.json()["errors"][0]
    assert (error["code"], error["pointer"]) == (code, place)
