"""Working time of units: public holidays of Viet Nam, and what was declared beside them.

What is declared is never overwritten: a later declaration of the same day wins, the earlier ones
stay and tell what the calendar was before. A unit has the days and hours of every unit whose code
its own continues after a dot, unless it has its own.
"""

import time
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from itertools import pairwise
from typing import Literal, NamedTuple, get_args

from sqlalchemy import Connection, Engine, func, insert, select

from hub.core.time import days_of
from hub.core.working_time import OFFICE, Hours, WorkingTime
from hub.registry import tables
from hub.registry.checks import UNIT, check_choice, check_match, check_text
from hub.registry.errors import RegistryError, given_twice
from hub.registry.planning import check_token
from hub.registry.public_days import (
    PublicDay,
    PublicDays,
    check_public_days,
    decided_days,
    public_days,
)
from hub.registry.sql import Snapshot, lock, writing
from hub.registry.trail import BY_HUB, Actor, Change, note
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
    since: int
    """Of the last declaration, in µs."""


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
        codes = dict.fromkeys(("", *shorter(unit), unit))
        own = [code for code in codes if code in declared.days or code in declared.hours]
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

    def put(
        self,
        days: Iterable[CalendarDay] = (),
        hours: Iterable[OfficeHours] = (),
        by: Actor = BY_HUB,
    ) -> None:
        """Declare days and hours of units: all or none; what is declared already is left out.

        Raises RegistryError, which points to the row ("/days/0", "/hours/0") and the column.
        """
        new_days, new_hours = list(days), list(hours)
        for index, day in enumerate(new_days):
            _check_day(day, f"/days/{index}")
        _check_once([(row.unit, row.day) for row in new_days], "/days", "a day of a unit")
        for index, each in enumerate(new_hours):
            _check_office(each, f"/hours/{index}")
        _check_once([row.unit for row in new_hours], "/hours", "a unit")
        if not (new_days or new_hours):
            return
        with writing(self._engine, self._declared) as connection:
            for table in (tables.calendar_days, tables.office_hours):
                lock(connection, table)
            known = _read(connection)
            since = max(self._now(), known.since + 1)  # whatever the clock says, the last one wins
            changes: list[Change] = []
            for row in new_days:
                was = known.days.get(row.unit, {}).get(days_of(row.day))
                if row != was:
                    connection.execute(insert(tables.calendar_days), asdict(row) | {"since": since})
                    changes.append(_change(row.unit, row.day.isoformat(), was, row))
            for office in new_hours:
                had = known.hours.get(office.unit)
                if office != had:
                    row_of = asdict(office) | {"since": since}
                    connection.execute(insert(tables.office_hours), row_of)
                    changes.append(_change(office.unit, "hours", had, office))
            note(connection, by, changes)

    def public_days(self) -> PublicDays:
        """Public days off and days made up, before anything is declared."""
        return self._declared.get().public

    def decisions(self) -> list[PublicDay]:
        """The table of government decisions, by day: the bundled years and the imported ones."""
        return decided_days(self._declared.get().imported)

    def foretell_decisions(self, days: Iterable[PublicDay]) -> list[Change]:
        """What `put_decisions` would change; nothing is stored. Raises `RegistryError`, too."""
        with self._engine.connect() as connection:
            return _decided(_read(connection), list(days))

    def put_decisions(
        self, days: Iterable[PublicDay], by: Actor = BY_HUB, *, token: str | None = None
    ) -> None:
        """Replace the public days of whole years. Raises RegistryError, which points to the row
        and column, and `StaleError` where `token` is of other changes."""
        rows = list(days)
        if not rows:
            return
        with writing(self._engine, self._declared) as connection:
            lock(connection, tables.public_days)
            known = _read(connection)
            changes = _decided(known, rows)
            check_token(changes, token)
            if not changes:
                return
            since = max(self._now(), known.since + 1)
            connection.execute(
                insert(tables.public_days), [{**asdict(row), "since": since} for row in rows]
            )
            note(connection, by, changes)

    def _load(self) -> _Declared:
        with self._engine.connect() as connection:
            return _read(connection)


def _read(connection: Connection) -> _Declared:
    days: dict[str, dict[int, CalendarDay]] = {}
    hours: dict[str, OfficeHours] = {}
    since = 0
    table = tables.calendar_days
    for row in connection.execute(select(table).order_by(table.c.since)):
        day = CalendarDay(row.day, row.kind, row.unit, row.note)
        days.setdefault(row.unit, {})[days_of(row.day)] = day
        since = max(since, row.since)
    table = tables.office_hours
    for row in connection.execute(select(table).order_by(table.c.since)):
        hours[row.unit] = OfficeHours(row.unit, _hours(row.hours), _hours(row.saturday))
        since = max(since, row.since)
    table = tables.public_days
    since = max(since, connection.scalar(select(func.max(table.c.since))) or 0)
    imported = _imported(connection)
    return _Declared(days, hours, imported, public_days(imported), since)


def _decided(known: _Declared, rows: list[PublicDay]) -> list[Change]:
    """What public days change, by day, of the years that they replace. Raises `RegistryError`."""
    check_public_days(rows)
    years = {row.day.year for row in rows}
    new = {row.day: asdict(row) for row in rows}
    old = {d.day: asdict(d) for d in decided_days(known.imported) if d.day.year in years}
    return [
        Change("calendar", f"public/{day}", old.get(day), new.get(day))
        for day in sorted(old.keys() | new.keys())
        if old.get(day) != new.get(day)
    ]


def _change(
    unit: str, what: str, before: CalendarDay | OfficeHours | None, after: CalendarDay | OfficeHours
) -> Change:
    was = None if before is None else asdict(before)
    return Change("calendar", f"{unit}/{what}" if unit else what, was, asdict(after))


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


def _check_office(row: OfficeHours, pointer: str) -> None:
    if row.unit:
        check_match(UNIT, row.unit, f"{pointer}/unit")
    _check_hours(row.hours, f"{pointer}/hours", may_be_empty=False)
    _check_hours(row.saturday, f"{pointer}/saturday", may_be_empty=True)


def _check_once(keys: Sequence[Hashable], pointer: str, what: str) -> None:
    seen: set[Hashable] = set()
    for index, key in enumerate(keys):
        if key in seen:
            raise given_twice(f"{pointer}/{index}", what)
        seen.add(key)


def _check_hours(hours: Hours, pointer: str, *, may_be_empty: bool) -> None:
    in_order = all(a < b for a, b in hours) and all(a[1] <= b[0] for a, b in pairwise(hours))
    within = all(0 <= minute <= 24 * 60 for session in hours for minute in session)
    if not (in_order and within and (hours or may_be_empty)):
        raise RegistryError(
            pointer,
            "is not a list of sessions",
            "give [from, to] in minutes after midnight, 0 to 1440, one after the other",
            code="no-sessions",
        )
