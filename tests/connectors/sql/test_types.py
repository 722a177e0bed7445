"""Types of three makers as they arrive: times with and without a zone, numbers, what is no date."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
import sqlalchemy as sa

from connectors.sql import SqlRead, SqlSource
from tests.connectors.source_contract import read
from tests.connectors.sql.twin import Twin

NAIVE = datetime(2026, 3, 2, 8, 30, 0, 123456)  # noqa: DTZ001  # as it is written there
AWARE = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)
TYPES: dict[str, list[tuple[str, str, Any]]] = {
    "sqlite": [
        ("i", "integer", 7), ("r", "real", 2.5), ("t", "text", "Ấp"), ("b", "blob", "00ff"),
    ],
    "postgresql": [
        ("d", "date", date(2026, 3, 2)), ("ts", "timestamp", NAIVE), ("tz", "timestamptz", AWARE),
        ("forever", "timestamp", "infinity"), ("n", "numeric(10,2)", "12.50"),
        ("w", "numeric(12)", 17), ("j", "json", {"a": [1]}), ("jb", "jsonb", {"a": 1}),
        ("u", "uuid", "00000000-0000-0000-0000-000000000005"), ("b", "bytea", "00ff"),
        ("yes", "boolean", True), ("many", "text[]", ["x", "ý"]), ("e", "hang", "một"),
        ("f", "double precision", 0.1), ("c", "char(4)", "ab  "),
        ("v", "interval", "1 day, 0:00:00"),
    ],
    "mariadb": [
        ("d", "date", date(2026, 3, 2)), ("ts", "datetime(6)", NAIVE), ("tz", "timestamp", AWARE),
        ("never", "datetime", "0000-00-00 00:00:00"), ("n", "decimal(10,2)", "12.50"),
        ("w", "decimal(12)", 17), ("yes", "bit(1)", 1), ("t", "text character set latin1", "é"),
        ("b", "varbinary(9)", "00ff"), ("e", "enum('một','hai')", "một"), ("f", "double", 0.1),
        ("j", "json", '{"a": 1}'), ("c", "char(4)", "ab"),
    ],
}  # fmt: skip
WRITTEN = {
    "00ff": {"sqlite": "x'00ff'", "postgresql": "'\\x00ff'", "mariadb": "x'00ff'"},
    AWARE: {"postgresql": "'2026-03-02 08:30:00+07'", "mariadb": "'2026-03-02 08:30:00'"},
}


def sql(value: Any, maker: str) -> str:
    if isinstance(value, (str, datetime)) and value in WRITTEN:
        return WRITTEN[value][maker]
    if isinstance(value, dict):
        return "'" + str(value).replace("'", '"') + "'"
    if isinstance(value, list):
        return "'{" + ",".join(value) + "}'"
    return f"'{value}'" if isinstance(value, (str, date)) else str(value).lower()


@pytest.fixture
def typed(url: str) -> Any:
    """A table with a row of each type, and one of nulls; `timestamp` of MariaDB written at +7."""
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT")
    maker = engine.dialect.name
    types = TYPES[maker]
    with engine.connect() as connection:
        if maker == "postgresql":
            connection.exec_driver_sql("CREATE TYPE hang AS ENUM ('một', 'hai')")
        if maker == "mariadb":
            connection.exec_driver_sql("SET time_zone = '+07:00', sql_mode = ''")
        columns = ", ".join(f"{name} {kind} NULL" for name, kind, _ in types)
        connection.exec_driver_sql(f"CREATE TABLE k (id integer primary key, {columns})")
        values = ", ".join(sql(value, maker) for _, _, value in types)
        connection.exec_driver_sql(f"INSERT INTO k VALUES (1, {values})")
        connection.exec_driver_sql("INSERT INTO k (id) VALUES (2)")
    names = tuple(name for name, _, _ in types)
    yield engine, SqlRead(url, "k", ("id",), None, 60, 100, True, names)
    engine.dispose()


def test_values_arrive(typed: Any) -> None:
    engine, asked = typed
    (page,) = [page for page in read(SqlSource(asked)) if page.rows]
    expected = {name: value for name, _, value in TYPES[engine.dialect.name]}
    assert page.rows[0].values == expected
    assert page.rows[1].values == dict.fromkeys(expected)


def test_a_silent_edit_of_any_type_is_found(typed: Any) -> None:
    """The checksum is over every type, and tells null from all else."""
    engine, asked = typed
    source, twin = SqlSource(asked), Twin()
    twin.read(source, sweep=True)
    twin.read(source, sweep=True)
    for name, _, _ in TYPES[engine.dialect.name]:
        with engine.connect() as connection:
            connection.exec_driver_sql(f"UPDATE k SET {name} = NULL WHERE id = 1")
        twin.read(source, sweep=True)
        assert twin.rows["1"][name] is None


@pytest.mark.parametrize(
    ("kind", "keys"),
    [("uuid", [f"00000000-0000-0000-0000-{n:012}" for n in range(9)]),
     ("numeric(20)", [10**18 + n for n in range(9)]), ("char(9)", [f"ab-{n}" for n in range(9)])],
)  # fmt: skip
def test_keys_of_any_type(url: str, kind: str, keys: list[Any]) -> None:
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(f"CREATE TABLE k (id {kind} primary key, x integer)")
        connection.exec_driver_sql(f"CREATE TABLE c (id integer primary key, k {kind}, y integer)")
        for number, key in enumerate(keys):
            connection.exec_driver_sql(f"INSERT INTO k VALUES ('{key}', {number})")
            connection.exec_driver_sql(f"INSERT INTO c VALUES ({number}, '{key}', {number})")
    from connectors.sql import ChildRead

    child = ChildRead("con", "c", ("k",), ("id",), ("y",))
    asked = SqlRead(url, "k", ("id",), "x", 60, 4, True, ("x",), (child,))
    source, twin = SqlSource(asked, page=2), Twin()
    twin.read(source, sweep=True)
    assert {key.strip(): it["con"][0]["y"] for key, it in twin.rows.items()} == {
        str(key): number for number, key in enumerate(keys)
    }
    again = {row.key for page in source.again([next(iter(twin.rows))]) for row in page.rows}
    assert again == {next(iter(twin.rows))}
    source.close()  # who connects again looks for the newest rows
    for sweep in (False, True, True):
        with engine.connect() as connection:
            connection.exec_driver_sql("UPDATE k SET x = x + 100")
        twin.read(source, sweep=sweep)
        assert min(it["x"] for it in twin.rows.values()) >= 100
    assert twin.went_back == []
    engine.dispose()


def test_a_key_of_two_columns(url: str) -> None:
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(
            "CREATE TABLE k (xa varchar(9), so integer, x integer, PRIMARY KEY (xa, so))"
        )
        for number in range(12):
            connection.exec_driver_sql(
                f"INSERT INTO k VALUES ('xã-{number % 3}', {number}, {number})"
            )
    source = SqlSource(SqlRead(url, "k", ("xa", "so"), "x", 60, 4, True, ("x",)), page=2)
    twin = Twin()
    twin.read(source, sweep=True)
    assert twin.rows['["xã-1",4]'] == {"x": 4}
    assert len(twin.rows) == 12
    with engine.connect() as connection:
        connection.exec_driver_sql("DELETE FROM k WHERE so = 4")
    for _ in range(2):
        twin.read(source, sweep=True)
    assert len(twin.rows) == 11
    pages = list(source.again(['["xã-1",7]', '["xã-1",4]', "[1]", "no"]))
    assert [row.place for page in pages for row in page.rows] == ["k xa=xã-1, so=7"]
    engine.dispose()
