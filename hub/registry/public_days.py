"""Public days off of Viet Nam, and the days made up for them.

The labour code says how many days there are; the government decides every year which ones, and
which working days are swapped. A table of these decisions comes with the hub
(`public_days.csv`); an office adds a later year by a file. A year without a table is reckoned by
the library `holidays`, which knows the law and not what will be decided.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Literal, NamedTuple, get_args

from hub.core.time import days_of
from hub.registry.checks import check_choice, check_text
from hub.registry.errors import RegistryError, given_twice

YEARS = range(2005, 2051)
"""The years whose public holidays are known here; other days are as their weekday."""

PublicKind = Literal["off", "working"]

_LEAST_OFF = 10
"""Days off of a whole year: the labour code has eleven (2012: ten)."""


@dataclass(frozen=True, slots=True)
class PublicDay:
    """A day that a government decision, or the law, makes a day off or a working day."""

    day: date
    kind: PublicKind
    name: str
    decision: str = ""
    """The number of the decision, or the article of the law."""


class PublicDays(NamedTuple):
    """What is known of the public days. Days are days since 1970-01-01."""

    off: dict[int, str]
    made_up: dict[int, str]
    decided_until: date
    """The last day of the last year whose decisions are known without a gap before it."""


@cache
def bundled_days() -> tuple[PublicDay, ...]:
    """The table that comes with the hub, by day."""
    from hub.registry.csv_files import read_public_days

    text = files("hub.registry").joinpath("public_days.csv").read_text("utf-8")
    return tuple(read_public_days(text).values())


def decided_days(imported: Iterable[PublicDay]) -> list[PublicDay]:
    """The bundled table and the imported days, by day; a year that was imported replaces the
    bundled one."""
    own = list(imported)
    years = {row.day.year for row in own}
    rows = [row for row in bundled_days() if row.day.year not in years] + own
    return sorted(rows, key=lambda row: row.day)


def public_days(imported: Iterable[PublicDay] = ()) -> PublicDays:
    """Days off and days made up, with their Vietnamese names."""
    rows = decided_days(imported)
    years = {row.day.year for row in rows}
    until = next(year for year in range(min(years), max(years) + 1) if year + 1 not in years)
    of_law = _of_the_library()
    off = {days_of(day): name for day, name in of_law[0].items() if day.year not in years}
    made_up = {days_of(day): name for day, name in of_law[1].items() if day.year not in years}
    for row in rows:
        (off if row.kind == "off" else made_up)[days_of(row.day)] = row.name
    return PublicDays(off, made_up, date(until, 12, 31))


def check_public_days(rows: list[PublicDay]) -> None:
    """Raise RegistryError, which points to the row and column, unless the rows are whole years."""
    for index, row in enumerate(rows):
        check_choice(row.kind, get_args(PublicKind), f"/{index}/kind")
        check_text(row.name, f"/{index}/name", least=1)
        check_text(row.decision, f"/{index}/decision")
        if row.day.year not in YEARS:
            hint = f"give a day of the years {YEARS[0]} to {YEARS[-1]}"
            raise RegistryError(f"/{index}/day", "is out of range", hint, code="day-unknown")
        if row.kind == "working" and row.day.weekday() < 5:
            raise RegistryError(
                f"/{index}/day",
                "is made up on a weekday, which is worked anyway",
                "give the Saturday or Sunday that is worked, or leave the row out",
                code="made-up-weekday",
            )
    first = {day: index for index, day in reversed(list(enumerate(row.day for row in rows)))}
    for index, row in enumerate(rows):
        if first[row.day] != index:
            raise given_twice(f"/{index}/day", "the day")
    _check_years(rows)


def _check_years(rows: list[PublicDay]) -> None:
    """A year is replaced whole: half a year would take days off away unseen."""
    counts = Counter(row.day.year for row in rows if row.kind == "off")
    for index, row in enumerate(rows):
        if counts[row.day.year] < _LEAST_OFF:
            raise RegistryError(
                f"/{index}/day",
                f"belongs to {row.day.year}, which has only {counts[row.day.year]} days off here",
                f"give the whole year, at least {_LEAST_OFF} days off: "
                "`hub calendar decisions --csv` writes the years that are known; "
                "a single day is declared with `hub calendar declare`",
                code="half-year",
            )


@cache
def _of_the_library() -> tuple[dict[date, str], dict[date, str]]:
    import holidays

    found = holidays.country_holidays("VN", years=YEARS, language="vi")
    return dict(found.items()), dict.fromkeys(found.weekend_workdays, "làm bù")
