"""What the view of figures does with an answer: files, a period beside, order, pivot, trend."""

import io
import re
from typing import Any

import openpyxl
import pytest

from hub.reports.render.table import share
from tests.web.office import ago
from tests.web.opening import FIGURES, OPEN_EACH

expect = pytest.importorskip("playwright.sync_api").expect
YEAR = f"{ago().year}"


def cells(download: Any) -> tuple[str, list[list[Any]]]:
    """The name of a workbook that was kept, and its cells."""
    told = download.value
    sheet = openpyxl.load_workbook(io.BytesIO(told.path().read_bytes()), data_only=True).active
    return told.suggested_filename, [[cell.value for cell in row] for row in sheet.iter_rows()]


def no_barriers(page: Any) -> None:
    from axe_playwright_python.sync_playwright import Axe

    expect(page.locator(".quarters a")).to_have_count(8)
    found = Axe().run(page)
    assert found.response["violations"] == [], found.generate_report()


def test_what_is_shown_is_kept_as_workbooks(hub, office, open_page):
    page = open_page(hub.url, f"#/figures?year={YEAR}&unit=H29.17.01&by=field")
    with page.expect_download() as download:
        page.get_by_role("button", name="Tải Excel").click()
    name, rows = cells(download)
    assert name == f"so-lieu_H29.17.01_{YEAR}_civil.xlsx"
    assert rows[1][0] == "Đơn vị: Thị trấn Củ Chi (H29.17.01), cả đơn vị trực thuộc"
    asked = {"unit": "H29.17.01", "subtree": "true", "period": YEAR}
    total = office.http.get("/v1/figures", params=asked).json()["total"]
    assert rows[-1][0] == "Tổng cộng"
    assert rows[-1][5] == total["received_total"]
    cell = page.locator("tfoot [data-figure=received_total]")
    cell.click()
    with page.expect_download() as download:
        page.get_by_role("dialog").get_by_role("button", name="Tải Excel").click()
    name, rows = cells(download)
    assert name == f"ho-so_received_total_H29.17.01_{YEAR}_civil.xlsx"
    assert rows[-1][0] == total["received_total"]
    page.goto(f"{hub.url}/#/board?unit=H29.17")
    listed = office.http.get("/v1/overdue", params={"unit": "H29.17", "subtree": "true"}).json()
    with page.expect_download() as download:
        page.get_by_role("button", name="Tải Excel").click()
    name, rows = cells(download)
    assert name.startswith("qua-han_H29.17_20")
    assert [row[1] for row in rows[-listed["total"] :]] == [it["subject"] for it in listed["items"]]


def test_a_page_in_english_keeps_workbooks_in_english(hub, open_page):
    page = open_page(hub.url, f"#/figures?year={YEAR}&unit=H29.17.01&by=field")
    page.get_by_role("button", name="English").click()
    with page.expect_download() as download:
        page.locator(".keep-sheet button").first.click()
    _, rows = cells(download)
    assert rows[1][0] == "Units: Thị trấn Củ Chi (H29.17.01), with units below"
    assert rows[-1][0] == "Total"


def test_a_second_period_stands_beside_the_first(hub, office, open_page):
    today = ago()
    before = ago(days=30)
    asked = f"calendar=days&from={before:%Y-%m-%d}&to={today:%Y-%m-%d}"
    page = open_page(hub.url, f"#/figures?{asked}&by=field&unit=H29.17")
    page.get_by_label("So với").select_option("previous")
    expect(page.locator("thead th.change")).to_have_count(8)
    expect(page).to_have_url(re.compile("against=previous"))
    scope = {"unit": "H29.17", "subtree": "true", "by": "field"}
    now, then = (
        office.http.get("/v1/figures", params=scope | days).json()
        for days in (
            {"from": f"{before:%Y-%m-%d}", "to": f"{today:%Y-%m-%d}"},
            {"from": f"{ago(days=61):%Y-%m-%d}", "to": f"{ago(days=31):%Y-%m-%d}"},
        )
    )
    no_barriers(page)
    a, b = (it["total"]["received_total"] for it in (now, then))
    assert b > 0
    foot = page.locator("tfoot")
    expect(foot.locator("[data-figure=received_total]")).to_have_text(str(a))
    cell = foot.locator("[data-before=received_total]")
    expect(cell).to_have_text(str(b))
    expect(foot.locator("td.change").first).to_have_text(f"{a - b:+}")
    percent = f"{share(a - b, b):+.1f}".removesuffix(".0").replace(".", ",")
    expect(foot.locator("td.change").nth(1)).to_have_text(f"{percent}%")
    cell.click()
    expect(page.locator(".drill-total")).to_have_attribute("data-total", str(b))
    page.keyboard.press("Escape")
    with page.expect_download() as download:
        page.get_by_role("button", name="Tải Excel").click()
    _, rows = cells(download)
    assert rows[3][0].startswith("So với: Từ ngày")
    assert [a, b, a - b, share(a - b, b)] in [rows[-1][i : i + 4] for i in range(len(rows[-1]))]
    turned = "against=other&against_from=2026-05-01&against_to=2026-04-01"
    page.goto(f"{hub.url}/#/figures?{asked}&{turned}")
    expect(page.get_by_label("So từ ngày")).to_have_attribute("aria-invalid", "true")
    page.goto(f"{hub.url}/#/figures?year=2090&against=last_year&unit=H29.17")
    expect(page.get_by_text("chưa đến kỳ")).to_be_visible()
    expect(page.locator("thead th.change")).to_have_count(0)


def test_rates_tell_what_they_are_of_and_rows_go_by_any_column(hub, office, open_page, picture):
    page = open_page(hub.url, f"#/figures?year={YEAR}&unit=H29.17&by=unit")
    asked = {"unit": "H29.17", "subtree": "true", "period": YEAR, "by": "unit"}
    answer = office.http.get("/v1/figures", params=asked).json()
    late, closed = (answer["total"][name] for name in ("resolved_late", "resolved_total"))
    rate = page.locator("tfoot [data-rate=rate_late]")
    told = f"{share(late, closed):.1f}".removesuffix(".0").replace(".", ",")
    expect(rate).to_have_text(f"{told}%")
    assert f"{late} trên {closed}" in rate.get_attribute("aria-label")
    rate.focus()
    tip = rate.evaluate("it => getComputedStyle(it, '::after').content")
    assert tip == f'"{late} / {closed}"'
    rate.click()
    expect(page.locator(".drill-total")).to_have_attribute("data-total", str(late))
    page.keyboard.press("Escape")
    units = sorted(
        (row["key"]["unit"] for row in answer["rows"]),
        key=lambda code: (
            -next(
                row["figures"]["received_total"]
                for row in answer["rows"]
                if row["key"]["unit"] == code
            )
        ),
    )
    page.locator("thead").get_by_role("button", name="Tổng tiếp nhận").focus()
    page.keyboard.press("Enter")
    expect(page.locator("thead th[aria-sort=descending]")).to_contain_text("Tổng tiếp nhận")
    lines = page.locator("tbody tr.unit .code")
    expect(lines).to_have_text(units)
    page.keyboard.press("Enter")
    expect(page.locator("thead th[aria-sort=ascending]")).to_contain_text("Tổng tiếp nhận")
    assert set(lines.all_inner_texts()) == set(units)
    picture(page, "figures-rates")


def test_filters_narrow_every_number(hub, office, open_page):
    page = open_page(hub.url, f"#/figures?year={YEAR}&unit=H29.17&by=channel")
    page.locator("#narrow-field").select_option("ho-tich")
    page.locator("#narrow-field").select_option("~")
    page.locator("#narrow-channel").select_option("online")
    asked = {"unit": "H29.17", "subtree": "true", "period": YEAR}
    some = office.http.get(
        "/v1/figures", params={**asked, "field": ["ho-tich", ""], "channel": "online"}
    ).json()["total"]["received_total"]
    cell = page.locator("tfoot [data-figure=received_total]")
    expect(cell).to_have_text(str(some))
    cell.click()
    expect(page.locator(".drill-total")).to_have_attribute("data-total", str(some))
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Bỏ (không ghi)").click()
    one = office.http.get(
        "/v1/figures", params={**asked, "field": "ho-tich", "channel": "online"}
    ).json()["total"]["received_total"]
    expect(cell).to_have_text(str(one))


@pytest.mark.parametrize(("rows", "columns"), [("field", "channel"), ("unit", "period")])
def test_each_cell_of_a_pivot_leads_to_its_dossiers(hub, office, open_page, picture, rows, columns):
    at = f"#/figures?year={YEAR}&unit=H29.17&figure=in_progress_total&rows={rows}&columns={columns}"
    page = open_page(hub.url, at)
    page.get_by_role("button", name="Bảng chéo").click()
    table = page.locator("table.pivot")
    asked = {"unit": "H29.17", "subtree": "true", "period": YEAR}
    total = office.http.get("/v1/figures", params=asked).json()["total"]["in_progress_total"]
    expect(table.locator("tfoot td").last).to_have_text(str(total))
    picture(page, f"figures-pivot-{rows}")
    no_barriers(page)
    told = page.evaluate(OPEN_EACH, FIGURES)
    assert len(told) > 5
    assert [it for it in told if len({it["said"], it["total"], it["listed"]}) > 1] == []
    with page.expect_download() as download:
        page.get_by_role("button", name="Tải Excel").click()
    name, sheet = cells(download)
    assert name == f"bang-cheo_in_progress_total_H29.17_{YEAR}_civil.xlsx"
    assert sheet[-1][-1] == total
    page.get_by_label("Cột").select_option(rows)
    expect(page.get_by_role("alert").filter(has_text="phải khác nhau")).to_be_visible()


def test_the_trend_leads_to_each_quarter(hub, office, open_page):
    page = open_page(
        hub.url, f"#/figures?year={YEAR}&unit=H29.17&calendar=nd09&figure=resolved_total"
    )
    quarters = page.locator(".quarters a")
    expect(quarters).to_have_count(8)
    texts = quarters.locator("strong").all_inner_texts()
    told = [int(it.replace(".", "").replace("–", "0")) for it in texts]
    last = quarters.nth(max(i for i, n in enumerate(told) if n))
    said = last.locator("strong").inner_text()
    last.click()
    expect(page.locator("tfoot [data-figure=resolved_total]")).to_have_text(said)
    expect(page.get_by_label("Kỳ báo cáo")).to_have_value("nd09")


def test_shares_on_the_page_are_those_of_the_workbooks(hub, open_page):
    page = open_page(hub.url, "#/figures")
    pairs = [
        (n, d) for d in (1, 3, 7, 16, 80, 2000, 9999) for n in (-d, -1, 0, 1, d // 3, d, 5 * d)
    ]
    found = page.evaluate(
        "async (pairs) => { const { share } = await import('./static/format.js');"
        " return pairs.map(([n, d]) => share(n, d)); }",
        pairs,
    )
    assert [round(it * 100, 6) for it in found] == [share(n, d) for n, d in pairs]


def test_rows_are_drawn_as_far_as_they_are_seen(hub, open_page):
    page = open_page(hub.url, "#/board")
    lines = page.evaluate(
        """async () => {
          const { html, render } = await import("./static/lib/preact-htm.js");
          const { Rows } = await import("./static/window.js");
          const box = document.createElement("div");
          box.className = "scroll";
          box.style.cssText = "height: 500px; overflow: auto";
          document.body.append(box);
          const lines = Array.from({ length: 12000 }, (_, n) => ({ n }));
          const draw = ({ n }) => html`<tr key=${n} style="height: 40px"><td>${n}</td></tr>`;
          render(html`<table><${Rows} lines=${lines} draw=${draw} width=${1} /></table>`, box);
          const frame = () => new Promise(requestAnimationFrame);
          const seen = [];
          for (const at of [0, 0.5, 1]) {
            box.scrollTop = at * box.scrollHeight;
            for (let i = 0; i < 20; i += 1) await frame();
            const place = (it) => it.getBoundingClientRect();
            const { top } = place(box);
            const rows = [...box.querySelectorAll("tr:not(.gap)")];
            const some = rows.filter((it) => place(it).bottom > top && place(it).top < top + 500);
            const [first, last] = [some[0], some.at(-1)].map((it) => Number(it.textContent));
            seen.push([rows.length, first, last]);
          }
          box.remove();
          return seen;
        }"""
    )
    assert all(drawn < 60 for drawn, _, _ in lines)
    assert lines[0][1] == 0
    assert 5900 < lines[1][1] < 6100
    assert lines[2][2] == 11999
