"""The description of the interface: all of it, from this hub alone."""

import httpx
import pytest

expect = pytest.importorskip("playwright.sync_api").expect


def test_every_call_and_schema_is_described_without_the_internet(hub, open_page, picture):
    from axe_playwright_python.sync_playwright import Axe

    document = httpx.get(f"{hub.url}/openapi.json").json()
    page = open_page(hub.url, "docs")  # which sees to it that no other host is asked
    for path, verbs in document["paths"].items():
        for verb in verbs:
            call = page.get_by_text(f"{verb.upper()} {path}", exact=True)
            expect(call).to_have_count(1)
    page.get_by_text("POST /v1/events", exact=True).click()
    expect(page.get_by_text('"specversion": "1.0"').first).to_be_visible()
    page.get_by_role("link", name="EventsAnswer").first.click()
    expect(page.get_by_role("group", name="Members of EventsAnswer")).to_be_visible()
    for name in document["components"]["schemas"]:
        expect(page.locator(f"details[id='{name}']")).to_have_count(1)
    picture(page, "docs")
    found = Axe().run(page)
    assert found.response["violations"] == [], found.generate_report()
    page.goto(f"{hub.url}/docs#Problem")
    expect(page.get_by_role("group", name="Members of Problem")).to_be_visible()
