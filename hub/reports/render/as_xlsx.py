"""A report as a workbook, as its form is printed.

No text becomes a formula. A formula keeps the value that the report says as its result. The bytes
are those of the answer alone: dates in the file are fixed.
"""

import io
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from xlsxwriter import Workbook

from hub.reports.form import Form
from hub.reports.render.grid import Line, Look, Put, Sheet
from hub.reports.render.layout import Json, clean
from hub.reports.render.sheets import sheets

_FIXED = datetime(2000, 1, 1)  # noqa: DTZ001  # the format's own dates have no zone
_FORBIDDEN = re.compile(r"[\[\]:*?/\\']")
_LONGEST, _LONGEST_NAME = 32_767, 31
_A4 = 9
Worksheet = Any
Formats = Mapping[Look, Any]


def as_xlsx(form: Form, report: Json) -> bytes:
    """The workbook's bytes."""
    raw = io.BytesIO()
    book = new_book(raw)
    formats: dict[Look, Any] = {}
    for sheet in sheets(form, report):
        write_sheet(book, sheet, formats)
    book.close()
    return raw.getvalue()


def new_book(raw: io.BytesIO) -> Workbook:
    """An empty workbook with fixed dates."""
    book = Workbook(raw, {"in_memory": True, "strings_to_formulas": False})
    book.set_properties({"author": "Motcua Hub", "created": _FIXED})
    return book


def write_sheet(book: Workbook, sheet: Sheet, formats: dict[Look, Any]) -> None:
    """Add a sheet, ready to be printed."""
    made = book.add_worksheet(_FORBIDDEN.sub("_", sheet.name)[:_LONGEST_NAME])
    made.set_paper(_A4)
    made.set_landscape()
    made.fit_to_pages(1, 0)
    made.set_margins(left=0.6, right=0.4, top=0.6, bottom=0.6)
    made.set_footer('&C&"Times New Roman"&10&P/&N')
    made.hide_gridlines(2)
    for i, width in enumerate(sheet.widths):
        made.set_column(i, i, width)
    if sheet.repeated is not None:
        made.repeat_rows(*sheet.repeated)
        made.freeze_panes(sheet.repeated[1] + 1, 0)
    for first_row, first, last_row, last in sheet.merged:
        put = sheet.lines[first_row].cells[first]
        look = put.look if put is not None else Look()
        made.merge_range(first_row, first, last_row, last, "", _format(book, look, formats))
    for at, line in enumerate(sheet.lines):
        _write_line(book, made, at, line, formats)


def _write_line(
    book: Workbook, made: Worksheet, at: int, line: Line, formats: dict[Look, Any]
) -> None:
    if line.hidden or line.height is not None:
        made.set_row(at, line.height, None, {"hidden": line.hidden})
    for column, put in enumerate(line.cells):
        if put is not None:
            _write(made, at, column, put, _format(book, put.look, formats))


def _write(made: Worksheet, row: int, column: int, put: Put, look: Any) -> None:
    """A number, a formula with its result, or a text, which is never a formula."""
    if put.formula:
        made.write_formula(row, column, put.formula, look, put.value)
    elif isinstance(put.value, str):
        text = clean(put.value)[:_LONGEST]
        made.write_string(row, column, text, look) if text else made.write_blank(
            row, column, "", look
        )
    else:
        made.write_number(row, column, put.value, look)


def _format(book: Workbook, look: Look, formats: dict[Look, Any]) -> Any:
    found = formats.get(look)
    if found is None:
        found = formats[look] = formatted(book, look)
    return found


def formatted(book: Workbook, look: Look) -> Any:
    """A look as the workbook has it."""
    return book.add_format({
        "font_name": "Times New Roman", "font_size": look.size, "bold": look.bold,
        "italic": look.italic, "align": look.align, "border": int(look.box),
        "valign": "vcenter", "text_wrap": True,
        **({"num_format": look.number} if look.number else {}),
    })  # fmt: skip
