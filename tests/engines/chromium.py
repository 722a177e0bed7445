"""Debian's Chromium, driven by Playwright: import the fixture into a `conftest.py`."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from tests.engines import need

if TYPE_CHECKING:
    from playwright.sync_api import Browser

BINARIES = ("chromium-headless-shell", "chromium")
"""The first that is here: the shell has no window of its own, which costs as much as the page."""
_FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip


def binary_here() -> str | None:
    """Where a browser is."""
    return next(filter(None, map(shutil.which, BINARIES)), None)


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
    if (binary := binary_here()) is None:
        need(f"no Chromium: install the package {BINARIES[0]}")
    with browser_at(binary) as browser:
        yield browser
