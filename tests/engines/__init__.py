"""Real servers for tests, started in temporary folders."""

import os
from typing import NoReturn

import pytest


def need(what: str) -> NoReturn:
    """An engine that a test needs is not here: skip it and say so; the build skips none."""
    if os.environ.get("HUB_CI") == "1":
        pytest.fail(what)
    pytest.skip(what)
