"""How much of the work a screen shows, and how quietly it says that something changed."""

import re

import pytest

from tests.web.office import DESKS, ago, received

expect = pytest.importorskip("playwright.sync_api").expect
IN_VIEW = """() => [...document.querySelectorAll(".dossiers tbody tr")]
    .filter((row) => row.getBoundingClientRect().bottom <= innerHeight).length"""
HEIGHT = "(selector) => document.querySelector(selector).getBoundingClientRect().height"
WIDER = "document.documentElement.scrollWidth - innerWidth"


def test_a_small_screen_shows_ten_overdue_dossiers_and_a_phone_little_header(
    hub, office, open_page, picture
):
    late = [received(DESKS[1], f"{DESKS[1]}-dense-{n}", ago(days=70), ago(days=60)) for n in "abc"]
    office.send(*late)
    page = open_page(hub.url, size=(1366, 768))
    expect(page.locator(".trust")).to_be_visible()
    expect(page.locator(".dossiers tbody tr").nth(12)).to_be_attached()
    assert page.evaluate(IN_VIEW) >= 10
    assert page.evaluate(HEIGHT, ".top") <= 48
    assert page.evaluate(HEIGHT, ".trust") <= 32
    picture(page, "board-1366")
    phone = open_page(hub.url, "#/health", size=(390, 844))
    expect(phone.locator(".trust, .letters").first).to_be_visible()
    assert phone.evaluate(HEIGHT, ".top") <= 96
    assert phone.evaluate(WIDER) <= 0
    expect(phone.get_by_role("link", name="Tình trạng")).to_be_in_viewport()


def test_a_change_is_marked_and_told_but_nothing_moves(hub, office, open_page, picture):
    page = open_page(hub.url, "#/board?unit=H29.17.01", size=(1366, 768))
    tile = page.locator(".tile.received .count")
    expect(tile).to_have_text(re.compile(r"\d"))
    before = int(tile.inner_text())
    office.send(received(DESKS[0], f"{DESKS[0]}-quiet", ago(), ago(days=-3)))
    expect(tile).to_have_text(str(before + 1))
    expect(tile).to_have_attribute("data-delta", "+1")
    expect(page.locator(".units td.received_today .count.changed")).to_have_count(1)
    assert page.evaluate("document.getAnimations().length") == 0
    page.get_by_role("button", name="Đơn vị của tôi").click()
    told = page.locator(".toast")
    expect(told).to_have_text("Đã nhớ trên máy này: Thị trấn Củ Chi✕")
    picture(page, "toast")
    expect(told).to_have_count(0)  # it goes by itself
