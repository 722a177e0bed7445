"""Dossiers and lists with an address, on paper, by keys; and the link for a wall."""

import re
from pathlib import Path

import pytest

from tests.hub_process import HubProcess
from tests.web.office import DESKS, Office, ago, many, received

expect = pytest.importorskip("playwright.sync_api").expect
FOUND = "document.activeElement.closest('tr').querySelector('button').innerText"


def test_a_dossier_and_a_list_have_addresses_and_sheets(hub, office, open_page, picture):
    subject = f"{DESKS[0]}/a b".replace(" ", "-")
    office.send(
        received(DESKS[0], subject, ago(days=99), ago(days=98), field="ho-tich", procedure="9.9")
    )
    page = open_page(hub.url, "#/board?field=ho-tich")
    page.evaluate("() => { window.printed = 0; window.print = () => { window.printed += 1 } }")
    page.get_by_role("button", name=subject).click()
    expect(page.locator("dialog .verdict")).to_be_visible()
    expect(page).to_have_url(re.compile(r"\?field=ho-tich&dossier="))
    page.reload()
    expect(page.locator("dialog .verdict")).to_be_visible()
    page.get_by_role("link", name="Mở trang riêng").click()
    expect(page.get_by_role("heading", name=f"Hồ sơ {subject}")).to_be_visible()
    assert page.url.endswith(f"#/dossier/{DESKS[0]}/{subject.replace('/', '%2F')}")
    page.go_back()
    expect(page.locator("dialog .verdict")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("dialog")).to_have_count(0)
    expect(page).to_have_url(re.compile(r"\?field=ho-tich$"))
    page.evaluate("() => { window.print = () => { window.printed = true } }")
    page.locator(".filter-row [data-print]").click()
    listed = office.http.get("/v1/overdue", params={"field": "ho-tich", "limit": 1000}).json()
    rows = page.locator(".sheet-rows tbody tr")
    expect(rows).to_have_count(listed["total"])
    page.wait_for_function("window.printed")
    head = page.locator(".sheet-head")
    for words in (
        f"Hồ sơ quá hạn: {listed['total']}", "Đơn vị Tất cả đơn vị", "Lĩnh vực Hộ tịch",
        "Theo dữ liệu lúc", "Nguồn im lặng Đất đai",
    ):  # fmt: skip
        assert words.replace(" ", "") in re.sub(r"\s", "", head.inner_text())
    page.emulate_media(media="print")
    expect(page.locator("button:visible, .top:visible, .trust:visible")).to_have_count(0)
    assert page.locator("thead").evaluate("it => getComputedStyle(it).display") == (
        "table-header-group"  # which a browser repeats on each page
    )
    page.emulate_media(media="screen")
    rows.first.get_by_role("link").click()
    expect(page.locator(".dossier-sheet .verdict")).to_be_visible()


def test_the_list_behind_a_figure_says_what_it_counts(hub, office, open_page, picture):
    page = open_page(hub.url, f"#/figures?year={ago().year}")
    page.locator("[data-figure=resolved_on_time]").last.click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("hồ sơ rút hoặc dừng cũng tính là đúng hạn")
    told = dialog.locator(".drill-total[data-total]")
    expect(told).to_be_visible()
    total = told.get_attribute("data-total")
    dialog.get_by_role("link", name="Mở trang riêng").click()
    expect(page.locator(".sheet-head h1")).to_have_text(re.compile(rf"Đúng hạn: {total}"))
    page.goto(f"{hub.url}/#/board")
    page.get_by_role("button", name="Định nghĩa: Đến hạn hôm nay").click()
    expect(page.get_by_role("dialog")).to_contain_text("chưa quá hạn, có hạn đến hết hôm nay")
    page.get_by_role("link", name="Định nghĩa các số liệu").click()
    expect(page.locator(".terms dt")).to_have_count(43)
    expect(page.locator(".terms dd:empty")).to_have_count(0)


def test_keys_lead_everywhere_but_never_while_one_types(hub, office, open_page, picture):
    page = open_page(hub.url)
    expect(page.locator(".dossiers tbody tr").nth(3)).to_be_visible()
    page.keyboard.press("?")
    sheet = page.get_by_role("dialog", name="Phím tắt và trợ giúp")
    expect(sheet.get_by_role("link", name="/docs")).to_be_visible()
    picture(page, "keys")
    page.keyboard.press("Escape")
    for key, row in (("j", 0), ("j", 1), ("k", 0)):
        page.keyboard.press(key)
        expected = page.locator(".dossiers button.link").nth(row).inner_text()
        assert page.evaluate(FOUND) == expected
    page.keyboard.press("Enter")
    expect(page.locator("dialog .verdict")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("dialog")).to_have_count(0)
    page.keyboard.press("/")
    expect(page.locator("#search")).to_be_focused()
    page.keyboard.type("gf?j")
    assert page.locator("#search").input_value() == "gf?j"
    expect(page.locator("dialog")).to_have_count(0)
    page.locator("#search").fill("")
    page.evaluate("document.activeElement.blur()")
    page.keyboard.type("gf")
    expect(page).to_have_url(re.compile("#/figures"))
    page.keyboard.press("?")
    sheet.get_by_label("Dùng phím tắt").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.type("gb")
    expect(page).to_have_url(re.compile("#/figures"))


def test_a_wall_link_carries_a_key_that_only_reads(tmp_path: Path, open_page, picture):
    with HubProcess(tmp_path / "data", open=False) as hub:
        office = Office(hub.url, hub.key)
        office.register()
        office.send(*many(20))
        page = open_page(hub.url, "#/board?unit=H29.17.01")
        page.get_by_label("Khóa truy cập").fill(hub.key)
        page.keyboard.press("Enter")
        page.get_by_role("button", name="Liên kết treo tường").click()
        expect(page.get_by_role("dialog")).to_contain_text("chỉ đọc, hạn một năm, cho: Thị trấn")
        assert page.locator("textarea").count() == 0, "an administrator's own key is in no link"
        page.get_by_role("button", name="Tạo khóa chỉ đọc và liên kết").click()
        link = page.locator("textarea").input_value()
        assert hub.key not in link
        keys = office.http.get("/v1/keys").json()["keys"]
        assert (keys[-1]["role"], keys[-1]["units"]) == ("reader", ["H29.17.01"])
        assert keys[-1]["expires"]
        page.evaluate("key => localStorage.setItem('hub.key', key)", "kept")
        wall = page.context.new_page()
        sent: list[str] = []
        wall.on("request", lambda request: sent.append(request.url))
        wall.goto(link)
        expect(wall.locator("body.wall .units tbody .code")).to_have_text(["H29.17.01"])
        secret = link.rpartition("key=")[2]
        assert secret not in wall.url
        assert not any(secret in url for url in sent)
        assert secret not in wall.content()
        picture(wall, "wall-link")
        wall.reload()
        expect(wall.locator("body.wall .tile.overdue .count")).to_have_text(re.compile(r"\d"))
        wall.goto("about:blank")
        wall.goto(link.replace(secret, hub.key))
        expect(wall.locator(".toast")).to_contain_text("làm được nhiều hơn là đọc")
        expect(wall.get_by_label("Khóa truy cập")).to_be_visible()
        assert wall.evaluate("sessionStorage.length") == 0
        assert page.evaluate("localStorage.getItem('hub.key')") == "kept"
        wall.close()
