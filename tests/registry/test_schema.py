"""Opening: migrations give exactly the tables of the code, outages pass, secrets stay secret."""

import hashlib
import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from hub.registry import Registry, RegistryError, Unit, migrate, open_registry
from hub.registry.migrations import HEAD
from hub.registry.sql import open_engine
from hub.registry.tables import metadata
from tests.engines.postgres import PostgresServer


def test_migrated_tables_are_those_of_the_code(url: str, registry: Registry) -> None:
    engine = open_engine(url)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []
    engine.dispose()


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", "hub.registry:migrations")
    return config


def test_the_newest_revision_is_known() -> None:
    assert ScriptDirectory.from_config(_config()).get_heads() == [HEAD]


EARLIER = [script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()]


@pytest.mark.parametrize("revision", EARLIER)
def test_a_registry_of_every_earlier_hub_is_brought_up_with_what_it_holds(
    url: str, revision: str
) -> None:
    engine = open_engine(url)
    config = _config()
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
        digest = hashlib.sha256(b"hub_old").hexdigest()
        key_columns = "digest, role, units, label, created"
        for statement in (
            f"INSERT INTO keys ({key_columns}) VALUES ('{digest}', 'admin', '[]', 'old', 5)",
            "INSERT INTO units (code, name, successors) VALUES ('H1', 'A', '[]')",
        ):
            connection.execute(text(statement))
    for _ in range(2):
        registry = open_registry(url)
        key = registry.keys.find("hub_old")
        assert key is not None
        assert (key.id, key.label, key.expires, key.last_used) == (1, "old", None, None)
        registry.units.put([Unit("H1", "B")])
        (row,) = registry.trail.page(10)
        assert (row.before and row.before["name"], registry.trail.verify().faults) == ("A", [])
        registry.close()
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []
    engine.dispose()


def test_tables_are_made_only_where_that_is_allowed(url: str) -> None:
    with pytest.raises(RegistryError, match="no tables yet"):
        open_registry(url, migrate=False)
    migrate(url)
    migrate(url)
    opened = open_registry(url, migrate=False)
    opened.cursors.set("a", {0: 1})
    opened.close()


def test_tables_of_a_newer_hub_are_left_alone(url: str, registry: Registry) -> None:
    engine = open_engine(url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()
    for allowed in (True, False):
        with pytest.raises(RegistryError, match="9999"):
            open_registry(url, migrate=allowed)


def test_several_processes_may_migrate_at_once(url: str) -> None:
    code = (
        "import sys, alembic.command; from hub.registry import migrate;"
        "print(flush=True); input(); migrate(sys.argv[1])"
    )
    words, pipe = [sys.executable, "-c", code, url], subprocess.PIPE
    started = [subprocess.Popen(words, stdin=pipe, stdout=pipe) for _ in range(3)]
    for process in started:
        assert process.stdout is not None
        process.stdout.readline()
    for process in started:
        assert process.stdin is not None
        process.stdin.write(b"\n")
        process.stdin.flush()
    for process in started:
        process.communicate(timeout=60)
    assert [process.returncode for process in started] == [0, 0, 0]
    open_registry(url, migrate=False).close()


def test_who_opens_a_new_file_waits_for_who_writes_it(tmp_path: Path) -> None:
    file = tmp_path / "registry.db"
    writer = sqlite3.connect(file, isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")
    with ThreadPoolExecutor(1) as beside:
        opened = beside.submit(migrate, f"sqlite:///{file}")
        with pytest.raises(TimeoutError):
            opened.result(0.3)
        writer.execute("COMMIT")
        opened.result(30)
    writer.close()


@pytest.mark.parametrize(
    "url",
    ["", "secret", "sqlite://", "sqlite:///:memory:", "mysql://u:secret@h/d", "a://u:secret@h:x/d"],
)
def test_other_urls_are_refused_without_repeating_them(url: str) -> None:
    with pytest.raises(RegistryError) as refused:
        open_registry(url)
    assert "secret" not in str(refused.value)
    assert refused.value.hint.startswith("use sqlite")


def test_sqlite_is_durable_and_waits_for_others(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path}/a.db")
    with engine.connect() as connection:
        pragmas = ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        found = [connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in pragmas]
    engine.dispose()
    assert found == ["wal", 2, 1, 10_000]


def test_an_outage_passes_through_and_is_over_when_the_server_is_back(
    postgres_server: PostgresServer,
) -> None:
    registry = open_registry(postgres_server.url)
    registry.cursors.set("a", {0: 1})
    postgres_server.stop()
    try:
        with pytest.raises(OperationalError):
            registry.cursors.set("a", {0: 2})
        with pytest.raises(OperationalError):
            registry.units.all()
    finally:
        postgres_server.start()
    assert registry.cursors.get("a") == {0: 1}
    registry.cursors.set("a", {0: 3})
    assert registry.units.all() == []
    # An outage that nobody noticed is noticed by nobody.
    postgres_server.stop()
    postgres_server.start()
    assert registry.cursors.get("a") == {0: 3}
    registry.close()
