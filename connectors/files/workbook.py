"""A sheet of a workbook (.xlsx, .xlsm; macros are not run), row by row.

The sizes that the zip declares are checked before it is unpacked, and that they are true. A cell
that is merged over rows says the same of each of them. A formula without a kept result is told by
its cell.
"""

import zipfile
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook

from connectors.files.lines import BrokenFileError, Line, Wrong
from hub.core.yaml_text import near

MOST_UNPACKED = 512 << 20
MOST_RATIO = 200
_SMALL = 10 << 20
"""Bytes below which any ratio will do."""
_CHUNK = 1 << 20
_TELLING = (b"<f>", b"<f ", b"<f/", b":f>", b":f ", b' t="e"')
"""What the text of a sheet has where there are formulas or errors, with any prefix of names."""
_OLD = b"\xd0\xcf\x11\xe0"
_UNKEPT = (
    "holds a formula without a result that is kept in the file, or an error such as #N/A; write "
    "the value, or open the file in Excel or LibreOffice and save it"
)


def sheet_lines(path: Path, name: str | int | None) -> tuple[str, Iterator[Line]]:
    """The sheet's name and its rows that hold something, with their numbers in the sheet.

    Raises `BrokenFileError`, `OSError`.
    """
    has_formulas = check_workbook(path)
    try:
        with CalamineWorkbook.from_path(str(path)) as book:
            found = _sheet_named(path, book, name)
            sheet = book.get_sheet_by_name(found)
    except CalamineError as error:
        raise BrokenFileError(
            f"{path.name}: cannot be read as a workbook ({error}); save it anew as .xlsx"
        ) from error
    return found, _rows(sheet, _without_result(path, found) if has_formulas else None)


def sheets_of(path: Path) -> Iterator[tuple[str, int, Iterator[Line]]]:
    """Of each sheet that has rows its name, its first column (from 0), and its rows that hold
    something, whose cells begin in that column.

    Raises `BrokenFileError`, `OSError`.
    """
    has_formulas = check_workbook(path)
    try:
        with CalamineWorkbook.from_path(str(path)) as book:
            for name in book.sheet_names:
                sheet = book.get_sheet_by_name(name)
                if sheet.start is not None:
                    without = _without_result(path, name) if has_formulas else None
                    yield name, sheet.start[1], _rows(sheet, without)
    except CalamineError as error:
        raise BrokenFileError(
            f"{path.name}: cannot be read as a workbook ({error}); save it anew as .xlsx"
        ) from error


def _sheet_named(path: Path, book: CalamineWorkbook, name: str | int | None) -> str:
    names = book.sheet_names
    if isinstance(name, str) and name in names:
        return name
    if not isinstance(name, str) and 1 <= (name or 1) <= len(names):
        return names[(name or 1) - 1]
    raise BrokenFileError(
        f"{path.name}: has no sheet `{name}`{near(str(name), names)}; name one of its "
        f"{len(names)} in `sheet`"
    )


def _rows(sheet: CalamineSheet, without: Iterator[set[int]] | None) -> Iterator[Line]:
    left = (sheet.start or (0, 0))[1]
    columns_at, above = _merged(sheet), {}
    for at_row, cells in enumerate(sheet.iter_rows()):
        for column, is_first in columns_at.get(at_row, ()):
            if is_first:
                above[column] = cells[column - left]
            else:
                cells[column - left] = above[column]
        empty = next(without, set()) if without is not None else ()
        wrong = [at - left for at in empty if _is_empty(cells, at - left)]
        if wrong or cells.count("") < len(cells):
            yield Line(at_row + 1, cells, tuple(Wrong(at, "formula", _UNKEPT) for at in wrong))


def _is_empty(cells: Sequence[Any], at: int) -> bool:
    return not 0 <= at < len(cells) or cells[at] == ""


def _merged(sheet: CalamineSheet) -> dict[int, list[tuple[int, bool]]]:
    """By row (from 0): the columns in which a merged cell begins (True) or goes on."""
    found: dict[int, list[tuple[int, bool]]] = {}
    for (top, left), (bottom, _) in sheet.merged_cell_ranges or ():
        for row in range(top, bottom + 1) if bottom > top else ():
            found.setdefault(row, []).append((left, row == top))
    return found


def _without_result(path: Path, name: str) -> Iterator[set[int]]:
    """By row from the first: the columns (from 0) of formulas and errors, with a result or not."""
    from openpyxl import load_workbook

    book = load_workbook(path, read_only=True)
    try:
        for row in book[name].iter_rows():
            yield {at for at, cell in enumerate(row) if cell.data_type in ("f", "e")}
    finally:
        book.close()


def check_workbook(path: Path, most: int = MOST_UNPACKED) -> bool:
    """Whether a sheet may hold formulas or errors. Raises `BrokenFileError` where the file is no
    workbook or unpacks to more than it should, `most` bytes."""
    with path.open("rb") as file:
        if file.read(4) == _OLD:
            raise BrokenFileError(
                f"{path.name}: is an old workbook (.xls) or needs a password; save it as .xlsx "
                "without one"
            )
    try:
        with zipfile.ZipFile(path) as packed:
            entries = packed.infolist()
            _check_sizes(path, entries, most)
            telling = [_is_telling(packed, entry) for entry in entries]  # all are unpacked
            return any(telling)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError) as error:
        raise BrokenFileError(
            f"{path.name}: is not a whole workbook ({error}); export it anew"
        ) from error


def _check_sizes(path: Path, entries: Sequence[zipfile.ZipInfo], most: int) -> None:
    if sum(entry.file_size for entry in entries) > most:
        raise BrokenFileError(
            f"{path.name}: unpacks to over {most >> 20} MiB; split it, or export it as CSV"
        )
    for entry in entries:
        if entry.file_size > max(_SMALL, MOST_RATIO * entry.compress_size):
            raise BrokenFileError(
                f"{path.name}: unpacks to over {MOST_RATIO} times its size, as a zip bomb does; "
                "export it as CSV"
            )


def _is_telling(packed: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bool:
    """Unpack an entry, so that its size is known to be true, and look for formulas and errors."""
    is_sheet, found, tail = "worksheets/" in entry.filename, False, b""
    with packed.open(entry) as file:
        while chunk := file.read(_CHUNK):
            if is_sheet and not found:
                text = tail + chunk
                found = any(mark in text for mark in _TELLING)
                tail = chunk[-8:]
    return found


def value_of(cell: Any) -> Any:
    """A cell as text, whole number (the file has none), other number, truth, moment or day; None
    where it is empty."""
    if type(cell) is float and cell.is_integer():
        return int(cell)
    return None if cell == "" else cell
