"""Units, procedures and public days as CSV, to and from spreadsheets."""

from collections.abc import Iterable, Iterator

from hub.core.csv_text import NotCsvError, read_rows, write_rows
from hub.registry.errors import RegistryError
from hub.registry.procedures import Procedure
from hub.registry.public_days import PublicDay
from hub.registry.table_rows import PROCEDURES, PUBLIC_DAYS, UNITS, Line, Row, Table, read_lines
from hub.registry.unit_tree import Unit


def read_units(text: str) -> dict[int, Unit]:
    """Units by their (last) line. Columns: code, name and, if wanted, level, parent, valid_from,
    valid_to (YYYY-MM-DD), successors (separated by spaces). An empty cell is a missing value.

    Raises `FaultyError`, which points to lines and columns. Whether parents and successors are
    registered is left to `Units.put`.
    """
    return read_csv(UNITS, text)


def read_procedures(text: str) -> dict[int, Procedure]:
    """The procedures of a CSV text, by line. Columns: code, name and, if wanted, field, field_name,
    limit_value, limit_unit."""
    return read_csv(PROCEDURES, text)


def read_public_days(text: str) -> dict[int, PublicDay]:
    """The public days of a CSV text, by line. Columns: day (YYYY-MM-DD), kind (off, working), name
    and, if wanted, decision. Whether years are whole is left to `Calendar.put_decisions`."""
    return read_csv(PUBLIC_DAYS, text)


def read_csv(table: Table[Row], text: str) -> dict[int, Row]:
    """The rows of a CSV text, by line. Raises `FaultyError`, and `RegistryError` for what is no
    CSV."""
    return read_lines(table, _lines(text), lambda line, _, name: place(line, name))


def _lines(text: str) -> Iterator[Line]:
    try:
        for line, cells in read_rows(text):
            yield Line(line, cells)
    except NotCsvError as error:
        hint = "save it as CSV UTF-8"
        raise RegistryError(f"line {error.line}", str(error), hint, code="no-csv") from error


def write_units(units: Iterable[Unit]) -> str:
    """What `read_units` reads back the same."""
    return write_csv(UNITS, units)


def write_procedures(procedures: Iterable[Procedure]) -> str:
    """What `read_procedures` reads back the same."""
    return write_csv(PROCEDURES, procedures)


def write_public_days(days: Iterable[PublicDay]) -> str:
    """What `read_public_days` reads back the same."""
    return write_csv(PUBLIC_DAYS, days)


def write_csv(table: Table[Row], rows: Iterable[Row]) -> str:
    """What `read_csv` reads back the same."""
    names = tuple(table.columns)
    return write_rows([names, *([cell_text(getattr(row, name)) for name in names] for row in rows)])


def place(line: int, column: str) -> str:
    """Where something stands in a CSV file; the first line is 1."""
    return f"line {line}, column {column}"


def cell_text(value: object) -> str:
    """A value of a row as a cell."""
    if isinstance(value, tuple):
        return " ".join(value)
    return "" if value is None else str(value)
