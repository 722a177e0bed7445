"""A filled-in template in a workbook, as Excel or LibreOffice saved it."""

import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook

from connectors.files.lines import BrokenFileError
from connectors.files.workbook import check_workbook, sheet_lines
from hub.core.places import cell_at
from hub.reports.entry.as_xlsx import HEADER
from hub.reports.entry.columns import COLUMNS, HIDDEN, LAYOUT, SHEET
from hub.reports.entry.faults import MOST_TOLD, Fault, FaultsError, fault
from hub.reports.entry.parsing import tidy
from hub.reports.entry.reading import Filled, Line, check_header, entered

MOST_UNPACKED = 32 << 20
"""Bytes that a template may unpack to; one of a thousand rows has one million."""

_SAYS = ("form", "version", "unit", "period", "calendar")


def at(line: int, column: int) -> str:
    """What a cell is called."""
    return f"{SHEET}!{cell_at(column, line)}"


def from_xlsx(body: bytes) -> Filled:
    """Raises `FaultsError`."""
    with _kept(body) as path:
        _check(path)
        says, marks = _hidden(path)
        lines = _lines(path)
        header = next((line for line in lines if line.number == HEADER + 1), None)
        check_header(header, list(COLUMNS.values()), HEADER + 1, at)
        below = (line for line in lines if line.number > HEADER + 1)
        found = entered(below, at, lambda _, code, level: marks.get((code, level)))
        return Filled(says, dict.fromkeys(says, f"{HIDDEN}!A2"), found)


@contextmanager
def _kept(body: bytes) -> Iterator[Path]:
    """The body as a file, as long as it is read."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "workbook.xlsx"
        path.write_bytes(body)
        try:
            yield path
        except (BrokenFileError, CalamineError) as error:
            told = str(error).removeprefix(f"{path.name}: ")
            raise FaultsError(Fault("not-a-workbook", f"the file {told}")) from None


def _check(path: Path) -> None:
    check_workbook(path, MOST_UNPACKED)
    with zipfile.ZipFile(path) as packed:
        if any(name.lower().endswith("vbaproject.bin") for name in packed.namelist()):
            raise FaultsError(fault("macros"))
    with CalamineWorkbook.from_path(str(path)) as book:
        if SHEET not in book.sheet_names or HIDDEN not in book.sheet_names:
            raise FaultsError(fault("not-a-template"))
        sheet = book.get_sheet_by_name(SHEET)
        if (sheet.start or (0, 0))[1]:
            raise FaultsError(fault("header", at(HEADER + 1, 0)))
        if merged := list(_merged(sheet)):
            raise FaultsError(*merged[:MOST_TOLD])


def _merged(sheet: CalamineSheet) -> Iterator[Fault]:
    """The template has no merged cells."""
    for (row, column), _ in sheet.merged_cell_ranges or ():
        yield fault("merged", at(row + 1, column))


def _lines(path: Path) -> list[Line]:
    _, lines = sheet_lines(path, SHEET)
    return [
        Line(line.number, line.cells, [it.at for it in line.wrong if it.at is not None])
        for line in lines
    ]


def _hidden(path: Path) -> tuple[dict[str, str], dict[tuple[str, str], str]]:
    """What the file is, and the marks of its rows."""
    lines = [[tidy(str(cell)) for cell in line.cells] for line in sheet_lines(path, HIDDEN)[1]]
    says = {row[0]: row[1] for row in lines[1 : 1 + len(_SAYS)] if len(row) > 1}
    if not lines or lines[0][0] != LAYOUT or tuple(says) != _SAYS:
        raise FaultsError(fault("not-a-template"))
    rows = lines[1 + len(_SAYS) :]
    return says, {(row[0], row[1]): row[2] for row in rows if len(row) > 2}
