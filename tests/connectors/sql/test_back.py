"""A source that is older than what was read says so once, and then everything is compared."""

import shutil
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from connectors.sql import SqlSource
from tests.connectors.sql.database import START, Database
from tests.connectors.sql.twin import Twin

LATER = START + timedelta(days=1)


@pytest.fixture
def vendor(database: Database) -> Database:
    database.fill(40)
    return database


def two_sweeps(twin: Twin, source: SqlSource) -> None:
    twin.read(source, sweep=True)
    twin.read(source, sweep=True)


def test_a_backup_of_the_day_before(tmp_path: Path) -> None:
    place = tmp_path / "ho_so.db"
    database = Database(f"sqlite:///{place}")
    database.fill(40)
    shutil.copy(place, tmp_path / "backup")
    for key in range(20, 60):
        database.put(key, 9, LATER + timedelta(seconds=key))
    source, twin = database.source(), Twin()
    twin.read(source, sweep=False)
    database.close()
    shutil.copy(tmp_path / "backup", place)
    twin.read(source, sweep=False)
    (why,) = twin.went_back
    assert "of the 10 newest rows of ho_so that were read, 10 are gone or older" in why
    assert "2026-03-02 08:00:40" in why
    two_sweeps(twin, source)
    assert twin.rows == database.expected()
    assert len(twin.went_back) == 1


def test_a_backup_on_which_work_went_on(vendor: Database) -> None:
    """News hide that the table went back, but not from who connects again."""
    for key in range(20, 60):
        vendor.put(key, 9, LATER + timedelta(seconds=key))
    source, twin = vendor.source(), Twin()
    twin.read(source, sweep=False)
    source.close()
    vendor.run(vendor.dossiers.delete())
    vendor.fill(40)
    vendor.put(99, 1, LATER + timedelta(hours=1))
    twin.read(source, sweep=False)
    assert len(twin.went_back) == 1
    two_sweeps(twin, source)
    assert twin.rows == vendor.expected()
    assert len(twin.went_back) == 1


def test_another_server(vendor: Database, tmp_path: Path) -> None:
    twin = Twin()
    twin.read(vendor.source(), sweep=False)
    other = Database(f"sqlite:///{tmp_path / 'other.db'}")
    for key in range(3):
        other.put(key + 100, 1, START)
    source = other.source()
    twin.read(source, sweep=False)
    assert len(twin.went_back) == 1
    two_sweeps(twin, source)
    assert twin.rows == other.expected()


@pytest.mark.parametrize("cursor", ["ngay_cap_nhat", None])
def test_an_emptied_table(vendor: Database, cursor: str | None) -> None:
    source, twin = vendor.source(cursor=cursor), Twin()
    twin.read(source, sweep=True)
    vendor.run(vendor.dossiers.delete())
    twin.read(source, sweep=True)
    assert twin.went_back == ["ho_so has no rows, though it had some"]
    two_sweeps(twin, source)
    assert twin.rows == {}
    vendor.fill(5)
    two_sweeps(twin, source)
    assert twin.rows == vendor.expected()
    assert len(twin.went_back) == 1


def test_emptied_and_filled_anew_amid_a_sweep(vendor: Database) -> None:
    source, twin = vendor.source(cursor=None), Twin()
    twin.read(source, sweep=True)
    pages = source.pages(twin.cursor, sweep=True)
    ended = [next(pages) for _ in range(3)]
    vendor.run(vendor.dossiers.delete())
    rest = list(pages)
    assert rest[0].went_back == "ho_so has no rows, though it had some"
    assert [page for page in ended + rest if page.ends and page.ends != "-" and not page.rows] == []
    vendor.fill(40)
    assert twin.read(source, sweep=True) > 0
    assert twin.rows == vendor.expected()
    assert twin.went_back == []


def test_who_does_not_approve_is_told_again(vendor: Database) -> None:
    for key in range(21, 41):
        vendor.put(key, 9, LATER)
    source, twin = vendor.source(), Twin()
    twin.read(source, sweep=False)
    dossiers = vendor.dossiers
    vendor.run(dossiers.delete().where(dossiers.c.id > 20))
    for _ in range(3):
        pages = source.pages(twin.cursor, sweep=False)
        assert next(pages).went_back
        pages.close()
        vendor.put(99, 1, LATER)  # news do not hide it
    twin.read(source, sweep=False)
    two_sweeps(twin, source)
    assert twin.rows == vendor.expected()


def test_a_few_deleted_rows_are_no_alarm(vendor: Database) -> None:
    source, twin = vendor.source(), Twin()
    twin.read(source, sweep=False)
    dossiers = vendor.dossiers
    vendor.run(dossiers.delete().where(dossiers.c.id > 36))
    for _ in range(2):
        twin.read(source, sweep=False)
        twin.read(source, sweep=True)
    assert twin.went_back == []
    assert twin.rows == vendor.expected()


def test_a_cursor_far_ahead_holds_nothing_up(vendor: Database) -> None:
    """A wrong clock wrote next century: what comes after it is still read by polls."""
    source, twin = vendor.source(), Twin()
    twin.read(source, sweep=False)
    vendor.put(7, 7, START + timedelta(days=36_500))
    twin.read(source, sweep=False)
    vendor.put(8, 8, START + timedelta(minutes=1))
    twin.read(source, sweep=False)
    assert twin.rows == vendor.expected()
    vendor.put(7, 6, START + timedelta(minutes=2))
    twin.read(source, sweep=False)
    assert twin.rows == vendor.expected()
    assert twin.went_back == []


def test_children_that_vanish_are_found(vendor: Database) -> None:
    vendor.supplement(1, 3, START)
    source, twin = vendor.source(), Twin()
    two_sweeps(twin, source)
    vendor.run(sa.delete(vendor.supplements))
    twin.read(source, sweep=True)
    assert twin.rows == vendor.expected()
