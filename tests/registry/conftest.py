"""Every part of the registry is tested on both engines with the same tests."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from hub.registry import Registry, open_registry
from tests.engines.postgres import postgres_schema_url, postgres_server, postgres_url

__all__ = ["postgres_schema_url", "postgres_server", "postgres_url"]


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Of an empty database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/registry.db"
    found: str = request.getfixturevalue("postgres_schema_url")
    return found


@pytest.fixture
def registry(url: str) -> Iterator[Registry]:
    opened = open_registry(url)
    yield opened
    opened.close()


@pytest.fixture
def other(url: str, registry: Registry) -> Iterator[Registry]:
    """The same data opened once more, with nothing in memory: what is really stored."""
    opened = open_registry(url, migrate=False)
    yield opened
    opened.close()
