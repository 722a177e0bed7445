"""Rules and targets of alerts in a browser: made, tried, changed, refused at the field, removed."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.alerts.receiver import Receiver
from tests.hub_process import HubProcess
from tests.web.office import Office
from tests.web.test_admin import bearer, enter, sound

expect = pytest.importorskip("playwright.sync_api").expect
FILE = """
[[target]]
name = "máy chủ"
kind = "webhook"
url = "https://a.example.vn/x?token=hidden"

[[rule]]
name = "của tệp"
when = "dead_letters"
targets = ["máy chủ"]
"""
LIES = "nằm trong mạng nội bộ"


@pytest.fixture(scope="module")
def receiver() -> Iterator[Receiver]:
    made = Receiver()
    yield made
    made.close()


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HubProcess]:
    """A hub that asks for keys, with a file of alerts; targets lie in no private network."""
    folder = tmp_path_factory.mktemp("alerts")
    (folder / "alerts.toml").write_text(FILE)
    extra = ("--alerts", str(folder / "alerts.toml"))
    with HubProcess(folder / "data", open=False, extra_args=extra) as running:
        Office(running.url, running.key).register()
        yield running


def row_of(page: Any, name: str) -> Any:
    return page.get_by_role("row").filter(has_text=name)


def test_a_rule_is_made_tried_changed_and_removed(watched, receiver, open_page, picture):
    page = enter(open_page, watched, "#/admin/alerts", size=(1366, 768))
    expect(row_of(page, "của tệp")).to_contain_text("trong tệp")
    expect(row_of(page, "của tệp").get_by_role("button")).to_have_count(0)
    page.get_by_role("button", name="Thêm nơi nhận").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Tên", exact=True).fill("máy chủ")
    url = dialog.get_by_label("Địa chỉ")
    url.fill(f"{receiver.url}?token=hidden")
    dialog.get_by_label("Khóa ký tin").fill("hidden")
    save = dialog.get_by_role("button", name="Lưu")
    save.click()
    expect(dialog).to_contain_text("Đã có tên này")
    dialog.get_by_label("Tên", exact=True).fill("Sở/Nội vụ")
    save.click()
    expect(dialog.get_by_label("Tên", exact=True)).to_have_attribute("aria-invalid", "true")
    dialog.get_by_label("Tên", exact=True).fill("Sở Nội vụ")
    save.click()
    expect(dialog.locator("#alert-secret-told")).to_contain_text("là bí mật nên không nhập ở đây")
    dialog.get_by_label("Khóa ký tin").fill("")
    save.click()
    expect(dialog.locator("#alert-url-told")).to_contain_text("có thể chứa bí mật")
    expect(dialog.locator("#alert-url-told")).to_contain_text("env:ALERT_NAME hoặc file:")
    expect(url).to_be_focused()
    expect(dialog.locator("[lang=en]")).to_have_count(0)
    picture(page, "alert-target-refused")
    sound(page)
    url.fill(receiver.url)
    save.click()
    expect(dialog).to_have_count(0)
    page.get_by_role("button", name="Gửi thử Sở Nội vụ").click()
    expect(page.get_by_text(LIES)).to_contain_text("HUB_ALERTS_PRIVATE=on")

    page.get_by_role("button", name="Thêm quy tắc").click()
    dialog.get_by_label("Tên", exact=True).fill("Quá hạn 50%")
    dialog.get_by_label("Báo khi", exact=True).select_option("overdue_count")
    dialog.get_by_label("Báo khi có từ bao nhiêu").fill("3")
    dialog.get_by_label("Tất cả đơn vị").uncheck()
    save.click()
    expect(dialog).to_contain_text("Hãy chọn đơn vị")
    dialog.get_by_role("combobox", name="Đơn vị").fill("H29.17")
    page.get_by_role("option", name="H29.17").first.click()
    save.click()
    expect(dialog).to_contain_text("ít nhất một nơi nhận")
    dialog.get_by_label("Sở Nội vụ").check()
    picture(page, "alert-rule-form")
    sound(page)
    save.click()
    row = row_of(page, "Quá hạn 50%")
    expect(row).to_contain_text("có từ 3 hồ sơ quá hạn")
    expect(row).to_contain_text("không có gì")
    row.get_by_role("button", name="Sửa").click()
    expect(dialog.get_by_label("Tên", exact=True)).not_to_be_editable()
    dialog.get_by_label("Báo khi có từ bao nhiêu").fill("4")
    dialog.get_by_label("Chỉ gửi trong giờ làm việc").check()
    save.click()
    expect(row).to_contain_text("có từ 4 hồ sơ quá hạn")
    expect(row).to_contain_text("chỉ trong giờ làm việc")
    picture(page, "alert-rules")
    sound(page)
    (rule,) = [it for it in told(watched)["rules"] if not it["in_file"]]
    assert (rule["unit"], rule["at_least"], rule["targets"]) == ("H29.17", 4, ["Sở Nội vụ"])

    page.get_by_role("button", name="Xóa Sở Nội vụ").click()
    dialog.get_by_role("button", name="Xóa").click()
    expect(dialog).to_contain_text("đang được các quy tắc Quá hạn 50% dùng")
    page.keyboard.press("Escape")
    for button in (
        row.get_by_role("button", name="Xóa"),
        page.get_by_role("button", name="Xóa Sở"),
    ):
        button.click()
        dialog.get_by_role("button", name="Xóa").click()
        expect(dialog).to_have_count(0)
    expect(row).to_have_count(0)
    assert all(it["in_file"] for it in (*told(watched)["rules"], *told(watched)["targets"]))
    page.get_by_role("link", name="Nhật ký thay đổi").click()
    page.get_by_label("Loại").select_option("alert_rule")
    expect(page.locator("tbody tr")).to_have_count(3)
    expect(page.locator("tbody tr").nth(1)).to_contain_text("4")
    assert "hidden" not in httpx.get(f"{watched.url}/v1/trail", headers=bearer(watched)).text


def told(hub: HubProcess) -> Any:
    return httpx.get(f"{hub.url}/v1/alerts", headers=bearer(hub)).json()


def test_on_a_phone_with_the_keys_alone(watched, open_page, picture):
    page = enter(open_page, watched, "#/admin/alerts", size=(390, 844), scheme="dark")
    for add in ("Thêm nơi nhận", "Thêm quy tắc"):
        page.get_by_role("button", name=add).focus()
        page.keyboard.press("Enter")
        expect(page.get_by_role("dialog")).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        picture(page, f"alert-phone-{add[-4:].strip()}")
        sound(page)
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog")).to_have_count(0)
        expect(page.get_by_role("button", name=add)).to_be_focused()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    picture(page, "alert-phone")
    sound(page)
