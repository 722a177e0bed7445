"""Reports over HTTP on random dossiers: every cell lists what it counts; the four empties; files
that hold no formula; who may ask. Data are made up."""

import csv
import io
import random
import zipfile
from collections.abc import Iterator
from typing import Any

import openpyxl
import pytest

from hub.api.context import Hub
from hub.demo.as_printed import printed, statements
from hub.demo.catalogue import PHU_HO
from hub.demo.reconstruct import events, examples
from hub.processes.serve import embedded_hub
from tests.api.conftest import listening
from tests.api.speaking import Speaker, event
from tests.reports.printed import assert_disagreements_found, assert_told

Json = dict[str, Any]
EVIL = '=HYPERLINK("http://x","<script>alert(1)</script>")'
UNITS = [
    {"code": "T", "name": "Tỉnh", "level": "province"},
    {"code": "T.1", "name": EVIL, "level": "district", "parent": "T"},
    {"code": "X1", "name": "Xã 1", "level": "commune", "parent": "T.1"},
    {"code": PHU_HO, "name": "Xã Phú Hồ", "level": "commune"},
]
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


def made_up(rng: random.Random) -> Iterator[Json]:
    """Events of 120 dossiers; units X2 is not registered, some fields and levels are missing."""
    for n in range(120):
        where = {"unit": rng.choice(("T.1", "X1", "T.1.X2")), "subject": f"d{n}"}
        day = rng.randrange(1, 29)
        said = {
            "field": rng.choice(("dat-dai", "ho-tich", EVIL[1:6])), "level": rng.choice(
                ("district", "commune")), "channel": rng.choice(("direct", "online", "post")),
            "due_at": f"2020-0{rng.choice((1, 2, 3))}-20T17:00:00+07:00",
        }  # fmt: skip
        kept = {name: it for name, it in said.items() if name == "channel" or rng.random() < 0.8}
        if "due_at" in kept:
            day = rng.randrange(1, 20)
        yield event(**where, id="r", time=f"2020-01-{day:02}T08:00:00+07:00", **kept)
        if rng.random() < 0.7:
            month = rng.choice((1, 2, 3, 4))
            yield event("resolved", **where, id="c", time=f"2020-0{month}-29T09:00:00+07:00")
        if rng.random() < 0.2:
            yield event("rated", **where, id="s", time="2020-02-03T09:00:00+07:00",
                        rating="neutral", via="kiosk")  # fmt: skip


def stated(code: str, unit: str, name: str, **data: Any) -> Json:
    return {
        "specversion": "1.0", "id": name, "source": "/a", "subject": code,
        "type": "vn.motcua.indicator.reported.v1", "time": "2024-01-01T08:00:00+07:00",
        "data": {"unit": unit, **data},
    }  # fmt: skip


def asked(speaker: Speaker, form: str, **params: Any) -> Json:
    answer = speaker.ask(f"/v1/reports/{form}", min_position=speaker.position, **params)
    assert answer.status_code == 200, answer.text
    found: Json = answer.json()
    assert answer.headers["hub-verdict"] == found["verdict"]
    return found


def cells(report: Json) -> Iterator[tuple[str, Json]]:
    for section in report["sections"]:
        for row in section["rows"]:
            for column, cell in row["cells"].items():
                yield f"{section['key']}.{row['key']}.{column}", cell


def behind(speaker: Speaker, cell: Json) -> Json:
    """What the address of a cell answers."""
    more = "" if cell["origin"] == "indicator" else "&limit=1000"
    answer = speaker.client.get(cell["list"] + more, headers=speaker.headers)
    assert answer.status_code == 200, answer.text
    found: Json = answer.json()
    return found


@pytest.mark.parametrize("where", [{"unit": "T"}, {"unit": "T.1"}, {}])
def test_every_cell_lists_as_many_dossiers_as_it_says(admin: Speaker, where: Json) -> None:
    report = asked(admin, "vpcp-06a", **where, period="2020-Q1", calendar="nd09")
    listed = 0
    for name, cell in cells(report):
        page = behind(admin, cell)
        assert page["total"] == len(page["items"]) == cell["value"], (name, cell)
        listed += cell["value"]
    assert listed > 100
    assert report["verdict"] == "valid"
    wrong = {check["id"]: check["left"] for check in report["checks"] if check["result"] != "true"}
    assert wrong == {"don_vi_dang_ky": 1}  # T.1.X2
    assert [it["source"] for it in report["sources"]] == ["/igate/cu-chi"]


def test_the_cells_are_the_figures(admin: Speaker) -> None:
    report = asked(admin, "vpcp-06a", **QUARTER)
    whole = admin.ask("/v1/figures", **QUARTER, subtree=True).json()["total"]
    names = {"tn": "received_total", "gq_qua": "resolved_late", "dg_qua": "in_progress_overdue"}
    told = dict(cells(report))
    for column, name in names.items():
        assert told[f"don_vi.tong.{column}"]["value"] == whole[name]
        rows = [it["value"] for key, it in told.items() if key.startswith("don_vi.moi:")
                and key.endswith(f".{column}")]  # fmt: skip
        assert sum(rows) == whole[name]
    by_field = admin.ask("/v1/figures", **QUARTER, subtree=True, by="field").json()["rows"]
    for row in by_field:
        key = f"linh_vuc.moi:{row['key']['field'] or '-'}.tn"
        assert told[key]["value"] == row["figures"]["received_total"]


def test_the_report_of_phu_ho_is_as_printed(admin: Speaker) -> None:
    """The reconstruction's dossiers; the indicators are those that the report prints."""
    example = examples()[1]
    admin.accept(*events(example))
    before = asked(admin, "phu-ho-2023", unit=PHU_HO, period="2023", data_date="2023-12-06")
    assert dict(cells(before))["so.tat_ca.value"]["state"] == "not_provided"
    assert "gồm (chưa có số liệu) hồ sơ" in before["sections"][1]["text"]
    admin.accept(*statements(printed("phu-ho-2023")))
    report = asked(admin, "phu-ho-2023", unit=PHU_HO, period="2023", data_date="2023-12-06")
    text = "\n".join(it["text"] for it in report["sections"] if it["text"])
    for line in PRINTED.strip().split("\n"):
        assert line in text, text
    assert report["verdict"] == "valid"
    assert_disagreements_found("phu-ho-2023", report)
    told = assert_told(printed("phu-ho-2023"), report)
    differs = [(it.label, it.printed, it.computed) for it in told if it.state == "differs"]
    assert differs == [("Địa chính-NN-XD&MT: đã giải quyết đúng và trước hạn", "112", "156")]
    same = {"unit": PHU_HO, "from": "2022-12-15", "to": "2023-12-06"}
    assert asked(admin, "phu-ho-2023", **same)["sections"][2] | {"rows": []} == (
        report["sections"][2] | {"rows": []}
    )
    for name, cell in cells(report):
        if cell["origin"] == "figure":
            assert behind(admin, cell)["total"] == cell["value"], name
        if cell["origin"] == "indicator":
            items = behind(admin, cell)["items"]
            assert [it["value"] for it in items] == [cell["value"]], name


PRINTED = """
Năm 2023 (từ ngày 15/12/2022 đến ngày 06/12/2023):
1. Tổng số hồ sơ yêu cầu giải quyết tại bộ phận một cửa xã gồm 3.015 hồ sơ.
có 1.514 hồ sơ: Đã xử lý trước hạn 1.228 hồ sơ, đúng hạn 246 hồ sơ, trễ hạn 28 hồ sơ
hồ sơ đang giải quyết 12 hồ sơ, trong hạn 12 hồ sơ, quá hạn 0 hồ sơ. Bao gồm các lĩnh vực sau:
+ Tư pháp - Hộ tịch: 1.283 hồ sơ, đã xử lý đúng và trước hạn 1.274 trong đó Tư pháp 799 hồ sơ
Hộ tịch 475 hồ sơ, xử lý quá hạn 07 hồ sơ, đang giải quyết 02 hồ sơ.
+ Văn hóa - xã hội: 45 hồ sơ, đã xử lý đúng và trước hạn 43 hồ sơ, quá hạn 0 hồ sơ
+ Địa chính-NN-XD&MT: 185 hồ sơ, đã xử lý đúng và trước hạn 156 hồ sơ, quá hạn 21 hồ sơ
+ Văn phòng - Thống kê: 01 hồ sơ, đã xử lý đúng và trước hạn 01 hồ sơ
vừa đủ theo quy định xã loại 2 là 20 người.
1. Phần mềm hồ sơ công việc: (Tính từ ngày 15/12/2022 - 06/12/2023)
Tổng số văn bản đến: 2.283 văn bản
Tổng số văn bản đến được cập nhập, đưa vào phần mềm: 2.283 văn bản
Tổng số văn bản phát hành của cơ quan năm 2023: 640 văn bản
Tổng số văn bản phát hành được truyền qua mạng: 640 văn bản
Ký số Văn bản đi trên môi trường mạng: 100%
"""
"""As the report prints it, but for 156 of the land row, which it prints as 112: a row of 185 then
lacks 44 (see the reconstruction's assumptions)."""


def test_nothing_later_than_the_data_date_is_counted(admin: Speaker) -> None:
    told = dict(cells(asked(admin, "vpcp-06a", **QUARTER, data_date="2020-01-10")))
    days = {"unit": "T", "subtree": True, "from": "2020-01-01", "to": "2020-01-10"}
    whole = admin.ask("/v1/figures", **days).json()["total"]
    assert told["don_vi.tong.tn"]["value"] == whole["received_total"] > 0
    later = dict(cells(asked(admin, "vpcp-06a", **QUARTER, data_date="2019-12-31")))
    assert {cell["state"] for cell in later.values()} == {"not_yet"}
    assert {cell["value"] for cell in later.values()} == {None}


def test_no_text_becomes_a_formula_or_markup(admin: Speaker) -> None:
    answers = {
        it: admin.ask("/v1/reports/vpcp-06a", **QUARTER, format=it)
        for it in ("csv", "xlsx", "docx", "html")
    }
    assert answers["html"].headers["content-type"] == "text/html; charset=utf-8"
    assert "<script" not in answers["html"].text
    assert "<title>vpcp-06a - Tỉnh - 2020-Q1</title>" in answers["html"].text
    lines = list(csv.reader(io.StringIO(answers["csv"].text.lstrip("\ufeff"))))
    assert not [cell for line in lines for cell in line if cell.startswith("=")]
    assert f"'{EVIL}" in {line[3] for line in lines}
    book = openpyxl.load_workbook(io.BytesIO(answers["xlsx"].content))
    found = [it for sheet in book for row in sheet.iter_rows() for it in row if it.value == EVIL]
    assert found
    with zipfile.ZipFile(io.BytesIO(answers["xlsx"].content)) as parts:
        assert not [name for name in parts.namelist() if b"<f>" in parts.read(name)]
        assert {it.date_time for it in parts.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    numbers = [row for row in book["don_vi"].iter_rows(values_only=True) if "Tổng số" in row[:2]]
    assert all(isinstance(it, int) for it in numbers[-1][2:])


def test_equal_questions_give_equal_bytes(admin: Speaker) -> None:
    as_of = asked(admin, "vpcp-06a", **QUARTER)["as_of"]
    for name in ("json", "csv", "xlsx", "docx", "html"):
        params = {**QUARTER, "as_of": as_of, "format": name, "data_date": "2020-03-31"}
        first, second = (admin.ask("/v1/reports/vpcp-06a", **params).content for _ in range(2))
        assert first == second, name


@pytest.mark.parametrize(
    ("form", "params", "status", "named"),
    [
        ("nothing", {"period": "2020"}, 404, "vpcp-06a"),
        ("vpcp-06a", {}, 422, "period"),
        ("vpcp-06a", {"period": "2020-Q5"}, 422, "period"),
        ("vpcp-06a", {"period": "2020", "format": "pdf"}, 422, "format"),
        ("vpcp-06a", {"period": "2020", "data_date": "1/2/2020"}, 422, "data_date"),
        ("phu-ho-2023", {"period": "2023"}, 422, "unit"),
        ("phu-ho-2023", {"period": "2023", "unit": "T"}, 422, "province"),
        ("phu-ho-2023", {"period": "2023", "unit": "X9"}, 422, "not registered"),
    ],
)
def test_a_wrong_question_is_refused(
    admin: Speaker, form: str, params: Json, status: int, named: str
) -> None:
    answer = admin.ask(f"/v1/reports/{form}", **params)
    assert answer.status_code == status
    assert named in answer.text


def test_a_key_reads_its_own_units(hub: Hub, admin: Speaker) -> None:
    _, secret = hub.registry.keys.create("reader", units=["X1"], label="x")
    reader = admin.with_key(secret)
    assert reader.ask("/v1/reports/vpcp-06a", **QUARTER).status_code == 403
    own = reader.ask("/v1/reports/vpcp-06a", period="2020-Q1").json()
    rows = [row["label"] for row in own["sections"][0]["rows"]]
    assert rows == ["Xã 1", "Tổng số"]
    assert own["sources"] == []


def test_a_source_that_is_late_or_sends_old_dossiers_still_is_told(admin: Speaker) -> None:
    def checks() -> Json:
        return {it["id"]: it["result"] for it in asked(admin, "vpcp-06a", **QUARTER)["checks"]}

    assert checks()["nguon"] == "true"
    row = {"source": "/igate/cu-chi", "name": "A", "backfilling": True}
    for said, result in ((row, "false"), (row | {"backfilling": False}, "true")):
        answer = admin.client.put("/v1/sources", json=[said], headers=admin.headers)
        assert answer.status_code == 200, answer.text
        assert checks()["nguon"] == result
    as_of = asked(admin, "vpcp-06a", **QUARTER)["as_of"]
    then = admin.ask("/v1/reports/vpcp-06a", **QUARTER, as_of=as_of).json()
    assert "nguon" not in {it["id"] for it in then["checks"]}


def test_the_catalogue_and_each_form_are_told(admin: Speaker) -> None:
    for line in admin.ask("/v1/reports").json()["reports"]:
        form = admin.ask(f"/v1/forms/{line['form']}").json()
        assert form["sections"]
        assert form["version"] == line["version"]
    cells = {
        (section["key"], row["key"], column): cell
        for section in admin.ask("/v1/forms/cu-chi-2020").json()["sections"]
        for row in section["rows"]
        for column, cell in row["cells"].items()
    }
    assert cells["pl3b", "r1", "q1"]["of"] == {
        "r1_1a": "pl3b/r1_1a/q1",
        "r1_1b": "pl3b/r1_1b/q1",
    }
    named = [it for cell in cells.values() for it in cell.get("of", {}).values()]
    assert {tuple(it.split("/")) for it in named} <= cells.keys()
    form = admin.ask("/v1/forms/vpcp-06a").json()
    assert form["sections"][0]["rows"][0]["cells"]["tn"] == {"figure": "received_total"}
    assert admin.ask("/v1/forms/nothing").status_code == 404
