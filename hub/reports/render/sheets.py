"""A report's sheets, laid out as its form is printed."""

from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from itertools import zip_longest
from typing import NamedTuple

from hub.reports.form import Form
from hub.reports.render.formulas import Formulas, formulas_of, is_number
from hub.reports.render.grid import (
    LINE,
    Align,
    Line,
    Look,
    Put,
    Sheet,
    height_of,
    number_format,
    tallest,
)  # fmt: skip
from hub.reports.render.layout import (
    DATE_LINE,
    SIGNERS,
    TABLES,
    VERDICTS,
    Json,
    check_text,
    legend,
    period_text,
    row_text,
    spans,
    verdict_text,
)

_USUAL_WIDTH = {"label": 44, "code": 8, "note": 30}
_TEXT_WIDTH = 100


_TITLE = Look("center", bold=True, size=13)
_HEAD = Look("center", bold=True, box=True)
_NUMBERS = Look("center", italic=True, box=True, size=10)
_CENTRE, _CENTRE_BOLD = Look("center"), Look("center", bold=True)
_ITALIC = Look("center", italic=True)
_PLAIN, _BOLD = Look(), Look(bold=True)


def sheets(form: Form, report: Json) -> Iterator[Sheet]:
    """A sheet for each table, one for texts, one for checks."""
    for section in report["sections"]:
        if section["kind"] in TABLES:
            sheet = Sheet(section["key"], _widths(section))
            _above(sheet, report, section["label"])
            sheet.repeated = _table(sheet, form, section)
            signatures(sheet)
            yield sheet
    texts = [it for it in report["sections"] if it["text"] is not None]
    if texts:
        sheet = Sheet("van_ban", [_TEXT_WIDTH])
        for text, look in (
            (report["title"], _TITLE), (report["unit_name"], _CENTRE),
            (period_text(report), _ITALIC),
        ):  # fmt: skip
            sheet.across(text, look)
        for section in texts:
            _text(sheet, section)
        yield sheet
    sheet = Sheet("kiem_tra", [_TEXT_WIDTH])
    checks_below(sheet, report, report["checks"])
    yield sheet


def single(form: Form, report: Json, name: str) -> Sheet:
    """All of a report on one sheet: tables and texts below each other, and checks that fail."""
    tables = [it for it in report["sections"] if it["kind"] in TABLES]
    sheet = Sheet(name, widths_of(tables))
    _above(sheet, report, tables[0]["label"] if tables else "")
    for section in report["sections"]:
        if section["kind"] in TABLES:
            repeated = _table(sheet, form, section)
            if len(tables) == 1:
                sheet.repeated = repeated
        elif section["text"] is not None:
            _text(sheet, section)
    checks_below(sheet, report, [it for it in report["checks"] if it["result"] == "false"])
    signatures(sheet)
    return sheet


def widths_of(tables: Sequence[Json]) -> list[float]:
    """How wide the columns are of a sheet with some tables below each other."""
    columns = zip_longest(*map(_widths, tables), fillvalue=0.0)
    return [max(it) for it in columns] or [_TEXT_WIDTH]


class Entry(NamedTuple):
    """A line of the sheet that lists others: a sheet, whose it is, and whether its checks hold."""

    sheet: str
    unit: str
    name: str
    verdict: str


def index(name: str, report: Json, entries: Sequence[Entry]) -> Sheet:
    """The sheet that lists all others. `report`: what is the same in all of them, with the checks
    of the whole."""
    sheet = Sheet(name, [8.0, 24.0, 60.0, 24.0])
    _above(sheet, report, "")
    checks_below(sheet, report, report["checks"])
    sheet.lines.append(Line([]))
    sheet.repeated = len(sheet.lines), len(sheet.lines)
    heads = ("STT", "Mã đơn vị", "Đơn vị", "Kiểm tra")
    sheet.lines.append(Line([Put(text, _HEAD) for text in heads]))
    cell, code = Look(box=True), Look("center", box=True)
    for at, entry in enumerate(entries, 1):
        sheet.links[len(sheet.lines), 1] = entry.sheet
        cells = [Put(at, code), Put(entry.unit, cell), Put(entry.name, cell),
                 Put(VERDICTS[entry.verdict], code)]  # fmt: skip
        sheet.lines.append(Line(cells, tallest(cells, sheet.widths)))
    return sheet


def _widths(section: Json) -> list[float]:
    return [float(it["width"] or _USUAL_WIDTH.get(it["is"], 13)) for it in section["columns"]]


def _table(sheet: Sheet, form: Form, section: Json) -> tuple[int, int]:
    """Put a table below what is there; the rows of its headings."""
    repeated = table_head(sheet, section)
    formulas = formulas_of(form, section, len(sheet.lines))
    for row in section["rows"]:
        sheet.lines.append(row_line(sheet, row, section["columns"], formulas))
    if said := legend(section):
        sheet.across(said, Look(italic=True, size=10))
    return repeated


def table_head(sheet: Sheet, section: Json) -> tuple[int, int]:
    """Put what stands above the rows of a table; the rows of its headings."""
    if section["title"]:
        sheet.across(section["title"], _CENTRE_BOLD)
    if section["unit_of_measure"]:
        sheet.across(f"Đơn vị tính: {section['unit_of_measure']}", Look("right", italic=True))
    else:
        sheet.lines.append(Line([]))
    return _headings(sheet, section["columns"])


def row_line(
    sheet: Sheet, row: Json, columns: list[Json], formulas: Formulas | None = None
) -> Line:
    """A row of a table."""
    cells = [*_puts(row, columns, formulas)]
    return Line(cells, tallest(cells, sheet.widths), row["hidden"])


def _puts(row: Json, columns: list[Json], formulas: Formulas | None) -> Iterator[Put]:
    """A number, or a text, for each column; words that stand for a number are texts."""
    cells, bold = row["cells"], row["heading"]
    for column in columns:
        cell = cells.get(column["key"])
        if cell is None or not is_number(cell):
            yield _text_put(row, column, cell, bold)
            continue
        put = _number(cell["value"], cell["text"], bold)
        formula = formulas.of(row["key"], column["key"]) if formulas else ""
        yield put._replace(formula=formula) if formula else put


def _text_put(row: Json, column: Json, cell: Json | None, bold: bool) -> Put:
    empty = column["is"] == "value" and (cell is None or cell["state"] != "value")
    align: Align = "center" if empty or column["is"] == "code" else "left"
    return Put(row_text(row, column), _look(align, bold))


@lru_cache(65536, typed=True)
def _number(value: float, text: str, bold: bool) -> Put:
    return Put(value, Look("right", bold, box=True, number=number_format(text)))


@cache
def _look(align: Align, bold: bool) -> Look:
    return Look(align, bold, box=True)


def _above(sheet: Sheet, report: Json, label: str) -> None:
    """What the form is, who reports, and for when."""
    unit_line(sheet, report["unit_name"], label)
    title_lines(sheet, report)


def unit_line(sheet: Sheet, unit_name: str, label: str) -> int:
    """Put what the form is and who reports; the column of the latter."""
    width = len(sheet.widths)
    half = max(1, width // 2)
    told = unit_told(unit_name)
    if width == 1:
        sheet.across(told, _PLAIN)
        return 0
    cells: list[Put | None] = [None] * width
    cells[0], cells[half] = Put(label, _BOLD), Put(told, _PLAIN)
    sheet.lines.append(Line(cells, height_of(told, sum(sheet.widths[half:]))))
    sheet.merged += [(0, half, 0, width - 1)] if half < width - 1 else []
    sheet.merged += [(0, 0, 0, half - 1)] if half > 1 else []
    return half


def unit_told(unit_name: str) -> str:
    """Who reports."""
    return f"Đơn vị báo cáo: {unit_name or 'tất cả'}"


def title_lines(sheet: Sheet, report: Json) -> None:
    """Put what the report is called, and for when it is."""
    sheet.across(report["title"], _TITLE)
    sheet.across(period_text(report), _ITALIC)


def _headings(sheet: Sheet, columns: list[Json]) -> tuple[int, int]:
    """Two lines of headings, or one, and the line of their numbers; the first and the last."""
    top = len(sheet.lines)
    labels = [Put(column["label"], _HEAD) for column in columns]
    needed = tallest(labels, sheet.widths)
    if any(column["under"] for column in columns):
        sheet.lines.append(Line(_upper(sheet, columns, labels), 2 * LINE))
        needed = max(tallest(labels, sheet.widths), needed - 2 * LINE)
    sheet.lines.append(Line(labels, needed))
    sheet.lines.append(Line([Put(f"({i})", _NUMBERS) for i in range(1, len(columns) + 1)]))
    return top, len(sheet.lines) - 1


def _upper(sheet: Sheet, columns: list[Json], labels: list[Put]) -> list[Put]:
    """The upper line of headings; a label that stands over both lines leaves the lower one."""
    top, first = len(sheet.lines), 0
    upper: list[Put] = []
    for heading, width in spans(columns):
        upper += [Put(heading, _HEAD)] + [Put("", _HEAD)] * (width - 1)
        if not heading:
            upper[first], labels[first] = labels[first], Put("", _HEAD)
            sheet.merged.append((top, first, top + 1, first))
        elif width > 1:
            sheet.merged.append((top, first, top, first + width - 1))
        first += width
    return upper


def signatures(sheet: Sheet) -> None:
    """The place for date and signatures."""
    sheet.lines.append(Line([]))
    width = len(sheet.widths)
    left = next((i for i, it in enumerate(sheet.widths) if it >= 20), 0)
    right = min(max(left + 1, width // 2), width - 1)
    for texts, look in (
        (("", DATE_LINE), _ITALIC), (SIGNERS, _CENTRE_BOLD),
        (("(Ký, họ tên)", "(Ký tên, đóng dấu)"), _ITALIC),
    ):  # fmt: skip
        cells: list[Put | None] = [None] * width
        cells[left], cells[right] = Put(texts[0], look), Put(texts[1], look)
        if right < width - 1:
            sheet.merged.append((len(sheet.lines), right, len(sheet.lines), width - 1))
        sheet.lines.append(Line(cells))


def _text(sheet: Sheet, section: Json) -> None:
    lines = [(section["title"], _BOLD)]
    lines += [(line, _PLAIN) for line in str(section["text"]).split("\n")]
    for text, look in lines:
        if text:
            sheet.across(text, look)


def checks_below(sheet: Sheet, report: Json, checks: list[Json]) -> None:
    """Put the verdict of a report, and some of its checks."""
    sheet.across(verdict_text(report), _BOLD)
    for check in checks:
        sheet.across(check_text(check), _PLAIN)
