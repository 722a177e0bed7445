"""Units, procedures and public days as CSV, to and from spreadsheets."""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any, TypeVar

from hub.core.csv_text import NotCsvError, read_rows, write_rows
from hub.registry.errors import RegistryError
from hub.registry.procedures import Procedure, check_procedure
from hub.registry.public_days import PublicDay
from hub.registry.unit_tree import Unit, check_unit

Row = TypeVar("Row", Unit, Procedure, PublicDay)
Parse = Callable[[str], Any]


def read_units(text: str) -> dict[int, Unit]:
    """Units by their (last) line. Columns: code, name and, if wanted, level, parent, valid_from,
    valid_to (YYYY-MM-DD), successors (separated by spaces). An empty cell is a missing value.

    Raises RegistryError, which points to the line and the column. Whether parents and successors
    are registered is left to `Units.put`.
    """
    return _read(text, _UNIT_COLUMNS, lambda row: Unit(**row), check_unit)


def read_procedures(text: str) -> dict[int, Procedure]:
    """The procedures of a CSV text, by line. Columns: code, name and, if wanted, field, field_name,
    limit_value, limit_unit."""
    return _read(text, _PROCEDURE_COLUMNS, lambda row: Procedure(**row), check_procedure)


def read_public_days(text: str) -> dict[int, PublicDay]:
    """The public days of a CSV text, by line. Columns: day (YYYY-MM-DD), kind (off, working), name
    and, if wanted, decision. Whether years are whole is left to `Calendar.put_decisions`."""
    return _read(
        text, _PUBLIC_DAY_COLUMNS, lambda row: PublicDay(**row), _has_day, ("day", "kind", "name")
    )


def _has_day(row: PublicDay) -> None:
    if not row.day:  # an empty cell
        raise RegistryError("/day", "is missing", f"give {_WANTED[_day]}")


def write_units(units: Iterable[Unit]) -> str:
    """What `read_units` reads back the same."""
    return _write(_UNIT_COLUMNS, units)


def write_procedures(procedures: Iterable[Procedure]) -> str:
    """What `read_procedures` reads back the same."""
    return _write(_PROCEDURE_COLUMNS, procedures)


def write_public_days(days: Iterable[PublicDay]) -> str:
    """What `read_public_days` reads back the same."""
    return _write(_PUBLIC_DAY_COLUMNS, days)


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


_UNIT_COLUMNS: Mapping[str, Parse] = {
    "code": str,
    "name": str,
    "level": str,
    "parent": str,
    "valid_from": _day,
    "valid_to": _day,
    "successors": _codes,
}
_PROCEDURE_COLUMNS: Mapping[str, Parse] = {
    "code": str,
    "name": str,
    "field": str,
    "field_name": str,
    "limit_value": _number,
    "limit_unit": str,
}
_PUBLIC_DAY_COLUMNS: Mapping[str, Parse] = {
    "day": _day,
    "kind": str,
    "name": str,
    "decision": str,
}
_WANTED: Mapping[Parse, str] = {
    _day: "a day as YYYY-MM-DD (in Excel: the cells' format yyyy-mm-dd, or text)",
    _number: "a whole number",
}


def place(line: int, column: str) -> str:
    """Where something stands in a CSV file; the first line is 1."""
    return f"line {line}, column {column}"


def _read(
    text: str,
    columns: Mapping[str, Parse],
    make: Callable[[dict[str, Any]], Row],
    check: Callable[[Row], None],
    required: tuple[str, ...] = ("code", "name"),
) -> dict[int, Row]:
    try:
        (_, names), *lines = [*read_rows(text)] or [(1, [])]
    except NotCsvError as error:
        raise RegistryError(f"line {error.line}", str(error), "save it as CSV UTF-8") from error
    header = _header(names, columns, required)
    found: dict[int, Row] = {}
    for line, cells in lines:
        for number, cell in enumerate(cells, start=1):
            if cell and (number > len(header) or not header[number - 1]):
                raise RegistryError(
                    f"line {line}", f"has a value in column {number}, which has no name in line 1",
                    "name the column, empty it, or quote a name that has a comma",
                )  # fmt: skip
        given = {name: cell for name, cell in zip(header, cells, strict=False) if cell}
        row: dict[str, Any] = dict.fromkeys(required, "")
        row.update({name: _parse(columns[name], given[name], line, name) for name in given})
        made = make(row)
        try:
            check(made)
        except RegistryError as error:
            where = place(line, error.pointer.removeprefix("/"))
            raise RegistryError(where, error.problem, error.hint) from error
        found[line] = made
    return found


def _header(cells: list[str], columns: Mapping[str, Parse], required: tuple[str, ...]) -> list[str]:
    header = [re.sub(r"[\s_-]+", "_", cell.lower()) for cell in cells]  # Valid From, VALID-FROM
    known = f"the columns are {', '.join(columns)}"
    for number, name in enumerate(header, start=1):
        if not name:  # a column without a name must be empty
            continue
        if name not in columns:
            raise RegistryError("line 1", f"the name of column {number} is not known", known)
        if name in header[: number - 1]:
            raise RegistryError("line 1", f"column {name} is there twice", "leave one out")
    for name in required:
        if name not in header:
            raise RegistryError("line 1", f"column {name} is missing", known)
    return header


def _parse(parse: Parse, cell: str, line: int, column: str) -> Any:
    try:
        return parse(cell)
    except ValueError:
        # The cause is left out: it repeats the cell.
        hint = f"give {_WANTED[parse]}"
        raise RegistryError(place(line, column), "cannot be read", hint) from None


def _write(
    columns: Iterable[str], rows: Iterable[Unit] | Iterable[Procedure] | Iterable[PublicDay]
) -> str:
    names = tuple(columns)
    return write_rows([names, *([_cell(getattr(row, name)) for name in names] for row in rows)])


def _cell(value: object) -> str:
    if isinstance(value, tuple):
        return " ".join(value)
    return "" if value is None else str(value)
