"""Local days of the hub's time zone, and instants as integers.

Asia/Ho_Chi_Minh has kept +07:00 in all the years an event may bear (1990-2100), so days are
integer arithmetic; a test holds this against the tz database.
"""

from datetime import UTC, date, datetime, timedelta

SECOND = 1_000_000
HOUR = 3_600 * SECOND
DAY = 24 * HOUR
OFFSET = 7 * HOUR
NEVER = 2**62
"""An instant after all others: a dossier that is not closed is closed at NEVER."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LOCAL_EPOCH = _EPOCH.replace(tzinfo=None)
_EPOCH_DAY = date(1970, 1, 1)
_MICROSECOND = timedelta(microseconds=1)


def local_day(instant: int) -> int:
    """The local day of an instant (µs, UTC), as days since 1970-01-01."""
    return (instant + OFFSET) // DAY


def day_start(day: int) -> int:
    """The instant (µs, UTC) at which a local day begins."""
    return day * DAY - OFFSET


def days_of(value: date) -> int:
    """A calendar date as days since 1970-01-01."""
    return (value - _EPOCH_DAY).days


def date_of(day: int) -> date:
    """The calendar date of days since 1970-01-01."""
    return _EPOCH_DAY + timedelta(days=day)


def is_saturday(day: int) -> bool:
    """Whether a local day is a Saturday (1970-01-01 was a Thursday)."""
    return day % 7 == 2


def rfc3339(instant: int) -> str:
    """An instant (µs, UTC) as RFC 3339 in the hub's time zone, `+07:00`."""
    return (_LOCAL_EPOCH + timedelta(microseconds=instant + OFFSET)).isoformat() + "+07:00"


def microseconds_of(value: datetime) -> int:
    """An aware datetime as µs since the Unix epoch."""
    return (value - _EPOCH) // _MICROSECOND
