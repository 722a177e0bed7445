"""The box in which a unit is chosen, in every view the same."""

import re

import pytest

from tests.web.office import UNITS

expect = pytest.importorskip("playwright.sync_api").expect


def options(page):
    return page.locator("[role=option]")


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("cu chi", "Huyện Củ Chi"),
        ("Huyện Củ Chi", "Huyện Củ Chi"),
        ("thi tran", "Thị trấn Củ Chi"),
        ("chi cu xa", None),
        ("h29.17.02", "Xã An Nhơn Tây"),
        ("nhon", "Xã An Nhơn Tây"),
        ("zzz", None),
    ],
)
def test_a_unit_is_found_by_name_without_accents_or_by_code(hub, open_page, typed, first):
    page = open_page(hub.url, "#/reports?form=vpcp-06a")
    box = page.get_by_label("Đơn vị", exact=True)
    box.fill(typed)
    if first is None:
        expect(page.get_by_role("alert").filter(has_text="Không có đơn vị nào")).to_be_visible()
        expect(box).to_have_attribute("aria-invalid", "true")
        expect(options(page)).to_have_count(0)
        return
    if not typed.startswith("h29"):  # a whole code is a choice
        expect(options(page).first).to_contain_text(first)
        box.press("Enter")
    expect(box).to_have_value(first)
    code = next(code for code, name in UNITS.items() if name == first)
    expect(page).to_have_url(re.compile(rf"unit={re.escape(code)}(&|$)"))
    expect(page.locator(".sheet-unit")).to_have_text(first)


def test_keys_alone_choose_a_unit_and_leave_the_box(hub, open_page):
    from axe_playwright_python.sync_playwright import Axe

    page = open_page(hub.url)
    box = page.get_by_label("Đơn vị", exact=True)
    box.focus()
    box.press("ArrowDown")
    expect(options(page)).to_have_count(5)
    expect(box).to_have_attribute("aria-expanded", "true")
    box.press("ArrowDown")
    chosen = page.locator("[role=option][aria-selected=true]")
    expect(chosen).to_contain_text("Huyện Củ Chi")
    assert box.get_attribute("aria-activedescendant") == chosen.get_attribute("id")
    found = Axe().run(page)
    assert found.response["violations"] == [], found.generate_report()
    box.press("Escape")
    expect(options(page)).to_have_count(0)
    box.press("ArrowDown")
    box.press("Enter")
    expect(box).to_have_value("Huyện Củ Chi")
    box.fill("zzz")
    box.press("Tab")
    expect(page.get_by_role("alert").filter(has_text="Không có đơn vị nào")).to_be_visible()
    expect(page).to_have_url(re.compile(r"unit=H29\.17$"))


def test_my_unit_is_remembered_on_this_machine(hub, open_page):
    page = open_page(hub.url, "#/board?unit=H29.17.02")
    page.get_by_role("button", name="Đơn vị của tôi").click()
    page.goto("about:blank")
    page.goto(hub.url)
    box = page.get_by_label("Đơn vị", exact=True)
    expect(box).to_have_value("Xã An Nhơn Tây")
    expect(page.locator(".units tbody .code")).to_have_text(["H29.17.02"])
    page.get_by_role("link", name="Báo cáo").click()
    page.get_by_role("link", name=re.compile("vpcp-06a")).click()
    expect(page.locator(".sheet-unit")).to_have_text("Xã An Nhơn Tây")
    box.fill("")
    expect(options(page).first).to_contain_text("★ Xã An Nhơn Tây")


def test_figures_add_units_by_name(hub, open_page):
    page = open_page(hub.url, "#/figures")
    for name in ("an nhon", "thi tran cu chi"):
        page.get_by_label("Đơn vị", exact=True).first.fill(name)
        page.keyboard.press("Enter")
    expect(page.locator(".chip")).to_have_count(2)
    expect(page.locator("table.figures tbody tr")).to_have_count(2)
