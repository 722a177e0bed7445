"""Names that a database folds are found as the document writes them. All data is made up."""

from collections.abc import Callable, Iterator

import pytest
import sqlalchemy as sa

from connectors.port import BrokenSourceError
from connectors.sql import ChildRead, SqlRead, SqlSource
from tests.connectors.source_contract import read

TABLES = """
CREATE TABLE HoSoMotCua (
    Id integer PRIMARY KEY, MaHoSo varchar(40), TrangThai integer, CapNhatLuc varchar(40));
CREATE INDEX CapNhat ON HoSoMotCua (CapNhatLuc);
CREATE TABLE BoSungHoSo (Id integer PRIMARY KEY, HoSoId integer, NgayBoSung varchar(40));
CREATE INDEX CuaHoSo ON BoSungHoSo (HoSoId);
INSERT INTO HoSoMotCua VALUES (1, 'H29-1', 9, '2026-03-02 08:00:00');
INSERT INTO BoSungHoSo VALUES (7, 1, '2026-03-02 09:00:00')
"""


@pytest.fixture
def run(url: str) -> Iterator[Callable[[str], None]]:
    engine = sa.create_engine(url)

    def statements(text: str) -> None:
        with engine.begin() as connection:
            for it in text.split(";\n"):
                connection.execute(sa.text(it))

    statements(TABLES)
    yield statements
    engine.dispose()


def source(url: str, table: str = "HoSoMotCua", code: str = "MaHoSo") -> SqlSource:
    child = ChildRead("BoSung", "BoSungHoSo", ("HoSoId",), ("Id",), ("Id", "NgayBoSung"))
    read = SqlRead(
        url=url, table=table, key=("Id",), cursor="CapNhatLuc", overlap=60.0, keys=10,
        deletes=True, columns=(code, "TrangThai"), children=(child,),
    )  # fmt: skip
    return SqlSource(read)


@pytest.mark.parametrize(
    ("table", "code"),
    [("HoSoMotCua", "MaHoSo"), ("HOSOMOTCUA", "MAHOSO"), ("hosomotcua", "maHoSo")],
)
def test_rows_have_the_names_of_the_document(
    url: str, run: Callable[[str], None], table: str, code: str
) -> None:
    asked = source(url, table, code)
    (row,) = {row.key: row for page in read(asked, sweep=True) for row in page.rows}.values()
    assert row.values == {
        code: "H29-1", "TrangThai": 9, "BoSung": [{"Id": 7, "NgayBoSung": "2026-03-02 09:00:00"}]
    }  # fmt: skip
    assert row.place == f"{table} Id=1"
    assert asked.warnings() == ()
    asked.close()


def test_two_names_that_differ_in_case_alone(url: str, run: Callable[[str], None]) -> None:
    if not url.startswith("postgresql"):
        return  # names are the same there, whatever their case
    run(
        'ALTER TABLE hosomotcua ADD COLUMN "MAHOSO" varchar(40);\nCREATE TABLE "HOSOMOTCUA" (a int)'
    )
    assert "MAHOSO and mahoso, and MaHoSo may be either" in broken(source(url, "hosomotcua"))
    assert "HOSOMOTCUA and hosomotcua, and HoSoMotCua may be either" in broken(source(url))
    asked = source(url, "hosomotcua", "MAHOSO")
    (row,) = {row.key: row for page in read(asked) for row in page.rows}.values()
    assert row.values["MAHOSO"] is None
    asked.close()


def broken(asked: SqlSource) -> str:
    with pytest.raises(BrokenSourceError) as told:
        read(asked)
    asked.close()
    return str(told.value)
