"""Reporting calendars: what days a label such as `2020-Q1` covers.

`civil`: calendar quarters. `nd09`: cut-off on the 15th, as Decree 09/2019/NĐ-CP Art. 12 has it for
reports of state bodies: a period begins on the 15th of the month before and ends on the 14th.
"""

import re
from calendar import monthrange
from datetime import date, timedelta
from typing import NamedTuple

from hub.core.said import said
from hub.core.time import date_of, day_start, days_of, local_day

CALENDARS = ("civil", "nd09")
_LABEL = re.compile(r"([0-9]{4})(?:-(?:(Q[1-4]|H[12]|9M)|(0[1-9]|1[0-2])))?")
_MONTHS = {
    "Q1": (1, 3), "Q2": (4, 6), "Q3": (7, 9), "Q4": (10, 12), "H1": (1, 6), "H2": (7, 12),
    "9M": (1, 9),
}  # fmt: skip
FIRST_YEAR, LAST_YEAR = 1900, 2200


class Period(NamedTuple):
    """Whole local days, both included."""

    label: str | None
    calendar: str | None
    start: date
    end: date

    @property
    def bounds(self) -> tuple[int, int]:
        """F and T of CONTRACT §3: the half-open interval [F, T) in µs, UTC."""
        return day_start(days_of(self.start)), day_start(days_of(self.end) + 1)


def named(label: str, calendar: str = "civil") -> Period:
    """The period of a label. Raises `ValueError` for a label or calendar that does not exist."""
    if calendar not in CALENDARS:
        raise ValueError(
            said("no-calendar", "calendar must be one of {names}", names=", ".join(CALENDARS))
        )
    match = _LABEL.fullmatch(label)
    if not match or not FIRST_YEAR <= int(match[1]) <= LAST_YEAR:
        raise ValueError(
            said(
                "no-period",
                "must look like 2020, 2020-Q1, 2020-H1, 2020-9M or 2020-03, in the years {first} "
                "to {last}",
                first=FIRST_YEAR, last=LAST_YEAR,
            )
        )  # fmt: skip
    year, part, month = int(match[1]), match[2], match[3]
    first, last = _MONTHS[part] if part else (int(month), int(month)) if month else (1, 12)
    if calendar == "civil":
        return Period(
            label, calendar, date(year, first, 1), date(year, last, monthrange(year, last)[1])
        )
    start = date(year - 1, 12, 15) if first == 1 else date(year, first - 1, 15)
    return Period(label, calendar, start, date(year, last, 14))


def between(start: date, end: date) -> Period:
    """The period of two days, both included. Raises `ValueError` when they are the wrong way."""
    if start > end:
        raise ValueError(said("from-after-to", "must not be after to"))
    if not start.year >= FIRST_YEAR or not end.year <= LAST_YEAR:
        raise ValueError(
            said(
                "from-to-years", "must lie in the years {first} to {last}, and so must to",
                first=FIRST_YEAR, last=LAST_YEAR,
            )
        )  # fmt: skip
    return Period(None, None, start, end)


def quarter_at(instant: int, calendar: str) -> Period:
    """The quarter of a calendar in which an instant (µs, UTC) lies."""
    day = date_of(local_day(instant))
    if calendar == "nd09":  # the 15th opens the next month's period
        day = (day.replace(day=1) + timedelta(days=31)).replace(day=1) if day.day >= 15 else day
    return named(f"{day.year}-Q{(day.month + 2) // 3}", calendar)


def quarters(first: int, last: int, calendar: str) -> list[Period]:
    """The quarters from the one that holds `first` to the one that holds `last` (µs, UTC)."""
    found = [quarter_at(first, calendar)]
    while found[-1].bounds[1] <= last:
        found.append(quarter_at(found[-1].bounds[1], calendar))
    return found
