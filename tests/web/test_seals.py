"""Seals in a browser: sealed, superseded, compared with today, by who may and who may not."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.hub_process import HubProcess
from tests.web.office import ZONE, Office, ago, event, received

expect = pytest.importorskip("playwright.sync_api").expect
UNIT = "H29.17.01"
YAML = {"Content-Type": "application/yaml"}
YEAR = ago().year - 1
PLACE = f"#/reports?form=so-tiep-nhan&unit=H29.17&year={YEAR}&part=Q1"
LATE = "den-muon"
FORM = """\
form: so-tiep-nhan
version: "1"
title: Sổ tiếp nhận
sections:
- table: t
  title: Hồ sơ
  columns: [{key: ten, label: Tên, is: label}, {key: q, label: Trong kỳ}]
  rows:
  - {key: nhan, code: "1", label: Tiếp nhận, figure: received_total}
  - {key: xong, code: "2", label: Đã giải quyết, figure: resolved_total}
  - {key: con, code: "3", label: Còn lại, formula: nhan - xong}
checks:
- {id: xong_het, says: Tiếp nhận = Đã giải quyết, that: t.nhan.q == t.xong.q}
"""


def march(number: int) -> datetime:
    return datetime(YEAR, 3, number, 9, tzinfo=ZONE)


@pytest.fixture(scope="module")
def keyed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HubProcess]:
    """A hub that asks for keys, with some made-up dossiers of last year."""
    with HubProcess(tmp_path_factory.mktemp("seals") / "data", open=False) as running:
        boss = Office(running.url, running.key)
        boss.register()
        assert boss.http.put(
            "/v1/forms/so-tiep-nhan", content=FORM.encode(), headers=YAML
        ).is_success
        boss.send(*(received(UNIT, f"d{n}", march(n), march(n + 9)) for n in (1, 2, 3)))
        yield running


@pytest.fixture
def boss(keyed: HubProcess) -> Office:
    return Office(keyed.url, keyed.key)


@pytest.fixture
def enter(keyed: HubProcess, boss: Office, open_page: Any) -> Any:
    """Opens the report with a reader's key of its unit, which may seal or not."""

    def entered(*, may_seal: bool, place: str = PLACE, **more: Any) -> Any:
        wanted = {"role": "reader", "units": ["H29.17"], "may_seal": may_seal}
        page = open_page(keyed.url, place, **more)
        page.get_by_label("Khóa truy cập").fill(
            boss.http.post("/v1/keys", json=wanted).json()["key"]
        )
        page.keyboard.press("Enter")
        expect(page.locator(".seals")).to_be_visible()
        return page

    return entered


def clean(page: Any) -> None:
    """Nothing that axe finds, nothing wider than the window."""
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page)
    assert found.response["violations"] == [], found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


def refuse(page: Any, status: int, title: str) -> None:
    """The hub says no once, as it would."""
    errors = [{"code": "bad", "pointer": "/period", "message": "is not over"}]
    said = {"status": status, "json": {"title": title, "detail": "", "errors": errors}}
    page.route("**/seal?*", lambda route: route.fulfill(**said), times=1)


def seals_of(boss: Office, part: str = "Q1") -> list[dict[str, Any]]:
    return boss.http.get("/v1/sealed", params={"period": f"{YEAR}-{part}"}).json()["items"]


def test_a_clerk_seals_and_explains_what_came_late(boss, enter, picture):
    page = enter(may_seal=True, size=(1366, 768))
    seals = page.locator(".seals")
    expect(seals).to_contain_text("chưa được niêm phong")
    seals.get_by_role("button", name="Niêm phong", exact=True).click()
    dialog = page.get_by_role("dialog")
    now = dialog.get_by_role("button", name="Niêm phong ngay")
    now.click()
    assert seals_of(boss) == [], "a failing check wants a reason first"
    reason = dialog.get_by_label("Lý do chấp nhận")
    assert reason.evaluate("field => field.validationMessage") == "Hãy ghi lý do."
    reason.fill("Hồ sơ chưa đến hạn")
    picture(page, "seal-dialog")
    clean(page)
    now.click()
    expect(dialog).to_contain_text("Đã niêm phong báo cáo")
    [first] = seals_of(boss)
    for told in (first["id"], first["sha256"], f"khóa số {first['by']}"):
        expect(dialog).to_contain_text(told)
    assert [it["reason"] for it in first["waived"]] == ["Hồ sơ chưa đến hạn"]
    page.keyboard.press("Escape")
    expect(seals.locator(".seal")).to_contain_text(first["id"])
    for name, ending in (("Tải Excel", "xlsx"), ("Tải tệp niêm phong", "seal.zip")):
        with page.expect_download() as download:
            seals.get_by_role("button", name=name).click()
        assert download.value.suggested_filename.endswith(f"{first['id']}.{ending}")
    kept = boss.http.get(f"/v1/sealed/{first['id']}", params={"format": "seal"}).content
    assert download.value.path().read_bytes() == kept

    seals.get_by_role("button", name="So với hôm nay").click()
    expect(dialog).to_contain_text("mọi ô vẫn như đã niêm phong")
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    came = [received(UNIT, name, march(5), march(9)) for name in (LATE, "d5")]
    boss.send(
        *came,
        event(UNIT, "d1", "voided", march(6)),
        *(event(UNIT, name, "resolved", march(7)) for name in ("d2", "d3")),
    )
    seals.get_by_role("button", name="So với hôm nay").click()
    found = boss.http.get(f"/v1/sealed/{first['id']}/restatement").json()
    expect(dialog.locator("tbody[data-cell]")).to_have_count(len(found["cells"]))
    for cell in found["cells"]:
        shown = dialog.locator(f"[data-cell='{cell['section']}/{cell['row']}/{cell['column']}']")
        expect(shown.locator(".because li")).to_have_count(len(cell["because"]))
        changes = [int(one.replace("−", "-")) for one in shown.locator(".change").all_inner_texts()]
        assert cell["made_of"] or sum(changes) == cell["difference"]
        expect(shown.locator("td.number").nth(0)).to_have_text(cell["sealed"]["text"])
        expect(shown.locator("td.number").nth(1)).to_have_text(cell["today"]["text"])
    expect(dialog.locator("[data-cell='t/con/q'] .why")).to_contain_text("1 Tiếp nhận")
    lines = dialog.locator(".because li")
    expect(lines.filter(has_text=LATE).first).to_contain_text("đến muộn")
    expect(lines.filter(has_text="d1").first).to_contain_text("hủy")
    picture(page, "restatement")
    clean(page)
    with page.expect_download() as download:
        dialog.get_by_role("button", name="Tải Excel").click()
    assert download.value.path().read_bytes().startswith(b"PK")
    assert first["id"] in download.value.suggested_filename
    lines.get_by_role("button", name=LATE).first.click()
    expect(page.get_by_role("dialog", name=LATE)).to_contain_text("Thị trấn Củ Chi")
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(page).not_to_have_url(re.compile("restated"))

    page.get_by_role("button", name="Tải lại").click()
    again = seals.get_by_role("button", name="Niêm phong lại")
    again.click()
    reason.fill("Như trước")
    why = dialog.get_by_label("Lý do thay bản trước")
    why.fill("Có hồ sơ đến muộn")
    now.click()
    expect(dialog).to_contain_text("Đã niêm phong báo cáo")
    page.keyboard.press("Escape")
    second, _ = seals_of(boss)
    assert (second["reason"], second["supersedes"]) == ("Có hồ sơ đến muộn", first["id"])
    page.get_by_text("1 bản niêm phong trước").click()
    expect(seals.locator(".seal.superseded")).to_contain_text(f"thay bằng {second['id']}")
    picture(page, "seals")
    clean(page)
    phone = enter(may_seal=True, size=(390, 844), place=f"{PLACE}&restated={first['id']}")
    expect(phone.locator("tbody[data-cell]").first).to_be_visible()
    picture(phone, "phone-restatement")
    clean(phone)
    phone.keyboard.press("Escape")
    phone.locator(".seals").scroll_into_view_if_needed()
    picture(phone, "phone-seals")


def test_a_view_is_sealed_and_stands_where_its_units_are_chosen(boss, enter, picture):
    page = enter(may_seal=True, place=PLACE.replace("part=Q1", "part=02") + "&map=then")
    seals = page.locator(".seals")
    seals.get_by_role("button", name="Niêm phong", exact=True).click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("giữ cả bản đồ đơn vị")
    dialog.get_by_role("button", name="Niêm phong ngay").click()
    expect(dialog).to_contain_text("Đã niêm phong báo cáo")
    [made] = seals_of(boss, "02")
    last = march(1) - timedelta(1)
    assert (made["map_asked"], made["map"]) == ("then", f"{last:%Y-%m-%d}")
    expect(dialog).to_contain_text(f"đơn vị như ngày {last:%d/%m/%Y}")
    page.keyboard.press("Escape")
    expect(seals.locator(".seal")).to_contain_text(made["id"])
    picture(page, "seal-of-a-view")
    clean(page)
    page.get_by_label("Đơn vị tính theo").select_option("")
    expect(seals).to_contain_text("chưa được niêm phong")
    expect(seals).to_contain_text("Có 1 bản niêm phong khác của kỳ này")


def test_who_may_not_seal_has_no_button_and_a_refusal_is_told(boss, enter, picture):
    reader = enter(may_seal=False)
    expect(reader.locator(".sheet")).to_be_visible()
    expect(reader.get_by_role("button", name=re.compile("^Niêm phong"))).to_have_count(0)
    running = PLACE.replace(str(YEAR), str(YEAR + 1)).replace("part=Q1", "part=year")
    early = enter(may_seal=True, place=running)
    button = early.locator(".seals").get_by_role("button", name=re.compile("^Niêm phong"))
    expect(button).to_be_disabled()
    expect(button).to_have_accessible_description(re.compile("chưa kết thúc"))
    page = enter(may_seal=True, place=PLACE.replace("part=Q1", "part=01"))
    for status, title, told in (
        (409, "sealed already", "ghi lý do thay"),
        (409, "another seal of the same form, unit and period was made", "người khác"),
        (403, "outside this key", "không được niêm phong"),
        (422, "wrong query parameter", "chưa kết thúc"),
    ):  # fmt: skip
        refuse(page, status, title)
        page.locator(".seals").get_by_role("button", name="Niêm phong", exact=True).click()
        page.get_by_role("button", name="Niêm phong ngay").click()
        expect(page.get_by_role("dialog").get_by_role("alert")).to_contain_text(told)
        page.keyboard.press("Escape")
