"""Reading times: from texts, numbers, dates and times to instants."""

import re
from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta, timezone
from functools import cache
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator

from connectors.mapping.patterns import Moment, iso, pattern
from connectors.mapping.scalars import wrong
from connectors.port import Fault
from schemas.values import FIRST, LAST

Instant = tuple[int, str, int]
"""µs since 1970; the same in RFC 3339, in the connector's zone; the local day (its ordinal)."""
TimeReader = Callable[[Any, str], "Instant | Fault"]
"""The instant of a value that is given; the column is for the fault."""

_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001  # subtracted with its offset
_END = time(23, 59, 59)
_TWO_DIGITS = re.compile(r"\d{1,2}[/.-]\d{1,2}[/.-]\d{2}(?!\d).*", re.DOTALL)
_MOST = 50_000
_MOST_SIGNS = 64
_CACHED = frozenset({str, int, date, datetime})
"""Types whose equal values are equal times; `True` equals 1 and is none."""


def _one_or_many(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


def _known(formats: tuple[str, ...]) -> tuple[str, ...]:
    for text in formats:
        try:
            pattern(text)
        except ValueError as error:
            raise wrong(f"the pattern `{text}` {error}") from None
    return formats


TimeFormats = Annotated[
    tuple[str, ...],
    BeforeValidator(_one_or_many, json_schema_input_type=str | list[str]),
    AfterValidator(_known),
]


def time_reader(formats: Sequence[str], zone: ZoneInfo, *, end_of_day: bool) -> TimeReader:
    """What reads times of a column. A time without a zone is one of `zone`; a date alone is its
    first second, or with `end_of_day` its last."""
    patterns = [*map(pattern, formats), iso]
    known: dict[Any, Instant | Fault] = {}

    def read(value: Any, column: str) -> Instant | Fault:
        if type(value) not in _CACHED or (type(value) is str and len(value) > _MOST_SIGNS):
            return _instant(_moment(value, column, patterns), column, zone, end_of_day)
        if (found := known.get((value, column))) is None:
            found = _instant(_moment(value, column, patterns), column, zone, end_of_day)
            if len(known) >= _MOST:
                known.clear()
            known[value, column] = found
        return found

    return read


def _moment(
    value: Any, column: str, patterns: Sequence[Callable[[str], Moment | None]]
) -> Moment | Fault:
    if isinstance(value, date):  # of which datetime is one
        return value
    if isinstance(value, bool) or not isinstance(value, str | int) or _is_long(value):
        return Fault(column, "not-a-date", "is no time; map a column of times, or texts of them")
    text = str(value).strip()
    exists = True
    for read in patterns:
        try:
            if (found := read(text)) is not None:
                return found
        except ValueError:
            exists = False
    if not exists:
        return Fault(
            column, "not-a-date", "holds a day or an hour that does not exist; correct it there"
        )
    if _TWO_DIGITS.fullmatch(text):
        return Fault(
            column, "not-a-date",
            "has a year of two digits, which names no century; write four digits there",
        )  # fmt: skip
    return Fault(
        column, "not-a-date",
        "has a form of date that `times` does not list; add its pattern, such as dd/MM/yyyy HH:mm, "
        "or d/M/yyyy for days of one digit",
    )  # fmt: skip


def _is_long(value: str | int) -> bool:
    return isinstance(value, int) and value.bit_length() > _MOST_SIGNS


def _instant(
    moment: Moment | Fault, column: str, zone: ZoneInfo, end_of_day: bool
) -> Instant | Fault:
    if isinstance(moment, Fault):
        return moment
    if not 1989 <= moment.year <= 2101:  # what lies farther has no offset to speak of
        return _out_of_range(column)
    if not isinstance(moment, datetime):
        local = datetime.combine(moment, time())
    elif moment.tzinfo is None:
        local = moment
    else:
        local = moment.astimezone(zone).replace(tzinfo=None)
    if end_of_day and local.time() == time():
        local = local.replace(hour=_END.hour, minute=_END.minute, second=_END.second)
    offset = zone.utcoffset(local) or timedelta()
    since = local - _EPOCH - offset
    instant = (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds
    if not FIRST <= instant < LAST or not 1990 <= local.year <= 2100:
        return _out_of_range(column)
    return instant, local.isoformat() + _told(offset), local.toordinal()


@cache
def _told(offset: timedelta) -> str:
    """An offset as RFC 3339 writes it."""
    return datetime(2000, 1, 1, tzinfo=timezone(offset)).isoformat()[-6:]


def _out_of_range(column: str) -> Fault:
    return Fault(
        column, "date-out-of-range", "lies outside the years 1990 to 2100; correct it there"
    )
