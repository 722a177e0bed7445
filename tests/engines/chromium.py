"""Debian's Chromium, driven by Playwright: import the fixture into a `conftest.py`."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from tests.engines import need

if TYPE_CHECKING:
    from playwright.sync_api import Browser

BINARY = "chromium"
_FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip


@contextmanager
def browser_at(binary: str) -> "Iterator[Browser]":
    """A browser without a window."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=binary, args=list(_FLAGS))
        yield browser
        browser.close()


# Not for the session: Playwright's event loop runs as long as it is open, and other tests have one.
@pytest.fixture(scope="package")
def chromium() -> "Iterator[Browser]":
    """The browser of a package of tests."""
    try:
        import playwright.sync_api  # noqa: F401
    except ModuleNotFoundError:
        need("no Playwright: make install")
    if (binary := shutil.which(BINARY)) is None:
        need("no Chromium: install the package chromium")
    with browser_at(binary) as browser:
        yield browser
