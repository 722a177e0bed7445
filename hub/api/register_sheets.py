"""Registers in a workbook: read as people fill it in, and written to be filled in."""

import io
from collections.abc import Callable, Iterable
from datetime import date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook

from connectors.files.lines import BrokenFileError
from connectors.files.workbook import check_workbook, sheets_of
from hub.api.sheet_words import Language
from hub.core.places import cell_at
from hub.registry import RegistryError
from hub.registry.csv_files import cell_text
from hub.registry.planning import raise_faults
from hub.registry.table_rows import (
    KINDS,
    LEVELS,
    LIMIT_UNITS,
    Line,
    Row,
    Table,
    code_text,
    columns_in,
    read_lines,
)

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Place = Callable[[int, str], str]
MOST_UNPACKED = 64 << 20
"""Bytes that a workbook may unpack to; twelve thousand units have four million."""
_DAYS = ("day", "valid_from", "valid_to")
_WIDTHS = {"name": 48, "field_name": 28, "successors": 24}
_CHOICES = {
    "level": dict(zip(LEVELS.values(), ("Bộ", "Tỉnh", "Huyện", "Xã"), strict=True)),
    "limit_unit": dict(zip(LIMIT_UNITS.values(), ("Ngày làm việc", "Ngày", "Giờ"), strict=True)),
    "kind": dict(zip(KINDS.values(), ("Nghỉ", "Làm bù"), strict=True)),
}
"""By column the word for each of the values that may be chosen."""


def read_sheet(table: Table[Row], body: bytes) -> tuple[dict[int, Row], Place]:
    """The rows of the one sheet of a workbook that has any, by their numbers in it, and what a
    cell is called by row and column. Raises `FaultyError`, and `RegistryError` for what is no such
    workbook."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "workbook.xlsx"
        path.write_bytes(body)
        try:
            name, left, lines = _only_sheet(path)
        except (BrokenFileError, CalamineError) as error:
            told = str(error).removeprefix(f"{path.name}: ")
            raise RegistryError("", "is no such workbook", told, code="no-workbook") from None
    columns = columns_in(table, [str(cell) for cell in lines[0].cells])
    rows = read_lines(table, lines, lambda line, at, _: f"{name}!{cell_at(left + at, line)}")
    return rows, lambda line, column: f"{name}!{cell_at(left + columns.get(column, 0), line)}"


def _only_sheet(path: Path) -> tuple[str, int, list[Line]]:
    """Its name, its first column (from 0) and its lines, at least one."""
    check_workbook(path, MOST_UNPACKED)
    with CalamineWorkbook.from_path(str(path)) as book:
        full = [it for it in map(book.get_sheet_by_name, book.sheet_names) if it.start is not None]
        if len(full) != 1:
            told = "has several sheets with rows" if full else "has no sheet with rows"
            raise RegistryError("", told, "leave the sheet that is meant", code="sheets")
        (sheet,) = full
        raise_faults(
            RegistryError(
                f"{sheet.name}!{cell_at(column, row + 1)}", "is a merged cell",
                "unmerge the cells: each row has cells of its own", code="merged-cells",
            )
            for (row, column), _ in sheet.merged_cell_ranges or ()
        )  # fmt: skip
    left, lines = next((left, lines) for name, left, lines in sheets_of(path) if name == sheet.name)
    found = [
        Line(it.number, it.cells, [wrong.at for wrong in it.wrong if wrong.at is not None])
        for it in lines
    ]
    return sheet.name, left, found


def write_sheet(
    table: Table[Row], title: str, rows: Iterable[Row], lang: Language = "vi"
) -> bytes:  # fmt: skip
    """A workbook that `read_sheet` reads back the same: headings in a language, codes as text,
    lists to choose from. Equal rows give equal bytes."""
    choices, headings = _CHOICES, table.headings
    if lang == "en":
        choices = {name: {it: it for it in words} for name, words in _CHOICES.items()}
        headings = {it: it.replace("_", " ").capitalize() for it in table.columns}
    from xlsxwriter import Workbook

    out = io.BytesIO()
    book = Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False,
                          "strings_to_numbers": False})  # fmt: skip
    book.set_properties({"author": "Motcua Hub", "created": datetime(2000, 1, 1)})  # noqa: DTZ001  # the format's own dates have no zone
    sheet = book.add_worksheet(title)
    head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True})
    text, day = book.add_format({"num_format": "@"}), book.add_format({"num_format": "yyyy-mm-dd"})
    for at, name in enumerate(table.columns):
        is_day = name in _DAYS
        kind = text if table.columns[name] in (code_text, str) else day if is_day else None
        sheet.set_column(at, at, _WIDTHS.get(name, 16), kind)
        sheet.write_string(0, at, headings[name], head)
        if name in choices:
            rule = {"validate": "list", "source": [*choices[name].values()]}
            sheet.data_validation(1, at, 100_000, at, rule)
    for number, row in enumerate(rows, start=1):
        for at, name in enumerate(table.columns):
            value: Any = getattr(row, name)
            if isinstance(value, date):
                sheet.write_datetime(number, at, datetime.combine(value, datetime.min.time()), day)
            elif isinstance(value, int):
                sheet.write_number(number, at, value)
            elif told := choices[name].get(value, "") if name in choices else cell_text(value):
                sheet.write_string(number, at, told, text)
    sheet.freeze_panes(1, 1)
    book.close()
    return out.getvalue()
