"""The rows of a long table as the XML of a workbook. XlsxWriter takes ten times as long for a cell:
it writes what stands around them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple
from xml.sax.saxutils import escape

from hub.core.places import letters
from hub.reports.render.grid import height_of
from hub.reports.render.sheet_xml import inline
from hub.reports.render.table import Column, Kind, Row, Value, serial

MOST_FOLDS = 7
"""How many rows above it a row can be folded by, as workbooks have it."""
MOST_MOVED = 15
"""How far a text can be moved in."""
_INDENT = 2.0
"""How much narrower a text is by each level, in the digits that columns are measured by."""


class Look(NamedTuple):
    """How a cell looks. `level`: how far its text is moved in."""

    kind: Kind
    bold: bool = False
    level: int = 0


Looks = Mapping[Look, str]
"""The numbers that looks have in a workbook."""


def rows_xml(
    rows: Iterable[Row], columns: Sequence[Column], looks: Looks, first: int
) -> Iterator[str]:
    """Each row; `first`: the number of the first one, from 1."""
    places = [(letters(i), it) for i, it in enumerate(columns)]
    plain = {
        bold: [(place, f'" s="{looks[Look(it.kind, bold)]}"', it) for place, it in places]
        for bold in (False, True)
    }
    texts = [(i, it.width) for i, it in enumerate(columns) if it.kind == "text"]
    for number, row in enumerate(rows, first):
        cells = [
            _cell(f"{place}{number}{look}", column, value)
            if not (column.formula or (row.below and column.summed))
            else _reckoned(f"{place}{number}{look}", _formula(column, row, place, number), value)
            for (place, look, column), value in zip(plain[row.bold], row.cells, strict=True)
        ]
        level = ""
        if row.level:
            look = looks[Look("text", row.bold, min(row.level, MOST_MOVED))]
            cells[0] = _cell(f'{places[0][0]}{number}" s="{look}"', columns[0], row.cells[0])
            level = f' outlineLevel="{min(row.level, MOST_FOLDS)}"'
        yield f'<row r="{number}"{_height(row, texts)}{level}>{"".join(cells)}</row>'


def _formula(column: Column, row: Row, place: str, number: int) -> str:
    """What reckons a cell. `SUBTOTAL` leaves out others of its kind."""
    if column.summed and row.below:
        return f"=SUBTOTAL(9,{place}{number + 1}:{place}{number + row.below})"
    return column.formula.format(row=number)


def _reckoned(where: str, formula: str, value: Value) -> str:
    """A cell with a formula and its result."""
    told = "" if value is None else value
    kind = ' t="str"' if isinstance(told, str) else ""
    return f'<c r="{where}{kind}><f>{escape(formula[1:])}</f><v>{told}</v></c>'


def _cell(where: str, column: Column, value: Value) -> str:
    if value is None or value == "":
        return f'<c r="{where}/>'
    if isinstance(value, str):
        return f'<c r="{where} t="inlineStr">{inline(value)}</c>'
    return f'<c r="{where}><v>{serial(int(value)) if column.kind == "instant" else value}</v></c>'


def _height(row: Row, texts: Sequence[tuple[int, float]]) -> str:
    """How high a row is, where a text of it needs more than one line."""
    long = 0.0
    for i, width in texts:
        value = row.cells[i]
        across = width - (0 if i else _INDENT * min(row.level, MOST_MOVED))
        if isinstance(value, str) and len(value) > across / 1.1 - 1:
            long = max(long, height_of(value, across))
    return f' ht="{long:g}" customHeight="1"' if long else ""
