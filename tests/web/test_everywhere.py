"""Every view, in both schemes and languages: axe, contrast, targets, width, no other host."""

import pytest

from tests.web.everywhere import CONTRAST, TARGETS, views

expect = pytest.importorskip("playwright.sync_api").expect
SCREENS = {
    "light": ((1366, 768), "vi", 24),
    "dark": ((390, 844), "en", 44),
}
"""Size, language and the least size of a target: 44 px for fingers, 24 px (AA) for a mouse."""


@pytest.mark.parametrize("scheme", SCREENS)
def test_every_view_is_readable_reachable_and_from_here(hub, open_page, picture, scheme):
    from axe_playwright_python.sync_playwright import Axe

    size, language, least = SCREENS[scheme]
    page = open_page(
        hub.url, size=size, scheme=scheme
    )  # which sees to it that no one else is asked
    if language == "en":
        page.get_by_role("button", name="English").click()
    code = page.locator(".dossiers button.link").first.inner_text()
    place = f"{code.split('-')[0]}/{code}"
    found = []
    for view in (*views(page), f"#/dossier/{place}", f"#/board?dossier={place}", "help"):
        if view == "help":
            page.keyboard.press("Escape")
            expect(page.locator("dialog")).to_have_count(0)
            page.keyboard.press("?")
        else:
            page.evaluate("view => { location.hash = view }", view)
        expect(page.locator(".panel, dialog").first).to_be_visible()
        expect(page.get_by_text("Đang tải…").or_(page.get_by_text("Loading…"))).to_have_count(0)
        if "?dossier" in view:
            expect(page.locator("dialog .verdict")).to_be_visible()
        picture(
            page, f"every-{scheme}-{view[2:40].translate(dict.fromkeys(map(ord, '/?&='), '-'))}"
        )
        found += [(view, "contrast", one) for one in page.evaluate(CONTRAST)]
        found += [(view, "target", one) for one in page.evaluate(TARGETS, least)]
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            found.append((view, "wider than the window", ""))
        axe = Axe().run(page)
        found += [(view, one["id"], one["nodes"][0]["html"]) for one in axe.response["violations"]]
    assert found == []
