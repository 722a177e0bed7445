"""Names that a database folds are found as the document writes them. All data is made up."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from typer.testing import CliRunner

from connectors.port import BrokenSourceError
from connectors.sql import ChildRead, SqlRead, SqlSource
from hub.cli.main import create_app
from tests.connectors.mapping.rows import EXAMPLES
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


VENDOR = """
CREATE TABLE ho_so (
    id integer PRIMARY KEY, MaDonVi varchar(40), MaHoSo varchar(40), TrangThai integer,
    DaXoa integer, NgayTiepNhan varchar(40), MaTTHC varchar(40), MaLinhVuc varchar(40),
    KenhThucHien integer, NgayHenTra varchar(40), NgayKetThucXuLy varchar(40),
    NgayTra varchar(40), ngay_cap_nhat varchar(40), HinhThuc integer, HoTen varchar(40));
CREATE TABLE ho_so_bo_sung (
    id integer PRIMARY KEY, ho_so_id integer, NgayBoSung varchar(40),
    NgayTiepNhanBoSung varchar(40), NgayHenTraMoi varchar(40));
INSERT INTO ho_so VALUES (1, 'H29.17', 'HS-1', 10, 0, '2020-01-15 08:30:00', '1.004227', 'LV01',
    2, '2020-01-30 17:00:00', null, '2020-01-29 09:00:00', '2020-01-29 09:00:01', 1, 'ai');
INSERT INTO ho_so_bo_sung VALUES (7, 1, '2020-01-17 08:00:00', null, null)
"""


def test_a_document_for_names_without_quotes_is_checked(
    url: str, run: Callable[[str], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(VENDOR)
    monkeypatch.setenv("IGATE_URL", url)
    file = tmp_path / "igate.yaml"
    file.write_text((EXAMPLES / "igate-cu-chi.yaml").read_text().replace("mc.", ""))
    found = checked(file)
    assert found.exit_code == 0, found.output
    kinds = "received 1, resolved 1, result_returned 1, supplement_requested 1"
    assert f"1 row: 4 events ({kinds})" in found.stdout
    columns = checked(file, "--columns").stdout
    for name, used in (("MaHoSo", "yes"), ("ngay_cap_nhat", "yes"), ("HoTen", "")):
        assert re.search(rf"(?i)│ {name} +│ {used} +│", columns)
    if url.startswith("postgresql"):
        run('ALTER TABLE ho_so ADD COLUMN "MAHOSO" integer')
        found = checked(file)
        assert found.exit_code == 1
        assert "dossier.subject: `MaHoSo` may be MAHOSO or mahoso of the source" in found.stderr


def checked(file: Path, *words: str) -> Any:
    return CliRunner().invoke(create_app(), ["connector", "check", str(file), *words])
