"""Values as a database gives them, as mappings want them, and as a cursor keeps them."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

Key = tuple[Any, ...]
"""The values of a row's key columns."""

_AS_THEY_ARE = frozenset((type(None), str, int, float, bool, datetime, date, dict))
_EPOCH_UNITS = ((1e9, 1.0), (1e12, 1e3), (1e15, 1e6), (1e18, 1e9))
"""Since when a number is a time since 1970, and how many of them are a second."""
_EPOCH_SPAN = 4.2  # times 1e9 seconds: the year 2103


def plain(value: Any) -> Any:
    """A value as mappings want it: text, number, time, list or mapping. Whole decimals are
    integers, others text; UUIDs are text; bytes are text in hexadecimal."""
    if type(value) in _AS_THEY_ARE:
        return value
    if isinstance(value, Decimal):
        is_whole = value.is_finite() and value.as_tuple().exponent == 0
        return int(value) if is_whole else format(value, "f")
    if isinstance(value, (bytes, bytearray, memoryview)):
        return bytes(value).hex()
    if isinstance(value, time):
        return value.isoformat()
    if isinstance(value, (list, tuple, set)):
        return [plain(item) for item in value]
    return str(value)


_MOST = 2**63
"""JSON's writer takes no integer beyond 64 bits."""


def packed(value: Any) -> Any:
    """A value as JSON, from which `unpacked` makes it again."""
    if isinstance(value, datetime):
        return {"datetime": value.isoformat()}
    if isinstance(value, date):
        return {"date": value.isoformat()}
    if isinstance(value, Decimal):
        is_whole = abs(value) < _MOST and value == value.to_integral_value()
        return int(value) if is_whole else {"decimal": str(value)}
    if isinstance(value, (bytes, bytearray, memoryview)):
        return {"bytes": bytes(value).hex()}
    if value is None or isinstance(value, (str, int, float)):
        return value
    return str(value)


_MADE: dict[str, Callable[[str], Any]] = {
    "datetime": datetime.fromisoformat,
    "date": date.fromisoformat,
    "decimal": Decimal,
    "bytes": bytes.fromhex,
}


def unpacked(value: Any) -> Any:
    """What was packed."""
    if isinstance(value, dict):
        ((kind, text),) = value.items()
        return _MADE[kind](text)
    return value


def rank(value: Any) -> tuple[int, Any]:
    """Orders values of one column of whatever type, numbers before texts as SQLite does."""
    if isinstance(value, (int, float, Decimal)):
        return 0, value
    if isinstance(value, str):
        return 1, value
    if isinstance(value, datetime):
        return (3, value) if value.tzinfo else (2, value)
    if isinstance(value, date):
        return 2, datetime(value.year, value.month, value.day)  # noqa: DTZ001  # for order only
    return 4, bytes(value) if isinstance(value, (bytes, memoryview)) else str(value)


def back(value: Any, seconds: float) -> Any:
    """A cursor's value so many seconds earlier, or a bound that is lower still. A number that is no
    time since 1970 stays."""
    try:
        if isinstance(value, date):  # a datetime, too
            return value - timedelta(seconds=seconds)
        if isinstance(value, str):
            return _text_back(value, seconds)
    except OverflowError:
        return "" if isinstance(value, str) else type(value).min
    if (unit := epoch_unit(value)) is not None:
        return type(value)(value - type(value)(seconds * unit))
    return value


def epoch_unit(value: Any) -> float | None:
    """How many units of a number are a second, if it counts time since 1970."""
    if isinstance(value, (int, float, Decimal)):
        for least, unit in _EPOCH_UNITS:
            if least <= value <= least * _EPOCH_SPAN:
                return unit
    return None


def moment(value: Any) -> datetime | None:
    """When a cursor's value is, in UTC where it states no zone."""
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            return None
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=UTC)
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day, tzinfo=UTC)
    unit = epoch_unit(value)
    return None if unit is None else datetime.fromtimestamp(float(value) / unit, UTC)


def _text_back(value: str, seconds: float) -> str:
    """Texts compare sign by sign: up to the second, in the form of the text, is not above any text
    of that second."""
    try:
        then = datetime.fromisoformat(value).replace(tzinfo=None)
    except ValueError:
        return value
    if len(value) <= len("2020-01-01"):
        return (then - timedelta(seconds=seconds)).date().isoformat()
    return (then - timedelta(seconds=seconds)).isoformat(value[10], "seconds")
