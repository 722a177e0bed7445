"""Each bad file is told by file, sheet, row and column with what to do, and the rest goes on."""

import re
import unicodedata
import zipfile
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from connectors.port import BrokenSourceError
from tests.connectors.files.made import (
    CODE,
    DAY,
    HEADER,
    STATE,
    csv_text,
    faults_of,
    keys_of,
    put,
    put_sheet,
    read,
    source,
)

GOOD = [("A-1", "05/11/2026", "Đã"), ("A-2", "06/11/2026", "Chưa"), ("A-3", "07/11/2026", "Đã")]
LINES = csv_text(GOOD)


def refused(tmp_path: Path, text: str | bytes, **more: Any) -> tuple[list[str], list[Any]]:
    put(tmp_path / "a.csv", text)
    pages = read(source(tmp_path, **more))
    return keys_of(pages), faults_of(pages)


def broken(tmp_path: Path, text: str | bytes, name: str = "a.csv", **more: Any) -> str:
    """What is said of a file that is broken as a whole, while the one beside it is read."""
    put(tmp_path / name, text)
    put(tmp_path / "good.jsonl", f'{{"{CODE}": "G-1"}}\n')
    pages = source(tmp_path, **more).pages(None, sweep=False)
    assert keys_of([next(pages)]) == ["G-1"]
    with pytest.raises(BrokenSourceError) as told:
        next(pages)
    assert name in str(told.value)
    return str(told.value)


class TestRowsOfCsv:
    def test_ragged_rows(self, tmp_path: Path) -> None:
        text = LINES.replace("05/11/2026,", "05/11/2026,x,").replace("A-2,06/11/2026,", "A-2,")
        keys, faults = refused(tmp_path, text)
        assert keys == ["A-3"]
        assert faults == [("a.csv:2", "", "ragged"), ("a.csv:3", "", "ragged")]

    def test_a_quote_that_is_never_closed_costs_its_line(self, tmp_path: Path) -> None:
        keys, faults = refused(tmp_path, LINES.replace("05/11", '"05/11'))
        assert keys == ["A-2", "A-3"]
        assert faults == [("a.csv:2", "", "not-csv")]

    def test_a_quote_inside_a_cell_costs_its_line(self, tmp_path: Path) -> None:
        keys, faults = refused(tmp_path, LINES.replace("Chưa", '"Ch"ưa'))
        assert (keys, faults) == (["A-1", "A-3"], [("a.csv:3", "", "not-csv")])

    def test_line_breaks_in_quotes_are_cells(self, tmp_path: Path) -> None:
        keys, faults = refused(tmp_path, LINES.replace("Chưa", '"Chưa\nxong\n"') + "x,y\n")
        assert (keys, faults) == (["A-1", "A-2", "A-3"], [("a.csv:7", "", "ragged")])

    def test_nul_and_undecodable_bytes_name_the_column(self, tmp_path: Path) -> None:
        text = LINES.encode().replace(b"06/11", b"06\0/11").replace(b"A-3", b"A-\xff3")
        keys, faults = refused(tmp_path, text)
        assert keys == ["A-1"]
        assert faults == [("a.csv:3", DAY, "nul"), ("a.csv:4", CODE, "encoding")]

    def test_huge_cells_and_lines(self, tmp_path: Path) -> None:
        text = LINES.replace("Chưa", "x" * 140_000).replace("05/11/2026", "y" * 3_000_000)
        keys, faults = refused(tmp_path, text)
        assert keys == ["A-3"]
        assert [fault[::2] for fault in faults] == [("a.csv:2", "too-long"), ("a.csv:3", "not-csv")]

    def test_a_dossier_twice(self, tmp_path: Path) -> None:
        rows = [*GOOD, GOOD[0], ("A-2", "09/11/2026", "Đã")]
        keys, faults = refused(tmp_path, csv_text(rows))
        assert keys == ["A-1", "A-2", "A-3"]  # the same again says nothing new
        assert faults == [("a.csv:6", "", "duplicate")]

    def test_a_code_that_is_not_given_is_told_by_its_place(self, tmp_path: Path) -> None:
        put(tmp_path / "a.csv", LINES.replace("A-2", ""))
        (page,) = read(source(tmp_path))
        assert [row.key for row in page.rows] == ["A-1", "a.csv:3", "A-3"]

    def test_empty_lines_and_cells_hold_nothing(self, tmp_path: Path) -> None:
        keys, faults = refused(tmp_path, LINES.replace("\r\nA-2", "\r\n\r\n,,\r\nA-2") + "\r\n")
        assert (keys, faults) == (["A-1", "A-2", "A-3"], [])

    def test_cells_that_no_column_names_are_neither_kept_nor_checked(self, tmp_path: Path) -> None:
        lines = "".join(
            f"{line},Chủ hồ sơ\r\n" if at == 0 else f"{line},secret\r\n"
            for at, line in enumerate(LINES.splitlines())
        )
        put(tmp_path / "a.csv", lines.encode().replace(b"secret", b"sec\xff\0ret", 1))
        pages = read(source(tmp_path))
        assert keys_of(pages) == ["A-1", "A-2", "A-3"]
        assert "secret" not in str(pages)


class TestHeaders:
    def test_a_renamed_column(self, tmp_path: Path) -> None:
        says = broken(tmp_path, LINES.replace(CODE, "Mã số hồ sơ"))
        assert re.search(rf"a\.csv:1: .*`{CODE}` is missing; .*`Mã số hồ sơ`\? Rename", says)

    def test_a_column_twice(self, tmp_path: Path) -> None:
        says = broken(tmp_path, LINES.replace(STATE, DAY, 1), columns=(CODE, DAY))
        assert f"a.csv:1: two columns are named `{DAY}`" in says
        assert "2 and 3" in says

    def test_an_empty_file(self, tmp_path: Path) -> None:
        assert "is empty" in broken(tmp_path, "")

    def test_forms_of_unicode_and_spaces(self, tmp_path: Path) -> None:
        text = "\ufeff" + unicodedata.normalize("NFD", LINES).replace(",", " , ", 1)
        keys, faults = refused(tmp_path, text)
        assert (keys, faults) == (["A-1", "A-2", "A-3"], [])

    def test_another_separator_than_declared(self, tmp_path: Path) -> None:
        says = broken(tmp_path, csv_text(GOOD, ";"), separator=",")
        assert 'separator: ";"' in says

    @pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
    def test_a_separator_that_is_declared(self, tmp_path: Path, separator: str) -> None:
        text = f"sep={separator}\r\n" + csv_text(GOOD, separator)
        keys, faults = refused(tmp_path, text, separator=separator)
        assert (keys, faults) == (["A-1", "A-2", "A-3"], [])


class TestEncodings:
    @pytest.mark.parametrize("name", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32"])
    def test_declared(self, tmp_path: Path, name: str) -> None:
        keys, faults = refused(tmp_path, LINES.encode(name), encoding=name)
        assert (keys, faults) == (["A-1", "A-2", "A-3"], [])

    def test_utf16_under_utf8(self, tmp_path: Path) -> None:
        assert "write `encoding: utf-16`" in broken(tmp_path, LINES.encode("utf-16"))

    def test_bytes_that_are_no_utf16(self, tmp_path: Path) -> None:
        says = broken(tmp_path, "﻿a,b\n".encode("utf-16-le") + b"\x00\xdc\n", encoding="utf-16")
        assert "is not utf-16" in says

    @pytest.mark.parametrize(
        ("suspected", "header"),
        [
            ("TCVN3", b"M\xb7 h\xe5 s\xac,Ng\xb5y ti\xd5p nh\xcbn,T\xd7nh tr\xb9ng"),
            ("VNI", b"Ma\xf5 ho\xe0 s\xf4,Nga\xf8y tie\xe1p nha\xe4n,T\xecnh tra\xefng"),
            ("Windows-1258", b"Ma\xde h\xf4\xcc so,Nga\xccy ti\xea\xecp nh\xe2\xf2n,Ti\xccnh"),
        ],
    )  # fmt: skip
    def test_old_encodings_are_suspected_by_name(
        self, tmp_path: Path, suspected: str, header: bytes
    ) -> None:
        says = broken(tmp_path, header + b"\r\nA-1,1,2\r\n")
        assert "a.csv:1: the header is not utf-8" in says
        assert f"perhaps in {suspected}" in says
        assert "save it as CSV UTF-8" in says


class TestWorkbooks:
    def test_titles_numbers_and_dates(self, tmp_path: Path) -> None:
        day = datetime(2026, 11, 5, 8, 30)  # noqa: DTZ001  # sheets know no zones
        rows = [
            ["Báo cáo tuần"], [], [None, None, "Số", *HEADER],
            [None, None, 1, 17, day, 2.5], [None, None, 2, "A-2"],
        ]  # fmt: skip
        put_sheet(tmp_path / "a.xlsx", rows)
        (page,) = read(source(tmp_path))
        first, second = page.rows
        assert (first.key, first.place) == ("17", "a.xlsx!Sheet1:4")
        assert first.values == {CODE: 17, DAY: day, STATE: 2.5}
        assert second.values == {CODE: "A-2", DAY: None, STATE: None}

    def test_cells_merged_over_rows_say_the_same_of_each(self, tmp_path: Path) -> None:
        book = Workbook()
        for row in [HEADER, ("A-1", "05/11/2026", "Đã"), ("A-2", None, "Đã"), ("A-3", None, "x")]:
            book.active.append(row)
        book.active.merge_cells("B2:B3")
        book.save(tmp_path / "a.xlsx")
        (page,) = read(source(tmp_path))
        assert [row.values[DAY] for row in page.rows] == ["05/11/2026", "05/11/2026", None]

    def test_formulas_without_a_kept_result_and_errors(self, tmp_path: Path) -> None:
        rows = [HEADER, ("A-1", "05/11/2026", "=1+1"), ("A-2", "#N/A", "Đã"), ("A-3", "x", "y")]
        put_sheet(tmp_path / "a.xlsx", rows)
        pages = read(source(tmp_path))
        assert keys_of(pages) == ["A-3"]
        assert faults_of(pages) == [
            ("a.xlsx!Sheet1:2", STATE, "formula"), ("a.xlsx!Sheet1:3", DAY, "formula"),
        ]  # fmt: skip

    def test_sheets_by_name_and_number(self, tmp_path: Path) -> None:
        book = Workbook()
        book.active.title = "Bìa"
        for row in (HEADER, *GOOD):
            book.create_sheet("Hồ sơ") if "Hồ sơ" not in book.sheetnames else None
            book["Hồ sơ"].append(row)
        book.save(tmp_path / "a.xlsx")
        for sheet in ("Hồ sơ", 2):
            assert len(keys_of(read(source(tmp_path, sheet=sheet)))) == 3
        with pytest.raises(BrokenSourceError, match=r"a\.xlsx: has no sheet `Hồ so`.*`Hồ sơ`"):
            read(source(tmp_path, sheet="Hồ so"))
        with pytest.raises(BrokenSourceError, match=r"a\.xlsx!Bìa: is empty"):
            read(source(tmp_path))

    def test_a_missing_column_names_sheet_and_row(self, tmp_path: Path) -> None:
        path = put_sheet(tmp_path / "b.xlsx", [["Tiêu đề"], ["Mã HS", DAY, STATE]], "Tuần 1")
        says = broken(tmp_path, path.read_bytes(), "a.xlsx", match=("a.xlsx", "*.jsonl"))
        assert "a.xlsx!Tuần 1:2: no row has all columns" in says
        assert f"`{CODE}` is missing" in says

    def test_a_zip_bomb(self, tmp_path: Path) -> None:
        with zipfile.ZipFile(tmp_path / "x", "w", zipfile.ZIP_DEFLATED) as packed:
            packed.writestr("xl/worksheets/sheet1.xml", b"0" * (30 << 20))
        says = broken(tmp_path, (tmp_path / "x").read_bytes(), "a.xlsx")
        assert "a zip bomb" in says

    def test_a_zip_that_lies_about_its_size(self, tmp_path: Path) -> None:
        with zipfile.ZipFile(tmp_path / "x", "w", zipfile.ZIP_DEFLATED) as packed:
            packed.writestr("xl/worksheets/sheet1.xml", b"0" * (30 << 20))
        small, true = (1000).to_bytes(4, "little"), (30 << 20).to_bytes(4, "little")
        says = broken(tmp_path, (tmp_path / "x").read_bytes().replace(true, small), "a.xlsx")
        assert "is not a whole workbook" in says

    @pytest.mark.parametrize(
        ("content", "says"),
        [
            (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", r"old workbook \(\.xls\) or needs a password"),
            (b"PK\x03\x04cut", "not a whole workbook"), (b"a,b\n", "not a whole workbook"),
        ],
    )  # fmt: skip
    def test_what_is_no_workbook(self, tmp_path: Path, content: bytes, says: str) -> None:
        assert re.search(says, broken(tmp_path, content, "a.xlsx"))

    def test_an_old_workbook_is_told(self, tmp_path: Path) -> None:
        says = broken(tmp_path, b"\xd0\xcf\x11\xe0", "a.xls", match=("*.xls", "*.jsonl"))
        assert "save it as .xlsx" in says

    def test_macros_are_not_run(self, tmp_path: Path) -> None:
        put_sheet(tmp_path / "a.xlsx", [HEADER, *GOOD]).rename(tmp_path / "a.xlsm")
        with zipfile.ZipFile(tmp_path / "a.xlsm", "a") as packed:
            packed.writestr("xl/vbaProject.bin", b"\xd0\xcf\x11\xe0 made up")
        assert len(keys_of(read(source(tmp_path, match=("*.xlsm",))))) == 3


class TestJson:
    def test_lines(self, tmp_path: Path) -> None:
        text = (
            f'{{"{CODE}": "A-1", "x": {{"ten": "secret"}}}}\n{{"{CODE}": \n[1]\n\n{{"{CODE}": 7}}'
        )
        put(tmp_path / "a.jsonl", "\ufeff" + text)
        pages = read(source(tmp_path))
        assert keys_of(pages) == ["A-1", "7"]
        assert "secret" not in str(pages)
        assert faults_of(pages) == [
            ("a.jsonl:2", "", "not-json"), ("a.jsonl:3", "", "not-an-object"),
        ]  # fmt: skip

    def test_arrays(self, tmp_path: Path) -> None:
        put(tmp_path / "a.json", f'[{{"{CODE}": "A-1"}}, 5, {{"{CODE}": "A-2"}}]')
        pages = read(source(tmp_path, match=("*.json",)))
        assert keys_of(pages) == ["A-1", "A-2"]
        assert faults_of(pages) == [("a.json:2", "", "not-an-object")]
        says = broken(tmp_path, '[\n{"a": 1},\n{"a"', "b.json", match=("b.json", "*.jsonl"))
        assert "b.json:3: is not JSON" in says
