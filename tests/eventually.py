"""Waiting for what comes by itself."""

import time
from collections.abc import Callable
from typing import TypeVar

Found = TypeVar("Found")
DEADLINE = 60.0
"""Seconds: far more than anything takes on a machine that does nothing else."""


def eventually(
    condition: Callable[[], Found], what: object = "", seconds: float = DEADLINE
) -> Found:
    """Ask until the answer is true, and give it. Raises AssertionError after so many seconds."""
    limit = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < limit, f"not in {seconds} s: {what or condition}; last: {found}"
        time.sleep(0.02)
    return found
