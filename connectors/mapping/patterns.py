"""Patterns of times, as Java writes them, and the numbers of epochs."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone

Moment = date | datetime
"""A date alone, a time without a zone, or one with it."""
Pattern = Callable[[str], Moment | None]
"""None where a text has another form. Raises `ValueError` for a day or hour that does not exist."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LOCAL_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001  # in the source's zone
EPOCHS = {
    "epoch-seconds": timedelta(seconds=1),
    "epoch-millis": timedelta(milliseconds=1),
    "epoch-micros": timedelta(microseconds=1),
    "epoch-days": timedelta(days=1),
}
_LETTERS = {
    "yyyy": r"(?P<year>\d{4})", "uuuu": r"(?P<year>\d{4})",
    "MM": r"(?P<month>\d\d)", "M": r"(?P<month>\d\d?)",
    "dd": r"(?P<day>\d\d)", "d": r"(?P<day>\d\d?)",
    "HH": r"(?P<hour>\d\d)", "H": r"(?P<hour>\d\d?)",
    "hh": r"(?P<hour12>\d\d)", "h": r"(?P<hour12>\d\d?)",
    "mm": r"(?P<minute>\d\d)", "m": r"(?P<minute>\d\d?)",
    "ss": r"(?P<second>\d\d)", "s": r"(?P<second>\d\d?)",
    "S": r"(?P<fraction>\d)", "SS": r"(?P<fraction>\d\d)", "SSS": r"(?P<fraction>\d{3})",
    "SSSSSS": r"(?P<fraction>\d{6})", "SSSSSSSSS": r"(?P<fraction>\d{9})",
    "a": r"(?P<half>AM|PM|am|pm|SA|CH|sa|ch)",
    "XXX": r"(?P<offset>Z|[+-]\d\d:\d\d)", "XX": r"(?P<offset>Z|[+-]\d{4})",
    "X": r"(?P<offset>Z|[+-]\d\d(?:\d\d)?)", "Z": r"(?P<offset>[+-]\d{4})",
}  # fmt: skip
_PIECE = re.compile(r"'(?P<quoted>(?:[^']|'')*)'|(?P<letters>([A-Za-z])\3*)|(?P<sign>[^A-Za-z'])")


def pattern(text: str) -> Pattern:
    """The reader of one pattern. Raises `ValueError`: its text says what is wrong, what to do."""
    if text in EPOCHS:
        return _epoch(EPOCHS[text], _EPOCH)
    if text.endswith("-local") and (unit := EPOCHS.get(text.removesuffix("-local"))):
        return _epoch(unit, _LOCAL_EPOCH)
    if text in ("iso", "ISO", "ISO-8601", "ISO8601"):
        return iso
    regex = re.compile(_regex(text), re.ASCII)
    groups = frozenset(regex.groupindex)
    if lacking := {"year", "month", "day"} - groups:
        raise ValueError(f"lacks the {min(lacking)}; a pattern has yyyy, MM and dd")
    if ("hour12" in groups) != ("half" in groups) or {"hour", "hour12"} <= groups:
        raise ValueError("needs HH for 24 hours, or hh with a for 12")
    hours = groups & {"hour", "hour12"}
    if (groups - {"year", "month", "day"} and not hours) or (
        "second" in groups and "minute" not in groups
    ):
        raise ValueError("leaves out hours or minutes though it has smaller parts; add HH or mm")
    return _general(regex) if groups - _PLAIN else _plain(regex, bool(hours))


_PLAIN = {"year", "month", "day", "hour", "minute", "second"}


def _regex(text: str) -> str:
    found, at = "", 0
    for piece in _PIECE.finditer(text):
        if piece.start() != at:
            break
        at = piece.end()
        if (letters := piece["letters"]) is not None:
            found += _group(letters)
        else:
            quoted = piece["quoted"]
            plain = piece["sign"] if quoted is None else quoted.replace("''", "'") or "'"
            found += re.escape(plain)
    if at != len(text):
        raise ValueError("has a quote that does not end; close it")
    try:
        re.compile(found)
    except re.error:
        raise ValueError("names a part twice; name each once") from None
    return found


def _group(letters: str) -> str:
    if letters in ("yy", "y", "uu"):
        raise ValueError(
            "has a year of two digits, which names no century; ask the vendor for yyyy"
        )
    if letters == "T":  # Java wants quotes around it; nobody means anything else
        return "T"
    if letters not in _LETTERS:
        raise ValueError(
            f"has `{letters}`, which stands for nothing here; known: {', '.join(_LETTERS)}, "
            f"{', '.join(EPOCHS)}; other letters stand in '…'"
        )
    return _LETTERS[letters]


def _plain(regex: re.Pattern[str], has_hours: bool) -> Pattern:
    """Of patterns that have but digits: the most, and the quickest."""
    names = sorted(regex.groupindex, key="year month day hour minute second".find)
    order = [regex.groupindex[name] for name in names]
    match = regex.fullmatch

    def read(text: str) -> Moment | None:
        if (found := match(text)) is None:
            return None
        parts = [int(it) for it in found.group(*order)]
        return datetime(*parts) if has_hours else date(*parts)  # type: ignore[arg-type]  # noqa: DTZ001

    return read


def _general(regex: re.Pattern[str]) -> Pattern:
    def read(text: str) -> Moment | None:
        if (match := regex.fullmatch(text)) is None:
            return None
        found = match.groupdict()
        zone = _zone(found.get("offset"))
        return datetime(
            int(found["year"]), int(found["month"]), int(found["day"]), _hour(found),
            int(found.get("minute") or 0), int(found.get("second") or 0),
            int((found.get("fraction") or "").ljust(6, "0")[:6]), zone,
        )  # fmt: skip

    return read


def _hour(found: dict[str, str | None]) -> int:
    if (half := found.get("half")) is None:
        return int(found.get("hour") or 0)
    hour = int(found["hour12"] or 0)
    if not 1 <= hour <= 12:
        raise ValueError("hour must be in 1..12")
    return hour % 12 + (12 if half.upper() in ("PM", "CH") else 0)


def _zone(offset: str | None) -> timezone | None:
    if offset is None:
        return None
    if offset == "Z":
        return UTC
    digits = offset[1:].replace(":", "").ljust(4, "0")
    if int(digits[2:]) > 59:
        raise ValueError("minute of an offset must be in 0..59")
    east = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return timezone(-east if offset[0] == "-" else east)


def _epoch(unit: timedelta, start: datetime) -> Pattern:
    is_days = unit == EPOCHS["epoch-days"]

    def read(text: str) -> Moment | None:
        if re.fullmatch(r"-?[0-9]{1,18}", text) is None:
            return None
        try:
            found = start + int(text) * unit
        except OverflowError:
            return None
        if not 1990 <= found.year <= 2100:  # another unit: the next pattern may fit
            return None
        return found.date() if is_days else found

    return read


_ISO = re.compile(
    r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:[.,]\d{1,9})?)? ?(?:Z|z|[+-]\d\d(?::?\d\d)?)?)?",
    re.ASCII,
)


def iso(text: str) -> Moment | None:
    """ISO 8601: a date, or date and time with `T` or a space, with or without an offset."""
    if _ISO.fullmatch(text) is None:
        return None
    if len(text) == 10:
        return date.fromisoformat(text)
    return datetime.fromisoformat(text[:11] + text[11:].replace(" ", "").upper())
