"""Databases of three makers, and a table in each."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.connectors.sql.database import Database
from tests.engines.mariadb import mariadb_database_url, mariadb_url
from tests.engines.postgres import postgres_schema_url, postgres_url

__all__ = ["mariadb_database_url", "mariadb_url", "postgres_schema_url", "postgres_url"]

MAKERS = ("sqlite", "postgresql", "mariadb")


@pytest.fixture(params=MAKERS)
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A database with empty tables `ho_so` and `ho_so_bo_sung`."""
    fixture = {"postgresql": "postgres_schema_url", "mariadb": "mariadb_database_url"}
    if request.param in fixture:
        url = request.getfixturevalue(fixture[request.param])
    else:
        url = f"sqlite:///{tmp_path / 'hồ sơ.db'}"
    made = Database(url)
    yield made
    made.close()
