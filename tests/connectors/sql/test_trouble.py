"""What is not there, not allowed, or away is told by name, without a secret."""

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa

from connectors.port import BrokenSourceError, SourceError
from connectors.sql import SqlSource
from tests.connectors.source_contract import moved, read
from tests.connectors.sql.database import START, Database
from tests.connectors.sql.twin import Twin


def broken(source: SqlSource) -> str:
    with pytest.raises(BrokenSourceError) as told:
        read(source)
    return str(told.value)


def test_wrong_names_are_told_with_near_ones(database: Database) -> None:
    assert "no table or view ho_soo" in broken(database.source(table="ho_soo"))
    assert "near it are ho_so" in broken(database.source(table="ho_soo"))
    assert "no schema mc" in broken(database.source(table="mc.ho_so"))
    said = broken(database.source(columns=("TrangThais",)))
    assert "ho_so at" in said
    assert "no column TrangThais; near it are TrangThai" in said
    assert "no column ma_so" in broken(database.source(key=("ma_so",)))
    assert "no column sua_luc" in broken(database.source(cursor="sua_luc"))
    child = database.read().children[0]._replace(on=("ho_so",))
    assert "ho_so_bo_sung" in broken(database.source(children=(child,)))


def test_a_column_that_is_renamed_is_told_and_read_again_when_it_is_back(
    database: Database,
) -> None:
    database.fill(20)
    source, twin = database.source(), Twin()
    twin.read(source, sweep=False)
    table = "ho_so"
    database.run(sa.text(f"ALTER TABLE {table} RENAME COLUMN `TrangThai` TO `TrangThaiMoi`"
                         .replace("`", "`" if "maria" in database.url else '"')))  # fmt: skip
    with pytest.raises(BrokenSourceError, match="no column TrangThai; near it are TrangThaiMoi"):
        twin.read(source, sweep=False)
    database.run(sa.text(f"ALTER TABLE {table} RENAME COLUMN `TrangThaiMoi` TO `TrangThai`"
                         .replace("`", "`" if "maria" in database.url else '"')))  # fmt: skip
    database.put(3, 9, START)
    twin.read(source, sweep=True)
    assert twin.rows == database.expected()


def test_a_right_that_is_taken_away(
    typed_database: Callable[[], Database], request: pytest.FixtureRequest
) -> None:
    database = typed_database()
    if database.is_sqlite:
        return  # it has no users
    url = sa.make_url(database.url)
    is_postgres = url.get_backend_name() == "postgresql"
    user = f"u{id(database)}"
    at = "" if is_postgres else "@localhost"
    database.run(sa.text(
        f"CREATE USER {user}{at} " + ("PASSWORD" if is_postgres else "IDENTIFIED BY") + " 'mật-5'"
    ))  # fmt: skip
    database.fill(3)
    if is_postgres:
        schema = url.query["options"].partition("=")[2]
        database.run(sa.text(f"GRANT USAGE ON SCHEMA {schema} TO {user}"))
    database.run(sa.text(f"GRANT SELECT ON ho_so TO {user}{at}"))
    database.run(sa.text(f"GRANT SELECT ON ho_so_bo_sung TO {user}{at}"))
    mine = url.set(username=user, password="mật-5").render_as_string(hide_password=False)
    source, twin = SqlSource(database.read(url=mine)), Twin()
    twin.read(source, sweep=True)
    assert twin.rows == database.expected()
    database.run(sa.text(f"REVOKE SELECT ON ho_so FROM {user}{at}"))
    source.close()
    said = broken(source)
    assert "ho_so" in said
    assert "mật" not in said
    database.run(sa.text(f"GRANT SELECT ON ho_so TO {user}{at}"))
    twin.read(source, sweep=True)
    source.close()
    for table in ("ho_so", "ho_so_bo_sung"):
        database.run(sa.text(f"REVOKE SELECT ON {table} FROM {user}{at}"))
    if is_postgres:
        database.run(sa.text(f"REVOKE USAGE ON SCHEMA {schema} FROM {user}"))
    database.run(sa.text(f"DROP USER {user}{at}"))


@pytest.mark.parametrize(
    ("url", "kind"),
    [
        ("postgresql://ai:mật-5@127.0.0.1:1/hồ", SourceError),
        ("mysql://ai:mật-5@127.0.0.1:1/ho", SourceError),
        ("sqlite:////no/such/folder/a.db", SourceError),
        ("oracle+oracledb://ai:mật-5@h/x", BrokenSourceError),
        ("nobody://ai:mật-5@h/x", BrokenSourceError),
        ("no url", BrokenSourceError),
    ],
)
def test_a_database_that_is_away(url: str, kind: Any) -> None:
    read_of = Database("sqlite://").read(url=url)
    with pytest.raises(kind) as told:
        read(SqlSource(read_of))
    assert "mật" not in str(told.value)


def test_a_connection_that_is_cut_is_made_anew(database: Database) -> None:
    if database.is_sqlite:
        return
    database.fill(30)
    source, twin = database.source(), Twin()
    twin.read(source, sweep=False)
    pages = source.pages(None, sweep=True)
    next(pages)
    is_postgres = "postgres" in database.url
    own = "SELECT pg_backend_pid()" if is_postgres else "SELECT connection_id()"
    number = source._reader.open().exec_driver_sql(own).scalar()
    kill = "SELECT pg_terminate_backend(%s)" if is_postgres else "KILL %s"
    database.run(sa.text(kill % number))
    with pytest.raises(SourceError, match="ho_so"):
        list(pages)
    database.put(3, 9, START)
    twin.read(source, sweep=True)
    assert twin.rows == database.expected()


def test_nothing_is_written_and_one_moment_is_seen(database: Database) -> None:
    database.fill(3)
    reader = database.source()._reader
    with pytest.raises(sa.exc.DBAPIError):
        reader.open().execute(database.dossiers.delete())
    if database.is_sqlite:
        return  # one moment would keep its writers waiting; the other two do not
    with reader.one_moment():
        before = reader.extent()
        database.put(4, 1, START)
        assert reader.extent() == before
    assert reader.extent() != before
    reader.close()


def test_what_no_index_helps_is_told(database: Database) -> None:
    assert database.source().warnings() == ()
    database.run(sa.schema.DropIndex(next(iter(database.dossiers.indexes))))
    database.run(sa.schema.DropIndex(next(iter(database.supplements.indexes))))
    cursor, children = database.source().warnings()
    assert "no index of ho_so begins with ngay_cap_nhat" in cursor
    assert "no index of ho_so_bo_sung begins with ho_so_id" in children
    (key,) = database.source(key=("Mã hồ sơ",), cursor=None, children=()).warnings()
    assert "no index of ho_so begins with Mã hồ sơ" in key


def test_a_view_is_read(database: Database) -> None:
    database.fill(12)
    name = "ho_so_v"
    database.run(sa.text(f"CREATE VIEW {name} AS SELECT * FROM ho_so"))
    source = database.source(table=name, children=())
    rows = {row.key for page in read(source) for row in page.rows}
    assert len(rows) == 12
    assert source.warnings() == ()
    source.close()
    database.run(sa.text(f"DROP VIEW {name}"))


def test_another_key_or_cursor_begins_anew(database: Database) -> None:
    database.fill(12)
    pages = read(database.source())
    other = read(database.source(cursor=None), moved(None, pages))
    assert {row.key for page in other for row in page.rows} == {str(key) for key in range(1, 13)}
