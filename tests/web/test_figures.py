"""The figures in a browser: every number leads to exactly its dossiers."""

import csv
import io
import re

import pytest

from tests.web.office import ago

expect = pytest.importorskip("playwright.sync_api").expect
YEAR = f"{ago().year}"
ALL = f"#/figures?year={YEAR}&more=yes&by=unit&unit=H29.17.01&unit=H29.17.02"

OPEN_EACH = """async () => {
  const until = async (look) => {
    for (const limit = Date.now() + 10000; !look(); ) {
      if (Date.now() > limit) throw new Error(`${look} did not come`);
      await new Promise((go) => setTimeout(go, 5));
    }
  };
  const told = [];
  for (const cell of document.querySelectorAll("table.figures button.drill")) {
    cell.click();
    await until(() => document.querySelector(".drill-total")?.dataset.total);
    told.push({
      figure: cell.dataset.figure,
      said: Number(cell.textContent.replaceAll(".", "")),
      total: Number(document.querySelector(".drill-total").dataset.total),
      listed: document.querySelectorAll(".drill-list li").length,
    });
    document.querySelector("dialog .close").click();
    await until(() => !document.querySelector("dialog"));
  }
  return told;
}"""


def whole(text):
    return int(text.replace(".", ""))


def test_every_cell_leads_to_as_many_dossiers_as_it_says(hub, open_page, picture):
    page = open_page(hub.url, ALL, size=(1800, 1100))
    cells = page.locator("table.figures button.drill")
    expect(cells.first).to_be_visible()
    picture(page, "figures")
    count = cells.count()
    assert count > 55, "nearly all figures of three rows"
    told = page.evaluate(OPEN_EACH)
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
    page.get_by_label("Lĩnh vực").check()
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
    expect(page.locator(".identity.ok")).to_contain_text("Tiếp nhận 0")


def test_a_wrong_period_is_explained(hub, open_page):
    page = open_page(hub.url, "#/figures?calendar=days&from=2026-05-01&to=2026-04-01")
    expect(page.get_by_role("alert")).to_contain_text(re.compile("Máy chủ từ chối .422."))
    assert page.locator("table").count() == 0
