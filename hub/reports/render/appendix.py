"""A restatement as an appendix that an office can send: a line for each thing that differs."""

import io
from collections.abc import Callable, Iterator
from html import escape
from types import MappingProxyType
from typing import NamedTuple

import orjson

from hub.core.csv_text import write_rows
from hub.reports.render.layout import EMPTIES, Json, period_text

_TITLE = "PHỤ LỤC GIẢI TRÌNH CHÊNH LỆCH SỐ LIỆU"
_HEAD = (
    "Dòng", "Cột", "Đã báo cáo", "Hiện nay", "Chênh lệch", "Đơn vị", "Hồ sơ, chỉ tiêu",
    "Sự kiện", "Tăng, giảm", "Lý do",
)  # fmt: skip
REASONS = {
    "late": "đến muộn", "corrected": "đính chính", "reopened": "mở lại", "voided": "hủy",
    "retracted": "rút lại", "unit": "đổi đơn vị", "registry": "đổi danh mục",
}  # fmt: skip
"""As the page says them (text_vi_seals.js)."""
_STYLE = """
body{font:12pt "Times New Roman",serif;margin:1.5rem;color:#000;background:#fff}
h1{font-size:14pt;text-align:center}p{text-align:center}
table{border-collapse:collapse;width:100%;font-size:10.5pt}
th,td{border:1px solid #333;padding:2pt 4pt;vertical-align:top;text-align:left}
.sign{margin-top:2rem;text-align:right}
@page{size:A4 landscape;margin:15mm}@media print{thead{display:table-header-group}}
"""
_SMALL = 20
"""Letters of a table of ten columns, in half points."""
Line = tuple[object, ...]


class Appendix(NamedTuple):
    """A format of a restatement."""

    media_type: str
    render: Callable[[Json], bytes]
    is_file: bool = True


def lines_of(found: Json) -> Iterator[Line]:
    """The lines of the table: of each cell its own, then one for each thing that makes it."""
    for cell in found["cells"]:
        made = ", ".join(f"{it['row']}.{it['column']}" for it in cell["made_of"])
        yield (
            f"{cell['label'] or cell['row']}", cell["column_label"], _said(cell["sealed"]),
            _said(cell["today"]), _number(cell["difference"]), "", made, "", "", "",
        )  # fmt: skip
        for it in cell["because"]:
            name = it.get("subject") or it.get("code") or ""
            event = f"{it['source']} {it['id']}" if "source" in it else ""
            change = _number(it["change"])
            yield "", "", "", "", "", it["unit"], name, event, change, REASONS[it["reason"]]
    for it in found["names"]:
        place = it["row"] or "đơn vị báo cáo"
        yield place, "tên", it["sealed"], it["today"], "", "", "", "", "", REASONS["registry"]


def _said(cell: Json | None) -> str:
    if cell is None:
        return ""
    return str(cell["text"]) if cell["state"] == "value" else EMPTIES[cell["state"]]


def _number(value: float | None) -> object:
    return "" if value is None else value


def _heading(found: Json) -> list[str]:
    seal = found["seal"]
    return [
        seal["title"], seal["unit_name"], period_text(seal),
        f"Báo cáo đã niêm phong {seal['id']} lúc {_moment(seal['sealed_at'])}",
        f"SHA-256 {seal['sha256']}",
        f"So với dữ liệu đến {_moment(found['as_of'])}",
    ]  # fmt: skip


def _moment(text: str) -> str:
    day, _, time = text.partition("T")
    year, month, number = day.split("-")
    return f"{time[:5]} ngày {number}/{month}/{year}"


def _csv(found: Json) -> bytes:
    return write_rows([_HEAD, *map(list, lines_of(found))]).encode()


def _html(found: Json) -> bytes:
    def row(line: Line, tag: str = "td") -> str:
        return "<tr>" + "".join(f"<{tag}>{escape(str(it))}</{tag}>" for it in line) + "</tr>"

    head = "<br>".join(map(escape, _heading(found)))
    return (
        f'<!doctype html><html lang="vi"><head><meta charset="utf-8"><title>{_TITLE}</title>'
        f"<style>{_STYLE}</style></head><body><h1>{_TITLE}</h1><p>{head}</p><table><thead>"
        f"{row(_HEAD, 'th')}</thead><tbody>{''.join(map(row, lines_of(found)))}</tbody></table>"
        '<p class="sign">Ngày …… tháng …… năm ……<br>NGƯỜI LẬP BIỂU &emsp; THỦ TRƯỞNG ĐƠN VỊ</p>'
        "</body></html>"
    ).encode()


def _xlsx(found: Json) -> bytes:
    """No text becomes a formula."""
    import xlsxwriter

    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False,
                                   "strings_to_urls": False}) as book:  # fmt: skip
        sheet = book.add_worksheet("giai_trinh")
        bold = book.add_format({"bold": True})
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.set_column(0, len(_HEAD) - 1, 16)
        for at, text in enumerate((_TITLE, *_heading(found))):
            sheet.write_string(at, 0, text, bold)
        at = len(_heading(found)) + 2
        for number, line in enumerate((_HEAD, *lines_of(found)), at):
            for column, value in enumerate(line):
                if isinstance(value, int | float):
                    sheet.write_number(number, column, value)
                else:
                    sheet.write_string(number, column, str(value), bold if number == at else None)
    return out.getvalue()


def _docx(found: Json) -> bytes:
    """Laid out as administrative documents are; texts of a cell's own line are bold."""
    from hub.reports.render.docx_paper import Paper
    from hub.reports.render.docx_table import Cell, table

    def cells(line: Line) -> Iterator[Cell]:
        own = bool(line[0])
        for value in line:
            align = "right" if isinstance(value, int | float) else "left"
            yield Cell(str(value), align, bold=own, size=_SMALL)

    paper = Paper(across=True)
    paper.head(found["seal"]["unit_name"], _TITLE, *_heading(found))
    shares = (16, 10, 9, 9, 8, 10, 16, 18, 7, 13)
    widths = [paper.width * it // sum(shares) for it in shares]
    heads = [[Cell(text, "center", bold=True, size=_SMALL) for text in _HEAD]]
    paper.add(table(widths, heads, (list(cells(line)) for line in lines_of(found))))
    paper.signature()
    return paper.content()


def _json(found: Json) -> bytes:
    return orjson.dumps(found, option=orjson.OPT_SORT_KEYS)


APPENDICES = MappingProxyType({
    "json": Appendix("application/json", _json, is_file=False),
    "csv": Appendix("text/csv", _csv),
    "xlsx": Appendix("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", _xlsx),
    "docx": Appendix(
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document", _docx
    ),
    "html": Appendix("text/html", _html, is_file=False),
})  # fmt: skip
"""By the endings of their files; the first is for who names none."""
