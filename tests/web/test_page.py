"""The page as a whole: who may see it, what it may load, for whom it is readable."""

import re
from pathlib import Path

import httpx
import pytest

from tests.hub_process import HubProcess
from tests.web.office import SOURCE, Office, ago, many, received

expect = pytest.importorskip("playwright.sync_api").expect
HOSTILE = "<img src=x onerror=pwned()>"


def test_headers_confine_the_page_and_it_is_asked_for_anew(hub):
    for path, kind in (("/", "text/html"), ("/static/app.js", "text/javascript")):
        answer = httpx.get(hub.url + path)
        policy = dict(
            part.split(" ", 1) for part in answer.headers["Content-Security-Policy"].split("; ")
        )
        assert policy["default-src"] == policy["frame-ancestors"] == policy["base-uri"] == "'none'"
        assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == "'self'"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Content-Type"].startswith(kind)
        again = httpx.get(hub.url + path, headers={"If-None-Match": answer.headers["ETag"]})
        assert (again.status_code, again.headers["Cache-Control"]) == (304, "no-cache")
    assert httpx.get(hub.url + "/static/none.js").status_code == 404
    assert httpx.get(hub.url + "/static/..%2f__init__.py").status_code == 404


def test_it_is_light(hub, open_page):
    page = open_page(hub.url)
    expect(page.locator(".tile .count").first).to_have_text(re.compile(r"\d"))
    loaded = page.evaluate("performance.getEntriesByType('resource').map(entry => entry.name)")
    files = [hub.url + "/", *(name for name in loaded if "/static/" in name)]
    weight = sum(len(httpx.get(name).content) for name in files)
    assert len(files) > 20
    assert weight < 500_000


def test_the_first_paint_waits_for_no_script(hub, open_page):
    page = open_page(hub.url)
    page.route("**/*.js", lambda route: route.abort())
    page.reload()
    expect(page.locator(".top .brand")).to_have_text("Một cửa")
    page.unroute("**/*.js")
    page.reload()
    expect(page.locator(".tile .count").first).to_have_text(re.compile(r"\d"))
    expect(page.locator(".brand")).to_have_count(1)
    expect(page.locator("header.top")).to_have_count(1)


def test_the_keyboard_is_enough(hub, open_page):
    page = open_page(hub.url)
    expect(page.locator(".dossiers tbody tr").first).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()
    first = page.locator(".dossiers button.link").first
    for _ in range(30):
        page.keyboard.press("Tab")
        if first.evaluate("button => button === document.activeElement"):
            break
    expect(first).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("dialog .verdict")).to_be_visible()
    assert page.evaluate("document.activeElement.closest('dialog') !== null")
    page.keyboard.press("Escape")
    expect(page.locator("dialog")).to_have_count(0)
    expect(first).to_be_focused()


def test_english_by_a_switch_that_is_remembered(hub, open_page, picture):
    page = open_page(hub.url)
    expect(page.locator("html")).to_have_attribute("lang", "vi")
    page.get_by_role("button", name="English").click()
    for _ in range(2):
        expect(page.locator("html")).to_have_attribute("lang", "en")
        expect(page.get_by_role("heading", name="Overdue now")).to_be_visible()
        expect(page.locator(".dossiers td.late").first).to_contain_text(" d")
        picture(page, "board-english")
        page.reload()
    page.get_by_role("button", name=re.compile("Colours")).click()
    expect(page.locator("html")).to_have_attribute("data-theme", "light")


def test_on_the_wall_and_on_paper(hub, open_page, picture):
    page = open_page(hub.url, size=(1920, 1080))
    expect(page.locator(".dossiers tbody tr").first).to_be_visible()
    page.get_by_role("button", name="Toàn màn hình").click()
    expect(page.locator(".filters")).to_be_hidden()
    picture(page, "board-wall")
    page.keyboard.press("Escape")
    expect(page.locator(".filters")).to_be_visible()
    page.emulate_media(media="print")
    expect(page.locator(".filters")).to_be_hidden()
    picture(page, "board-print")


def test_scripts_in_names_and_addresses_stay_text(hub, office, open_page, picture):
    bad = {"specversion": "1.0", "id": HOSTILE.replace(" ", "/"), "source": SOURCE}
    office.http.post(
        "/v1/events", json=bad, headers={"Content-Type": "application/cloudevents+json"}
    )
    page = open_page(hub.url)
    page.evaluate("() => { window.pwned = () => { window.hurt = true } }")
    for place in (
        "#/board", f"#/board?unit={HOSTILE}&q={HOSTILE}&field={HOSTILE}&days={HOSTILE}",
        "#/board?unit=H29.17.03", "#/figures?by=unit,procedure",
        f"#/figures?unit={HOSTILE}&by={HOSTILE}&year={HOSTILE}&as_of={HOSTILE}",
        "#/reports?form=vpcp-06a&cell=don_vi/moi:H29.17.03/tn", f"#/reports?form={HOSTILE}",
        f"#/reports?form=vpcp-06a&unit={HOSTILE}&cell={HOSTILE}&year={HOSTILE}",
        "#/health", f"#/{HOSTILE}", "#/__proto__", "#/constructor?by=constructor",
    ):  # fmt: skip
        page.evaluate("place => { location.hash = place }", place)
        expect(page.locator(".panel, .problem").first).to_be_visible()
        expect(page.get_by_text("Đang tải…")).to_have_count(0)
        assert page.locator("main :is(script, img, b, svg[onload], [onerror])").count() == 0
        if place == "#/health":
            expect(page.get_by_role("rowheader", name="<b>iGate</b>")).to_be_visible()
            picture(page, "health")
    assert page.evaluate("window.hurt") is None
    assert open_page.wrong == []
    page.evaluate(
        "document.body.append(Object.assign(document.createElement('script'),"
        " {textContent: 'window.hurt = true'}))"
    )
    assert page.evaluate("window.hurt") is None, "the policy forbids inline scripts"
    assert any("Content Security Policy" in said for said in open_page.wrong)
    open_page.wrong.clear()


def test_keys_open_and_close_the_page(tmp_path: Path, open_page, picture):
    with HubProcess(tmp_path / "data", open=False) as hub:
        office = Office(hub.url, hub.key)
        office.register()
        office.send(*many(30))
        new = {"role": "reader", "units": ["H29.17.02"]}
        reader = office.http.post("/v1/keys", json=new).json()
        page = open_page(hub.url)
        entry = page.get_by_label("Khóa truy cập")
        for wrong in ("no-such-key", "khóa sai"):
            entry.fill(wrong)
            entry.press("Enter")
            expect(page.get_by_role("alert")).to_contain_text("Khóa không đúng")
        picture(page, "login-wrong-key")
        entry.fill(reader["key"])
        entry.press("Enter")
        expect(page.locator(".units tbody .code")).to_have_text(["H29.17.02"])
        page.goto(f"{hub.url}/#/board?unit=H29.17.01")
        expect(page.get_by_role("alert")).to_contain_text("Khóa này không được xem phần này")
        page.goto(f"{hub.url}/#/board")
        expect(page.locator(".dossiers tbody tr").first).to_be_visible()
        page.goto(f"{hub.url}/#/reports?form=vpcp-06a")
        rows = page.locator(".sheet table").first.locator("tbody th")
        expect(rows).to_have_text(["Xã An Nhơn Tây", "Tổng số"])
        page.goto(f"{hub.url}/#/reports?form=vpcp-06a&unit=H29.17.01")
        expect(page.get_by_role("alert").filter(has_text="Khóa này")).to_be_visible()
        page.goto(f"{hub.url}/#/board")
        assert reader["key"] not in page.content()
        assert page.evaluate("Object.values(localStorage).join() + document.cookie") in ("vi", "")
        assert office.http.delete(f"/v1/keys/{reader['id']}").status_code == 200
        page.get_by_role("link", name="Số liệu").click()
        expect(entry).to_be_visible()
        expect(page.locator(".tile, .dossiers")).to_have_count(0)
        expect(page.get_by_role("alert")).to_contain_text("thu hồi")
        page.get_by_role("link", name="Một cửa").click()
        entry.fill(hub.key)
        entry.press("Enter")
        expect(page.locator(".units tbody .code")).to_have_count(5)
        page.get_by_role("button", name="Thoát").click()
        expect(entry).to_be_visible()
        assert page.evaluate("sessionStorage.length") == 0
        page.get_by_label("Nhớ trên máy này").check()
        entry.fill(hub.key)
        entry.press("Enter")
        expect(page.locator(".units tbody .code")).to_have_count(5)
        other = page.context.new_page()
        other.goto(hub.url)
        expect(other.locator(".units tbody .code")).to_have_count(5)
        other.get_by_role("button", name="Thoát").click()
        expect(other.get_by_label("Khóa truy cập")).to_be_visible()
        assert other.evaluate("localStorage.getItem('hub.key')") is None
        other.close()
        page.reload()
        expect(entry).to_be_visible()
        assert str(ago().year) not in page.locator("main").inner_text()


def test_sources_and_refused_events_are_told_and_tried_again(hub, office, open_page):
    early = received("H29.17.01", "H29.17.01-future", ago(hours=-30), None)
    office.http.post(
        "/v1/events", json=early, headers={"Content-Type": "application/cloudevents+json"}
    )
    page = open_page(hub.url, "#/health")
    expect(page.locator(".fact.ok")).to_have_count(3)
    expect(page.get_by_role("row").filter(has_text="/silent")).to_contain_text("im lặng quá lâu")
    page.get_by_role("button", name="Đối soát ngay").click()
    expect(page.locator(".fact.ok")).to_have_count(4)
    expect(page.locator(".fact").last).to_contain_text("không sai lệch")
    group = page.locator(".letters li.group").filter(has_text="Thời điểm ở tương lai")
    group.locator(".group-head").click()
    letter = group.locator(".inside li").filter(has_text="H29.17.01-future")
    letter.get_by_role("button", name="Thử lại").click()
    expect(letter).to_contain_text("Thời điểm vẫn sau hiện tại hơn 24 giờ")


def test_what_a_connector_waits_with_is_told_by_figures_and_approved(
    hub, office, open_page, picture
):
    claim = {"owner": "o", "source": SOURCE, "kind": "sql", "last_read": 1_600_000_000_000_000}
    claim |= {"status": {"warnings": ["no index of <i>ho_so</i> begins with id"]}}
    assert office.http.put("/v1/connectors/made-up/lease", json=claim).status_code == 200
    came = ago(days=1)
    more = [received("H29.17.02", f"more-{n}", came, None) for n in range(3)]
    more += [received(f"M{n}", "more", came, None) for n in range(130)]
    would = {
        "dossiers": 3, "only_added": 7, "added": 1234, "retracted": 120, "is_all": False,
        "events": more, "events_left_out": 5,
    }  # fmt: skip
    wait = {"owner": "o", "why": "<b>it went back</b>", "token": "t", "would": would}
    assert office.http.post("/v1/connectors/made-up/pause", json=wait).status_code == 200
    page = open_page(hub.url, "#/health")
    card = page.locator(".letters li").filter(has_text="made-up")
    expect(card).to_contain_text("chờ duyệt")
    expect(card).to_contain_text("Nguồn muốn rút lại điều gì đó của 3 hồ sơ")
    expect(card).to_contain_text("<b>it went back</b>")
    expect(card).to_contain_text("thu hồi 120 sự kiện, của 3 hồ sơ")
    expect(card).to_contain_text("thêm 1.234 sự kiện, trong đó 7 hồ sơ chỉ được thêm")
    left = office.http.get("/v1/connectors/made-up").json()["waits"]["would"]["figures_left_out"]
    assert left > 0
    expect(card).to_contain_text(f"Còn {left} số liệu khác")
    expect(card).to_contain_text("chưa tính 5 sự kiện nữa")
    expect(card).to_contain_text("chưa đọc đến hết nguồn")
    expect(card).to_contain_text("no index of <i>ho_so</i> begins with id")
    row = card.get_by_role("row", name="Xã An Nhơn Tây").filter(has_text="Trực tiếp")
    expect(row).to_contain_text("Xã An Nhơn Tây")
    before, after = (int(row.locator("td").nth(n).inner_text().replace(".", "")) for n in (2, 3))
    assert after == before + 3
    picture(page, "connector")
    card.get_by_role("button", name="Duyệt").click()
    expect(card).not_to_contain_text("chờ duyệt")
    found = office.http.get("/v1/connectors/made-up").json()
    assert (found["approved"], found["waits"]) == ("t", None)
