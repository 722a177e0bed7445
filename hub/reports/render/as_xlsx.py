"""A report as a workbook: a sheet for each table, one for texts, one for checks.

No text becomes a formula, and the bytes are those of the answer alone: dates in the file are fixed.
"""

import io
import re
import zipfile
from datetime import datetime
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, Side
from openpyxl.utils import get_column_letter

from hub.reports.render.layout import (
    TABLES,
    VERDICTS,
    Json,
    check_text,
    period_text,
    row_text,
    shown,
    spans,
)

_FIXED = datetime(2000, 1, 1)  # noqa: DTZ001  # the format's own dates have no zone
_ENTRY = (1980, 1, 1, 0, 0, 0)
_MODIFIED = re.compile(rb"(<dcterms:modified[^>]*>)[^<]*(</dcterms:modified>)")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_FORBIDDEN = re.compile(r"[\[\]:*?/\\]")
_LONGEST = 32_767
_LINE = Side(style="thin")
_BOX = Border(left=_LINE, right=_LINE, top=_LINE, bottom=_LINE)
_CENTRE = Alignment(horizontal="center", vertical="center", wrap_text=True)
_WRAP = Alignment(vertical="top", wrap_text=True)
_BOLD = Font(name="Times New Roman", size=11, bold=True)
_PLAIN = Font(name="Times New Roman", size=11)
Sheet = Any


def as_xlsx(report: Json) -> bytes:
    """The workbook's bytes."""
    book = Workbook()
    book.remove(book.worksheets[0])
    for section in report["sections"]:
        if section["kind"] in TABLES:
            _table(_sheet(book, section["key"]), report, section)
    texts = [it for it in report["sections"] if it["text"] is not None]
    if texts:
        _texts(_sheet(book, "van_ban"), report, texts)
    _checks(_sheet(book, "kiem_tra"), report)
    book.properties.creator = "Motcua Hub"
    book.properties.created = _FIXED
    raw = io.BytesIO()
    book.save(raw)
    return _fixed(raw)


def _fixed(raw: io.BytesIO) -> bytes:
    """A workbook with fixed dates in its documents and in its archive."""
    out = io.BytesIO()
    with zipfile.ZipFile(raw) as book, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as fixed:
        for name in book.namelist():
            data = book.read(name)
            if name == "docProps/core.xml":
                data = _MODIFIED.sub(rb"\g<1>2000-01-01T00:00:00Z\g<2>", data)
            fixed.writestr(zipfile.ZipInfo(name, _ENTRY), data, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def _sheet(book: Workbook, name: str) -> Sheet:
    sheet = book.create_sheet(_FORBIDDEN.sub("_", name)[:31])
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    return sheet


def _put(sheet: Sheet, row: int, column: int, value: object, *, bold: bool = False) -> Any:
    """Write a cell: a number as a number, everything else as text, never as a formula."""
    cell = sheet.cell(row, column)
    if isinstance(value, int | float):
        cell.value = value
    else:
        cell.value = _CONTROL.sub("", str(value))[:_LONGEST]
        cell.data_type = "s"
    cell.font = _BOLD if bold else _PLAIN
    return cell


def _table(sheet: Sheet, report: Json, section: Json) -> None:
    columns = section["columns"]
    at = _head(sheet, report, section, len(columns))
    at = _headings(sheet, at, columns)
    sheet.print_title_rows = f"{at - 3}:{at - 1}"
    sheet.freeze_panes = sheet.cell(at, 1)
    for row in shown(section):
        for i, column in enumerate(columns, 1):
            cell = _put(sheet, at, i, _value(row, column), bold=row["heading"])
            cell.border = _BOX
            cell.alignment = Alignment(
                horizontal="right" if column["is"] == "value" else None, vertical="top",
                wrap_text=True,
            )  # fmt: skip
            if isinstance(cell.value, int):
                cell.number_format = "#,##0"
        at += 1
    for i, column in enumerate(columns, 1):
        usual = {"label": 44, "code": 8, "note": 30}.get(column["is"], 13)
        sheet.column_dimensions[get_column_letter(i)].width = column["width"] or usual
    _put(sheet, at + 1, len(columns), "Ngày …… tháng …… năm ……").alignment = _CENTRE
    _put(sheet, at + 2, 2, "NGƯỜI LẬP BIỂU", bold=True)
    _put(sheet, at + 2, len(columns), "THỦ TRƯỞNG ĐƠN VỊ", bold=True).alignment = _CENTRE


def _value(row: Json, column: Json) -> object:
    """A number, or a text; words that stand for a number are texts."""
    cell = row["cells"].get(column["key"])
    if cell is not None and cell["state"] == "value" and isinstance(cell["value"], int | float):
        return cell["value"]
    return row_text(row, column)


def _head(sheet: Sheet, report: Json, section: Json, width: int) -> int:
    lines = [section["label"], section["title"] or report["title"], report["unit_name"],
             period_text(report)]  # fmt: skip
    if section["unit_of_measure"]:
        lines.append(f"Đơn vị tính: {section['unit_of_measure']}")
    at = 1
    for place, line in enumerate(lines):
        if line:
            _put(sheet, at, 1, line, bold=place == 1).alignment = _CENTRE
            sheet.merge_cells(start_row=at, end_row=at, start_column=1, end_column=width)
            at += 1
    return at + 1


def _headings(sheet: Sheet, at: int, columns: list[Json]) -> int:
    """Two lines of headings and the line of their numbers."""
    first = 1
    for heading, width in spans(columns):
        if heading:
            _put(sheet, at, first, heading, bold=True)
            if width > 1:
                sheet.merge_cells(
                    start_row=at, end_row=at, start_column=first, end_column=first + width - 1
                )
            for i in range(first, first + width):
                _put(sheet, at + 1, i, columns[i - 1]["label"], bold=True)
        else:
            _put(sheet, at, first, columns[first - 1]["label"], bold=True)
            sheet.merge_cells(start_row=at, end_row=at + 1, start_column=first, end_column=first)
        first += width
    for i in range(1, len(columns) + 1):
        _put(sheet, at + 2, i, f"({i})")
        for row in range(at, at + 3):
            cell = sheet.cell(row, i)
            cell.border, cell.alignment = _BOX, _CENTRE
    return at + 3


def _texts(sheet: Sheet, report: Json, sections: list[Json]) -> None:
    sheet.column_dimensions["A"].width = 120
    lines = [(report["title"], True), (report["unit_name"], False), (period_text(report), False)]
    for section in sections:
        lines.append((section["title"], True))
        lines += [(line, False) for line in str(section["text"]).split("\n")]
    for at, (line, bold) in enumerate((it for it in lines if it[0]), 1):
        _put(sheet, at, 1, line, bold=bold).alignment = _WRAP


def _checks(sheet: Sheet, report: Json) -> None:
    sheet.column_dimensions["A"].width = 120
    _put(sheet, 1, 1, f"Kiểm tra: {VERDICTS[report['verdict']]}", bold=True)
    for at, check in enumerate(report["checks"], 2):
        _put(sheet, at, 1, check_text(check)).alignment = _WRAP
