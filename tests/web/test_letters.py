"""Refused events as an inbox: told to the vendor, foretold, tried again, mended; silent sources."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.hub_process import HubProcess
from tests.web.office import SOURCE, Office, ago, event, received

expect = pytest.importorskip("playwright.sync_api").expect
STRUCTURED = {"Content-Type": "application/cloudevents+json"}
VENDOR, UNIT = "/vendor/dat-dai", "H29.17.02"


@pytest.fixture(scope="module")
def keyed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HubProcess]:
    """A hub that asks for keys, with an office of its own."""
    with HubProcess(tmp_path_factory.mktemp("letters") / "data", open=False) as running:
        Office(running.url, running.key).register()
        yield running


@pytest.fixture
def boss(keyed: HubProcess) -> Iterator[Office]:
    office = Office(keyed.url, keyed.key)
    yield office
    office.http.post("/v1/dead-letters/discard", params={"source": VENDOR})


@pytest.fixture
def enter(keyed: HubProcess, open_page: Any) -> Any:
    """Opens the page with a key."""

    def entered(place: str = "#/health", key: str = "", **more: Any) -> Any:
        page = open_page(keyed.url, place, **more)
        entry = page.get_by_label("Khóa truy cập")
        entry.fill(key or keyed.key)
        entry.press("Enter")
        expect(page.locator("nav")).to_be_visible()
        return page

    return entered


def refuse(boss: Office, subject: str, **data: Any) -> None:
    """An event with an attribute that is not allowed, unless the data says otherwise."""
    one = received(UNIT, subject, ago(days=2), None, **data) | {"source": VENDOR, "id": subject}
    assert boss.http.post("/v1/events", json=one, headers=STRUCTURED).status_code == 422


def wide(page: Any) -> Any:
    """What reaches beyond the window, without what scrolls by itself."""
    return page.evaluate(
        """() => [...document.querySelectorAll('body *')]
        .filter((one) => !one.closest('.scroll, .hidden, nav') && one.getClientRects().length)
        .filter((one) => one.getBoundingClientRect().right > innerWidth + 1)
        .map((one) => `${one.tagName} ${one.className}: ${one.innerText?.slice(0, 40)}`)"""
    )


def group(page: Any, *texts: str) -> Any:
    found = page.locator(".letters li.group")
    for text in texts:
        found = found.filter(has_text=text)
    head = found.locator(".group-head")
    if head.get_attribute("aria-expanded") == "false":  # the only one is open
        head.click()
    return found


def test_a_group_is_told_to_the_vendor_and_a_letter_is_mended(
    boss: Office, enter: Any, picture: Any
) -> None:
    for n in range(3):
        refuse(boss, f"{UNIT}-m{n}", applicant="Nguyễn Văn A")
    page = enter(size=(1366, 768), permissions=("clipboard-read", "clipboard-write"))
    card = group(page, "Có thông tin không được phép", VENDOR)
    expect(card).to_contain_text("3 tin")
    card.get_by_role("button", name="Nội dung báo đơn vị").click()
    dialog = page.get_by_role("dialog")
    notice = re.compile("Kính gửi.*/data/applicant", re.DOTALL)
    expect(dialog.get_by_role("textbox")).to_have_value(notice)
    picture(page, "letters-notice")
    dialog.get_by_role("button", name="Sao chép nội dung").click()
    expect(dialog).to_contain_text("Đã sao chép")
    told = page.evaluate("navigator.clipboard.readText()")
    assert "(3 tin)" in told
    assert "Nguyễn" not in told
    page.keyboard.press("Escape")
    with page.expect_download() as waiting:
        card.get_by_role("button", name="Tải CSV").click()
    lines = Path(waiting.value.path()).read_text("utf-8-sig").splitlines()
    assert (waiting.value.suggested_filename, len(lines)) == ("letters.csv", 4)
    letter = card.locator(".inside li").filter(has_text=f"{UNIT}-m1")
    expect(letter).to_contain_text("/data/applicant không thuộc loại sự kiện này")
    assert letter.get_by_role("button", name="Thử lại").count() == 0  # no value was kept
    letter.get_by_role("button", name="Sửa và gửi thay").click()
    text = dialog.get_by_label("Sự kiện (JSON)")
    expect(text).to_have_value(re.compile(f"{UNIT}-m1"))
    draft = json.loads(text.input_value())
    assert draft["data"] == {"unit": UNIT}
    dialog.get_by_label("Loại sự kiện").select_option(label="Tiếp nhận")
    dialog.get_by_role("button", name="Xem trước").click()
    expect(dialog.get_by_role("alert")).to_contain_text("/time phải có dạng")
    expect(dialog.get_by_role("alert")).to_contain_text("/data/channel bắt buộc phải có")
    mended = json.loads(text.input_value()) | {"time": ago(days=2).isoformat()}
    text.fill(json.dumps(mended | {"data": draft["data"] | {"channel": "online"}}))
    dialog.get_by_role("button", name="Xem trước").click()
    row = dialog.get_by_role("row", name="Xã An Nhơn Tây").filter(has_text="Tổng tiếp nhận")
    expect(row.first).to_contain_text("Xã An Nhơn Tây")
    picture(page, "letters-mend")
    assert boss.http.get("/v1/dead-letters").json()["items"][0]["status"] == "open"
    dialog.get_by_role("button", name="Gửi thay tin này").click()
    expect(dialog).to_have_count(0)
    expect(card).to_contain_text("2 tin")
    (kept,) = boss.http.get("/v1/dead-letters?status=mended").json()["items"]
    assert (kept["event_id"], kept["mended_by"]["id"]) == (f"{UNIT}-m1", f"{UNIT}-m1")
    trail = boss.http.get("/v1/trail?kind=dead_letter").json()["items"]
    assert (trail[0]["key"], trail[0]["after"]["status"]) == (1, "mended")
    card.get_by_role("button", name="Bỏ cả nhóm").click()
    expect(card).to_contain_text("Bỏ 2 tin?")
    card.get_by_role("button", name="Bỏ cả nhóm").click()
    expect(page.locator(".letters li.group").filter(has_text=VENDOR)).to_have_count(0)


def test_what_a_file_changes_is_told_before_it_is_read_again(
    boss: Office, enter: Any, picture: Any
) -> None:
    claim = {"owner": "o", "source": VENDOR, "kind": "files"}
    lease = "/v1/connectors/of-files/lease"
    errors = [{"column": "trang_thai", "code": "unmapped", "says": "`7` is not in its `map`"}]
    rows = [
        {"key": f"k{n}", "place": f"{file}:{n}", "errors": errors}
        for n, file in enumerate(("a.csv", "a.csv", "b.csv"))
    ]
    with boss.running("of-files", claim):
        page_of_rows = {"owner": "o", "refused": rows}
        assert boss.http.post("/v1/connectors/of-files/page", json=page_of_rows).status_code == 200
        page = enter(size=(390, 844))
        card = group(page, "a.csv")
        expect(card).to_contain_text("2 tin")
        expect(card).to_contain_text("trang_thai có mã `7` chưa có trong `map`")
        card.get_by_role("button", name="Đọc lại cả nhóm: xem trước").click()
        expect(card).to_contain_text("đang hỏi bộ kết nối")
        assert card.get_by_role("button", name="Thử lại cả nhóm").count() == 0
        asked = boss.http.put(lease, json=claim).json()["asked"]
        assert asked["keys"] == ["k0", "k1"]
        more = [
            received(UNIT, f"row-{n}", ago(days=1), None) | {"source": VENDOR} for n in range(2)
        ]
        would = {"added": 2, "only_added": 2, "refused": 0, "events": more}
        answer = {"owner": "o", "token": asked["token"], "would": would}
        assert boss.http.put("/v1/connectors/of-files/forecast", json=answer).json() == {
            "told": True
        }
        expect(card.get_by_role("row").filter(has_text="Tổng tiếp nhận").first).to_be_visible()
        expect(card).to_contain_text("Sẽ thêm 2 sự kiện")
        picture(page, "letters-file-phone")
        assert wide(page) == []
        assert boss.http.put(lease, json=claim).json()["again"] == []
        card.get_by_role("button", name="Thử lại cả nhóm").click()
        expect(card).to_contain_text("2 dòng sẽ được đọc lại")
        assert boss.http.put(lease, json=claim).json()["again"] == ["k0", "k1"]


def test_sources_are_registered_here_and_a_silent_one_is_told_on_the_board(
    boss: Office, enter: Any, picture: Any
) -> None:
    boss.send(event(UNIT, f"{UNIT}-x", "received", ago(days=3), channel="online"))
    refuse(boss, f"{UNIT}-s", applicant="x")
    page = enter("#/board", size=(1366, 768))
    strip = page.locator(".trust")
    expect(strip).to_contain_text("1 nguồn im lặng quá lâu: Đất đai (chưa gửi lần nào).")
    expect(strip).to_contain_text("Số liệu có thể thiếu")
    expect(strip).to_contain_text("1 tin bị từ chối chờ xử lý")
    expect(page.locator("nav .count-badge")).to_contain_text("2")
    picture(page, "trust-board")
    assert page.locator("header.top").bounding_box()["height"] < 70  # one line
    page.set_viewport_size({"width": 390, "height": 844})
    picture(page, "trust-phone")
    expect(page.locator(".units tbody tr").first).to_be_visible()
    assert wide(page) == []
    page.set_viewport_size({"width": 1366, "height": 768})
    strip.get_by_role("link").click()
    page.get_by_role("button", name="Đăng ký nguồn").click()
    dialog = page.get_by_role("dialog")
    code = dialog.get_by_label("Mã nguồn")
    code.fill("có dấu")
    dialog.get_by_role("button", name="Lưu").click()
    assert code.evaluate("input => !input.validity.valid")
    code.fill("/igate/moi")
    dialog.get_by_label("Tên gọi").fill("iGate mới")
    dialog.get_by_label("Được im lặng").fill("2")
    dialog.get_by_label("Đơn vị thời gian").select_option("hours")
    picture(page, "source-form")
    dialog.get_by_role("button", name="Lưu").click()
    row = page.get_by_role("row").filter(has_text="/igate/moi")
    expect(row).to_contain_text("2 giờ")
    expect(row).to_contain_text("im lặng quá lâu")
    picture(page, "sources")
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.set_viewport_size({"width": 1366, "height": 768})
    known = {it["source"]: it for it in boss.http.get("/v1/sources").json()["sources"]}
    assert known["/igate/moi"]["max_age_expected_s"] == 7200
    row.get_by_role("button", name="Sửa").click()
    expect(dialog.get_by_label("Mã nguồn")).to_have_value("/igate/moi")
    dialog.get_by_text("Báo khi im lặng lâu hơn").click()
    dialog.get_by_role("button", name="Lưu").click()
    expect(row).to_contain_text("không đặt ngưỡng")
    silent = page.get_by_role("row").filter(has_text="/silent")
    silent.get_by_role("button", name="Sửa").click()
    dialog.get_by_text("Đang nạp dữ liệu cũ").click()
    dialog.get_by_role("button", name="Lưu").click()
    expect(silent).to_contain_text("đang nạp dữ liệu cũ")
    page.get_by_role("link", name="Bảng theo dõi").click()
    expect(strip).not_to_contain_text("im lặng")
    assert boss.http.get("/v1/trail?kind=source").json()["items"][0]["key"] == 1


def test_a_reader_sees_no_button_that_is_not_for_readers(boss: Office, enter: Any) -> None:
    refuse(boss, f"{UNIT}-r", applicant="x")
    claim = {"owner": "o", "source": SOURCE, "kind": "sql"}
    boss.http.put("/v1/connectors/waiting/lease", json=claim)
    wait = {"owner": "o", "why": "it went back", "token": "t"}
    boss.http.post("/v1/connectors/waiting/pause", json=wait)
    key = boss.http.post("/v1/keys", json={"role": "reader", "units": []}).json()["key"]
    page = enter(key=key)
    card = group(page, VENDOR)
    expect(card.locator(".inside > ul")).to_contain_text(f"{UNIT}-r")
    expect(page.get_by_text("it went back")).to_be_visible()
    names = "Duyệt|Sửa|Bỏ|Thử lại|Đăng ký|Đối soát"
    expect(page.get_by_role("button", name=re.compile(names))).to_have_count(0)
    boss.http.post("/v1/connectors/waiting/approve")


@pytest.mark.parametrize(("scheme", "size"), [("light", (1366, 768)), ("dark", (390, 844))])
def test_axe_finds_nothing(boss: Office, enter: Any, scheme: str, size: Any) -> None:
    from axe_playwright_python.sync_playwright import Axe

    refuse(boss, f"{UNIT}-{scheme}", applicant="x")
    page = enter(size=size, scheme=scheme)
    card = group(page, VENDOR)
    expect(card.locator(".inside li").first).to_be_visible()

    def check() -> None:
        found = Axe().run(page)
        assert found.response["violations"] == [], found.generate_report()

    check()
    for opener, closer in (
        (card.get_by_role("button", name="Sửa và gửi thay"), "Sự kiện (JSON)"),
        (card.get_by_role("button", name="Nội dung báo"), "Nội dung báo đơn vị vận hành nguồn"),
        (page.get_by_role("button", name="Đăng ký nguồn"), "Mã nguồn"),
    ):
        opener.first.click()
        expect(page.get_by_role("dialog").get_by_label(closer)).to_be_visible()
        check()
        page.keyboard.press("Escape")
    page.goto(page.url.replace("health", "board"))
    expect(page.locator(".trust")).to_be_visible()
    check()
