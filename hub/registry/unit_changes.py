"""A list of what changes with units on a day: mergers, splits, names, places, and what they become.

Pure: from the units that are registered and the lines of a list to the units to register. All of a
list is taken, or nothing, and everything that is wrong is told at once.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal, NamedTuple, get_args

from hub.core.csv_text import NotCsvError, read_rows
from hub.registry.errors import RegistryError
from hub.registry.unit_map import Former, map_on
from hub.registry.unit_tree import Level, Unit, check_together, check_unit

Kind = Literal["merge", "split", "rename", "move", "close"]
COLUMNS = (
    "kind", "old_code", "old_name", "new_code", "new_name", "new_parent", "new_level", "day",
    "resolution",
)  # fmt: skip
_NEEDED = ("kind", "old_code", "day")


@dataclass(frozen=True, slots=True)
class UnitChange:
    """A line of a list. What is empty stays as it is; `new_code` empty: the unit's own."""

    line: int
    kind: Kind
    old_code: str
    old_name: str
    new_code: str
    new_name: str
    new_parent: str
    new_level: Level | None
    day: date
    resolution: str

    @property
    def goes(self) -> bool:
        """Whether the old unit is there no more."""
        return self.kind == "close" or self.new_code != self.old_code


class Fault(NamedTuple):
    """What is wrong with a line; `column` '' where it is the line as a whole."""

    line: int
    column: str
    problem: str
    hint: str

    def __str__(self) -> str:
        place = f"line {self.line}{f', {self.column}' if self.column else ''}"
        return f"{place}: {self.problem}; {self.hint}"


class ChangeListError(Exception):
    """The list was not taken: all that is wrong with it, in the order of its lines."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("; ".join(map(str, faults)))
        self.faults = sorted(faults)


class Plan(NamedTuple):
    """What a list comes to: the units to register with effect from `day`, in all and by kind."""

    day: date
    units: Sequence[Unit]
    opened: int
    by_kind: Mapping[Kind, int]
    before: Mapping[str, int]
    """How many units of each level were there on the day before ('' for none)."""
    after: Mapping[str, int]
    resolutions: Sequence[str]


def read_changes(text: str) -> list[UnitChange]:
    """The lines of a list (CSV). Raises `ChangeListError`."""
    found: list[UnitChange] = []
    faults: list[Fault] = []
    head: list[str] | None = None
    try:
        for line, cells in read_rows(text):
            if head is None:
                head = [cell.casefold() for cell in cells]
                faults += _of_head(line, head)
                if faults:
                    break
            else:
                _read(line, dict(zip(head, cells, strict=False)), found, faults)
    except NotCsvError as error:
        faults.append(Fault(error.line, "", str(error), "save the file as CSV UTF-8"))
    if not found and not faults:
        faults.append(Fault(1, "", "the list is empty", f"columns: {', '.join(COLUMNS)}"))
    if faults:
        raise ChangeListError(faults)
    return found


def _of_head(line: int, head: Sequence[str]) -> Iterator[Fault]:
    known = f"columns: {', '.join(COLUMNS)}"
    for name in _NEEDED:
        if name not in head:
            yield Fault(line, name, "is missing", known)
    for name, times in Counter(head).items():
        if name not in COLUMNS or times > 1:
            yield Fault(line, name, "is not known" if times == 1 else "is given twice", known)


def _read(
    line: int, row: Mapping[str, str], found: list[UnitChange], faults: list[Fault]
) -> None:  # fmt: skip
    cells = {name: row.get(name, "") for name in COLUMNS}
    wrong = [
        Fault(line, name, "is not known", f"use one of {', '.join(choices)}")
        for name, choices in (("kind", get_args(Kind)), ("new_level", ("", *get_args(Level))))
        if cells[name] not in choices
    ]
    if not cells["old_code"]:
        wrong.append(Fault(line, "old_code", "is missing", "give the unit that changes"))
    day = _day(cells["day"])
    if day is None:
        wrong.append(Fault(line, "day", "is no day", "give YYYY-MM-DD, such as 2025-07-01"))
    if wrong or day is None:
        faults += wrong
        return
    kind: Kind = cells["kind"]  # type: ignore[assignment]
    level: Level | None = cells["new_level"] or None  # type: ignore[assignment]
    found.append(
        UnitChange(
            line, kind, cells["old_code"], cells["old_name"],
            cells["new_code"] or cells["old_code"], cells["new_name"], cells["new_parent"], level,
            day, cells["resolution"],
        )
    )  # fmt: skip


def _day(cell: str) -> date | None:
    try:
        day = date.fromisoformat(cell)
    except ValueError:
        return None
    return day if day.isoformat() == cell else None


def planned(known: Mapping[str, Unit], changes: Sequence[UnitChange]) -> Plan:
    """What becomes of the units that are registered. Raises `ChangeListError`."""
    faults = [*_of_lines(known, changes), *_of_groups(changes)]
    day = changes[0].day
    units, opened = _after(known, changes, faults)
    if faults:
        raise ChangeListError(faults)
    rows = [unit for code, unit in units.items() if known.get(code) != unit]
    _check(known, rows, changes, day)
    last = day - timedelta(1)
    return Plan(
        day, rows, len(opened), Counter(it.kind for it in changes),
        _levels(known, last), _levels({**known, **units}, day),
        list(dict.fromkeys(it.resolution for it in changes if it.resolution)),
    )  # fmt: skip


def _of_lines(known: Mapping[str, Unit], changes: Sequence[UnitChange]) -> Iterator[Fault]:
    """Lines that do not fit the register."""
    for it in changes:
        unit = known.get(it.old_code)
        if unit is None:
            yield Fault(it.line, "old_code", f"{it.old_code} is not registered", "correct the code")
        elif it.old_name and _plain(it.old_name) != _plain(unit.name):
            told = f"{it.old_code} is registered as {unit.name}"
            yield Fault(it.line, "old_name", told, "correct the code or the name, or leave it out")
        elif unit.valid_to and unit.valid_to < it.day - timedelta(1):
            told = f"{it.old_code} is there only until {unit.valid_to}"
            yield Fault(it.line, "old_code", told, "name the unit that took its place")
        if it.day != changes[0].day:
            told = f"is another day than that of line {changes[0].line}"
            yield Fault(it.line, "day", told, "make a list of each day, the oldest first")
        if it.kind == "close" and it.new_code != it.old_code:
            yield Fault(it.line, "new_code", "a unit that is closed becomes nothing", "say merge")
        if it.kind == "split" and it.new_code == it.old_code:
            told = "a part of a unit that is split has a code of its own"
            yield Fault(it.line, "new_code", told, "give the new unit's code")


def _of_groups(changes: Sequence[UnitChange]) -> Iterator[Fault]:
    """Lines that do not fit each other."""
    first: dict[str, UnitChange] = {}
    heirs: defaultdict[str, set[str]] = defaultdict(set)
    for it in changes:
        before = first.setdefault(it.old_code, it)
        if before is not it and not (before.kind == it.kind == "split"):
            told = f"{it.old_code} is changed by line {before.line}, too"
            yield Fault(it.line, "old_code", told, "say all of it in one line, or split in all")
        if it.new_code in heirs[it.old_code]:
            told = f"{it.new_code} is a part of {it.old_code} by a line before"
            yield Fault(it.line, "new_code", told, "give each part once")
        heirs[it.old_code].add(it.new_code)
    for code, it in first.items():
        if it.kind == "split" and len(heirs[code]) == 1:
            yield Fault(it.line, "kind", f"{code} has one part only", "say merge, or name the rest")
    for it in changes:
        named = (("new_code", it.new_code), ("new_parent", it.new_parent))
        for column, code in named:
            other = first.get(code)
            if code != it.old_code and other is not None and other.goes:
                told = f"{code} is there no more by line {other.line}"
                yield Fault(it.line, column, told, "name the unit that is there on that day")


def _after(
    known: Mapping[str, Unit], changes: Sequence[UnitChange], faults: list[Fault]
) -> tuple[dict[str, Unit], set[str]]:
    """The units that the list names, as they are from its day on, and which of them are new."""
    found: dict[str, Unit] = {}
    opened: set[str] = set()
    said: dict[tuple[str, str], UnitChange] = {}
    for it in changes:
        old = known.get(it.old_code)
        if old is None:
            continue
        if it.goes:
            heirs = () if it.kind == "close" else (it.new_code,)
            gone = found.get(it.old_code, replace(old, successors=()))
            found[it.old_code] = replace(
                gone, valid_to=it.day - timedelta(1), successors=(*gone.successors, *heirs)
            )
        if it.kind == "close":
            continue
        new = found.get(it.new_code) or known.get(it.new_code)
        if new is None:
            opened.add(it.new_code)
            if not it.new_name:
                told = f"{it.new_code} is new and has no name"
                faults.append(Fault(it.line, "new_name", told, "name it in its first line"))
            new = Unit(it.new_code, it.new_name or "?", old.level, None, it.day)
        elif new.valid_to and new.valid_to < it.day and it.new_code != it.old_code:
            told = f"{it.new_code} is there only until {new.valid_to}"
            faults.append(Fault(it.line, "new_code", told, "name the unit that is there"))
        found[it.new_code] = _renamed(new, it, said, faults)
    return found, opened


def _renamed(
    unit: Unit, it: UnitChange, said: dict[tuple[str, str], UnitChange], faults: list[Fault]
) -> Unit:
    """A unit with the name, the parent and the level that a line says, as lines before did."""
    for column in ("new_name", "new_parent", "new_level"):
        value = getattr(it, column)
        if not value:
            continue
        before = said.setdefault((it.new_code, column), it)
        if getattr(before, column) != value:
            told = f"{it.new_code} is said otherwise by line {before.line}"
            faults.append(Fault(it.line, column, told, "say it once, or the same each time"))
        unit = replace(unit, **{column.removeprefix("new_"): value})
    return unit


def _check(
    known: Mapping[str, Unit], rows: Sequence[Unit], changes: Sequence[UnitChange], day: date
) -> None:
    """What the register would refuse: unknown parents, circles, also those of the day's map."""
    last = day - timedelta(1)
    former = [
        Former(old.code, last, old.name, old.level, old.parent)
        for unit in rows
        if (old := known.get(unit.code)) is not None
        and (old.name, old.level, old.parent) != (unit.name, unit.level, unit.parent)
    ]
    by_code = {code: it.line for it in reversed(changes) for code in (it.old_code, it.new_code)}
    try:
        for index, unit in enumerate(rows):
            check_unit(unit, f"/{index}")
        check_together(list(rows), known)
        map_on({**known, **{unit.code: unit for unit in rows}}, former, day)
    except RegistryError as error:
        _, number, column = error.pointer.split("/")
        line = by_code[rows[int(number)].code] if rows else changes[0].line
        name = {"parent": "new_parent", "successors": "new_code", "code": "new_code"}.get(
            column, f"new_{column}"
        )
        raise ChangeListError([Fault(line, name, error.problem, error.hint)]) from None


def _levels(units: Mapping[str, Unit], day: date) -> dict[str, int]:
    there = (
        unit.level or ""
        for unit in units.values()
        if (unit.valid_from or day) <= day <= (unit.valid_to or day)
    )
    return dict(Counter(there))


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())
