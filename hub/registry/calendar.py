"""Working time of units: public holidays of Viet Nam, and what was declared beside them.

What is declared is never overwritten: a later declaration of the same day wins, the earlier ones
stay and tell what the calendar was before. A unit has the days and hours of every unit whose code
its own continues after a dot, unless it has its own.
"""

import time
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from datetime import date
from itertools import pairwise
from typing import Literal, NamedTuple, get_args

from sqlalchemy import Connection, Engine, Table, insert, select

from hub.core.time import days_of
from hub.core.working_time import OFFICE, Hours, WorkingTime
from hub.registry import tables
from hub.registry.checks import UNIT, check_choice, check_match, check_text
from hub.registry.errors import RegistryError
from hub.registry.public_days import (
    PublicDay,
    PublicDays,
    check_public_days,
    decided_days,
    public_days,
)
from hub.registry.sql import Snapshot, writing
from hub.registry.unit_tree import shorter

DayKind = Literal["off", "working", "usual"]


@dataclass(frozen=True, slots=True)
class CalendarDay:
    """A day declared off, worked (made up), or as its weekday again; unit '': everywhere."""

    day: date
    kind: DayKind
    unit: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class OfficeHours:
    """Sessions of a working day and of Saturdays, in minutes after midnight."""

    unit: str = ""
    hours: Hours = OFFICE
    saturday: Hours = ()


class _Declared(NamedTuple):
    days: dict[str, dict[int, CalendarDay]]
    hours: dict[str, OfficeHours]
    imported: tuple[PublicDay, ...]
    public: PublicDays


class Calendar:
    """Reads come from memory."""

    def __init__(self, engine: Engine, now: Callable[[], int] | None = None) -> None:
        self._engine = engine
        self._now = now or _now
        self._declared = Snapshot(engine, self._load)
        self._merged: tuple[_Declared, dict[str, WorkingTime]] | None = None

    def of(self, unit: str) -> WorkingTime:
        """The working time of a unit, registered or not; '': where nothing else is declared."""
        declared = self._declared.get()
        if self._merged is None or self._merged[0] is not declared:
            self._merged = (declared, {})
        merged = self._merged[1]
        named = declared.days.keys() | declared.hours.keys()
        own = [code for code in dict.fromkeys(("", *shorter(unit), unit)) if code in named]
        key = own[-1] if own else ""
        if key not in merged:
            merged[key] = _merge(declared, own)
        return merged[key]

    def all(self) -> list[WorkingTime]:
        """Every working time that some unit has, the common one first."""
        declared = self._declared.get()
        return [self.of(unit) for unit in sorted({"", *declared.days, *declared.hours})]

    def days(self) -> list[CalendarDay]:
        """What is declared now, by unit and day; not the public holidays."""
        found = self._declared.get().days
        return [day for _, days in sorted(found.items()) for _, day in sorted(days.items())]

    def put(self, days: Iterable[CalendarDay]) -> None:
        """Declare days: all or none. Raises RegistryError, which points to the row and column."""
        rows = list(days)
        for index, row in enumerate(rows):
            _check_day(row, f"/{index}")
        if len({(row.unit, row.day) for row in rows}) < len(rows):
            raise RegistryError("", "a day is given twice for a unit", "give it once")
        self._insert(tables.calendar_days, [asdict(row) for row in rows])

    def public_days(self) -> PublicDays:
        """Public days off and days made up, before anything is declared."""
        return self._declared.get().public

    def decisions(self) -> list[PublicDay]:
        """The table of government decisions, by day: the bundled years and the imported ones."""
        return decided_days(self._declared.get().imported)

    def put_decisions(self, days: Iterable[PublicDay]) -> None:
        """Replace the public days of whole years. Raises RegistryError, which points to the row
        and column."""
        rows = list(days)
        check_public_days(rows)
        self._insert(tables.public_days, [asdict(row) for row in rows])

    def put_hours(self, hours: OfficeHours) -> None:
        """Declare a unit's hours. Raises RegistryError."""
        if hours.unit:
            check_match(UNIT, hours.unit, "/unit")
        for name in ("hours", "saturday"):
            _check_hours(getattr(hours, name), f"/{name}", may_be_empty=name == "saturday")
        self._insert(tables.office_hours, [asdict(hours)])

    def _insert(self, table: Table, rows: list[dict[str, object]]) -> None:
        if rows:
            with writing(self._engine) as connection:
                since = self._now()
                connection.execute(insert(table), [{**row, "since": since} for row in rows])
        self._declared.forget()

    def _load(self) -> _Declared:
        days: dict[str, dict[int, CalendarDay]] = {}
        hours: dict[str, OfficeHours] = {}
        with self._engine.connect() as connection:
            table = tables.calendar_days
            for row in connection.execute(select(table).order_by(table.c.since)):
                day = CalendarDay(row.day, row.kind, row.unit, row.note)
                days.setdefault(row.unit, {})[days_of(row.day)] = day
            table = tables.office_hours
            for row in connection.execute(select(table).order_by(table.c.since)):
                hours[row.unit] = OfficeHours(row.unit, _hours(row.hours), _hours(row.saturday))
            imported = _imported(connection)
        return _Declared(days, hours, imported, public_days(imported))


def merged_with(base: WorkingTime, days: Iterable[CalendarDay]) -> WorkingTime:
    """A working time with further days declared: what would be if."""
    off, made_up = dict(base.off), dict(base.made_up)
    for row in days:
        day = days_of(row.day)
        off.pop(day, None)
        made_up.pop(day, None)
        if row.kind != "usual":
            (off if row.kind == "off" else made_up)[day] = row.note
    return WorkingTime(base.hours, base.saturday, off, made_up)


def _merge(declared: _Declared, codes: Iterable[str]) -> WorkingTime:
    found = WorkingTime(off=declared.public.off, made_up=declared.public.made_up)
    for code in codes:
        if hours := declared.hours.get(code):
            found = WorkingTime(hours.hours, hours.saturday, found.off, found.made_up)
        found = merged_with(found, declared.days.get(code, {}).values())
    return found


def _imported(connection: Connection) -> tuple[PublicDay, ...]:
    """The imported public days; of a year that was imported again, the last import."""
    table = tables.public_days
    by_year: dict[int, tuple[int, list[PublicDay]]] = {}
    for row in connection.execute(select(table).order_by(table.c.since, table.c.day)):
        since, rows = by_year.get(row.day.year, (row.since, []))
        kept = rows if since == row.since else []
        by_year[row.day.year] = (
            row.since, [*kept, PublicDay(row.day, row.kind, row.name, row.decision)],
        )  # fmt: skip
    return tuple(day for _, rows in by_year.values() for day in rows)


def _now() -> int:
    return time.time_ns() // 1000


def _hours(value: Iterable[Iterable[int]]) -> Hours:
    return tuple((start, end) for start, end in value)


def _check_day(row: CalendarDay, pointer: str) -> None:
    check_choice(row.kind, get_args(DayKind), f"{pointer}/kind")
    check_text(row.note, f"{pointer}/note")
    if row.unit:
        check_match(UNIT, row.unit, f"{pointer}/unit")


def _check_hours(hours: Hours, pointer: str, *, may_be_empty: bool) -> None:
    in_order = all(a < b for a, b in hours) and all(a[1] <= b[0] for a, b in pairwise(hours))
    within = all(0 <= minute <= 24 * 60 for session in hours for minute in session)
    if not (in_order and within and (hours or may_be_empty)):
        raise RegistryError(
            pointer,
            "is not a list of sessions",
            "give [from, to] in minutes after midnight, 0 to 1440, one after the other",
        )
