"""A table does what every source does, on each database."""

from dataclasses import dataclass, field
from datetime import timedelta

import orjson
import pytest

from connectors.port import Source
from tests.connectors.source_contract import SourceContract, Vendor, moved, read
from tests.connectors.sql.database import START, Database


@dataclass
class Table(Vendor):
    database: Database
    at: int = 0
    keys: dict[str, int] = field(default_factory=dict)

    def write(self, states: dict[str, str]) -> None:
        self.at += 1
        for code, state in states.items():
            key = self.keys.setdefault(code, len(self.keys) + 1)
            at = START + timedelta(minutes=self.at, seconds=key)
            self.database.put(key, int(state[1:]), at, code)

    def open(self) -> Source:
        return self.database.source()


class TestTable(SourceContract):
    column = "TrangThai"

    @pytest.fixture
    def vendor(self, database: Database) -> Vendor:
        return Table(database)

    def states(self, pages):
        return {key: f"s{state}" for key, state in super().states(pages).items()}


@pytest.fixture
def filled(database: Database) -> Database:
    database.fill(40)
    database.supplement(1, 3, START)
    database.supplement(2, 3, START + timedelta(hours=1))
    return database


def test_all_values_are_read_with_children_and_nothing_else(filled: Database) -> None:
    pages = read(filled.source())
    rows = [row for page in pages for row in page.rows]
    assert {row.key: row.values for row in rows} == filled.expected()
    assert {row.range for row in rows} == {f"{label}/10" for label in range(5)}
    assert "ho_so id=17" in {row.place for row in rows}
    assert "ai đó" not in orjson.dumps([page.cursor for page in pages]).decode()


def test_a_change_comes_with_its_children_and_then_nothing(filled: Database) -> None:
    source = filled.source()
    cursor = moved(None, read(source))
    for key in (5, 41):
        filled.put(key, 9, START + timedelta(hours=2))
    filled.supplement(3, 5, START)
    pages = read(source, cursor)
    expected = filled.expected()
    given = {row.key: row.values for page in pages for row in page.rows}
    assert given.items() >= {key: expected[key] for key in ("5", "41")}.items()
    cursor = moved(cursor, pages)
    cursor = moved(cursor, read(source, cursor))
    assert read(source, cursor) == []


def test_some_rows_again(filled: Database) -> None:
    pages = list(filled.source().again(["2", "3", "99", "no such key"]))
    expected = filled.expected()
    assert {row.key: row.values for page in pages for row in page.rows} == {
        key: expected[key] for key in ("2", "3")
    }
    assert all(page.cursor is None for page in pages)


def test_columns_are_those_that_are_there(filled: Database) -> None:
    assert set(filled.source(columns=("no such column",)).columns()) == {
        "id", "Mã hồ sơ", "TrangThai", "người nộp", "ngay_cap_nhat",
        "BoSung.id", "BoSung.ho_so_id", "BoSung.NgayBoSung",
    }  # fmt: skip
