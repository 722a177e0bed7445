"""The board in a browser: what it counts, how it changes, what it says when nobody answers."""

import re
import socket
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.eventually import eventually
from tests.hub_process import HubProcess
from tests.web.office import DESKS, Office, ago, event, received

if TYPE_CHECKING:
    from playwright.sync_api import Route

expect = pytest.importorskip("playwright.sync_api").expect
LATE = "H29.17.01-late"


def number(page, tile):
    return page.locator(f".tile.{tile} .count")


def rows(page):
    return page.locator(".dossiers tbody tr")


AT_ITS_PLACE = """async (element) => {
    element.scrollIntoView({ block: "end", behavior: "instant" });
    const places = [element.getBoundingClientRect().top];
    for (let frame = 0; frame < 4; frame += 1) await new Promise(requestAnimationFrame);
    return [...places, element.getBoundingClientRect().top];
}"""
"""Scrolls to an element: its distance from the top of the window then, and some frames later."""


def codes(page):
    return page.locator(".dossiers tbody button.link").all_inner_texts()


def test_tiles_and_list_say_what_the_hub_says(hub, office, open_page, picture):
    page = open_page(hub.url)
    totals = office.http.get("/v1/board").json()["totals"]
    for tile, name in (
        ("overdue", "overdue_now"), ("today", "due_today"),
        ("received", "received_today"), ("resolved", "resolved_today"),
    ):  # fmt: skip
        expect(number(page, tile)).to_have_text(str(totals[name]))
    listed = office.http.get("/v1/overdue", params={"limit": 200}).json()
    expect(rows(page)).to_have_count(listed["total"])
    assert codes(page) == [item["subject"] for item in listed["items"]]
    assert totals["overdue_now"] > 5
    expect(page.locator(".units .spark").first).to_be_visible()
    picture(page, "board-light")
    dark = open_page(hub.url, scheme="dark")
    expect(rows(dark)).to_have_count(listed["total"])
    picture(dark, "board-dark")


def test_news_is_visible_without_reloading(hub, office, open_page):
    page = open_page(hub.url)
    expect(number(page, "received")).to_have_text(re.compile(r"\d"))
    before = int(number(page, "received").inner_text())
    for n in range(1, 6):
        now = ago()
        news = received(DESKS[0], f"H29.17.01-live-{n}", now, now + timedelta(days=9))
        office.http.post(
            "/v1/events", json=news, headers={"Content-Type": "application/cloudevents+json"}
        )
        page.wait_for_function(
            "want => document.querySelector('.tile.received .count').textContent === want",
            arg=str(before + n),
            polling=20,
        )


def test_rows_keep_their_places_under_the_readers_cursor(hub, office, open_page, picture):
    page = open_page(hub.url)
    expect(rows(page).nth(3)).to_be_visible()
    typed = page.get_by_label("Đơn vị", exact=True)
    typed.fill("H29.1")
    rows(page).nth(3).hover()  # somebody is there
    before = codes(page)
    leaving, later = office.http.get("/v1/overdue", params={"limit": 2}).json()["items"]
    due = ago(days=-9).isoformat()
    office.send(
        received(DESKS[0], LATE, ago(days=90), ago(days=80)),
        event(leaving["unit"], leaving["subject"], "resolved", ago()),
        event(later["unit"], later["subject"], "extended", ago(), due_at=due),
    )
    news = page.get_by_role("button", name="1 hồ sơ mới – hiện")
    expect(news).to_be_visible()
    for n in range(2):
        expect(rows(page).nth(n)).to_have_class(re.compile("gone"))
    assert codes(page) == before
    assert typed.input_value() == "H29.1", "what one types stays, too"
    picture(page, "board-news")
    news.click()
    expect(page.get_by_role("button", name=LATE)).to_be_visible()
    assert codes(page) == [LATE, *before[2:]]


def test_filters_narrow_the_list_and_stay_in_the_address(hub, office, open_page):
    page = open_page(hub.url)
    expect(rows(page).first).to_be_visible()
    for label, value, parameters in (
        ("Lĩnh vực", "ho-tich", {"field": "ho-tich"}),
        ("Thủ tục", "1.001193", {"field": "ho-tich", "procedure": "1.001193"}),
        ("Số ngày quá hạn", "7", {"field": "ho-tich", "procedure": "1.001193", "min_days": 7}),
    ):
        page.get_by_label(label, exact=True).select_option(value)
        listed = office.http.get("/v1/overdue", params=parameters).json()
        expect(rows(page)).to_have_count(listed["total"])
        assert sorted(codes(page)) == sorted(item["subject"] for item in listed["items"])
    page.reload()
    expect(rows(page)).to_have_count(listed["total"])
    page.get_by_role("button", name="Bỏ lọc").click()
    page.get_by_label("Chờ bổ sung", exact=True).select_option("true")
    waiting = office.http.get("/v1/overdue", params={"waiting": "true"}).json()["total"]
    assert waiting > 0
    expect(rows(page)).to_have_count(waiting)
    page.goto(f"{hub.url}/#/board?unit=H29.17.02")
    below = office.http.get("/v1/board", params={"unit": "H29.17.02", "subtree": "true"}).json()
    expect(number(page, "overdue")).to_have_text(str(below["totals"]["overdue_now"]))
    expect(page.locator(".units tbody tr")).to_have_count(1)


def test_search_finds_a_code_and_the_clock_is_explained(hub, office, open_page, picture):
    subject = f"{DESKS[1]}-clock"
    office.send(
        received(DESKS[1], subject, ago(days=20), ago(days=12), procedure="1.004227"),
        event(DESKS[1], subject, "supplement_requested", ago(days=18), reason="thieu-giay-to"),
        event(DESKS[1], subject, "supplemented", ago(days=15), due_at=ago(days=9).isoformat()),
        event(DESKS[1], subject, "extended", ago(days=10), due_at=ago(days=6).isoformat()),
    )
    page = open_page(hub.url)
    page.get_by_label("Tìm mã hồ sơ").fill("H29.17.02-cl")
    expect(rows(page)).to_have_count(1)
    page.get_by_label("Tìm mã hồ sơ").fill("H29.17.09-none")
    page.get_by_label("Tìm mã hồ sơ").press("Enter")
    expect(page.get_by_text("Không thấy hồ sơ có đúng mã này.")).to_be_visible()
    page.get_by_label("Tìm mã hồ sơ").fill(subject)
    page.get_by_label("Tìm mã hồ sơ").press("Enter")
    dialog = page.get_by_role("dialog", name=subject)
    expect(dialog.locator(".verdict")).to_contain_text("QUÁ HẠN 6 ngày")
    for words in ("Hẹn trả lần đầu", "Đã bổ sung lúc", "Gia hạn lúc", "(3 ngày): Yêu cầu bổ sung"):
        expect(dialog.locator(".clock-words")).to_contain_text(words)
    expect(dialog.locator(".timeline > li:not(.overdue)")).to_have_count(4)
    picture(page, "dossier")
    office.send(event(DESKS[1], subject, "resolved", ago()))
    expect(dialog.locator(".verdict")).to_contain_text("TRỄ HẠN 6 ngày")  # by itself


def test_without_a_due_date_the_working_days_advise_one(hub, office, open_page, picture):
    limited = {"code": "9.1", "name": "Cấp bản sao", "limit_value": 6, "limit_unit": "working_day"}
    assert office.http.put("/v1/procedures", json=[limited]).status_code == 200
    subject = f"{DESKS[1]}-undated"
    office.send(received(DESKS[1], subject, ago(days=20), None, procedure="9.1"))
    advice = office.http.get(f"/v1/dossiers/{DESKS[1]}/{subject}").json()["advisory"]
    page = open_page(hub.url)
    page.get_by_label("Tìm mã hồ sơ").fill(subject)
    page.get_by_label("Tìm mã hồ sơ").press("Enter")
    dialog = page.get_by_role("dialog", name=subject)
    due = "/".join(reversed(advice["due_at"][:10].split("-")))
    expect(dialog.locator("dd", has_text=due)).to_contain_text("không tính vào số liệu")
    dialog.get_by_text("Từng ngày").click()
    expect(dialog.locator("details li")).to_have_count(len(advice["steps"]))
    expect(dialog.locator("details li").last).to_contain_text(f"{due}: đã tính 6 ngày")
    picture(page, "advised")


def test_what_is_due_has_its_lists_and_tiles_lead_to_them(hub, office, open_page, picture):
    wait = {"limit": 200}
    today = ago().replace(hour=23, minute=0)
    office.send(
        *(
            received(DESKS[1], f"{DESKS[1]}-due-{n}", ago(days=1), today + timedelta(days=n))
            for n in range(7)
        )
    )
    page = open_page(hub.url)
    for tile, within, code in (
        ("today", "today", f"{DESKS[1]}-due-0"),
        ("soon", "next_working_day", f"{DESKS[1]}-due-1"),
    ):
        found = office.http.get("/v1/due-soon", params={"within": within, **wait}).json()
        expect(number(page, tile)).to_have_text(str(found["total"]))
        page.locator(f".tile.{tile} a").click()
        expect(page.get_by_role("button", name=code, exact=True)).to_be_visible()
        assert codes(page) == [item["subject"] for item in found["items"]]
    picture(page, "board-next-working-day")
    page.get_by_role("button", name="Tuần này").click()
    week = office.http.get("/v1/due-soon", params={"within": "week", **wait}).json()
    expect(rows(page)).to_have_count(week["total"])
    page.locator(".tile.received a").click()
    expect(page).to_have_url(re.compile(r"calendar=days&from=\d{4}-\d\d-\d\d&to="))


def test_an_empty_list_does_not_ask_to_be_loaded(hub, office, open_page):
    page = open_page(hub.url, "#/board?list=undated&q=none")
    expect(page.locator(".all-well")).to_be_visible()
    before = int(number(page, "received").inner_text())
    office.send(received(DESKS[0], f"{DESKS[0]}-seen", ago(), None))
    expect(number(page, "received")).to_have_text(str(before + 1))
    expect(page.get_by_role("button", name="Danh sách đã đổi")).to_have_count(0)
    page.goto(f"{hub.url}/#/board?field=ho-tich")
    narrowed = office.http.get("/v1/board", params={"field": "ho-tich"}).json()["totals"]
    expect(number(page, "overdue")).to_have_text(str(narrowed["overdue_now"]))
    office.send(received(DESKS[0], f"{DESKS[0]}-field", ago(days=9), ago(days=4), field="ho-tich"))
    expect(number(page, "overdue")).to_have_text(str(narrowed["overdue_now"] + 1))


def test_units_are_sorted_by_a_click(hub, office, open_page):
    page = open_page(hub.url)
    names = page.locator(".units tbody .code")
    expect(names).to_have_count(5)
    header = page.locator(".units th").filter(has_text="Đang giải quyết")
    header.get_by_role("button").click()
    expect(header).to_have_attribute("aria-sort", "descending")
    board = office.http.get("/v1/board").json()["units"]
    most = max(board, key=lambda row: row["in_progress"])
    assert names.first.inner_text() == most["unit"]


def test_an_empty_hub_then_a_cut_connection_then_a_mended_one(tmp_path: Path, open_page, picture):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    with HubProcess(tmp_path / "data", extra_args=("--port", port)) as hub:
        page = open_page(hub.url)
        expect(number(page, "overdue")).to_have_text("0")
        expect(page.get_by_text("Không có hồ sơ nào quá hạn.")).to_be_visible()
        expect(page.get_by_text("Chưa có đơn vị nào.")).to_be_visible()
        picture(page, "board-empty")
        Office(hub.url).send(received(DESKS[0], LATE, ago(days=9), ago(days=4)))
        expect(number(page, "overdue")).to_have_text("1")
        hub.kill9()
        banner = page.locator(".freshness.down")
        expect(banner).to_contain_text("MẤT KẾT NỐI – đang hiện số liệu lúc")
        expect(number(page, "overdue")).to_have_text("1")
        picture(page, "board-disconnected")
        hub.start()
        Office(hub.url).send(event(DESKS[0], LATE, "resolved", ago()))
        expect(banner).to_be_hidden()
        expect(number(page, "overdue")).to_have_text("0")


@pytest.fixture(scope="module")
def ten_thousand(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HubProcess]:
    """A hub in which all dossiers are overdue."""
    with HubProcess(tmp_path_factory.mktemp("ten-thousand") / "data") as hub:
        office = Office(hub.url)
        office.register()
        came, due = ago(days=60), ago(days=30)
        office.send(
            *(
                received(DESKS[n % 3], f"{DESKS[n % 3]}-{n:05}", came, due + timedelta(minutes=n))
                for n in range(10_000)
            )
        )
        yield hub


def test_ten_thousand_overdue_dossiers(ten_thousand, open_page, picture):
    page = open_page(ten_thousand.url)
    expect(number(page, "overdue")).to_have_text("10.000")
    for count in (200, 400, 600, 800, 1000):
        expect(rows(page)).to_have_count(count)
        more = page.get_by_role("button", name=re.compile("^Thêm"))
        # it stays under the pointer of who goes there and clicks
        there, later = more.evaluate(AT_ITS_PLACE)
        assert later == pytest.approx(there, abs=1)
        more.click()
    expect(rows(page)).to_have_count(1200)
    picture(page, "board-ten-thousand")


@pytest.mark.parametrize("size", [(1440, 900), (390, 844)])
def test_more_behind_a_figure_is_asked_for_in_place_and_once(ten_thousand, open_page, size):
    figures = f"#/figures?year={ago(days=60).year}&by=unit&unit=H29.17"
    page = open_page(ten_thousand.url, figures, size=size)
    page.locator("[data-figure=received_total]").first.click()
    listed = page.locator(".drill-list li")
    expect(listed).to_have_count(200)
    more = page.get_by_role("button", name=re.compile("^Thêm 200"))
    there, later = more.evaluate(AT_ITS_PLACE)
    assert later == pytest.approx(there, abs=1)
    asked: list[Route] = []
    page.route("**/v1/dossiers?*", lambda route: asked.append(route))
    more.dblclick()
    expect(more).to_be_disabled()
    eventually(lambda: page.evaluate("true") and asked)  # requests are told while the page is asked
    (once,) = asked  # the second click asked for nothing
    once.continue_()
    expect(listed).to_have_count(400)
