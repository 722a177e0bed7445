"""CSV as spreadsheets write and open it: what goes out opens in Excel and holds no formula, what
Excel saves is read, and what was written reads back the same."""

import csv
import io
import re
from collections.abc import Iterable, Iterator

BOM = "\ufeff"
_FORMULA = re.compile("'*[=+\\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")
"""How a cell begins that a spreadsheet would reckon with, apostrophes before it or not."""

_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_SEPARATORS = ",;\t"
_SAID = re.compile(r'"?sep=(.)"?\s*', re.IGNORECASE)


class NotCsvError(ValueError):
    """The text is no CSV; `line` is where reading stopped."""

    def __init__(self, line: int) -> None:
        super().__init__("is not CSV (a quote or a line break out of place)")
        self.line = line


def write_rows(rows: Iterable[Iterable[object]]) -> str:
    """Rows with a byte order mark, commas and CRLF; None is an empty cell. A text that a
    spreadsheet would take for a formula gets an apostrophe in front, a number does not."""
    out = io.StringIO(newline="")
    out.write(BOM)
    csv.writer(out).writerows([disarmed(cell) for cell in row] for row in rows)
    return out.getvalue()


def read_rows(text: str) -> Iterator[tuple[int, list[str]]]:
    """The rows that hold something, with the number of their (last) line; cells without the spaces
    around them, and without the apostrophe that `write_rows` gave them.

    Comma, semicolon or tab, whichever the first line has most of, or as `sep=` says there. Raises
    `NotCsvError`.
    """
    text = text.lstrip(BOM)
    first, _, rest = text.partition("\n")
    skipped = 0
    if said := _SAID.fullmatch(first):
        text, skipped = rest, 1
    separator = said[1] if said else _separator(text)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        for row in reader:
            cells = [rearmed(cell.strip()) for cell in row]
            if any(cells):
                yield reader.line_num + skipped, cells
    except csv.Error as error:
        raise NotCsvError(reader.line_num + skipped) from error


def _separator(text: str) -> str:
    """What the first line that is not empty has most of, quoted cells aside."""
    first = next((line for line in text.splitlines() if line.strip(_SEPARATORS + " ")), "")
    plain = re.sub(r'"[^"]*"', "", first)
    return max(_SEPARATORS, key=plain.count)


def disarmed(cell: object) -> str:
    """A cell's text, with an apostrophe in front where a spreadsheet would reckon with it."""
    text = "" if cell is None else str(cell)
    return f"'{text}" if _FORMULA.match(text) and not _NUMBER.fullmatch(text) else text


def rearmed(cell: str) -> str:
    """The text of a cell that `disarmed` made."""
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell
