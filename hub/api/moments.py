"""Moments of query parameters: instants, days, moments of knowledge."""

import re
from datetime import date, datetime

from hub.api.problems import bad_parameter
from hub.core.said import said
from hub.core.time import day_start, days_of, microseconds_of

NO_SUCH_DAY = said("no-such-day", "is not a day that exists")
_INSTANT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]+)?"
    r"(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])"
)


def instant_of(name: str, text: str) -> int:
    """The instant of a query parameter, as RFC 3339 has it: any year, `t` and `z`, any fraction
    (of which µs count). Raises 422."""
    text = text.replace(" ", "+").upper()  # a plus sign that the sender did not encode
    if not _INSTANT.fullmatch(text):
        says = said("no-instant", "must be RFC 3339 with T, seconds (00 to 59) and an offset")
        raise bad_parameter(name, says)
    try:
        return microseconds_of(datetime.fromisoformat(text))
    except ValueError:
        says = said("no-such-instant", "is not a date and time that exists")
        raise bad_parameter(name, says) from None


def moment_of_knowledge(as_of: str | None, now: int) -> int | None:
    """The instant (µs) of the query parameter `as_of`; None where it is left out. Raises 422."""
    if as_of is None:
        return None
    known_at = max(0, instant_of("as_of", as_of))  # before 1970 nothing was known either
    if known_at > now:
        raise bad_parameter("as_of", said("in-future", "must not be in the future"))
    return known_at


def moment_of(name: str, text: str, *, ends: bool = False) -> int:
    """A local day (its start or, if it `ends` something, its end) or an instant. Raises 422."""
    if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        try:
            return day_start(days_of(date.fromisoformat(text)) + ends)
        except ValueError:
            raise bad_parameter(name, NO_SUCH_DAY) from None
    return instant_of(name, text)
