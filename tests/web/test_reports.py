"""Reports in a browser: what the form prints, what stands behind each cell, what is wrong."""

import re
from typing import Any

import pytest

from tests.web.office import SOURCE, Office, ago
from tests.web.opening import OPEN_EACH

expect = pytest.importorskip("playwright.sync_api").expect
YEAR = f"{ago().year}"
PLACE = f"#/reports?form=vpcp-06a&unit=H29.17&year={YEAR}&part=year"
CU_CHI = f"#/reports?form=cu-chi-2020&unit=H29.17&year={YEAR}&part=year"

OF_UNITS = ", ".join(
    f".sheet-section button.drill[data-cell^='don_vi/{row}']" for row in ("tong", "moi:H29.17.01")
)


def stated(code: str, period: str, unit: str = "H29.17", **data: Any) -> dict[str, Any]:
    """What a unit states of an indicator."""
    return {
        "specversion": "1.0", "id": f"{code}-{period}-{data.get('level')}", "source": SOURCE,
        "type": "vn.motcua.indicator.reported.v1", "subject": code, "time": ago().isoformat(),
        "data": {"unit": unit, "period": period, **data},
    }  # fmt: skip


@pytest.fixture(scope="module")
def statements(hub) -> None:
    """Of the first quarter: a sum that fails, a zero, one that does not apply, words."""
    first = f"{YEAR}-Q1"
    told = [
        stated("tthc.in_use", first, value=300),
        stated("tthc.in_use_announced", first, value=100, level="district"),
        stated("tthc.in_use_announced", first, value=100, level="commune"),
        stated("tthc.in_use_unannounced", first, value=60, level="district"),
        stated("tthc.in_use_unannounced", first, value=0, level="commune"),
        stated("lead.1_1", first, value=0),
        stated("lead.2_1", first, text="<b>Trang thông tin</b>"),
        stated("tthc.announced", first, value=290, level="district"),
        stated("tthc.announced", first, status="not_applicable", level="commune"),
    ]  # fmt: skip
    assert Office(hub.url).send(*told).json()["rejected"] == 0


def sections(office: Office, **asked: str) -> list[dict[str, Any]]:
    form = asked.pop("form")
    return office.http.get(f"/v1/reports/{form}", params=asked).json()["sections"]


def test_the_catalogue_leads_to_a_report_as_its_form_prints_it(hub, office, open_page, picture):
    page = open_page(hub.url, "#/reports")
    forms = office.http.get("/v1/reports").json()["reports"]
    expect(page.locator(".forms li")).to_have_count(len(forms))
    expect(page.locator(".forms li").filter(has_text="cu-chi-2020")).to_contain_text("Huyện")
    page.get_by_role("link", name=re.compile("vpcp-06a")).click()
    page.get_by_label("Đơn vị", exact=True).fill("huyen cu chi")
    page.keyboard.press("Enter")
    page.get_by_label("Kỳ", exact=True).select_option("year")
    section = sections(office, form="vpcp-06a", unit="H29.17", period=YEAR)[0]
    table = page.locator(".sheet table").first
    expect(table.locator("tbody tr")).to_have_count(len(section["rows"]))
    assert table.locator("thead tr").count() == 3
    assert table.locator("thead .group").all_inner_texts() == [
        "Số lượng hồ sơ tiếp nhận",
        "Số lượng hồ sơ đã giải quyết",
        "Số lượng hồ sơ đang giải quyết",
    ]
    assert table.locator(".numbers td").all_inner_texts() == [f"({n})" for n in range(1, 14)]
    expect(table.locator("button.drill")).to_have_text(
        [
            row["cells"][column["key"]]["text"]
            for row in section["rows"]
            for column in section["columns"]
            if column["key"] in row["cells"]
        ]
    )
    expect(page.locator(".report-verdict.ok")).to_contain_text("HỢP LỆ")
    assert page.title().endswith(f"Huyện Củ Chi – Năm {YEAR}")
    picture(page, "report")


def test_every_cell_leads_to_as_many_dossiers_as_it_says(hub, open_page, picture):
    page = open_page(hub.url, PLACE)
    expect(page.locator(".sheet button.drill").first).to_be_visible()
    told = page.evaluate(OPEN_EACH, OF_UNITS)
    assert len(told) == 22, "eleven figures of a unit and of the total"
    assert [cell for cell in told if len({cell["said"], cell["total"], cell["listed"]}) > 1] == []
    assert sum(cell["total"] for cell in told) > 300


@pytest.mark.parametrize("cell", ["so/t7_dv/value", "so/so_xa/value"])
def test_a_cell_of_units_leads_to_as_many_units(hub, open_page, office, cell):
    """Those that took part in something, each with its dossiers, and those of the registry."""
    section, row, column = cell.split("/")
    report = office.http.get(
        "/v1/reports/cu-chi-2020", params={"unit": "H29.17", "period": YEAR}
    ).json()
    (found,) = (it for it in report["sections"] if it["key"] == section)
    (told,) = (it["cells"][column] for it in found["rows"] if it["key"] == row)
    assert told["value"] > 0
    page = open_page(hub.url, f"{CU_CHI}&cell={cell}")
    dialog = page.get_by_role("dialog")
    expect(dialog.locator(".drill-total")).to_have_text(f"{told['value']} đơn vị")
    expect(dialog.locator(".parts li")).to_have_count(told["value"])
    links = dialog.locator(".parts li a")
    expect(links).to_have_count(told["value"] if row == "t7_dv" else 0)
    for link in links.all()[:1]:
        count = re.sub(r"\D", "", link.text_content() or "")
        link.click()
        expect(page.locator(".list-sheet h1, .list-sheet h2").first).to_contain_text(f": {count}")


def test_a_cell_has_an_address_and_the_way_back_keeps_the_place(hub, open_page, picture):
    page = open_page(hub.url, CU_CHI, size=(1366, 768))
    cell = page.locator("[data-cell='pl3b/r3_2/y']")
    cell.scroll_into_view_if_needed()
    before = page.evaluate("scrollY")
    assert before > 1000
    cell.click()
    dialog = page.get_by_role("dialog")
    expect(dialog.locator(".facts")).to_contain_text("Cấp của đơn vị: Huyện")
    colleague = open_page(hub.url, page.url.removeprefix(hub.url + "/"))
    expect(colleague.get_by_role("dialog").locator(".facts")).to_contain_text("Đếm hồ sơ")
    page.go_back()
    expect(dialog).to_have_count(0)
    expect(cell).to_be_focused()
    assert page.evaluate("scrollY") == before
    colleague.keyboard.press("Escape")
    expect(colleague.get_by_role("dialog")).to_have_count(0)
    expect(colleague).not_to_have_url(re.compile("cell="))


def test_four_empties_checks_and_what_a_formula_is_made_of(
    hub, statements, open_page, office, picture
):
    page = open_page(hub.url, CU_CHI)
    expect(page.locator(".legend")).to_contain_text("chưa cung cấp")
    for at, state, text in (
        ("pl1/r1_1/q1", "value", "0"), ("pl1/r1_2/q1", "not_provided", "…"),
        ("pl3b/r1_1b/q1", "not_applicable", "-"),
        ("pl1/r2_1/q1", "value", "<b>Trang thông tin</b>"),
    ):  # fmt: skip
        cell = page.locator(f"[data-cell='{at}']")
        expect(cell).to_have_text(text)
        expect(cell).to_have_class(re.compile(state))
    checks = office.http.get(
        "/v1/reports/cu-chi-2020", params={"unit": "H29.17", "period": YEAR}
    ).json()["checks"]
    first = page.locator(".checks .check").first
    expect(first).to_contain_text("3B 2 = 2.2 + 2.3 + 2.4 + 2.5 (Quý I)")
    expect(first).to_contain_text("300 ≠ 260 (lệch 40)")
    unknown = sum(check["result"] == "unknown" for check in checks)
    expect(page.locator(".report-verdict")).to_contain_text(f"{unknown} không kiểm tra được")
    page.get_by_text(f"{unknown} không kiểm tra được").last.click()
    expect(page.locator(".check.unknown").first).to_contain_text("chưa đủ số liệu")
    picture(page, "report-checks")
    page.locator("[data-cell='pl3b/r1/q1']").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("[1.1 Cấp huyện] + [1.1 Cấp xã]")
    expect(dialog.locator(".parts li").last).to_contain_text("không áp dụng")
    dialog.get_by_role("button", name=re.compile("Cấp huyện")).click()
    expect(dialog).to_contain_text("tthc.announced")
    expect(dialog.locator(".parts")).to_contain_text("290")
    expect(dialog.locator(".parts")).to_contain_text(SOURCE)
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.goto(f"{hub.url}/{CU_CHI}&data_date={YEAR}-01-15")
    expect(page.locator("[data-cell='pl1/r1_1/y']")).to_have_class(re.compile("not_yet"))


def test_what_does_not_fit_is_told_beside_its_field(hub, open_page):
    page = open_page(hub.url, "#/reports?form=phu-ho-2023&unit=H29.17")
    box = page.get_by_label("Đơn vị", exact=True)
    expect(page.locator(".unit-filter .said.bad")).to_contain_text("(Huyện)")
    expect(box).to_have_attribute("aria-invalid", "true")
    page.goto(f"{hub.url}/#/reports?form=phu-ho-2023")
    expect(page.locator(".unit-filter .said.bad")).to_contain_text("cần một đơn vị")
    days = "#/reports?form=vpcp-06a&calendar=days"
    page.goto(f"{hub.url}/{days}&from=2026-05-01&to=2026-04-01")
    expect(page.get_by_label("Từ ngày")).to_have_attribute("aria-invalid", "true")
    expect(page.locator(".said.bad").filter(has_text="không sau đến ngày")).to_be_visible()
    page.goto(f"{hub.url}/#/reports?form=vpcp-06a&year=3")
    expect(page.locator(".said.bad").filter(has_text="1990")).to_be_visible()
    assert page.locator(".sheet").count() == 0


def test_a_busy_hub_is_asked_again_when_it_says(hub, open_page):
    page = open_page(hub.url, "#/reports")
    busy = {"status": 429, "headers": {"Retry-After": "1"}, "body": "{}"}
    page.route("**/v1/reports/vpcp-06a*", lambda route: route.fulfill(**busy), times=1)
    page.get_by_role("link", name=re.compile("vpcp-06a")).click()
    expect(page.get_by_role("alert").filter(has_text="đang bận")).to_contain_text("sau 1 giây")
    expect(page.locator(".sheet")).to_be_visible()


def test_files_and_paper(hub, office, open_page, picture):
    page = open_page(hub.url, PLACE)
    for name, start in (("Tải Excel", b"PK"), ("Tải JSON", b"{")):
        with page.expect_download() as download:
            page.get_by_role("button", name=name).click()
        assert download.value.path().read_bytes().startswith(start)
        assert download.value.suggested_filename.startswith("vpcp-06a")
    with page.expect_download() as download:
        page.get_by_role("button", name="Tải CSV").click()
    asked = {"unit": "H29.17", "period": YEAR, "format": "csv"}
    assert (
        download.value.path().read_bytes()
        == office.http.get("/v1/reports/vpcp-06a", params=asked).content
    )
    paper = page.pdf(prefer_css_page_size=True)
    boxes = re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", paper)
    assert boxes
    assert all(float(width) > float(height) for width, height in boxes), "landscape"
    page.emulate_media(media="print")
    for hidden in (".top", ".report-question", ".tools"):
        expect(page.locator(hidden).first).to_be_hidden()
    expect(page.locator(".sheet-unit")).to_be_visible()
    heads = page.locator(".sheet thead").first
    assert heads.evaluate("head => getComputedStyle(head).display") == "table-header-group"
    picture(page, "report-print")
