"""A sheet as the XML of a workbook. XlsxWriter takes four milliseconds a sheet and keeps them all:
books of many sheets are written by this, looks and the rest by XlsxWriter."""

import re
from collections.abc import Iterator
from functools import lru_cache, partial
from xml.sax.saxutils import escape

from hub.core.places import letters
from hub.reports.render.grid import FilledSheet, Line, Look, Put, Shape, Sheet
from hub.reports.render.layout import clean

LONGEST_TEXT = 32_767
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_ESCAPED = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
"""How a text begins that would be read as one sign."""
_PAGE = (
    '<pageMargins left="0.6" right="0.4" top="0.6" bottom="0.6" header="0.3" footer="0.3"/>'
    '<pageSetup paperSize="9" fitToHeight="0" orientation="landscape"/><headerFooter><oddFooter>'
    '&amp;C&amp;"Times New Roman"&amp;10&amp;P/&amp;N</oddFooter></headerFooter></worksheet>'
)
_COLUMNS = [letters(i) for i in range(256)]


_MOST_KEPT = 4_096
"""Rows of shapes. A form has some dozens of shapes; most stand at a few places."""


class Looks(dict[Look, int]):
    """The numbers that looks have in a workbook: from 1, in the order in which they are met."""

    def __init__(self) -> None:
        super().__init__()
        self.filled = lru_cache(_MOST_KEPT)(partial(_shape, self))
        """The row of a shape at a place, to be filled by `%`."""

    def __missing__(self, look: Look) -> int:
        number = self[look] = len(self) + 1
        return number


def sheet_xml(sheet: Sheet, looks: Looks) -> bytes:
    """The sheet; looks that are new get a number."""
    return "".join(_parts(sheet, looks)).encode()


def _parts(sheet: Sheet, looks: Looks) -> Iterator[str]:
    yield (
        f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<worksheet xmlns="{MAIN}">'
        '<sheetPr><pageSetUpPr fitToPage="1"/></sheetPr>'
        '<sheetViews><sheetView showGridLines="0" workbookViewId="0"/></sheetViews>'
        '<sheetFormatPr defaultRowHeight="15"/><cols>'
    )
    for i, width in enumerate(sheet.widths, 1):
        yield f'<col min="{i}" max="{i}" width="{width}" customWidth="1"/>'
    yield "</cols><sheetData>"
    if isinstance(sheet, FilledSheet):
        filled = looks.filled
        yield from [filled(shape, at) % its for at, (shape, its) in enumerate(sheet.filled, 1)]
    for at, line in enumerate(sheet.lines, 1):
        yield _row(at, line, looks)
    yield "</sheetData>"
    if sheet.merged:
        yield f'<mergeCells count="{len(sheet.merged)}">'
        for top, first, bottom, last in sheet.merged:
            yield f'<mergeCell ref="{_COLUMNS[first]}{top + 1}:{_COLUMNS[last]}{bottom + 1}"/>'
        yield "</mergeCells>"
    if sheet.links:
        yield "<hyperlinks>"
        for (row, column), name in sheet.links.items():
            yield f'<hyperlink ref="{_COLUMNS[column]}{row + 1}" location="\'{name}\'!A1"/>'
        yield "</hyperlinks>"
    yield _PAGE


def _row(at: int, line: Line, looks: Looks) -> str:
    cells = "".join([
        f'<c r="{_COLUMNS[i]}{at}" s="{looks[put.look]}"{_content(put)}'
        for i, put in enumerate(line.cells) if put is not None
    ])  # fmt: skip
    return f"{_row_head(at, line)}{cells}</row>"


def _row_head(at: int, line: Line) -> str:
    height = f' ht="{line.height:g}" customHeight="1"' if line.height is not None else ""
    hidden = ' hidden="1"' if line.hidden else ""
    return f'<row r="{at}"{height}{hidden}>'


def _shape(looks: Looks, shape: Shape, at: int) -> str:
    cells = "".join([
        f'<c r="{_COLUMNS[i]}{at}" s="{looks[put.look]}"{_slot(put, is_slot=i in shape.slots)}'
        for i, put in enumerate(shape.line.cells) if put is not None
    ])  # fmt: skip
    return f"{_row_head(at, shape.line)}{cells}</row>"


def _slot(put: Put, *, is_slot: bool) -> str:
    if not is_slot:
        return _content(put).replace("%", "%%")
    return "%s" if isinstance(put.value, str) else "><v>%s</v></c>"


def _content(put: Put) -> str:
    """What follows the attributes that all cells have."""
    value = put.value
    if isinstance(value, str):
        return text(value)
    formula = f"<f>{escape(put.formula[1:])}</f>" if put.formula else ""
    return f">{formula}<v>{value}</v></c>"


def text(value: str) -> str:
    """What follows the attributes of a cell of a text."""
    return f' t="inlineStr">{inline(value)}</c>' if value else "/>"


@lru_cache(65536)
def inline(value: str) -> str:
    """A text as it stands in a cell."""
    escaped = escape(_ESCAPED.sub("_x005F_", clean(value)[:LONGEST_TEXT]))
    return f'<is><t xml:space="preserve">{escaped}</t></is>'
