"""The figures in a browser: every number leads to exactly its dossiers."""

import csv
import io
import re

import pytest

from tests.web.office import ago
from tests.web.opening import FIGURES, OPEN_EACH

expect = pytest.importorskip("playwright.sync_api").expect
YEAR = f"{ago().year}"
ALL = f"#/figures?year={YEAR}&more=yes&by=unit&unit=H29.17.01&unit=H29.17.02"


def whole(text):
    return int(text.replace(".", ""))


def test_every_cell_leads_to_as_many_dossiers_as_it_says(hub, open_page, picture):
    page = open_page(hub.url, ALL, size=(1800, 1100))
    cells = page.locator("table.figures button.drill:not([data-rate])")
    expect(cells.first).to_be_visible()
    picture(page, "figures")
    count = cells.count()
    assert count > 55, "nearly all figures of three rows"
    told = page.evaluate(OPEN_EACH, FIGURES)
    assert len(told) == count
    assert [cell for cell in told if len({cell["said"], cell["total"], cell["listed"]}) > 1] == []
    cells.nth(count - 1).click()
    expect(page.locator(".drill-list li").first).to_be_visible()
    picture(page, "figures-drill")


def test_rows_without_a_value_lead_to_theirs_too(hub, open_page):
    page = open_page(hub.url, f"#/figures?year={YEAR}&by=field,channel&unit=H29.17")
    row = page.locator("tbody tr").filter(has_text="(không ghi)").first
    cell = row.locator("[data-figure=received_total]")
    said = whole(cell.inner_text())
    cell.click()
    expect(page.locator(".drill-total")).to_have_attribute("data-total", str(said))
    page.locator(".drill-list button").first.click()
    expect(page.get_by_role("dialog").last.locator(".verdict")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(1)


def test_question_table_identity_copy_and_csv(hub, office, open_page):
    page = open_page(
        hub.url, "#/figures", permissions=("clipboard-read", "clipboard-write"), size=(1500, 1000)
    )
    page.get_by_label("Thêm đơn vị").or_(page.get_by_label("Đơn vị").first).first.fill("H29.17.01")
    expect(page.locator(".chip")).to_contain_text("Thị trấn Củ Chi")
    page.get_by_label("Kỳ báo cáo").select_option("days")
    start, end = f"{ago(days=30):%Y-%m-%d}", f"{ago():%Y-%m-%d}"
    page.get_by_label("Từ ngày").fill(start)
    page.get_by_label("Đến ngày").fill(end)
    page.locator(".dimensions").get_by_label("Lĩnh vực").check()
    page.locator(".dimensions").get_by_label("Đơn vị").uncheck()
    question = {"unit": "H29.17.01", "subtree": "true", "from": start, "to": end, "by": "field"}
    answer = office.http.get("/v1/figures", params=question).json()
    total = answer["total"]
    expect(page.locator("tfoot [data-figure=received_total]")).to_have_text(
        str(total["received_total"])
    )
    expect(page.locator("tbody tr")).to_have_count(len(answer["rows"]))
    expect(page.locator(".identity.ok")).to_contain_text(
        f"Tiếp nhận {total['received_total']} = đã giải quyết {total['resolved_total']} "
        f"+ đang giải quyết {total['in_progress_total']}"
    )
    page.get_by_role("button", name="Sao chép").click()
    expect(page.get_by_text("Đã sao chép")).to_be_visible()
    pasted = page.evaluate("navigator.clipboard.readText()").splitlines()
    assert len(pasted) == len(answer["rows"]) + 2
    assert pasted[-1].split("\t")[4] == str(total["received_total"])
    with page.expect_download() as download:
        page.get_by_role("button", name="Tải CSV").click()
    lines = list(csv.DictReader(io.StringIO(download.value.path().read_text("utf-8-sig"))))
    assert [int(line["received_total"]) for line in lines] == [
        row["figures"]["received_total"] for row in answer["rows"]
    ]


def test_figures_as_they_were_known_before_anything_was_sent(hub, open_page):
    page = open_page(hub.url, "#/figures")
    expect(page.locator("tfoot .drill").first).to_be_visible()
    page.get_by_label("Theo thông tin đến lúc").fill("2020-01-01T08:00")
    expect(page.locator(".as-of")).to_have_text("Theo thông tin đến 08:00 01/01/2020")
    expect(page.locator("tfoot .drill")).to_have_count(0)
    expect(page.locator(".empty-period")).to_contain_text("Chưa có hồ sơ nào")
    expect(page.locator(".identity.ok")).to_have_count(0)


def test_a_wrong_period_is_explained(hub, open_page):
    page = open_page(hub.url, "#/figures?calendar=days&from=2026-05-01&to=2026-04-01")
    expect(page.get_by_label("Từ ngày")).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_role("alert").filter(has_text="Từ ngày phải không sau")).to_be_visible()
    page.goto(f"{hub.url}/#/figures?year=3")
    expect(page.get_by_role("alert").filter(has_text="1990 đến 2100")).to_be_visible()
    assert page.locator("table").count() == 0


def test_all_figures_come_and_go_without_loading_the_page_anew(hub, open_page):
    page = open_page(hub.url, f"#/figures?year={YEAR}")
    heads = page.locator("table.figures thead tr").last.locator("th")
    expect(heads).to_have_count(14)
    page.get_by_role("button", name="Hiện tất cả số liệu").click()
    expect(heads).to_have_count(39)
    page.get_by_role("button", name="Chỉ số liệu chính").click()
    expect(heads).to_have_count(14)


def test_units_above_others_are_their_sums_and_say_so(hub, office, open_page, picture):
    page = open_page(hub.url, f"#/figures?year={YEAR}&unit=H29.17")
    asked = {"unit": "H29.17", "subtree": "true", "period": YEAR, "by": "unit"}
    answer = office.http.get("/v1/figures", params=asked).json()
    lines = page.locator("table.figures tbody tr")
    expect(lines).to_have_count(4)
    district = lines.first
    expect(district.locator("th")).to_contain_text("cả đơn vị trực thuộc")
    for name, value in answer["total"].items():
        cell = district.locator(f"[data-figure={name}]")
        if cell.count():
            expect(cell).to_have_text(str(value))
    cell = district.locator("[data-figure=resolved_late]")
    said = cell.inner_text()
    cell.click()
    expect(page.locator(".drill-total")).to_have_attribute("data-total", said)
    expect(page.get_by_role("dialog").get_by_role("alert")).to_have_count(0)
    page.keyboard.press("Escape")
    picture(page, "figures-tree")
    district.get_by_role("button", name="Các đơn vị trực thuộc").click()
    expect(lines).to_have_count(1)
    page.locator(".dimensions").get_by_label("Lĩnh vực").check()
    expect(page.get_by_text("không gồm đơn vị trực thuộc")).to_be_visible()


def test_an_empty_period_says_since_when_there_are_data(hub, open_page, picture):
    page = open_page(hub.url, "#/figures?year=2019")
    first = ago(days=40)
    months = {f"{day:%m/%Y}" for day in (first, ago(days=39), ago(days=90))}
    empty = page.locator(".empty-period")
    expect(empty).to_contain_text(re.compile("Không có dữ liệu trước tháng " + "|".join(months)))
    expect(page.locator(".identity.ok")).to_have_count(0)
    empty.get_by_role("link", name=f"Xem năm {YEAR}").click()
    expect(page.locator(".question .year input")).to_have_value(YEAR)
    expect(page.locator(".identity.ok")).to_be_visible()


def test_figures_on_paper_and_on_a_phone(hub, open_page, picture):
    page = open_page(hub.url, f"#/figures?year={YEAR}&unit=H29.17&more=yes", size=(390, 844))
    expect(page.locator(".chart .bars i").first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    bar = page.locator(".chart .bar").first.bounding_box()
    assert bar["width"] > 100
    boxes = re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", page.pdf(prefer_css_page_size=True))
    assert {float(width) > float(height) for width, height in boxes} == {True}, "landscape"
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    expect(page.locator("table.figures")).to_have_count(3)
    for hidden in (".question", ".tools", ".more"):
        expect(page.locator(hidden).first).to_be_hidden()
    expect(page.get_by_role("heading", name="Huyện Củ Chi: 01/01")).to_be_visible()
    foot = page.locator("tfoot").first
    assert foot.evaluate("foot => getComputedStyle(foot).display") == "table-row-group"


def test_a_unit_above_those_that_a_key_may_see_has_no_sum(hub, open_page):
    page = open_page(hub.url)
    roots = page.evaluate(
        """async () => {
          const { treeOf } = await import("./static/figure_tree.js");
          const { inSlices } = await import("./static/slices.js");
          const below = (code) => [code, { code, parent: "T" }];
          const seen = new Map([below("T.1"), below("X")]);
          const rows = [...seen.keys()].map((unit) => ({ key: { unit }, figures: { n: 1 } }));
          const roots = await inSlices(treeOf(rows, seen, []));
          return roots.map(({ code, figures }) => [code, figures.n]);
        }"""
    )
    assert roots == [["T.1", 1], ["X", 1]]
