"""Administration in a browser: keys, lists with a preview, by the right of the key."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.alerts.receiver import Receiver
from tests.hub_process import HubProcess
from tests.web.office import Office

READERS = ["Đơn vị", "Thủ tục", "Lịch làm việc", "Nguồn, bộ kết nối", "Biểu mẫu"]
ALERTS = """
[[target]]
name = "office"
kind = "webhook"
url = "{url}?token=hidden"
allow_private = true

[[target]]
name = "private"
kind = "webhook"
url = "{url}?token=hidden"

[[rule]]
name = "late"
when = "overdue_count"
targets = ["office"]
unit = "H29.17"
at_least = 3

[[rule]]
name = "refused"
when = "dead_letters"
targets = ["office"]

[[rule]]
name = "soon"
when = "dossier_due_soon"
targets = ["office"]
"""
EVENT = {"Content-Type": "application/cloudevents+json"}
expect = pytest.importorskip("playwright.sync_api").expect


@pytest.fixture(scope="module")
def keyed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HubProcess]:
    """A hub that asks for keys, with some units and alerts."""
    folder = tmp_path_factory.mktemp("admin")
    receiver = Receiver()
    alerts = folder / "alerts.toml"
    alerts.write_text(ALERTS.format(url=receiver.url))
    extra = ("--alerts", str(alerts))
    with HubProcess(folder / "data", open=False, extra_args=extra) as running:
        Office(running.url, running.key).register()
        yield running
    receiver.close()


@pytest.fixture
def office(keyed: HubProcess) -> Office:
    return Office(keyed.url, keyed.key)


def enter(open_page: Any, hub: HubProcess, place: str, key: str = "", **how: Any) -> Any:
    page = open_page(hub.url, place, **how)
    page.get_by_label("Khóa truy cập").fill(key or hub.key)
    page.get_by_label("Khóa truy cập").press("Enter")
    expect(page.locator(".parts")).to_be_visible()
    expect(page.get_by_text("Đang tải…")).to_have_count(0)
    return page


def sound(page: Any) -> None:
    """Whether axe-core finds nothing."""
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page)
    assert found.response["violations"] == [], found.generate_report()


def test_a_key_is_made_shown_once_and_revoked_without_a_mouse(keyed, open_page, picture):
    page = enter(open_page, keyed, "#/admin/keys", size=(1366, 768))
    press = page.keyboard.press
    page.get_by_role("button", name="Tạo khóa").focus()
    press("Enter")
    page.get_by_label("Dùng cho").focus()
    page.keyboard.type("Phòng Nội vụ")
    page.get_by_role("combobox", name="Đơn vị được chọn").focus()
    page.keyboard.type("cu chi")
    offered = page.locator("[role=listbox] [role=option]")
    expect(offered).to_have_count(2)
    press("ArrowDown")
    expect(offered.last).to_have_attribute("aria-selected", "true")
    press("Enter")
    expect(page.locator(".chip")).to_have_count(1)
    picture(page, "admin-key-form")
    page.get_by_label("Dùng cho").focus()
    press("Enter")
    secret = page.get_by_label(re.compile("Khóa bí mật: Phòng Nội vụ")).input_value()
    reader = {"Authorization": f"Bearer {secret}"}
    own = httpx.get(f"{keyed.url}/v1/keys/own", headers=reader).json()
    assert (own["role"], own["label"], len(own["units"])) == ("reader", "Phòng Nội vụ", 1)
    picture(page, "admin-key-secret")
    press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert secret not in page.content()
    sound(page)
    row = page.get_by_role("row").filter(has_text="Phòng Nội vụ")
    expect(row).to_contain_text("đang dùng được")
    picture(page, "admin-keys")
    row.get_by_role("button", name="Thu hồi").focus()
    press("Enter")
    page.get_by_role("dialog").get_by_role("button", name="Thu hồi").focus()
    press("Enter")
    expect(row).to_have_count(0)
    assert httpx.get(f"{keyed.url}/v1/keys/own", headers=reader).status_code == 401
    page.get_by_label("Cả khóa đã hết hiệu lực").check()
    expect(row).to_contain_text("đã thu hồi")
    page.get_by_role("row").filter(has_text="khóa đang dùng").get_by_role(
        "button", name="Thu hồi"
    ).click()
    page.get_by_role("dialog").get_by_role("button", name="Thu hồi").click()
    expect(page.get_by_role("dialog")).to_contain_text("không còn khóa quản trị nào")


def test_units_are_loaded_after_a_preview(keyed, office, open_page, picture, tmp_path: Path):
    page = enter(open_page, keyed, "#/admin/units", size=(1366, 768))
    page.get_by_label("Tìm trong bảng").fill("xa an")
    expect(page.locator("tbody tr")).to_have_count(2)
    picture(page, "admin-units")
    sound(page)
    file = tmp_path / "units.csv"

    def load(text: str) -> Any:
        file.write_text(text)
        page.locator("input[type=file]").set_input_files(file)
        return page.get_by_role("dialog")

    wrong = load("code;name;parent;valid_from\nH30;<b>x</b>;;1/7/2025\nH31;;;\n")
    expect(wrong).to_contain_text("Tệp có 2 chỗ cần sửa")
    expect(wrong).to_contain_text("dòng 2, cột Có từ ngày")
    expect(wrong).to_contain_text("phải là ngày dạng năm-tháng-ngày")
    picture(page, "admin-upload-refused")
    sound(page)
    page.keyboard.press("Escape")
    page.get_by_label("Thay đổi có hiệu lực từ").fill("2025-07-01")
    changes = "Mã;Tên;Cấp;Trực thuộc (mã);Đến hết ngày\nH30;<b>Mới</b>;Tỉnh;;\n"
    changes += "H29.17.01;Thị trấn Củ Chi;Xã;H29;\nH29.17.02;Xã An Nhơn Tây;Xã;H29.17;2025-06-30\n"
    before = office.http.get("/v1/units").json()
    dialog = load(changes)
    expect(dialog).to_contain_text("thêm 1, sửa 0, chuyển 1, kết thúc 1, giữ nguyên 0")
    expect(dialog).to_contain_text("Có hiệu lực từ 01/07/2025")
    moved = dialog.get_by_role("row").filter(has_text="Thị trấn Củ Chi")
    expect(moved).to_contain_text("chuyển")
    expect(moved.get_by_role("cell")).to_have_text(["chuyển", "Trực thuộc", "H29.17", "H29"])
    picture(page, "admin-upload-preview")
    sound(page)
    assert office.http.get("/v1/units").json() == before
    # somebody else was faster
    office.http.put("/v1/units", json=[{"code": "H30", "name": "Khác"}])
    confirm = dialog.get_by_role("button", name="Xác nhận 3 thay đổi")
    confirm.click()
    expect(dialog).to_contain_text("Danh mục đã đổi từ lúc xem trước")
    dialog.get_by_role("button", name="Thử lại").click()
    expect(dialog).to_contain_text("thêm 0, sửa 1, chuyển 1, kết thúc 1")
    confirm.click()
    expect(page.get_by_text("Đã lưu 3 dòng")).to_be_visible()
    units = {it["code"]: it for it in office.http.get("/v1/units").json()["units"]}
    assert units["H29.17.01"]["parent"] == "H29"
    then = office.http.get("/v1/units", params={"on": "2025-06-30"}).json()["units"]
    assert next(it for it in then if it["code"] == "H29.17.01")["parent"] == "H29.17"
    with page.expect_download() as saved:
        page.get_by_role("button", name="Tải danh sách (Excel)").click()
    assert saved.value.suggested_filename == "units.xlsx"
    page.locator("input[type=file]").set_input_files(
        {"name": "units.xlsx", "mimeType": "", "buffer": Path(saved.value.path()).read_bytes()}
    )
    expect(page.get_by_role("dialog")).to_contain_text("chuyển 0, kết thúc 0")


def test_a_reader_sees_no_button_that_only_an_administrator_may_press(
    keyed, office, open_page, picture
):
    new = {"role": "reader", "units": ["H29.17"], "label": "r"}
    secret = office.http.post("/v1/keys", json=new).json()["key"]
    page = enter(open_page, keyed, "#/admin/units", secret, size=(390, 844), scheme="dark")
    expect(page.locator(".parts a")).to_have_text(READERS)
    expect(page.locator("tbody tr").first).to_be_visible()
    expect(page.locator("input[type=file]")).to_have_count(0)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    picture(page, "admin-reader-phone")
    sound(page)
    page.goto(f"{keyed.url}/#/admin/keys")
    expect(page.get_by_text("khóa này không được xem")).to_be_visible()


def test_a_day_off_is_looked_at_before_it_is_declared_and_the_trail_tells_it(
    keyed, office, open_page, picture
):
    came = {"received_at": "2026-11-20T08:00:00+07:00", "limit": 5, "limit_unit": "working_day"}
    before = office.http.get("/v1/calendar/due", params=came).json()["due_at"]
    page = enter(open_page, keyed, "#/admin/calendar?year=2026", size=(1366, 768))
    expect(page.get_by_role("row").filter(has_text="02/09/2026")).to_contain_text("nghỉ")
    declare = page.get_by_role("region", name="Khai ngày nghỉ")
    declare.get_by_label("Ngày", exact=True).fill("2026-11-25")
    declare.get_by_label("Ghi chú").fill("<b>bão</b>")
    declare.get_by_role("button", name="Thêm ngày").click()
    store = declare.get_by_role("button", name="Lưu 1 ngày")
    expect(store).to_be_disabled()
    declare.get_by_role("button", name="Xem ảnh hưởng").click()
    expect(declare).to_contain_text("hạn gợi ý của hồ sơ sẽ dời")
    picture(page, "admin-calendar")
    sound(page)
    assert office.http.get("/v1/calendar/due", params=came).json()["due_at"] == before
    store.click()
    expect(page.get_by_role("row").filter(has_text="25/11/2026")).to_contain_text("<b>bão</b>")
    assert office.http.get("/v1/calendar/due", params=came).json()["due_at"] > before
    page.get_by_role("link", name="Nhật ký thay đổi").click()
    first = page.locator("tbody tr").first
    expect(first).to_contain_text("PUT /v1/calendar")
    expect(first).to_contain_text("<b>bão</b>")
    expect(first).to_contain_text("2026-11-25")
    page.get_by_label("Loại").select_option("procedure")
    expect(page.locator("tbody tr").first).to_contain_text("PUT /v1/procedures")
    expect(page.get_by_text("<b>bão</b>")).to_have_count(0)
    assert "kind=procedure" in page.url
    with page.expect_download() as saved:
        page.get_by_role("button", name="CSV").click()
    lines = Path(saved.value.path()).read_text("utf-8-sig").splitlines()
    assert len(lines) == 1 + page.locator("tbody tr").count()
    picture(page, "admin-trail")
    sound(page)


def test_forms_are_checked_before_they_are_kept_and_all_parts_fit_a_phone(
    keyed, open_page, picture
):
    page = enter(open_page, keyed, "#/admin/forms", size=(390, 844), scheme="dark")
    page.get_by_role("button", name="English").click()

    def load(text: str) -> Any:
        file = {"name": "a.yaml", "mimeType": "", "buffer": text.encode()}
        page.locator("input[type=file]").set_input_files(file)
        return page.get_by_role("dialog")

    wrong = load("form: a-1\nversion: '1'\ntitle: A\nsections:\n- paragraph: p\n  txt: x\n")
    expect(wrong).to_contain_text("nothing is stored")
    expect(wrong.locator("li").first).to_contain_text("line 5")
    picture(page, "admin-form-refused")
    page.keyboard.press("Escape")
    right = load("form: a-1\nversion: '1'\ntitle: A\nsections:\n- paragraph: p\n  text: x\n")
    expect(right).to_contain_text("Version 1 of a-1 is new")
    assert httpx.get(f"{keyed.url}/v1/forms/a-1", headers=bearer(keyed)).status_code == 404
    right.get_by_role("button", name="Keep this version").click()
    expect(page.get_by_role("row").filter(has_text="a-1")).to_contain_text("own")
    for part in page.locator(".parts a").all():
        part.click()
        expect(part).to_have_attribute("aria-current", "page")
        expect(page.locator(".panel").first).to_be_visible()
        expect(page.get_by_text("Loading…")).to_have_count(0)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        picture(page, f"admin-phone-{(part.get_attribute('href') or '').rpartition('/')[2]}")
        sound(page)


def bearer(hub: HubProcess) -> dict[str, str]:
    return {"Authorization": f"Bearer {hub.key}"}


def test_alerts_are_told_as_they_stand_and_tried(keyed, office, open_page, picture):
    assert office.http.post("/v1/events", json={"id": "x"}, headers=EVENT).status_code == 422
    page = enter(open_page, keyed, "#/admin/alerts", size=(1366, 768))
    expect(page.get_by_role("row").filter(has_text="refused")).to_contain_text(
        "có 1 tin bị từ chối"
    )
    expect(page.get_by_role("row").filter(has_text="late")).to_contain_text("không có gì")
    expect(page.get_by_role("row").filter(has_text="soon")).to_contain_text("báo khi xảy ra")
    page.get_by_role("button", name="Gửi thử office").click()
    expect(page.get_by_text("Nơi nhận đã nhận tin thử.")).to_be_visible()
    page.get_by_role("button", name="Gửi thử private").click()
    expect(page.get_by_text("nằm trong mạng nội bộ")).to_contain_text("allow_private")
    expect(page.locator("main [lang=en]")).to_have_count(0)
    picture(page, "admin-alerts")
    sound(page)
    told = office.http.get("/v1/alerts")
    assert "hidden" not in told.text
    assert [it["place"] for it in told.json()["targets"]] == ["localhost"] * 2
    for wish, status in (({"target": "none"}, 404), ({}, 422), ({"target": "office", "u": 1}, 422)):
        assert office.http.post("/v1/alerts/test", json=wish).status_code == status
