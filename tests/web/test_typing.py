"""What somebody types stays as typed, whatever the page learns meanwhile."""

import re

import pytest

expect = pytest.importorskip("playwright.sync_api").expect


def test_a_name_that_is_being_typed_stays_while_the_page_chooses_a_unit(hub, open_page):
    page = open_page(hub.url, "#/reports?form=vpcp-06a&unit=H29.17.02")
    expect(page.locator(".sheet-unit")).to_have_text("Xã An Nhơn Tây")
    box = page.get_by_label("Đơn vị", exact=True)
    box.fill("thi tran")
    page.evaluate("location.hash = '#/reports?form=vpcp-06a&unit=H29.17'")
    expect(page.locator(".sheet-unit")).to_have_text("Huyện Củ Chi")
    expect(box).to_have_value("thi tran")
    expect(page.locator("[role=option]").first).to_contain_text("Thị trấn Củ Chi")


def test_a_space_at_the_end_of_what_is_searched_for_stays(hub, open_page):
    page = open_page(hub.url)
    search = page.locator("#search")
    search.fill("H29 ")
    expect(page).to_have_url(re.compile(r"q=H29(&|$)"))
    search.press("End")
    page.keyboard.type("17")
    expect(search).to_have_value("H29 17")
    expect(page).to_have_url(re.compile(r"q=H29(%20|\+)17"))
    page.evaluate("location.hash = '#/board?q=H29.17.02'")  # as by a link or the browser's way back
    expect(search).to_have_value("H29.17.02")


def test_what_is_searched_for_does_not_follow_into_another_view(hub, open_page):
    page = open_page(hub.url)
    expect(page.locator("#search")).to_be_visible()
    page.clock.install()
    page.locator("#search").fill("H29")
    page.evaluate("location.hash = '#/figures'")
    expect(page.locator("#search")).to_have_count(0)
    page.clock.run_for(1000)
    assert "q=" not in page.url
