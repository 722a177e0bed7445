"""A sheet of somebody else beside the report, in a browser: guesses wait for a person, what differs
leads to its dossiers."""

import io
from typing import Any

import openpyxl
import pytest

from hub.core.csv_text import write_rows
from tests.web.office import Office, ago
from tests.web.test_seals import clean

expect = pytest.importorskip("playwright.sync_api").expect
YEAR = f"{ago().year}"
ASKED = {"unit": "H29.17", "period": YEAR}
PLACE = f"#/reports?form=vpcp-06a&unit=H29.17&year={YEAR}&part=year"
CALLED = "TT. Củ Chi"


def received(office: Office) -> list[str]:
    asked = ASKED | {"figure": "received_total", "subtree": "true", "limit": "500"}
    items = office.http.get("/v1/dossiers", params=asked).json()["items"]
    return [it["subject"] for it in items]


def theirs(office: Office) -> bytes:
    """The hub's own book, in which a unit is called otherwise, a cell and a sum are wrong, and a
    sheet lists dossiers."""
    book = office.http.get("/v1/reports/vpcp-06a", params=ASKED | {"format": "xlsx"}).content
    workbook = openpyxl.load_workbook(io.BytesIO(book), data_only=True)
    first = workbook.worksheets[0]
    for row in first.iter_rows():
        if row[1].value == "Thị trấn Củ Chi":
            row[1].value = CALLED
        if row[1].value == "Xã An Nhơn Tây":
            row[3].value += 5
    listed = workbook.create_sheet("Danh sách")
    listed.append(["STT", "Mã hồ sơ"])
    for n, code in enumerate([*received(office)[2:], "chua-tung.co"]):
        listed.append([n, code])
    out = io.BytesIO()
    workbook.save(out)
    return out.getvalue()


def upload(page: Any, name: str, content: bytes) -> Any:
    kind = "text/csv" if name.endswith(".csv") else "application/octet-stream"
    chosen = {"name": name, "mimeType": kind, "buffer": content}
    page.get_by_label("Đối chiếu với tệp…").set_input_files(chosen)
    held = page.locator(".held")
    expect(held.locator(".report-verdict")).to_be_visible()
    return held


def test_a_book_is_held_against_the_report(hub, office, open_page, picture):
    page = open_page(hub.url, PLACE, size=(1366, 768), permissions=("clipboard-write",))
    held = upload(page, "bo.xlsx", theirs(office))
    verdict = held.locator(".report-verdict")
    expect(verdict).to_contain_text("CÓ CHỖ KHÁC")
    expect(held.locator("[data-cell]")).to_have_count(1)
    picture(page, "reconcile-asks")
    clean(page)

    held.get_by_role("button", name="Là “Thị trấn Củ Chi”").click()
    expect(held.locator(".held-rows")).to_have_count(0)
    expect(held.locator(".held-ask").first).to_contain_text("Thị trấn Củ Chi")
    held.get_by_role("button", name="Nhớ 1 tên gọi").click()
    expect(held.get_by_role("status").last).to_have_text("Đã nhớ 1 tên gọi.")
    difference = held.locator("[data-cell]")
    expect(difference).to_have_count(1)
    expect(difference).to_contain_text("Xã An Nhơn Tây")
    expect(difference.locator("td.number").last).to_have_text("+5")
    expect(verdict).to_contain_text("phép tính sai ngay trên bảng")
    in_hub = difference.get_by_role("button")
    said = in_hub.inner_text()
    in_hub.click()
    dialog = page.get_by_role("dialog")
    expect(dialog.locator(".drill-total")).to_have_attribute("data-total", said)
    page.keyboard.press("Escape")

    missing = received(office)[:2]
    for code in missing:
        expect(held.locator(f"[data-dossier='{code}']")).to_contain_text("giải quyết")
    expect(held.locator("[data-dossier='chua-tung.co']")).to_contain_text("chưa từng nhận")
    held.get_by_role("button", name=missing[0]).click()
    expect(page.get_by_role("dialog", name=missing[0])).to_be_visible()
    page.keyboard.press("Escape")
    with page.expect_download() as download:
        held.get_by_role("button", name="Tải CSV").click()
    lines = download.value.path().read_text("utf-8-sig").splitlines()
    assert download.value.suggested_filename == f"doi-chieu-vpcp-06a-H29.17-{YEAR}.csv"
    assert any("Xã An Nhơn Tây" in line and line.count(",5,") for line in lines)
    assert any(missing[1] in line for line in lines)
    held.get_by_role("button", name="Sao chép").click()
    expect(held).to_contain_text("Đã sao chép")
    picture(page, "reconcile")
    clean(page)
    page.emulate_media(media="print")
    expect(held).to_be_hidden()
    page.emulate_media(media="screen")
    page.set_viewport_size({"width": 390, "height": 844})
    picture(page, "phone-reconcile")
    clean(page)
    held.get_by_role("button", name="Thôi đối chiếu").click()
    expect(held).to_have_count(0)
    held = upload(page, "lan-sau.xlsx", theirs(office))
    expect(held.locator(".held-rows")).to_have_count(0)
    held.locator("summary", has_text="là phần “Theo đơn vị”").click()
    expect(held).to_contain_text(f"“{CALLED}” = 2 Thị trấn Củ Chi như đã xác nhận ngày")
    label = {"section": "don_vi", "kind": "row", "label": CALLED, "key": None}
    assert office.http.put("/v1/forms/vpcp-06a/aliases", json=[label]).json() == {"changed": 1}


def test_columns_that_are_guessed_wait_for_a_person(hub, office, open_page, picture):
    report = office.http.get("/v1/reports/vpcp-06a", params=ASKED).json()
    section = report["sections"][0]
    keys = [it["key"] for it in section["columns"] if it["is"] == "value"]
    rows = [
        [row["label"], *(row["cells"][key]["value"] for key in keys)] for row in section["rows"]
    ]
    rows[0][1] += 1
    page = open_page(hub.url, PLACE, scheme="dark")
    held = upload(page, "cot.csv", write_rows(rows).encode())
    expect(held.locator(".report-verdict")).to_contain_text("CHỜ XÁC NHẬN")
    expect(held.locator("[data-cell]")).to_have_count(0)
    held.get_by_role("button", name="Đoán đúng").click()
    expect(held.locator(".report-verdict")).to_contain_text("CÓ CHỖ KHÁC")
    expect(held.locator("[data-cell]")).to_have_count(1)
    for summary in ("là phần “Theo đơn vị”", "Nhận ra 11 cột"):
        held.locator("summary", has_text=summary).click()
    column = held.get_by_label("Cột C là cột của biểu")
    expect(column).to_have_value(keys[1])
    column.select_option(keys[2])
    expect(column).to_have_value(keys[2])
    expect(held.locator("[data-cell]")).not_to_have_count(1)
    picture(page, "reconcile-columns")
    clean(page)
    page.get_by_label("Kỳ", exact=True).select_option("Q1")
    expect(held.locator("h2")).to_contain_text("cot.csv")
    expect(held.get_by_label("Cột C là cột của biểu")).to_have_value(keys[2])
    held = upload(page, "xau.xlsx", b"PK\x03\x04")
    expect(held.get_by_role("alert")).to_contain_text("Không đọc được tệp")
