"""Seals, refused events and the trail have addresses and sheets; heads say what they count."""

import re

import pytest

from tests.hub_process import HubProcess
from tests.web.office import SOURCE, UNITS, Office, ago, many, received

expect = pytest.importorskip("playwright.sync_api").expect
STRUCTURED = {"Content-Type": "application/cloudevents+json"}
FORM = """\
form: to-giay
version: "1"
title: Tờ giấy
sections:
- table: t
  title: Hồ sơ
  columns: [{key: ten, label: Tên, is: label}, {key: q, label: Trong kỳ}]
  rows:
  - {key: nhan, code: "1", label: Tiếp nhận, figure: received_total}
"""
COUNTED = "() => { window.printed = 0; window.print = () => { window.printed += 1 } }"


@pytest.fixture(scope="module")
def hub(tmp_path_factory):
    """One of its own: seals and refused events stay."""
    with HubProcess(tmp_path_factory.mktemp("papers") / "data") as running:
        office = Office(running.url)
        office.register()
        office.send(*many(20))
        yield running


def on_paper(page, *texts):
    """What is printed: no button, and the head says what the sheet is."""
    page.evaluate(COUNTED)
    page.locator("[data-print]").click()
    page.wait_for_function("window.printed === 1")
    page.emulate_media(media="print")
    expect(
        page.locator("button:visible, input:visible, select:visible, nav:visible")
    ).to_have_count(0)
    for text in texts:
        expect(page.locator(".sheet-head")).to_contain_text(text)
    page.emulate_media(media="screen")


def test_seals_have_addresses_and_sheets(hub, office, open_page, picture):
    year = ago().year - 1
    yaml = {"Content-Type": "application/yaml"}
    office.http.put("/v1/forms/to-giay", content=FORM.encode(), headers=yaml).raise_for_status()
    wish = {"unit": "H29.17", "period": f"{year}-Q1"}
    sealed = office.http.post("/v1/reports/to-giay/seal", params=wish)
    assert sealed.is_success, sealed.text
    seals = office.http.get("/v1/sealed", params={"form": "to-giay"}).json()["items"]
    page = open_page(hub.url, f"#/reports?form=to-giay&unit=H29.17&year={year}&part=Q1")
    page.locator(".seal").get_by_role("link", name="Mở trang riêng").click()
    expect(page).to_have_url(re.compile(f"#/seals/{seals[0]['id']}$"))
    expect(page.locator(".sheet-rows tbody tr")).to_have_count(1)
    expect(page.locator(".sheet-rows")).to_contain_text(seals[0]["sha256"])
    expect(page.locator(".sheet-rows")).to_contain_text(UNITS["H29.17"])
    on_paper(page, f"Bản niêm phong {seals[0]['id']}", "Theo dữ liệu lúc")
    picture(page, "seal-sheet")
    page.goto(f"{hub.url}/#/seals?form=to-giay")
    expect(page.locator(".sheet-rows tbody tr")).to_have_count(len(seals))
    page.goto(f"{hub.url}/#/seals/none")
    expect(page.locator(".list-sheet .empty")).to_be_visible()


def test_refused_events_have_an_address_and_a_sheet(hub, office, open_page, picture):
    for n in range(3):
        one = received("H29.17.02", f"giay-{n}", ago(days=2), None, channel="<b>x</b>")
        one |= {"source": "/giay", "id": f"giay-{n}"}
        assert office.http.post("/v1/events", json=one, headers=STRUCTURED).status_code == 422
    page = open_page(hub.url, "#/health")
    group = page.locator(".letters li.group").filter(has_text="/giay")
    if group.locator(".group-head").get_attribute("aria-expanded") == "false":
        group.locator(".group-head").click()
    group.get_by_role("link", name="Mở trang riêng").click()
    expect(page).to_have_url(re.compile(r"#/letters\?source=%2Fgiay&reason="))
    page.reload()
    expect(page.locator(".sheet-rows tbody tr")).to_have_count(3)
    expect(page.locator(".sheet-rows")).to_contain_text("giay-0")
    on_paper(page, "/giay")
    picture(page, "letters-sheet")


def test_the_trail_is_printed_with_its_filters_and_whole(hub, office, open_page, picture):
    page = open_page(hub.url, "#/admin/trail?kind=unit")
    expect(page.locator("tbody tr").first).to_be_visible()
    on_paper(page, "Nhật ký thay đổi", "Đơn vị")
    whole = office.http.get("/v1/trail", params={"kind": "unit", "limit": 1000}).json()["items"]
    expect(page.locator("tbody tr")).to_have_count(len(whole))
    assert SOURCE not in page.locator("tbody").inner_text()


def test_heads_of_figures_say_what_they_count_and_what_signs_mean(hub, open_page, picture):
    page = open_page(hub.url, f"#/figures?year={ago().year}")
    page.locator("table.figures thead").get_by_role(
        "button", name="Định nghĩa: Đã giải quyết"
    ).click()
    dialog = page.get_by_role("dialog")
    expect(dialog.locator("dt")).to_have_text(
        ["Trước hạn", "Đúng hạn", "Trễ hạn", "Tổng đã giải quyết"]
    )
    expect(dialog.locator("dd").nth(2)).to_contain_text("sau ngày hẹn trả")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Định nghĩa: Tỷ lệ").click()
    expect(dialog.locator("dt")).to_have_count(4)
    page.keyboard.press("Escape")
    expect(page.locator(".figures-panel")).to_contain_text("–: không tính được")
    expect(page.locator(".figures-panel")).to_contain_text("0: không có hồ sơ nào")


def test_of_all_units_only_those_in_view_are_drawn(hub, open_page):
    page = open_page(hub.url, "#/board")
    page.evaluate(
        """async () => {
          const { html, render } = await import("./static/lib/preact-htm.js");
          const { UnitTable } = await import("./static/units.js");
          const none = { due_today: 0, waiting: 0, received_today: 0, resolved_today: 0 };
          const row = (n) => ({ unit: `U${n}`, name: `Xã ${n}`, registered: true,
            overdue_now: 12000 - n, in_progress: 12000, ...none });
          const rows = Array.from({ length: 12000 }, (_, n) => row(n));
          const units = new Map(rows.map((it) => [it.unit, it]));
          const box = document.createElement("div");
          box.id = "many";
          document.body.append(box);
          render(html`<${UnitTable} units=${units} onChoose=${() => undefined} />`, box);
        }"""
    )
    many = page.locator("#many")
    many.locator("button.more").click()
    expect(many.locator("tbody.windowed")).to_be_visible()
    assert many.locator("tbody tr:not(.gap)").count() < 60
    many.locator(".scroll").evaluate("box => { box.scrollTop = box.scrollHeight }")
    expect(many.get_by_text("U11999", exact=True)).to_be_visible()
    assert many.locator("tbody tr:not(.gap)").count() < 60
