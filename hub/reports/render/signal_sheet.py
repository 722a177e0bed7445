"""Signals as a sheet of its own: a line for each signal and unit. No report counts them."""

import io
from collections.abc import Iterator
from types import MappingProxyType

from hub.core.csv_text import write_rows
from hub.reports.render.layout import Json

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_TITLE = "DẤU HIỆU CẦN XEM LẠI"
_NOTICE = (
    "Dấu hiệu không phải là kết luận. Mỗi dấu hiệu đều có thể có lý do chính đáng; "
    "hãy xem từng hồ sơ trước khi nhận xét."
)
_HEAD = ("Dấu hiệu", "Mã đơn vị", "Đơn vị", "Số hồ sơ", "Trong số", "Tỷ lệ %", "Ngưỡng")
NAMES = MappingProxyType({
    "due_date_moved": "Dời hạn trả sát ngày hẹn hoặc sau ngày hẹn",
    "supplement_on_last_day": "Yêu cầu bổ sung vào ngày cuối",
    "closed_at_period_end": "Kết thúc hàng loạt sát nửa đêm cuối kỳ",
    "reopened": "Kết thúc rồi mở lại",
    "entered_late": "Nhập tiếp nhận muộn",
})  # fmt: skip
_UNITS = {
    "working_day": "ngày làm việc", "day": "ngày", "hour": "giờ", "dossier": "hồ sơ",
    "percent": "%",
}  # fmt: skip
Line = tuple[object, ...]


def lines_of(found: Json) -> Iterator[Line]:
    """Of each signal the line of all units, then one for each unit that shows it."""
    for it in found["signals"]:
        limits = ", ".join(
            f"{limit['value']} {_UNITS[limit['unit']]}" for limit in it["thresholds"].values()
        )
        name = NAMES[it["signal"]]
        yield name, "", "Tất cả", *_numbers(it), limits
        for row in it["units"]:
            if row["count"]:
                yield name, row["unit"], row["name"] or "", *_numbers(row), ""


def _numbers(row: Json) -> Line:
    share = "" if row["share"] is None else round(100 * row["share"], 2)
    return row["count"], row["base"], share


def as_csv(found: Json) -> str:
    """The table alone."""
    return write_rows([_HEAD, *map(list, lines_of(found))])


def as_xlsx(found: Json) -> bytes:
    """The table below its title and what it does not say. No text becomes a formula."""
    import xlsxwriter

    period, out = found["period"], io.BytesIO()
    heading = (
        _TITLE, f"Từ {period['from']} đến {period['to']}, dữ liệu đến {found['as_of']}", _NOTICE
    )  # fmt: skip
    with xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False,
                                   "strings_to_urls": False}) as book:  # fmt: skip
        sheet = book.add_worksheet("dau_hieu")
        bold = book.add_format({"bold": True})
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        for column, width in enumerate((42, 16, 34, 10, 10, 10, 34)):
            sheet.set_column(column, column, width)
        for at, text in enumerate(heading):
            sheet.write_string(at, 0, text, bold)
        first = len(heading) + 1
        for number, line in enumerate((_HEAD, *lines_of(found)), first):
            for column, value in enumerate(line):
                if isinstance(value, int | float):
                    sheet.write_number(number, column, value)
                else:
                    sheet.write_string(
                        number, column, str(value), bold if number == first else None
                    )
    return out.getvalue()
