"""Refused rows come back as a copy of the file with the reasons."""

from pathlib import Path
from unicodedata import normalize

from openpyxl import Workbook, load_workbook

from connectors.port import Fault, Unreadable
from tests.connectors.files.made import csv_text, put, read, source
from tests.connectors.files.test_folder import export


def settled(folder: Path, *refused: tuple[str, str], **more: object) -> None:
    """Read to the end; the rows at some places are refused by the mapping."""
    opened = source(folder, **more)
    for page in opened.pages(None, sweep=False):
        placed = {row.place: row.key for row in page.rows}
        bad = [
            Unreadable(placed[place], place, (Fault("Ngày tiếp nhận", "not-a-date", says),))
            for place, says in refused
            if place in placed
        ]
        opened.settle(page, [*page.unreadable, *bad])


def test_refused_rows_come_back_as_a_copy_that_can_be_sent_again(tmp_path: Path) -> None:
    put(tmp_path / "a.csv", csv_text([("A-1", "x", "=cmd|' /C calc'!A0"), ("A-2", "y", "z")], ";"))
    settled(tmp_path, ("a.csv:2", "write a day"), separator=";")
    copy = tmp_path / "refused" / "a.refused.csv"
    assert copy.read_text("utf-8-sig").splitlines() == [
        "Mã hồ sơ;Ngày tiếp nhận;Tình trạng;Lý do từ chối",
        "A-1;x;'=cmd|' /C calc'!A0;2: Ngày tiếp nhận: write a day",
    ]
    (page,) = read(source(tmp_path / "refused", separator=";"))
    assert page.rows[0].values["Tình trạng"] == "=cmd|' /C calc'!A0"
    assert [one.name for one in (tmp_path / "refused").iterdir()] == ["a.refused.csv"]


def test_of_a_whole_copy_all_rows_come_back(tmp_path: Path) -> None:
    put(tmp_path / "a.csv", export("A-1", "A-2", "A-3"))
    settled(tmp_path, ("a.csv:3", "write a day"), whole=True)
    lines = (tmp_path / "refused" / "a.refused.csv").read_text().splitlines()
    assert [line.split(",")[0] for line in lines[1:]] == ["A-1", "A-2", "A-3"]
    assert [bool(line.split(",")[3]) for line in lines[1:]] == [False, True, False]


def test_refused_rows_of_a_workbook_hold_no_formula(tmp_path: Path) -> None:
    book = Workbook()
    for row in [["Tiêu đề"], ["Mã hồ sơ", "Ngày tiếp nhận", "Tình trạng"], ["A-1", "x", "=1+1"]]:
        book.active.append(row)
    book.active["C3"].data_type = "s"
    book.active.title = "Sheet1"
    path = tmp_path / "a.xlsx"
    book.save(path)
    settled(tmp_path, ("a.xlsx!Sheet1:3", "=write a day"))
    sheet = load_workbook(tmp_path / "refused" / "a.refused.xlsx").active
    assert [cell.value for cell in sheet[1]][-1] == "Lý do từ chối"
    assert [cell.data_type for cell in sheet[2]] == ["s"] * 4
    assert path.exists()


def test_refused_rows_in_an_old_encoding_and_unreadable_ones(tmp_path: Path) -> None:
    header = "Ma,Ngay,TT\r\n"
    put(tmp_path / "a.csv", f"{header}A-1,1,x\r\n".encode("cp1258") + b"A-2,\xd2,y,z\r\n")
    more = {"encoding": "cp1258", "columns": ("Ma", "Ngay"), "key": (("Ma",),)}
    settled(tmp_path, **more)
    text = (tmp_path / "refused" / "a.refused.csv").read_bytes().splitlines()
    assert normalize("NFC", text[0].decode("cp1258")) == "Ma,Ngay,TT,Lý do từ chối"
    assert text[1].startswith(b'A-2,\xd2,y,"3: has 4 cells')


def test_headings_with_tones_come_back_in_an_encoding_that_has_them_apart(tmp_path: Path) -> None:
    header = "Ma\u0303 hô\u0300 sơ,Nga\u0300y tiê\u0301p nhâ\u0323n,Ti\u0300nh tra\u0323ng\r\n"
    put(tmp_path / "a.csv", f"{header}A-1,x,Đang chơ\u0300\r\n".encode("cp1258"))
    settled(tmp_path, ("a.csv:2", "write a day"), encoding="cp1258")
    copy = tmp_path / "refused" / "a.refused.csv"
    first, second = copy.read_bytes().decode("cp1258").splitlines()
    assert normalize("NFC", first) == "Mã hồ sơ,Ngày tiếp nhận,Tình trạng,Lý do từ chối"
    assert normalize("NFC", second) == "A-1,x,Đang chờ,2: Ngày tiếp nhận: write a day"
    (page,) = read(source(tmp_path / "refused", encoding="cp1258"))
    assert page.rows[0].values["Tình trạng"] == "Đang chơ\u0300"


def test_no_refused_row_no_copy(tmp_path: Path) -> None:
    put(tmp_path / "a.csv", export("A-1"))
    settled(tmp_path)
    assert not (tmp_path / "refused").exists()
