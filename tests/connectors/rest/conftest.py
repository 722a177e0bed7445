"""A service for each test."""

from collections.abc import Iterator

import pytest
import stamina

from tests.connectors.rest.vendor import Server, serving


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as server:
        yield server


@pytest.fixture(autouse=True)
def quick_ladder() -> Iterator[None]:
    """Between two attempts nothing is waited."""
    with stamina.set_testing(True, attempts=5):
        yield
