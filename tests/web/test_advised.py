"""Advisory due dates in a browser: a list of their own, marked as advice, in no number."""

import re
from datetime import timedelta

import pytest

from tests.web.office import DESKS, ago, event, received

expect = pytest.importorskip("playwright.sync_api").expect
LIMITED = {"code": "9.2", "name": "Cấp bản sao trích lục", "limit_value": 6}


def rows(page):
    return page.locator(".dossiers tbody tr")


def shown(iso: str) -> str:
    """A day as the page writes it."""
    return "/".join(reversed(iso[:10].split("-")))


def axe(page) -> None:
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page)
    assert found.response["violations"] == [], found.generate_report()


@pytest.fixture
def undated(office):
    """Dossiers without a due date, some past the advisory one; received after 15:00."""
    put = [{**LIMITED, "limit_unit": "working_day"}]
    assert office.http.put("/v1/procedures", json=put).status_code == 200
    subjects = [f"{DESKS[0]}-undated-{days}" for days in (30, 20, 1)]
    came = [ago(days=days).replace(hour=16) for days in (30, 20, 1)]
    for subject, at in zip(subjects, came, strict=True):
        office.send(received(DESKS[0], subject, at, None, procedure="9.2", field="ho-tich"))
    return subjects


def test_undated_dossiers_have_a_list_of_their_own(hub, office, open_page, undated, picture):
    totals = office.http.get("/v1/board", params={"procedure": "9.2"}).json()["totals"]
    page = open_page(hub.url)
    expect(rows(page).first).to_be_visible()  # of the list before, whose rows are others
    page.get_by_role("button", name="Chưa hẹn trả").click()
    page.get_by_label("Thủ tục", exact=True).select_option("9.2")
    for late_rule in ("false", "true"):
        page.get_by_label("nhận sau 15 giờ").set_checked(late_rule == "true")
        asked = {"procedure": "9.2", "late_rule": late_rule}
        items = office.http.get("/v1/undated", params=asked).json()["items"]
        assert [item["subject"] for item in items] == undated
        for place, item in enumerate(items):
            row = rows(page).nth(place)
            expect(row.locator(".code")).to_contain_text(item["subject"])
            expect(row.locator(".due")).to_have_text(
                re.compile(f"^{shown(item['advisory']['due_at'])} *tham khảo$")
            )
            passed = "đã qua" if item["advisory"]["passed"] else "còn"
            expect(row.locator(".late")).to_have_text(re.compile(f"^{passed} "))
        expect(rows(page)).to_have_count(len(undated))
    expect(page.get_by_text("không tính vào số quá hạn")).to_be_visible()
    expect(page.locator(".tile.overdue .count")).to_have_text(str(totals["overdue_now"]))
    axe(page)
    picture(page, "undated")

    # what comes is told without a reload of the page, what gets a due date leaves
    coming = f"{DESKS[0]}-undated-today"
    dated = {"time": ago(days=19), "due_at": (ago(days=-9)).isoformat()}
    office.send(
        received(DESKS[0], coming, ago(), None, procedure="9.2", field="ho-tich"),
        event(DESKS[0], undated[1], "extended", dated.pop("time"), **dated),
    )
    page.get_by_role("button", name="Danh sách đã đổi").click()
    expect(page.get_by_role("button", name=coming)).to_be_visible()
    expect(page.get_by_role("button", name=undated[1])).to_have_count(0)
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("heading", name="No due date stated")).to_contain_text("3")
    expect(page.get_by_role("columnheader", name="Advisory due date")).to_be_visible()
    page.set_viewport_size({"width": 390, "height": 844})
    rows(page).last.scroll_into_view_if_needed()
    picture(page, "undated-phone")


def test_a_stated_due_date_stays_and_is_flagged(hub, office, open_page, undated, picture):
    came = ago(days=30).replace(hour=16)
    stated, subject = came + timedelta(days=60), f"{DESKS[0]}-doubted"
    office.send(received(DESKS[0], subject, came, stated, procedure="9.2"))
    path = f"/v1/dossiers/{DESKS[0]}/{subject}"
    flag = office.http.get(path).json()["disagreement"]
    page = open_page(hub.url)
    page.get_by_label("Tìm mã hồ sơ").fill(subject)
    page.get_by_label("Tìm mã hồ sơ").press("Enter")
    dialog = page.get_by_role("dialog", name=subject)
    expect(dialog.locator(".verdict")).to_contain_text("trong hạn")
    expect(dialog.locator(".flag")).to_contain_text(f"({shown(stated.isoformat())})")
    expect(dialog.locator(".advised")).to_contain_text(shown(flag["advice"]["due_at"]))
    dialog.get_by_text("Từng ngày").click()
    steps = dialog.locator("details li")
    expect(steps).to_have_count(len(flag["advice"]["steps"]))
    axe(page)
    picture(page, "doubted")
    dialog.get_by_label("nhận sau 15 giờ").check()
    late = office.http.get(path, params={"late_rule": "true"}).json()["disagreement"]["advice"]
    expect(steps.first).to_contain_text("tiếp nhận sau 15 giờ")
    expect(steps.last).to_contain_text(f"{shown(late['due_at'])}: đã tính 6 ngày")
    expect(dialog.locator("dd", has_text=shown(stated.isoformat())).first).to_be_visible()

    # the search finds a code that does not begin with its unit's where it has no due date, too
    page.keyboard.press("Escape")
    office.send(received(DESKS[0], "of-no-unit", came, None, procedure="9.2"))
    page.get_by_label("Tìm mã hồ sơ").fill("of-no-unit")
    page.get_by_label("Tìm mã hồ sơ").press("Enter")
    found = page.get_by_role("dialog", name="of-no-unit")
    expect(found.locator(".advised")).to_contain_text("không tính vào số liệu")
    expect(found.locator(".flag")).to_have_count(0)
