"""Databases of three makers, and a table in each."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from tests.connectors.sql.database import Database
from tests.engines.mariadb import mariadb_database_url, mariadb_url
from tests.engines.postgres import postgres_schema_url, postgres_url

__all__ = ["mariadb_database_url", "mariadb_url", "postgres_schema_url", "postgres_url"]

MAKERS = ("sqlite", "postgresql", "mariadb")


@pytest.fixture(params=MAKERS)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database."""
    fixture = {"postgresql": "postgres_schema_url", "mariadb": "mariadb_database_url"}
    if request.param not in fixture:
        return f"sqlite:///{tmp_path / 'hồ sơ.db'}"
    found: str = request.getfixturevalue(fixture[request.param])
    return found


@pytest.fixture
def typed_database(url: str) -> Iterator[Callable[[Any], Database]]:
    """Makes a database with empty tables, whose keys are of some type."""
    made: list[Database] = []

    def make(key: Any = sa.BigInteger) -> Database:
        made.append(Database(url, key))
        return made[-1]

    yield make
    for database in made:
        database.close()


@pytest.fixture
def database(typed_database: Callable[..., Database]) -> Database:
    """A database with empty tables `ho_so` and `ho_so_bo_sung`."""
    return typed_database()
