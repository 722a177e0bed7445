"""A filled-in template in CSV, as a spreadsheet saved it."""

from hub.core.csv_text import NotCsvError, read_rows
from hub.core.encodings import decoded
from hub.reports.entry.as_csv import said_in
from hub.reports.entry.columns import COLUMNS, FILE, MARK
from hub.reports.entry.faults import Fault, FaultsError, fault
from hub.reports.entry.reading import Filled, Line, check_header, entered

_LABELS = [*COLUMNS.values(), FILE, MARK]
_FILE, _MARK = len(COLUMNS), len(COLUMNS) + 1


def at(line: int, column: int) -> str:
    """What a cell is called."""
    label = _LABELS[column] if column < len(_LABELS) else str(column + 1)
    return f"line {line}, column {label}"


def from_csv(body: bytes) -> Filled:
    """Raises `FaultsError`."""
    try:
        rows = list(read_rows(decoded(body)))
    except NotCsvError as error:
        raise FaultsError(fault("not-csv", f"line {error.line}")) from None
    except ValueError as error:
        raise FaultsError(Fault("not-csv", f"the file {error}")) from None
    if len(rows) <= 1:
        raise FaultsError(fault("not-a-template"))
    (number, head), *rest = rows
    lines = [Line(*row) for row in rest]
    if FILE not in head and MARK not in head and len(set(head) & {*_LABELS}) < len(_LABELS) // 2:
        raise FaultsError(fault("not-a-template", f"line {number}"))
    check_header(Line(number, head), _LABELS, number, at)
    says = _says(lines)
    found = entered(iter(lines), at, lambda line, *_: str(line.cells[_MARK]))
    place = at(lines[0].number, _FILE)
    return Filled(says, dict.fromkeys(says, place), found)


def _says(lines: list[Line]) -> dict[str, str]:
    """What all rows say that the file is."""
    faults: list[Fault] = []
    says: dict[str, str] | None = None
    for line in lines:
        cell = line.cells[_FILE] if len(line.cells) > _FILE else ""
        found = said_in(str(cell))
        if found is None or len(line.cells) <= _MARK:
            if any(line.cells):
                faults.append(fault("not-a-template", at(line.number, _FILE)))
        elif says is None:
            says = found
        elif says != found:
            faults.append(fault("other-template", at(line.number, _FILE)))
    if faults or says is None:
        raise FaultsError(*faults or [fault("not-a-template")])
    return says
