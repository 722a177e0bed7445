"""The statements as texts, for databases that no test starts, too."""

from datetime import datetime
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import mssql, mysql, oracle, postgresql, sqlite

from connectors.sql import checksums, statements
from connectors.sql.labels import Labels
from connectors.sql.tables import Child, ColumnGroup, Table, Tables
from connectors.sql.values import plain

DIALECTS: dict[str, Any] = {
    "oracle": oracle.dialect, "mssql": mssql.dialect, "postgresql": postgresql.dialect,
    "mysql": mysql.dialect, "sqlite": sqlite.dialect,
}  # fmt: skip
WHEN = datetime(2026, 3, 2, 8)  # noqa: DTZ001


def columns(of: sa.TableClause, kind: Any, *names: str) -> ColumnGroup:
    clauses = tuple(of.c[name] for name in names)
    return ColumnGroup(names, clauses, (kind,) * len(names), (plain,) * len(names))


def tables(*key: str) -> Tables:
    of = sa.table("ho_so", *map(sa.column, ("id", "so", "Mã hồ sơ", "luc", "bí mật")), schema="mc")
    child = sa.table("bo_sung", *map(sa.column, ("id", "ho_so_id", "luc")), schema="mc")
    table = Table("ho_so", of, columns(of, sa.Integer(), *key), columns(of, sa.Text(), "Mã hồ sơ"))
    children = Table(
        "bo_sung", child, columns(child, sa.Integer(), "id"), columns(child, sa.DateTime(), "luc")
    )
    return Tables(
        table,
        columns(of, sa.DateTime(), "luc"),
        (Child("BoSung", children, columns(child, sa.Integer(), "ho_so_id")),),
        len(key) == 1,
        (),
    )


def text(statement: Any, dialect: str) -> str:
    compiled = statement.compile(dialect=DIALECTS[dialect]())
    written = " ".join(str(compiled).split())
    for name, value in compiled.params.items():
        for form in (f"%({name})s", f"__[POSTCOMPILE_{name}]", f":{name}"):
            written = written.replace(form, repr(value))
    for value in compiled.params.values():
        written = written.replace("?", repr(value), 1)
    return written.replace("::INTEGER", "").replace("::VARCHAR", "")


PAGE = {
    "oracle": 'SELECT mc.ho_so.luc AS c0, mc.ho_so.id AS c1, mc.ho_so."Mã hồ sơ" AS c2 '
    "FROM mc.ho_so WHERE mc.ho_so.luc >= 5 AND (mc.ho_so.luc > 5 OR mc.ho_so.id > 17) "
    "ORDER BY mc.ho_so.luc, mc.ho_so.id FETCH FIRST 1000 ROWS ONLY",
    "mssql": "SELECT TOP 1000 mc.ho_so.luc AS c0, mc.ho_so.id AS c1, mc.ho_so.[Mã hồ sơ] AS c2 "
    "FROM mc.ho_so WHERE mc.ho_so.luc >= 5 AND (mc.ho_so.luc > 5 OR mc.ho_so.id > 17) "
    "ORDER BY mc.ho_so.luc, mc.ho_so.id",
    "postgresql": 'SELECT mc.ho_so.luc AS c0, mc.ho_so.id AS c1, mc.ho_so."Mã hồ sơ" AS c2 '
    "FROM mc.ho_so WHERE mc.ho_so.luc >= 5 AND (mc.ho_so.luc > 5 OR mc.ho_so.id > 17) "
    "ORDER BY mc.ho_so.luc, mc.ho_so.id LIMIT 1000",
}


@pytest.mark.parametrize("dialect", PAGE)
def test_a_page_is_bounded_by_the_index_of_the_cursor(dialect: str) -> None:
    found = statements.changed(tables("id"), None, (5, (17,)), 1000)
    assert text(found, dialect) == PAGE[dialect]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_every_statement_can_be_written_and_names_no_other_column(dialect: str) -> None:
    for them in (tables("id"), tables("id", "so")):
        key = (1,) * len(them.main.key.names)
        labels = Labels(0, 2)
        made = DIALECTS[dialect]()
        written = [
            statements.changed(them, 5, None, 10),
            statements.changed(them, None, None, 10),
            statements.changed(them, None, (5, key), 10),
            statements.newest(them, 10),
            statements.cursors(them, [key, key]),
            statements.some(them.main),
            statements.count(them.main),
            statements.children(them.children[0], [(1,), (2,)]),
            statements.distinct(
                them.main, checksums.label_start(made, labels, them.main.key.clauses)
            ),
            statements.rows(
                them, checksums.within(made, labels, "#ab", them.main.key.clauses),
                by_cursor=False, limit=None,
            ),
        ]  # fmt: skip
        for statement in written:
            assert "bí mật" not in text(statement, dialect)
            assert "*" not in text(statement, dialect).replace("count(*)", "")


MD5 = {
    "oracle": "lower(rawtohex(standard_hash(CAST(mc.ho_so.id AS VARCHAR2(400 CHAR)) || chr(31) "
    "|| CAST(mc.ho_so.so AS VARCHAR2(400 CHAR)), 'MD5')))",
    "mssql": "lower(convert(VARCHAR(32), hashbytes('MD5', CAST(mc.ho_so.id AS NVARCHAR(400)) + "
    "char(31) + CAST(mc.ho_so.so AS NVARCHAR(400))), 2))",
}


@pytest.mark.parametrize("dialect", MD5)
def test_keys_are_spread_by_what_the_database_has(dialect: str) -> None:
    key = tables("id", "so").main.key.clauses
    assert text(checksums.md5_of(DIALECTS[dialect](), key), dialect) == MD5[dialect]


def test_an_old_postgresql_sums_up_md5() -> None:
    dialect = DIALECTS["postgresql"]()
    dialect.server_version_info = (13, 4)
    summed = checksums.checksum_of(dialect)
    assert summed is not None
    assert text(summed([tables("id").main.key]), "postgresql") == (
        "sum(CAST(CAST('x' || left(md5(CAST(row(mc.ho_so.id) AS TEXT)), 16) AS BIT(64)) AS BIGINT))"
    )
