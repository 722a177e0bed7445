"""What a clerk does each week, on a keyed hub with a silent source, refused letters and units that
have changed."""

import json
import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest

from tests.hub_process import HubProcess
from tests.web.office import SOURCE, ZONE, Office, ago, event, many, received
from tests.web.test_seals import clean

expect = pytest.importorskip("playwright.sync_api").expect
YEAR = ago().year - 1
UNIT = "H29.17"
ENDED = ago().month - (ago().month - 1) % 3 - 2
"""The middle month of the quarter that ended last; 0 and less is in the year before."""
IN_IT = datetime(ago().year - (ENDED < 1), ENDED if ENDED > 0 else ENDED + 12, 10, 9, tzinfo=ZONE)
LATE, LONGEST = "den-muon", "qua-han-nhat"
OLD, HEIR = "H29.17.02", "27496"
MERGED = {
    "code": OLD, "name": "Xã An Nhơn Tây", "parent": "H29.17", "level": "commune",
    "valid_to": f"{YEAR}-06-30", "successors": [HEIR],
}  # fmt: skip


def in_year(month: int, day: int) -> datetime:
    return datetime(YEAR, month, day, 9, tzinfo=ZONE)


@pytest.fixture(scope="module")
def keyed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HubProcess]:
    with HubProcess(tmp_path_factory.mktemp("tasks") / "data", open=False) as running:
        boss = Office(running.url, running.key)
        boss.register()
        heir = {"code": HEIR, "name": "Xã Củ Chi", "parent": "H29.17", "level": "commune"}
        put = boss.http.put(
            "/v1/units", json=[heir, MERGED], params={"from": f"{YEAR}-07-01"}
        )  # fmt: skip
        assert put.status_code == 200, put.text
        # so that a reader of the district sees the source
        source = {"role": "source", "source": "/silent", "units": ["H29.17.01"]}
        assert boss.http.post("/v1/keys", json=source).is_success
        boss.send(
            *(received(OLD, f"cu{n}", in_year(3, n), in_year(3, n + 9)) for n in (1, 2)),
            *(received(HEIR, f"moi{n}", in_year(11, n), in_year(11, n + 9)) for n in (1, 2, 3)),
            received("H29.17.01", LONGEST, in_year(1, 2), in_year(1, 9), field="dat-dai"),
            *(
                received("H29.17.01", f"han-{n}", ago(days=2), ago(days=-n), field="ho-tich")
                for n in range(1, 13)
            ),
            received("H29.17.01", "d1", IN_IT, IN_IT, field="ho-tich"),
            *many(20),
        )
        yield running


@pytest.fixture
def boss(keyed: HubProcess) -> Office:
    return Office(keyed.url, keyed.key)


@pytest.fixture
def enter(keyed: HubProcess, boss: Office, open_page: Any) -> Any:
    """Opens a place with a reader's key that may seal."""

    def entered(place: str, key: str = "", **more: Any) -> Any:
        wanted = {"role": "reader", "units": ["H29"], "may_seal": True}
        page = open_page(keyed.url, place, **more)
        page.get_by_label("Khóa truy cập").fill(
            key or boss.http.post("/v1/keys", json=wanted).json()["key"]
        )
        page.keyboard.press("Enter")
        expect(page.locator("nav [aria-current]")).to_be_visible()
        return page

    return entered


class Clerk:
    """Does what a clerk does, and counts: a click, a key, a field that is filled are one each."""

    def __init__(self, page: Any) -> None:
        self.page, self.done = page, 0

    def click(self, place: Any) -> None:
        self._count()
        place.click()

    def press(self, key: str) -> None:
        self._count()
        self.page.keyboard.press(key)

    def fill(self, place: Any, text: str) -> None:
        self._count()
        place.fill(text)

    def choose(self, place: Any, text: str) -> None:
        self._count()
        place.select_option(label=text)

    def button(self, name: str) -> None:
        """A button, by all of its name."""
        self.click(self.page.get_by_role("button", name=name, exact=True).first)

    def go(self, view: str) -> None:
        """By the menu."""
        self.click(self.page.locator("nav").get_by_role("link", name=view))

    def _count(self) -> None:
        self.done += 1
        assert self.done <= 5, "a task takes at most five actions"


@pytest.fixture
def clerk(keyed: HubProcess, enter: Any) -> Any:
    """A clerk before the board of the own unit, for one task."""

    def at_work(key: str = "") -> Clerk:
        page = enter("#/board", key=key, permissions=("clipboard-read", "clipboard-write"))
        page.evaluate(f"localStorage.setItem('hub.unit', '{UNIT}')")
        page.goto(f"{keyed.url}/")
        expect(page.locator(".units tbody tr").first).to_be_visible()
        return Clerk(page)

    return at_work


def test_1_which_is_overdue_longest_and_why(clerk):
    at = clerk()
    at.click(at.page.locator(".dossiers tbody .link, .dossiers tbody a").first)
    dialog = at.page.get_by_role("dialog", name=LONGEST)
    expect(dialog.locator(".verdict")).to_contain_text("quá hạn", ignore_case=True)
    expect(dialog).to_contain_text(f"09/01/{YEAR}")


def test_2_what_is_due_on_the_next_working_day(clerk, boss):
    asked = {"unit": UNIT, "subtree": "true", "within": "next_working_day"}
    due = boss.http.get("/v1/due-soon", params=asked).json()["items"]
    at = clerk()
    at.button("Ngày làm việc tới")
    expect(at.page.locator("#list-title .badge")).to_have_text(str(len(due)))
    for one in due:
        expect(at.page.locator(".dossiers")).to_contain_text(one["subject"])
    assert any(one["subject"].startswith("han-") for one in due)


def test_3_the_first_quarter_by_field_against_the_one_before(clerk):
    at = clerk()
    at.go("Số liệu")
    at.choose(at.page.get_by_label("Kỳ", exact=True), "Quý I")
    at.click(at.page.locator(".dimensions").get_by_label("Lĩnh vực"))
    at.click(at.page.locator(".dimensions").get_by_label("Đơn vị"))
    at.choose(at.page.get_by_label("So với"), "Kỳ trước")
    table = at.page.locator(".figures").first
    expect(table.locator("tbody tr").filter(has_text="Đất đai")).to_contain_text("1")
    expect(table.locator("thead")).to_contain_text(f"{YEAR}")


def test_4_a_form_to_excel(clerk):
    at = clerk()
    at.go("Báo cáo")
    at.click(at.page.get_by_role("link", name=re.compile("vpcp-06a")))
    with at.page.expect_download() as download:
        at.button("Tải Excel")
    assert download.value.path().read_bytes().startswith(b"PK")


def test_5_which_source_is_silent(clerk):
    at = clerk()
    strip = at.page.locator(".trust")
    expect(strip).to_contain_text("Đất đai")
    at.click(strip.get_by_role("link"))
    expect(at.page.locator(".health")).to_contain_text("Đất đai")


def test_6_a_letter_is_corrected(clerk, boss, keyed):
    one = received("H29.17.01", "thu-sai", ago(days=2), None) | {"id": "thu-sai"}
    wrong = one | {"data": one["data"] | {"applicant": "x"}}
    headers = {"Content-Type": "application/cloudevents+json"}
    assert boss.http.post("/v1/events", json=wrong, headers=headers).status_code == 422
    at = clerk(keyed.key)
    at.go("Tình trạng")
    at.button("Sửa và gửi thay")
    at.fill(at.page.get_by_label("Sự kiện (JSON)"), json.dumps(one))
    at.button("Xem trước")
    at.button("Gửi thay tin này")
    expect(at.page.get_by_role("dialog")).to_have_count(0)
    [letter] = boss.http.get("/v1/dead-letters?status=mended").json()["items"]
    assert (letter["source"], letter["subject"]) == (SOURCE, "thu-sai")


def test_7_a_view_is_shared(clerk, enter):
    """The address is the whole view."""
    at = clerk()
    at.go("Số liệu")
    at.choose(at.page.get_by_label("Kỳ", exact=True), "Quý I")
    title = at.page.locator("#figures-title")
    expect(title).to_contain_text("01/01")
    other = enter(at.page.url.partition("/#")[2].join(("#", "")))
    expect(other.locator("#figures-title")).to_have_text(title.inner_text())


def test_8_a_list_is_printed(clerk):
    at = clerk()
    at.page.evaluate("window.print = () => { window.printed = true }")
    at.go("Báo cáo")
    at.click(at.page.get_by_role("link", name=re.compile("vpcp-06a")))
    at.button("In")
    assert at.page.evaluate("window.printed")
    assert at.page.pdf().startswith(b"%PDF")


def sealed(clerk: Any, boss: Office) -> None:
    at = clerk()
    at.go("Báo cáo")
    at.click(at.page.get_by_role("link", name=re.compile("vpcp-06a")))
    at.button("Kỳ trước đó")
    at.button("Niêm phong")
    at.button("Niêm phong ngay")
    expect(at.page.get_by_role("dialog")).to_contain_text("Đã niêm phong báo cáo")
    assert len(boss.http.get("/v1/sealed").json()["items"]) == 1


def test_9_and_10_a_report_is_sealed_and_a_restated_cell_explained(clerk, boss):
    sealed(clerk, boss)
    boss.send(
        received("H29.17.01", LATE, IN_IT, None, field="ho-tich"),
        event("H29.17.01", "d1", "resolved", ago(hours=1)),
    )
    at = clerk()
    at.go("Báo cáo")
    at.click(at.page.get_by_role("link", name=re.compile("vpcp-06a")))
    at.button("Kỳ trước đó")
    at.button("So với hôm nay")
    because = at.page.locator(".because li").filter(has_text=LATE).first
    expect(because).to_contain_text("đến muộn")
    at.click(because.get_by_role("button"))
    expect(at.page.get_by_role("dialog", name=LATE)).to_be_visible()


def test_units_that_changed_count_as_then_or_as_of_today(boss, enter, picture):
    page = enter(f"#/figures?unit=H29.17&year={YEAR}&part=Q1")
    rows = page.locator(".figures tbody tr")
    expect(rows.filter(has_text="Xã An Nhơn Tây")).to_have_count(1)
    page.get_by_label("Đơn vị tính theo").select_option(label="bản đồ hôm nay")
    heir = rows.filter(has_text="Xã Củ Chi")
    expect(heir).to_have_count(1)
    expect(rows.filter(has_text="Xã An Nhơn Tây")).to_have_count(0)
    expect(page).to_have_url(re.compile("map=today"))
    expect(page.locator(".figures-panel")).to_contain_text("đơn vị như ngày")
    heir.get_by_role("button", name="2").first.click()
    expect(page.get_by_role("dialog")).to_contain_text("cu1")
    page.keyboard.press("Escape")
    picture(page, "map-figures")
    clean(page)

    page.get_by_role("link", name="Bảng theo dõi").click()
    expect(page).to_have_url(re.compile("map=today"))
    board = boss.http.get("/v1/board", params={"map": "today"}).json()
    shown = {row["unit"]: row["overdue_now"] for row in board["units"]}
    assert OLD not in shown
    for code, overdue in shown.items():
        row = page.locator(".units tbody tr").filter(has=page.get_by_text(code, exact=True))
        expect(row.locator(".overdue_now .count")).to_have_text(str(overdue))
    expect(page.locator(".units tbody tr")).to_have_count(len(shown))
    expect(page.locator(".tile.overdue .count")).to_have_text(str(board["totals"]["overdue_now"]))
    picture(page, "map-board")

    page.goto(page.url.split("#")[0] + f"#/reports?form=vpcp-06a&unit=H29.17&year={YEAR}&map=then")
    expect(page.locator(".sheet header")).to_contain_text(f"đơn vị như ngày 31/12/{YEAR}")
    page.get_by_label("Đơn vị tính theo").select_option("")
    expect(page.locator(".sheet header")).not_to_contain_text("đơn vị như ngày")


def test_what_a_merged_unit_published_stands_beside_its_heirs_year_before(boss, enter, picture):
    before = f"{YEAR - 1}-Q2"
    said = {
        "document": "Báo cáo cũ", "number": "7/BC", "date": f"{YEAR - 1}-07-10",
        "sha256": "0f" * 32, "certified_by": "Chánh Văn phòng", "office": "UBND xã",
        "cells": [{"section": "don_vi", "row": "tong", "column": "tn", "text": "1.234"}],
    }  # fmt: skip
    asked = {"unit": OLD, "period": before}
    answer = boss.http.post("/v1/reports/vpcp-06a/stated", params=asked, json=said)
    assert answer.status_code == 201, answer.text
    place = f"#/reports?form=vpcp-06a&unit={HEIR}&year={YEAR}&part=Q2&prior=yes"
    page = enter(place)
    expect(page.locator(".prior-switch")).to_contain_text("chưa có số liệu")
    page.get_by_label("Đơn vị tính theo").select_option(label="bản đồ hôm nay")
    told = page.locator(".prior-switch")
    expect(told).to_contain_text("khi đó chưa sáp nhập: Xã Củ Chi, Xã An Nhơn Tây")
    cells = page.locator("tr:has([data-cell='don_vi/tong/tn']) .prior")
    expect(cells.first).to_contain_text("Xã An Nhơn Tây 1.234†")
    expect(cells.first).not_to_contain_text("Δ")
    picture(page, "prior-predecessors")
    clean(page)
