"""Entry of indicators in a browser: typed, proposed, checked, sent, refused beside the cell; and
by files."""

import re
from pathlib import Path
from typing import Any

import pytest

from tests.eventually import eventually
from tests.hub_process import HubProcess
from tests.reports.entry.entering import SHEET, filled_xlsx
from tests.web.office import Office

expect = pytest.importorskip("playwright.sync_api").expect
FORM = "cu-chi-2020"
PLACE = f"#/entry?form={FORM}&unit=H29.17&part=Q1&year="
COUNT, TEXT, LAW = "lead.1_1", "lead.2_1", "law.1_1"


def stated(code: str, period: str, name: str, **data: Any) -> dict[str, Any]:
    return {
        "specversion": "1.0", "id": name, "source": "/a", "subject": code,
        "type": "vn.motcua.indicator.reported.v1", "time": "2019-01-05T08:00:00+07:00",
        "data": {"unit": "H29.17", "period": period, **data},
    }  # fmt: skip


def values(office: Office, period: str) -> dict[str, Any]:
    asked = {"unit": "H29.17", "period": period}
    items = office.http.get("/v1/indicators/values", params=asked).json()["items"]
    return {it["code"]: it.get("value", it.get("text")) for it in items if not it["level"]}


def has(office: Office, period: str, wanted: dict[str, Any]) -> None:
    """Wait until what was sent is counted."""
    eventually(lambda: values(office, period) == wanted, f"{period} is {wanted}")


@pytest.fixture(scope="module", autouse=True)
def _district(hub: HubProcess) -> None:
    """The level of the unit, and what it said before."""
    office = Office(hub.url)
    levels = {"H29": "province", "H29.17": "district"}
    units = [it for it in office.http.get("/v1/units").json()["units"] if it["registered"]]
    rows = [it | {"level": levels.get(it["code"], "commune")} for it in units]
    assert office.http.put("/v1/units", json=rows).status_code == 200
    office.send(
        stated(COUNT, "2017-Q4", "a", value=7), stated(TEXT, "2017-Q4", "b", text="<b>5 đợt</b>"),
        stated(LAW, "2018-Q1", "c", value=3), stated(LAW, "2016-Q1", "d", value=3),
    )  # fmt: skip


def row_of(page: Any, code: str) -> Any:
    return page.locator(".entry-row").filter(has=page.locator(f"[id='entry-{code}-']"))


def send(page: Any) -> None:
    page.get_by_role("button", name=re.compile("Xem trước và gửi")).click()
    page.get_by_role("button", name=re.compile("Xác nhận gửi")).click()
    expect(page.get_by_text(re.compile("^Đã gửi: "))).to_be_visible()


def test_cells_are_typed_checked_looked_at_and_sent(hub, office, open_page, picture):
    from axe_playwright_python.sync_playwright import Axe

    page = open_page(hub.url, f"{PLACE}2018", size=(1366, 768))
    expect(page.locator(".entry-row").first).to_be_visible()
    expect(row_of(page, LAW)).to_have_count(0)  # it has a value
    count = row_of(page, COUNT).locator("input")
    for typed, said in (("2.738", "ngăn nghìn"), ("12,5", "số nguyên"), ("năm", "Không phải số")):
        count.fill(typed)
        expect(row_of(page, COUNT).get_by_role("alert")).to_contain_text(said)
    count.fill("2738")
    expect(row_of(page, COUNT).locator(".said")).to_be_empty()
    row_of(page, COUNT).get_by_role("button", name=re.compile("Căn cứ")).click()
    page.get_by_label("Tài liệu kiểm chứng").fill("QĐ 12")
    row_of(page, TEXT).get_by_role("combobox").select_option("not_applicable")
    assert values(office, "2018-Q1") == {LAW: 3}
    picture(page, "entry")
    found = Axe().run(page)
    assert found.response["violations"] == [], found.generate_report()
    # another view and back: what was typed is there
    page.get_by_role("link", name="Số liệu").click()
    expect(page.locator(".entry")).to_have_count(0)
    page.go_back()
    expect(row_of(page, COUNT).locator("input").first).to_have_value("2738")
    page.get_by_role("button", name=re.compile("Xem trước")).click()
    dialog = page.get_by_role("dialog")
    expect(dialog.locator("tbody tr")).to_have_count(2)
    expect(dialog).to_contain_text("/manual/open")
    picture(page, "entry-preview")
    page.get_by_role("button", name="Quay lại").click()
    assert values(office, "2018-Q1") == {LAW: 3}
    send(page)
    has(office, "2018-Q1", {LAW: 3, COUNT: 2738, TEXT: None})
    expect(row_of(page, COUNT)).to_have_count(0)
    page.get_by_label("Hiện cả các ô đã có").check()
    expect(row_of(page, COUNT)).to_contain_text("2.738")
    row_of(page, COUNT).get_by_role("button", name=re.compile("Lịch sử")).click()
    expect(page.get_by_role("dialog")).to_contain_text("đang có hiệu lực")
    expect(page.get_by_role("dialog")).to_contain_text("QĐ 12")
    picture(page, "entry-history")


def test_what_the_hub_refuses_is_told_beside_the_cell(hub, office, open_page):
    page = open_page(hub.url, f"{PLACE}2016&all=yes", size=(390, 844))
    row_of(page, LAW).locator("input").fill("5")
    row_of(page, COUNT).locator("input").fill("6")
    office.send(stated(LAW, "2016-Q1", "meanwhile", value=4))
    page.get_by_role("button", name=re.compile("Xem trước")).click()
    expect(row_of(page, LAW).get_by_role("alert")).to_contain_text("Đã có số liệu mới")
    expect(page.get_by_text("Chưa gửi gì: 1 chỗ cần sửa")).to_be_visible()
    assert values(office, "2016-Q1") == {LAW: 4}, "all or nothing"
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_the_period_before_is_taken_over_only_by_a_person(hub, office, open_page):
    page = open_page(hub.url, f"{PLACE}2018&all=yes")
    expect(page.locator(".entry-row").first).to_be_visible()
    page.goto(f"{hub.url}/{PLACE}2018&part=H1")
    page.goto(f"{hub.url}/#/entry?form={FORM}&unit=H29.17&year=2018&part=Q1&all=yes")
    expect(row_of(page, COUNT).locator(".entry-proposal")).to_contain_text("Kỳ 2017-Q4: 7")
    proposal = row_of(page, TEXT).locator(".entry-proposal")
    expect(proposal).to_contain_text("<b>5 đợt</b>")
    office.send(stated(COUNT, "2014-Q4", "e", value=8), stated(TEXT, "2014-Q4", "f", text="x"))
    page.goto(f"{hub.url}/{PLACE}2015")
    row_of(page, COUNT).get_by_role("button", name=re.compile("^Lấy số liệu")).click()
    expect(row_of(page, COUNT).locator("input")).to_have_value("8")
    page.get_by_role("button", name="Lấy tất cả làm đề xuất").click()
    expect(row_of(page, TEXT).locator("input")).to_have_value("x")
    assert values(office, "2015-Q1") == {}
    send(page)
    has(office, "2015-Q1", {COUNT: 8, TEXT: "x"})


def test_a_template_is_kept_filled_in_and_sent_back(hub, office, open_page, tmp_path, picture):
    page = open_page(hub.url, f"{PLACE}2013")
    with page.expect_download() as kept:
        page.get_by_role("button", name="Tải mẫu Excel").click()
    assert kept.value.suggested_filename == "nhap-cu-chi-2020-H29.17-2013-Q1.xlsx"
    body = kept.value.path().read_bytes()
    chosen = page.locator("input[type=file]")
    wrong = tmp_path / "wrong.xlsx"
    wrong.write_bytes(filled_xlsx(body, {(COUNT, ""): "2.738", (LAW, ""): 4}))
    chosen.set_input_files(wrong)
    faults = page.get_by_role("dialog").locator(".entry-faults li")
    expect(faults).to_have_count(1)
    expect(faults).to_contain_text(f"{SHEET}!K6")
    expect(faults).to_contain_text("dấu ngăn nghìn")
    picture(page, "entry-refused")
    page.get_by_role("button", name="Đóng", exact=True).click()
    good = tmp_path / "good.xlsx"
    good.write_bytes(filled_xlsx(body, {(COUNT, ""): 2738, (LAW, ""): 4}))
    chosen.set_input_files(good)
    expect(page.get_by_role("dialog").locator("tbody tr")).to_have_count(2)
    page.get_by_role("button", name=re.compile("Xác nhận gửi")).click()
    expect(page.get_by_text(re.compile("^Đã gửi: mới 2"))).to_be_visible()
    has(office, "2013-Q1", {COUNT: 2738, LAW: 4})
    page.goto(f"{hub.url}/{PLACE}2012")
    expect(page.get_by_text("Đang tải…")).to_have_count(0)
    expect(page.locator(".entry-row").first).to_be_visible()
    chosen.set_input_files(good)
    expect(page.get_by_role("dialog")).to_contain_text("mẫu của kỳ khác")
    assert values(office, "2012-Q1") == {}


def test_who_may_look_may_not_send_and_a_source_may(open_page, tmp_path: Path):
    with HubProcess(tmp_path / "data", open=False) as own:
        office = Office(own.url, own.key)
        office.register()
        rows = [{"code": "H29.17", "name": "Huyện Củ Chi", "level": "district", "parent": "H29"}]
        assert office.http.put("/v1/units", json=rows).status_code == 200
        may = {"reader": {"role": "reader", "units": ["H29.17"]},
               "source": {"role": "source", "source": "/igate", "units": ["H29.17"]}}  # fmt: skip
        for role, wanted in may.items():
            answer = office.http.post("/v1/keys", json=wanted).json()
            page = open_page(own.url, f"{PLACE}2018")
            page.get_by_label("Khóa truy cập").or_(page.locator("#key")).first.fill(answer["key"])
            page.keyboard.press("Enter")
            expect(page.locator(".entry-row").first).to_be_visible()
            if role == "reader":
                expect(page.locator(".entry")).to_contain_text("chỉ được xem")
                expect(page.locator(".entry-input input")).to_have_count(0)
                expect(page.get_by_role("button", name="Gửi tệp đã điền…")).to_have_count(0)
            else:
                row_of(page, COUNT).locator("input").fill("9")
                send(page)
                has(office, "2018-Q1", {COUNT: 9})
