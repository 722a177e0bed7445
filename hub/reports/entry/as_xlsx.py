"""A template as a workbook: locked but for what is to be filled in, each cell with its check, and a
hidden sheet that says what the file is. Equal templates have equal bytes."""

import io
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from xlsxwriter import Workbook

from hub.reports.entry.columns import COLUMNS, ENTERED, HIDDEN, LAYOUT, SHEET, shown
from hub.reports.entry.needs import Need
from hub.reports.entry.parsing import NO, NOT_APPLICABLE, WITHDRAWN, YES
from hub.reports.entry.sheet import Row, Template

HEADER = 4
"""The row of the names of columns, from 0; above it stands what the file is for."""

CALENDARS = {"civil": "tháng dương lịch", "nd09": "chốt ngày 15 (NĐ 09/2019)"}
_FIXED = datetime(2000, 1, 1)  # noqa: DTZ001  # the format's own dates have no zone
_WIDTHS = (18, 30, 24, 8, 36, 16, 8, 14, 14, 14, 18, 24, 24)
_LINE = 15
"""Points of a line of text."""

_LONGEST, _LIST = 500, 255
_WORDS = f'%s="{NOT_APPLICABLE}",%s="{WITHDRAWN}"'
_RULES = {
    "count": "=IF(ISNUMBER(%s),AND(%s>=0,%s=INT(%s)),OR(" + _WORDS + "))",
    "share": '=IF(ISNUMBER(%s),OR(%s=0,AND(%s>1,%s<=100)),OR(RIGHT(%s,1)="%%",' + _WORDS + "))",
    "amount": "=OR(ISNUMBER(%s)," + _WORDS + ")",
    "date": "=IF(ISNUMBER(%s),%s>=DATE(1900,1,1),OR(" + _WORDS + "))",
}
"""What may be written into a cell, `%s`, as a spreadsheet checks it."""

_ASKS = {
    "count": "Số nguyên từ 0, không dấu chấm (ví dụ 2738)",
    "share": "Tỷ lệ phần trăm từ 0 đến 100 (ví dụ 96, không phải 0,96)",
    "amount": "Số, không dấu chấm ngăn nghìn (ví dụ 2738 hoặc 2738,5)",
    "date": "Ngày theo dạng năm-tháng-ngày (ví dụ 2020-01-31)",
    "yes_no": f"{YES} hoặc {NO}", "choice": "Một trong các từ của danh sách",
    "text": "Chữ, không quá 500 ký tự", "any": "Số, ngày hoặc chữ",
}  # fmt: skip
_FORMATS = {"count": "0", "date": "yyyy-mm-dd", "text": "@", "choice": "@", "yes_no": "@"}


def as_xlsx(made: Template) -> bytes:
    """The workbook's bytes."""
    out = io.BytesIO()
    book = Workbook(out, {"in_memory": True})
    book.set_properties({"author": "Motcua Hub", "created": _FIXED})
    sheet = book.add_worksheet(SHEET)
    _head(book, sheet, made)
    formats = _Formats(book)
    for at, row in enumerate(made.rows, HEADER + 1):
        _row(sheet, formats, at, row)
    sheet.freeze_panes(HEADER + 1, 1)
    sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(HEADER)
    sheet.protect("", {"format_columns": True, "format_rows": True})
    _hidden(book, made)
    book.close()
    return out.getvalue()


class _Formats:
    """Each format once."""

    def __init__(self, book: Workbook) -> None:
        self._book = book
        self._made: dict[str, Any] = {}
        plain = {"border": 1, "valign": "top", "text_wrap": True}
        self.locked = book.add_format(plain | {"bg_color": "#EEEAE0"})
        self._open = plain | {"locked": False, "bg_color": "#FFFDE7"}

    def open(self, number: str) -> Any:
        """Of a cell to be filled in."""
        if number not in self._made:
            self._made[number] = self._book.add_format(self._open | {"num_format": number})
        return self._made[number]


def _head(book: Workbook, sheet: Any, made: Template) -> None:
    bold = book.add_format({"bold": True, "font_size": 13})
    head = book.add_format({"bold": True, "border": 1, "text_wrap": True, "bg_color": "#DCD5C7"})
    sheet.write_string(0, 0, f"Nhập chỉ tiêu: {made.title}", bold)
    sheet.write_string(
        1, 0, f"Đơn vị: {made.unit_name} ({made.unit}). Kỳ: {made.period} "
        f"({CALENDARS[made.calendar]}). Biểu mẫu: {made.form}, phiên bản {made.version}.",
    )  # fmt: skip
    sheet.write_string(
        2, 0, "Chỉ điền các ô màu vàng. Ô để trống: không báo cáo gì. "
        f"“{NOT_APPLICABLE}”: chỉ tiêu không áp dụng cho đơn vị. “{WITHDRAWN}”: rút lại số liệu "
        "đã báo cáo.",
    )  # fmt: skip
    sheet.write_string(3, 0, "Không đổi tên, di chuyển, gộp ô, thêm hoặc xóa cột.")
    sheet.set_row(HEADER, 2 * _LINE)
    for at, (label, width) in enumerate(zip(COLUMNS.values(), _WIDTHS, strict=True)):
        sheet.write_string(HEADER, at, label, head)
        sheet.set_column(at, at, width)


def _row(sheet: Any, formats: _Formats, at: int, row: Row) -> None:
    cells: Mapping[str, Any] = shown(row)
    sheet.set_row(
        at,
        _LINE
        * max(
            1,
            *(
                -(-len(str(cells.get(name) or "")) // width)
                for name, width in zip(COLUMNS, _WIDTHS, strict=True)
            ),
        ),
    )
    for column, name in enumerate(COLUMNS):
        if name in ENTERED:
            number = _FORMATS.get(row.need.kind, "General") if name == "value" else "@"
            sheet.write_blank(at, column, None, formats.open(number))
        elif isinstance(value := cells[name], int | float):
            sheet.write_number(at, column, value, formats.locked)
        else:
            sheet.write_string(at, column, value or "", formats.locked)
    _check(sheet, at, row.need)
    for name in ("evidence", "note"):
        column = list(COLUMNS).index(name)
        sheet.data_validation(at, column, at, column, {
            "validate": "length", "criteria": "<=", "value": _LONGEST,
            "error_title": "Quá dài", "error_message": "Không quá 500 ký tự.",
        })  # fmt: skip


def _check(sheet: Any, at: int, need: Need) -> None:
    column = list(COLUMNS).index("value")
    asks = {
        "input_title": "Giá trị mới", "input_message": _ASKS[need.kind],
        "error_title": "Giá trị không hợp lệ",
        "error_message": f"{_ASKS[need.kind]}; hoặc “{NOT_APPLICABLE}”, “{WITHDRAWN}”.",
    }  # fmt: skip
    words = (YES, NO) if need.kind == "yes_no" else need.choices
    listed = [*words, NOT_APPLICABLE, WITHDRAWN]
    rule: dict[str, Any]
    if words and len(",".join(listed)) <= _LIST:
        rule = {"validate": "list", "source": listed}
    elif formula := _RULES.get(need.kind):
        cell = f"{chr(ord('A') + column)}{at + 1}"
        rule = {"validate": "custom", "value": formula.replace("%s", cell).replace("%%", "%")}
    elif need.kind == "text":
        rule = {"validate": "length", "criteria": "<=", "value": _LONGEST}
    else:
        rule = {"validate": "any"}
    sheet.data_validation(at, column, at, column, rule | asks)


def _hidden(book: Workbook, made: Template) -> None:
    """What the file is, and the mark of each row."""
    sheet = book.add_worksheet(HIDDEN)
    lines = [(LAYOUT, ""), *made.says().items()]
    for at, line in enumerate([*((*it, "") for it in lines), *(
        (*row.key, row.mark) for row in made.rows
    )]):  # fmt: skip
        for column, text in enumerate(line):
            sheet.write_string(at, column, text)
    sheet.protect()
    sheet.hide()
