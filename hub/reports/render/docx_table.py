"""Tables of a text document, as XML: a document's own tables take a second each thousand rows."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple
from xml.sax.saxutils import escape

from hub.reports.render.layout import Json, clean, row_text, shown, spans

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_SIDES = ("top", "left", "bottom", "right", "insideH", "insideV")
_LINES = "".join(f'<w:{side} w:val="single" w:sz="4"/>' for side in _SIDES)
_USUAL = {"label": 44, "code": 8, "note": 26}
_FEW = 8
"""So many columns have letters as large as the text's."""


class Cell(NamedTuple):
    """A cell. `below`: it reaches over the next row, too; `joined`: it is what the cell above it
    reaches over. `size`: of its letters, in half points; `high`: where its text stands."""

    text: str
    align: str = "left"
    bold: bool = False
    italic: bool = False
    over: int = 1
    below: bool = False
    joined: bool = False
    size: int = 24
    high: str = "center"


def of_section(section: Json, width: int) -> str:
    """A section with rows and columns as a table of a width (twentieths of a point)."""
    columns = section["columns"]
    size = 24 if len(columns) <= _FEW else 20
    heads = [[it._replace(size=size) for it in line] for line in _heads(columns)]
    body = ([_cell(row, column, size) for column in columns] for row in shown(section))
    most = 60 if len(columns) <= _FEW else 30
    wanted = [min(most, it["width"] or _USUAL.get(it["is"], 12)) for it in columns]
    widths = [width * it // sum(wanted) for it in wanted]
    return table(widths, heads, body)


def table(widths: Sequence[int], heads: Sequence[Sequence[Cell]], body: Iterator[Sequence[Cell]],
          borders: str = _LINES) -> str:  # fmt: skip
    """A table; `heads`: its rows that stand on each page."""
    grid = "".join(f'<w:gridCol w:w="{it}"/>' for it in widths)
    rows = [_row(cells, widths, "<w:tblHeader/>") for cells in heads]
    rows += [_row(cells, widths, "") for cells in body]
    return (
        f'<w:tbl xmlns:w="{W}"><w:tblPr><w:tblW w:w="{sum(widths)}" w:type="dxa"/>'
        f'<w:tblBorders>{borders}</w:tblBorders><w:tblLayout w:type="fixed"/>'
        '<w:tblCellMar><w:left w:w="60" w:type="dxa"/><w:right w:w="60" w:type="dxa"/>'
        f"</w:tblCellMar></w:tblPr><w:tblGrid>{grid}</w:tblGrid>{''.join(rows)}</w:tbl>"
    )


def _heads(columns: list[Json]) -> Iterator[list[Cell]]:
    labels = [Cell(column["label"], "center", bold=True) for column in columns]
    if any(column["under"] for column in columns):
        upper, first = [], 0
        for heading, width in spans(columns):
            if heading:
                upper.append(Cell(heading, "center", bold=True, over=width))
            else:
                upper.append(labels[first]._replace(below=True))
                labels[first] = Cell("", joined=True)
            first += width
        yield upper
    yield labels
    yield [Cell(f"({i})", "center", italic=True) for i in range(1, len(columns) + 1)]


def _cell(row: Json, column: Json, size: int) -> Cell:
    align = {"code": "center", "value": "right"}.get(column["is"], "left")
    return Cell(row_text(row, column), align, bold=row["heading"], size=size)


def _row(cells: Sequence[Cell], widths: Sequence[int], more: str) -> str:
    written, first = [], 0
    for cell in cells:
        written.append(_written(cell, sum(widths[first : first + cell.over])))
        first += cell.over
    return f"<w:tr><w:trPr><w:cantSplit/>{more}</w:trPr>{''.join(written)}</w:tr>"


def _written(cell: Cell, width: int) -> str:
    merged = '<w:vMerge w:val="restart"/>' if cell.below else "<w:vMerge/>" if cell.joined else ""
    over = f'<w:gridSpan w:val="{cell.over}"/>' if cell.over > 1 else ""
    return (
        f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{over}{merged}'
        f'<w:vAlign w:val="{cell.high}"/></w:tcPr>{paragraph(cell)}</w:tc>'
    )


def paragraph(cell: Cell) -> str:
    """The text of a cell, a line a paragraph."""
    looks = ("<w:b/>" if cell.bold else "") + ("<w:i/>" if cell.italic else "")
    run = f'<w:rPr>{looks}<w:sz w:val="{cell.size}"/></w:rPr>'
    return "".join(
        '<w:p><w:pPr><w:spacing w:before="0" w:after="0" w:line="240" w:lineRule="auto"/>'
        f'<w:ind w:firstLine="0"/><w:jc w:val="{cell.align}"/></w:pPr>'
        f'<w:r>{run}<w:t xml:space="preserve">{escape(clean(line))}</w:t></w:r></w:p>'
        for line in cell.text.split("\n")
    )
