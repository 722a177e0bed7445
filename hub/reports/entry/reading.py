"""A filled-in template read back: what it says it is, and what was entered, each with its place."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from hub.reports.entry.columns import COLUMNS, ENTERED, LEVELS, PLACED
from hub.reports.entry.faults import MOST_TOLD, Fault, FaultsError, fault
from hub.reports.entry.parsing import tidy

MOST_ROWS = 5_000
At = Callable[[int, int], str]
"""What a cell is called, by its line as the file counts and its column from 0."""


class Entered(NamedTuple):
    """A row in which something was entered. `cells`: raw, those that are filled; `places`: of all
    columns; `mark`: None where the file has lost it."""

    code: str
    level: str
    cells: Mapping[str, Any]
    places: Mapping[str, str]
    mark: str | None

    @property
    def key(self) -> tuple[str, str]:
        """The indicator and the level."""
        return self.code, self.level


class Filled(NamedTuple):
    """A file: `says` has form, version, unit, period and calendar, each with its place."""

    says: Mapping[str, str]
    places: Mapping[str, str]
    rows: Sequence[Entered]


class Line(NamedTuple):
    """A line of a table. `wrong`: columns whose formula has no result."""

    number: int
    cells: Sequence[Any]
    wrong: Sequence[int] = ()


def check_header(line: Line | None, labels: Sequence[str], number: int, at: At) -> None:
    """Raise `FaultsError` where columns are not those of the template."""
    given = [tidy(str(cell)) for cell in line.cells] if line else []
    given += [""] * (len(labels) - len(given))
    wrong = [
        fault("header", at(number, n))
        for n, cell in enumerate(given)
        if cell != (labels[n] if n < len(labels) else "")
    ]
    if wrong:
        raise FaultsError(*wrong[:MOST_TOLD])


def entered(lines: Iterator[Line], at: At, marks: Callable[[Line, str, str], str | None]) -> list[
    Entered
]:  # fmt: skip
    """The rows in which something was entered. `marks`: the mark of a row. Raises `FaultsError`."""
    names = list(COLUMNS)
    levels = {label: level for level, label in LEVELS.items()}
    found: list[Entered] = []
    faults: list[Fault] = []
    for count, line in enumerate(lines):
        if count >= MOST_ROWS:
            raise FaultsError(fault("too-many", at(line.number, 0)))
        cells = dict(zip(names, line.cells, strict=False))
        filled = {name: it for name in names if (it := cells.get(name, "")) not in ("", None)}
        code = tidy(str(filled.get("code", "")))
        level = levels.get(tidy(str(filled.get("level", ""))), "?")
        faults += (fault("formula", at(line.number, n), (code, level)) for n in line.wrong)
        faults += _beside(line, code, at)
        if not code or not any(name in filled for name in ENTERED):
            continue
        places = {name: at(line.number, n) for n, name in enumerate(names)}
        kept = {name: filled[name] for name in (*ENTERED, *PLACED) if name in filled}
        kept |= {name: "" for name in PLACED if name not in kept}
        found.append(Entered(code, level, kept, places, marks(line, code, level)))
    if faults:
        raise FaultsError(*faults)
    return found


def _beside(line: Line, code: str, at: At) -> Iterator[Fault]:
    """What was written where no indicator is."""
    for n, name in enumerate(COLUMNS):
        is_filled = n < len(line.cells) and line.cells[n] not in ("", None)
        if name in ENTERED and is_filled and not code:
            yield fault("beside", at(line.number, n))
