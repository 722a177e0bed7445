"""Sheets as they are: rows of cells, each with its place."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from connectors.files.lines import BrokenFileError
from connectors.files.workbook import sheets_of, value_of
from hub.core.csv_text import NotCsvError, read_rows

MOST_ROWS = 200_000
_ZIP = b"PK"


class SheetRow(NamedTuple):
    """A row that holds something; `number` as people count it, from 1."""

    number: int
    cells: Sequence[Any]
    """From the column A: texts, numbers, moments; None is empty."""


class Sheet(NamedTuple):
    """A sheet of a workbook, or a CSV file, which has no name."""

    name: str
    rows: Sequence[SheetRow]


def read_sheets(path: Path) -> list[Sheet]:
    """The sheets of a workbook (XLSX) or of a CSV file in UTF-8.

    Raises `BrokenFileError`, which says what is wrong and what to do; `OSError`.
    """
    with path.open("rb") as file:
        is_book = file.read(2) == _ZIP
    found = list(_of_book(path) if is_book else _of_csv(path))
    if sum(len(sheet.rows) for sheet in found) > MOST_ROWS:
        raise BrokenFileError(f"the file has over {MOST_ROWS:,} rows; split it")
    return found


def _of_book(path: Path) -> Iterator[Sheet]:
    for name, first, lines in sheets_of(path):
        before = [None] * first
        rows = [SheetRow(it.number, [*before, *map(value_of, it.cells)]) for it in lines]
        yield Sheet(name, rows)


def _of_csv(path: Path) -> Iterator[Sheet]:
    try:
        text = path.read_bytes().decode("utf-8")
        rows = [SheetRow(n, [cell or None for cell in cells]) for n, cells in read_rows(text)]
    except UnicodeDecodeError as error:
        raise BrokenFileError(
            f"the file is no UTF-8 text (byte {error.start + 1}) and no workbook; save it as .xlsx"
        ) from None
    except NotCsvError as error:
        raise BrokenFileError(f"line {error.line} {error}; save the file as .xlsx") from None
    yield Sheet("", rows)
