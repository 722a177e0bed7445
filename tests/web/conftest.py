"""A browser on a real hub; no page may report an error or ask another host for anything."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.engines.chromium import chromium as chromium
from tests.hub_process import HubProcess
from tests.web.office import Office, many

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, Request

ARTIFACTS = Path(__file__).parents[2] / "artifacts" / "web"
PATIENCE = 60_000
"""Milliseconds to wait for what a page is to show: machines that run tests can be slow."""

Open = Callable[..., "Page"]


@pytest.fixture(scope="package")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HubProcess]:
    """An open hub with an office in it."""
    data = tmp_path_factory.mktemp("web") / "data"
    with HubProcess(data, extra_args=("--signals", "on")) as running:
        office = Office(running.url)
        office.register()
        office.send(*many(150))
        yield running


@pytest.fixture
def office(hub: HubProcess) -> Office:
    return Office(hub.url)


@pytest.fixture
def open_page(chromium: "Browser") -> Iterator[Open]:
    """Opens pages: `open_page(url, size=(1440, 900), scheme="light")`."""
    from playwright.sync_api import expect

    expect.set_options(timeout=PATIENCE)
    contexts = []
    wrong: list[str] = []

    def watch(page: "Page", url: str) -> None:
        def asked(request: "Request") -> None:
            if not request.url.startswith((url, "data:", "blob:")):
                wrong.append(f"asked for {request.url}")

        page.on("request", asked)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("dialog", lambda dialog: wrong.append(f"a script spoke: {dialog.message}"))
        page.on(
            "console",
            lambda said: (
                wrong.append(said.text)
                if said.type == "error" and "Failed to load resource" not in said.text
                else None
            ),
        )

    def opened(
        hub_url: str,
        place: str = "",
        *,
        size: tuple[int, int] = (1440, 900),
        scheme: Any = "light",
        permissions: tuple[str, ...] = (),
    ) -> "Page":
        context = chromium.new_context(
            viewport={"width": size[0], "height": size[1]},
            color_scheme=scheme,
            locale="vi-VN",
            permissions=list(permissions),
        )
        contexts.append(context)
        context.set_default_timeout(PATIENCE)
        page = context.new_page()
        watch(page, hub_url)
        page.goto(f"{hub_url}/{place}")
        return page

    opened.wrong = wrong  # type: ignore[attr-defined]
    yield opened
    for context in contexts:
        context.close()
    assert wrong == []


@pytest.fixture
def picture() -> Callable[["Page", str], None]:
    """Keeps a picture of a page, to be looked at."""
    ARTIFACTS.mkdir(parents=True, exist_ok=True)
    return lambda page, name: page.screenshot(path=ARTIFACTS / f"{name}.png") and None
