"""Signals in a browser: told as no verdicts; each number leads to its dossiers and their events."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest

from tests.hub_process import HubProcess
from tests.web.office import ZONE, Office, ago, event, received

expect = pytest.importorskip("playwright.sync_api").expect
YEAR = ago().year - 1
UNIT = "H29.17.01"


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HubProcess]:
    """A hub of its own: what happened last year is nothing to other tests."""
    data = tmp_path_factory.mktemp("signals") / "data"
    with HubProcess(data, extra_args=("--signals", "on")) as running:
        Office(running.url).register()
        yield running


def may(number: int) -> datetime:
    return datetime(YEAR, 5, number, 9, tzinfo=ZONE)


def test_each_number_leads_to_its_dossiers(
    hub: HubProcess, office: Office, open_page: Any, picture: Any
) -> None:
    from axe_playwright_python.sync_playwright import Axe

    office.send(
        *(received(UNIT, f"sig{n}", may(4), may(20)) for n in (1, 2)),
        event(UNIT, "sig1", "extended", may(21), due_at=may(29).isoformat()),
        event(UNIT, "sig2", "resolved", may(11)), event(UNIT, "sig2", "reopened", may(12)),
        *(event(UNIT, f"sig{n}", "resolved", may(28)) for n in (1, 2)),
    )  # fmt: skip
    place = f"#/signals?year={YEAR}&part=05&unit=H29.17"
    for scheme, size in (("light", (1440, 900)), ("dark", (390, 844))):
        page = open_page(hub.url, place, size=size, scheme=scheme)
        expect(page.get_by_text("Dấu hiệu không phải là kết luận").first).to_be_visible()
        moved = page.locator("[data-signal=due_date_moved]")
        expect(moved.locator(".signal-number")).to_contain_text("1 / 2 (50%)")
        expect(page.locator("[data-signal=closed_at_period_end] .link")).to_have_count(0)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        picture(page, f"signals-{scheme}")
        found = Axe().run(page)
        assert found.response["violations"] == [], found.generate_report()
    moved.locator(".signal-units .link").press("Enter")
    expect(page.locator("dialog .drill-total")).to_have_text("1 hồ sơ")
    expect(page.locator(".signal-list p")).to_contain_text("sau hạn")
    picture(page, "signals-list")
    page.locator(".signal-list .link").press("Enter")
    expect(page.locator("dialog .timeline")).to_contain_text("Xin lỗi và hẹn lại")
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    with page.expect_download() as kept:
        page.get_by_role("button", name="Tải Excel").click()
    assert kept.value.suggested_filename == "signals.xlsx"
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("link", name="Signals")).to_have_attribute("aria-current", "page")
    expect(page.get_by_text("A signal is not a verdict").first).to_be_visible()


def test_a_hub_without_signals_says_how_they_are_switched_on(
    hub: HubProcess, open_page: Any
) -> None:
    page = open_page(hub.url, "#/signals")
    expect(page.get_by_role("link", name="Dấu hiệu cần xem lại")).to_have_count(1)
    page.route("**/v1/keys/own", lambda it: it.fulfill(json={"role": "admin", "signals": False}))
    page.reload()
    expect(page.get_by_text("HUB_SIGNALS=on")).to_be_visible()
    expect(page.get_by_role("link", name="Dấu hiệu cần xem lại")).to_have_count(0)
