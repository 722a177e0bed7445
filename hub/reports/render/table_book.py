"""A table of any length as a workbook: titles, heads that stay in view and repeat on each page,
cells of one kind a column, a row of totals.

Rows are packed as they come; what stands around them is XlsxWriter's. No text is a formula. Equal
tables with equal rows give equal bytes.
"""

import io
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

from xlsxwriter import Workbook

from hub.core.places import letters
from hub.reports.render.as_xlsx import new_book
from hub.reports.render.grid import height_of
from hub.reports.render.layout import clean
from hub.reports.render.table import KINDS, Column, Kind, Row, Table
from hub.reports.render.table_rows import MOST_FOLDS, MOST_MOVED, Look, Looks, rows_xml

_LONGEST = 32_767
_A4, _TITLE_WIDTH, _LOOK_EVERY = 9, 100.0, 1_000
_QUICK = 1
"""Of zlib's levels: 6 takes three times as long."""
_SHEET = "xl/worksheets/sheet1.xml"
_SIZE = re.compile(r'<dimension ref="[A-Z0-9:]+"/>')
_NUMBER: dict[Kind, str] = {
    "count": "[$-42A]#,##0", "share": '[$-42A]#,##0.0"%"', "change": "[$-42A]+#,##0;-#,##0;0",
    "instant": "dd/mm/yyyy hh:mm",
}  # fmt: skip


def table_book(
    table: Table, rows: Iterable[Row], check: Callable[[], None] = lambda: None
) -> bytes:
    """The workbook's bytes. `check` is called now and then, and may raise."""
    raw = io.BytesIO()
    shell = _Shell(table, 0)
    first = end = shell.first
    written = rows_xml(rows, table.columns, shell.looks, first)
    with zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED, compresslevel=_QUICK) as out:
        with out.open(_SHEET, "w") as sheet:
            sheet.write(shell.before.encode())
            while some := [*islice(written, _LOOK_EVERY)]:
                check()
                sheet.write("".join(some).encode())
                end += len(some)
            sheet.write("".join(_total(table, shell.looks, first, end)).encode())
            shell = _Shell(table, end - first)
            sheet.write(shell.after.encode())
        for name, part in shell.others.items():
            out.writestr(zipfile.ZipInfo(name), part, zipfile.ZIP_DEFLATED)
    return raw.getvalue()


def _total(table: Table, looks: Looks, first: int, end: int) -> Iterator[str]:
    """The row of totals; `first`, `end`: the numbers of the first row and of the one after all."""
    if table.total is None:
        return
    sums = "=SUBTOTAL(9,{0}{1}:{0}{2})" if table.deepest else "=SUM({0}{1}:{0}{2})"
    columns = [
        it._replace(formula=sums.format(letters(i), first, end - 1))
        if it.summed and end > first
        else it
        for i, it in enumerate(table.columns)
    ]
    yield from rows_xml([Row(table.total, bold=True)], columns, looks, end)


class _Shell:
    """A workbook of some rows, without them, as XlsxWriter writes it. `before`, `after`: what is
    around the rows of its sheet; `first`: the number of the first; `looks`: how cells can look."""

    def __init__(self, table: Table, rows: int) -> None:
        raw = io.BytesIO()
        with new_book(raw) as book:
            self._table = table
            self._sheet: Any = book.add_worksheet(table.name)
            same = {"font_name": "Times New Roman", "text_wrap": True}
            self._title = book.add_format({**same, "font_size": 14, "bold": True})
            self._line = book.add_format({**same, "font_size": 12})
            head = {"bold": True, "align": "center", "valign": "vcenter", "border": 1}
            self._head = book.add_format({**same, **head, "font_size": 12})
            looks = [Look(kind, bold) for kind in KINDS for bold in (False, True)]
            moved = range(1, min(table.deepest, MOST_MOVED) + 1)
            looks += [Look("text", bold, level) for level in moved for bold in (False, True)]
            self._write(rows, [_format(book, look) for look in looks])
        with zipfile.ZipFile(raw) as made:
            self.others = {name: made.read(name) for name in made.namelist() if name != _SHEET}
            xml = made.read(_SHEET).decode()
        above, samples, rest = re.split(rf'(<row r="{self.first}".*?</row>)', xml, maxsplit=1)
        numbers = re.findall(r'<c r="[A-Z]+[0-9]+" s="([0-9]+)"/>', samples)
        self.looks = dict(zip(looks, numbers, strict=True))
        self.before, self.after = _SIZE.sub("", above), rest

    def _write(self, rows: int, formats: Sequence[Any]) -> None:
        """All around the rows; in the place of the first one a cell of each look."""
        sheet, columns = self._sheet, self._table.columns
        sheet.set_paper(_A4)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
        sheet.set_footer('&C&"Times New Roman"&10&P/&N')
        for i, column in enumerate(columns):
            sheet.set_column(i, i, column.width)
        top = self._titles()
        at = self._heads(top)
        self.first = at + 1
        sheet.repeat_rows(top, at - 1)
        sheet.freeze_panes(at, self._table.fixed)
        for i, look in enumerate(formats):
            sheet.write_blank(at, i, "", look)
        if self._table.deepest:
            sheet.outline_settings(symbols_below=False)
            sheet.set_row(at, None, None, {"level": min(self._table.deepest, MOST_FOLDS)})
        elif rows:
            sheet.autofilter(at - 1, 0, at + rows - 1, len(columns) - 1)

    def _titles(self) -> int:
        widths = [column.width for column in self._table.columns]
        last = next(
            (i for i in range(len(widths)) if sum(widths[: i + 1]) >= _TITLE_WIDTH),
            len(widths) - 1,
        )
        across = sum(widths[: last + 1])
        for at, text in enumerate(self._table.titles):
            look, size = (self._line, 12) if at else (self._title, 14)
            self._sheet.set_row(at, height_of(text, across, size))
            told = clean(text)[:_LONGEST]
            if last:
                self._sheet.merge_range(at, 0, at, last, "", look)
            self._sheet.write_string(at, 0, told, look)
        return len(self._table.titles) + 1

    def _heads(self, at: int) -> int:
        """The line of heads, below one of those that columns share, if any do."""
        columns = self._table.columns
        if any(column.over for column in columns):
            for first, last, over in _spans(columns):
                if over and last > first:
                    self._sheet.merge_range(at, first, at, last, over, self._head)
                else:
                    self._sheet.write_string(at, first, over, self._head)
            at += 1
        needed = max(height_of(it.label, it.width / 1.1) for it in columns)
        self._sheet.set_row(at, needed + 4)
        for i, column in enumerate(columns):
            self._sheet.write_string(at, i, column.label, self._head)
        return at + 1


def _spans(columns: Sequence[Column]) -> Iterator[tuple[int, int, str]]:
    """First and last column of each head that is shared."""
    first = 0
    for i, column in enumerate(columns):
        following = columns[i + 1].over if i + 1 < len(columns) else None
        if following != column.over or not column.over:
            yield first, i, column.over
            first = i + 1


def _format(book: Workbook, look: Look) -> Any:
    """A look as the workbook has it."""
    number = _NUMBER.get(look.kind)
    return book.add_format({
        "font_name": "Times New Roman", "font_size": 12, "bold": look.bold, "border": 1,
        "valign": "top", "text_wrap": look.kind == "text", "indent": look.level,
        "align": "left" if look.kind == "text" else "right",
        **({"num_format": number} if number else {}),
    })  # fmt: skip
