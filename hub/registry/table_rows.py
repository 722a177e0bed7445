"""Tables of units, procedures and public days as people fill them in: cells become rows.

Columns have the names of the interface or Vietnamese ones (`Mã`, `Trực thuộc`), so have levels and
units of time. All that is wrong is told together, each with its line and column.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from itertools import islice
from typing import Any, Generic, NamedTuple, TypeVar

from hub.registry.errors import FaultyError, RegistryError
from hub.registry.planning import MOST_FAULTS, raise_faults
from hub.registry.procedures import Procedure, check_procedure
from hub.registry.public_days import PublicDay
from hub.registry.unit_tree import Unit, check_unit

Row = TypeVar("Row")
Parse = Callable[[str], Any]


@dataclass(frozen=True)
class Table(Generic[Row]):
    """What a table has: its columns, how a row is made of the cells and checked, and the columns
    that must be there. An empty cell is a missing value."""

    columns: Mapping[str, Parse]
    make: Callable[..., Row]
    check: Callable[[Row], None]
    required: tuple[str, ...] = ("code", "name")
    headings: Mapping[str, str] = field(default_factory=dict)
    """What its columns are called in Vietnamese."""


class Line(NamedTuple):
    """A line of a table: its number in the file, from 1, and its cells. `unread`: the numbers of
    cells (from 0) that have no value, such as formulas without a result."""

    number: int
    cells: Sequence[Any]
    unread: Sequence[int] = ()


Where = Callable[[int, int, str], str]
"""What a place is called: by its line, the number of its column (from 0) and that one's name."""


def read_lines(table: Table[Row], lines: Iterable[Line], where: Where) -> dict[int, Row]:
    """The rows by their lines; the first line names the columns. Raises `FaultyError`."""
    rest = iter(lines)
    first = next(rest, Line(1, []))
    header = _header(table, [_text(cell).strip() for cell in first.cells], first.number)
    found: dict[int, Row] = {}
    faults = [*islice(_faulty(table, rest, header, where, found), MOST_FAULTS)]
    if faults:
        raise FaultyError(faults)
    return found


def columns_in(table: Table[Row], names: Iterable[str]) -> dict[str, int]:
    """The number, from 0, of each column that a line of names has; the last of one name."""
    found = (_column(table, name) for name in names)
    return {name: at for at, name in enumerate(found) if name}


def _faulty(
    table: Table[Row], lines: Iterator[Line], header: list[str], where: Where, rows: dict[int, Row]
) -> Iterator[RegistryError]:
    """What is wrong with the lines, while the good ones become rows."""
    for line in lines:
        faults = [*_unnamed(line, header)]
        given: dict[str, Any] = dict.fromkeys(table.required, "")
        for at, name in enumerate(header):
            try:
                value = _cell(line, at, table.columns[name]) if name else None
            except RegistryError as error:
                faults.append(error.at(where(line.number, at, name)))
            else:
                if value is not None:
                    given[name] = value
        if not faults:
            made = table.make(**given)
            try:
                table.check(made)
            except RegistryError as error:
                name = error.pointer.removeprefix("/")
                at = header.index(name) if name in header else 0
                faults.append(error.at(where(line.number, at, name)))
            rows[line.number] = made
        yield from faults


def _unnamed(line: Line, header: list[str]) -> Iterator[RegistryError]:
    for at, cell in enumerate(line.cells):
        if _text(cell).strip() and (at >= len(header) or not header[at]):
            yield RegistryError(
                f"line {line.number}",
                f"has a value in column {at + 1}, which has no name in the first line",
                "name the column, empty it, or quote a name that has a comma",
                code="unnamed-column",
            )


def _cell(line: Line, at: int, parse: Parse) -> Any:
    """What a cell says; None where it is empty. Raises `RegistryError` without a place."""
    cell = line.cells[at] if at < len(line.cells) else ""
    if at in line.unread:
        hint = "write the value, or open the file in Excel or LibreOffice and save it"
        raise RegistryError("", "has no result that is kept in the file", hint, code="no-result")
    if parse is code_text and isinstance(cell, int | float):
        hint = "give the column the format Text and type the code anew: zeros of numbers get lost"
        raise RegistryError("", "is a number, not a code", hint, code="number-for-code")
    text = _text(cell).strip()
    if not text:
        return None
    try:
        return parse(text)
    except ValueError:
        # The cause is left out: it repeats the cell.
        raise RegistryError("", "cannot be read", f"give {_WANTED[parse]}", _CODES[parse]) from None


def _text(cell: Any) -> str:
    """A cell of a workbook as CSV would have it."""
    if isinstance(cell, datetime) and cell.time() == datetime.min.time():
        return cell.date().isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return "" if cell is None else str(cell)


def _header(table: Table[Row], cells: list[str], line: int) -> list[str]:
    header = [_column(table, cell) for cell in cells]
    raise_faults(_faulty_header(table, cells, header, f"line {line}"))
    return header


def _faulty_header(
    table: Table[Row], cells: list[str], header: list[str], place: str
) -> Iterator[RegistryError]:
    known = f"the columns are {', '.join(table.columns)}"
    for number, name in enumerate(header, start=1):
        if name and name in header[: number - 1]:
            told = f"column {name} is there twice"
            yield RegistryError(place, told, "leave one out", code="column-twice")
        elif cells[number - 1] and not name:
            told = f"the name of column {number} is not known"
            yield RegistryError(place, told, known, code="unknown-column")
    for name in table.required:
        if name not in header:
            told = f"column {name} is missing"
            yield RegistryError(place, told, known, code="missing-column")


def _column(table: Table[Row], heading: str) -> str:
    """The column with a heading, such as `Valid From` or `Trực thuộc`; "" for none."""
    name = re.sub(r"[\s_-]+", "_", heading.lower())
    return name if name in table.columns else _by_heading(table).get(plain(heading), "")


def _by_heading(table: Table[Row]) -> dict[str, str]:
    return {plain(text): name for name, text in table.headings.items()}


@cache
def plain(text: str) -> str:
    """A text without accents, capitals and signs.

    >>> plain("Trực thuộc (mã)")
    'truc thuoc ma'
    """
    bare = unicodedata.normalize("NFD", text.casefold().replace("đ", "d"))
    kept = "".join(sign for sign in bare if not unicodedata.combining(sign))
    return " ".join(re.findall(r"[a-z0-9]+", kept))


def code_text(cell: str) -> str:
    """A code, whose zeros count."""
    return cell


def _day(cell: str) -> date:
    day = date.fromisoformat(cell)
    if day.isoformat() != cell:  # 20200115 and 2020-W03-3 are ISO too
        raise ValueError
    return day


def _number(cell: str) -> int:
    if not (cell.isascii() and cell.isdigit()):  # int alone takes 1_0 and digits of other scripts
        raise ValueError
    return int(cell)


def _codes(cell: str) -> tuple[str, ...]:
    return tuple(cell.split())


def _level(cell: str) -> str:
    return LEVELS.get(plain(cell), cell)


def _limit_unit(cell: str) -> str:
    return LIMIT_UNITS.get(plain(cell), cell)


def _has_day(row: PublicDay) -> None:
    if not row.day:  # an empty cell
        raise RegistryError("/day", "is missing", f"give {_WANTED[_day]}", code="missing")


def _kind(cell: str) -> str:
    return KINDS.get(plain(cell), cell)


KINDS = {"nghi": "off", "lam bu": "working"}
LEVELS = {"bo": "ministry", "tinh": "province", "huyen": "district", "xa": "commune"}
LIMIT_UNITS = {"ngay lam viec": "working_day", "ngay": "calendar_day", "gio": "hour"}
_WANTED: Mapping[Parse, str] = {
    _day: "a day as YYYY-MM-DD (in Excel: the cells' format yyyy-mm-dd, or text)",
    _number: "a whole number",
}
_CODES: Mapping[Parse, str] = {_day: "no-day", _number: "no-number"}

UNITS = Table(
    {
        "code": code_text, "name": str, "level": _level, "parent": code_text,
        "valid_from": _day, "valid_to": _day, "successors": _codes,
    },
    Unit, check_unit,
    headings={
        "code": "Mã", "name": "Tên", "level": "Cấp", "parent": "Trực thuộc (mã)",
        "valid_from": "Có từ ngày", "valid_to": "Đến hết ngày", "successors": "Đơn vị kế thừa (mã)",
    },
)  # fmt: skip
PROCEDURES = Table(
    {
        "code": code_text, "name": str, "field": code_text, "field_name": str,
        "limit_value": _number, "limit_unit": _limit_unit,
    },
    Procedure, check_procedure,
    headings={
        "code": "Mã", "name": "Tên", "field": "Mã lĩnh vực", "field_name": "Lĩnh vực",
        "limit_value": "Thời hạn", "limit_unit": "Tính theo",
    },
)  # fmt: skip
PUBLIC_DAYS = Table(
    {"day": _day, "kind": _kind, "name": str, "decision": str}, PublicDay, _has_day,
    ("day", "kind", "name"),
    {"day": "Ngày", "kind": "Nghỉ hay làm bù", "name": "Tên", "decision": "Quyết định"},
)  # fmt: skip
