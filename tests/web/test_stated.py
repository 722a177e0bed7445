"""A published report in a browser: entered, looked at first, and beside this year's."""

import re

import pytest

from tests.web.office import ago
from tests.web.test_seals import clean

expect = pytest.importorskip("playwright.sync_api").expect
YEAR = ago().year
PLACE = "#/reports?form=vpcp-06a&unit=H29.17.02&year={}&part=year"
ROWS = "section,row,column,text\n" + "".join(
    f"don_vi,tong,{column},{text}\n"
    for column, text in (("tn", "1.017"), ("gq", "900"), ("dg", "100"), ("gq_qua", "not_provided"))
)
FIELDS = {
    "Tên văn bản": "Báo cáo kiểm soát TTHC", "Số văn bản": "66/BC-UBND",
    "Người xác nhận": "Chánh Văn phòng", "Cơ quan": "UBND xã", "Ngày văn bản": f"{YEAR - 1}-12-20",
}  # fmt: skip


def test_a_published_report_is_entered_and_stands_beside_this_years(
    hub, office, open_page, picture, tmp_path
):
    page = open_page(hub.url, PLACE.format(YEAR - 1), size=(1366, 768))
    panel = page.locator("section.stated")
    panel.get_by_role("button", name="Nhập báo cáo đã công bố").click()
    dialog = page.get_by_role("dialog")
    for label, text in FIELDS.items():
        dialog.get_by_label(label, exact=True).fill(text)
    scan = tmp_path / "scan.pdf"
    scan.write_bytes(b"%PDF")
    dialog.get_by_label("Tính từ tệp quét").set_input_files(scan)
    expect(dialog.get_by_label("SHA-256 của bản quét")).to_have_value(re.compile("^315d429b"))
    cells = dialog.get_by_label("Số liệu (CSV")
    cells.fill(ROWS.replace("1.017", "nhiều") + "don_vi,tong,xyz,1\n")
    dialog.get_by_role("button", name="Xem trước").click()
    expect(dialog.get_by_role("alert")).to_contain_text("line 2, column text không phải số")
    expect(dialog.get_by_role("alert")).to_contain_text("line 6, column column không phải cột")
    cells.fill(ROWS)
    dialog.get_by_role("button", name="Xem trước").click()
    told = dialog.locator(".stated-told")
    expect(told).to_contain_text("(3) = (7) + (11): 1.017 ≠ 1.000")
    expect(told.locator("tbody tr")).to_have_count(4)
    expect(told.locator("tbody")).to_contain_text("chưa cung cấp")
    told.get_by_role("button").scroll_into_view_if_needed()
    picture(page, "stated-preview")
    clean(page)
    told.get_by_role("button", name="Ghi nhận").click()
    expect(dialog).to_have_count(0)
    expect(panel.locator("article")).to_contain_text("66/BC-UBND")
    [kept] = office.http.get("/v1/stated", params={"unit": "H29.17.02"}).json()["items"]
    assert (kept["counts"]["cells"], kept["document"]["date"]) == (4, f"{YEAR - 1}-12-20")
    panel.get_by_text("4 ô, 1 chỗ không khớp").click()
    expect(panel.locator("tbody tr")).to_have_count(4)
    panel.locator("tbody tr").last.scroll_into_view_if_needed()
    picture(page, "stated-panel")

    page.goto(f"{hub.url}/{PLACE.format(YEAR)}")
    switch = page.get_by_label("Cùng kỳ năm trước")
    switch.check()
    expect(page).to_have_url(re.compile("prior=yes"))
    expect(page.locator(".prior-switch")).to_contain_text("theo báo cáo đã công bố: Báo cáo kiểm")
    report = office.http.get(
        "/v1/reports/vpcp-06a", params={"unit": "H29.17.02", "period": YEAR}
    ).json()
    now = report["sections"][0]["rows"][-1]["cells"]["tn"]["value"]
    cell = page.locator("tr:has([data-cell='don_vi/tong/tn']) .prior").first
    expect(cell).to_contain_text("1.017†")
    expect(cell).to_contain_text(f"Δ −{1017 - now:,}".replace(",", "."))
    expect(cell).to_contain_text("theo báo cáo đã công bố")
    empty = page.locator("tr:has([data-cell='don_vi/tong/tn']) .prior").nth(2)
    expect(empty).to_contain_text(re.compile("^…†"))
    assert page.locator("[data-cell='don_vi/tong/tn']").inner_text() == str(now), "never added"
    cell.scroll_into_view_if_needed()
    picture(page, "same-period")
    clean(page)
    phone = open_page(hub.url, f"{PLACE.format(YEAR)}&prior=yes", size=(390, 844), scheme="dark")
    expect(phone.locator(".prior").first).to_be_visible()
    phone.locator(".prior").first.scroll_into_view_if_needed()
    picture(phone, "phone-same-period")
    clean(phone)
    switch.uncheck()
    expect(page.locator(".prior")).to_have_count(0)
