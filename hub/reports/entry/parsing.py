"""What a person wrote into a cell, as a statement. What may mean two things is asked, not guessed.

Vietnamese offices write 2.738 for two thousand and 2,7 for a fraction; programs set to English read
the first as 2,738. So digits in one group of three behind a point or a comma are asked about.
"""

import re
import unicodedata
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from hub.indicator.fold import Content
from hub.indicator.values import number
from hub.reports.entry.needs import Kind

NOT_APPLICABLE, WITHDRAWN = "không áp dụng", "rút lại"
YES, NO = "Có", "Không"
_STATUS = {
    NOT_APPLICABLE: "not_applicable", "not_applicable": "not_applicable",
    WITHDRAWN: "withdrawn", "withdrawn": "withdrawn",
}  # fmt: skip
_YES_NO = {"có": 1, "yes": 1, "true": 1, "1": 1, "không": 0, "no": 0, "false": 0, "0": 0}
_NUMBER = re.compile(r"-?[0-9]+([.,][0-9]+)?")
_GROUPED = re.compile(r"-?[0-9]{1,3}([.,'\u2019 \u00a0\u202f][0-9]{3})+([.,][0-9]+)?")
_ISO = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_DMY = re.compile(r"([0-9]{1,2})[/.-]([0-9]{1,2})[/.-]([0-9]{4})")
_DIGITS, _DECIMALS = 15, 3
_THOUSAND, _HUNDRED = 1000, 100
_LONGEST = 500


class UnclearError(ValueError):
    """A cell that cannot be taken as it is; the text is a code of `SAYS`."""


def parsed(kind: Kind, choices: tuple[str, ...], raw: Any) -> Content:
    """What a cell states: a str, bool, int, float, date or datetime as a sheet has it, or a Decimal
    where the number cannot be misread. Raises `UnclearError`."""
    if isinstance(raw, str):
        raw = tidy(raw)
        if status := _STATUS.get(raw.casefold()):
            return Content("status", status)
    match kind:
        case "count" | "amount" | "share":
            return Content("value", _json(_of_kind(kind, raw)))
        case "yes_no":
            return Content("value", _yes_no(raw))
        case "date":
            return Content("date", _day(raw))
        case "choice":
            return Content("text", _choice(choices, raw))
        case "text":
            return Content("text", text(raw))
        case "any":
            return _any(raw)


def tidy(raw: str) -> str:
    """A text in one form of Unicode, without spaces around it."""
    return unicodedata.normalize("NFC", raw).strip().strip("\u00a0\u200b\ufeff").strip()


def text(raw: Any) -> str:
    """A text; a whole number becomes its digits. Raises `UnclearError`."""
    if isinstance(raw, float) and raw.is_integer():
        raw = int(raw)
    if isinstance(raw, bool) or not isinstance(raw, str | int):
        raise UnclearError("not-text")
    if len(str(raw)) > _LONGEST:
        raise UnclearError("text-long")
    return str(raw)


def _of_kind(kind: Kind, raw: Any) -> Decimal:
    if kind == "share":
        return _share(raw)
    found = _number(raw)
    if kind == "count":
        if found != found.to_integral_value():
            raise UnclearError("not-whole")
        if found < 0:
            raise UnclearError("negative")
    return found


def _number(raw: Any, *, may_be_grouped: bool = True) -> Decimal:
    """An exact number. Raises `UnclearError`."""
    if isinstance(raw, Decimal):
        return raw
    if isinstance(raw, bool) or not isinstance(raw, str | int | float):
        raise UnclearError("not-a-number")
    if isinstance(raw, str):
        if may_be_grouped and _GROUPED.fullmatch(raw):
            raise UnclearError("grouped")
        if not _NUMBER.fullmatch(raw):
            raise UnclearError("not-a-number")
        raw = raw.replace(",", ".")
    found = Decimal(str(raw))
    if not found.is_finite():
        raise UnclearError("not-a-number")
    places = -int(found.as_tuple().exponent)
    if isinstance(raw, float) and may_be_grouped and places == _DECIMALS and abs(found) < _THOUSAND:
        raise UnclearError("grouped")
    return found


def _share(raw: Any) -> Decimal:
    """In percent. A part of one percent must be written with the sign."""
    is_percent = isinstance(raw, str) and raw.endswith("%")
    found = _number(raw.removesuffix("%").rstrip() if is_percent else raw, may_be_grouped=False)
    if not 0 <= found <= _HUNDRED:
        raise UnclearError("share-range")
    if 0 < found <= 1 and not is_percent:
        raise UnclearError("share-fraction")
    return found


def _json(found: Decimal) -> int | float:
    """A JSON number. Raises `UnclearError`."""
    if len(found.normalize().as_tuple().digits) > _DIGITS or abs(found) >= Decimal(10) ** _DIGITS:
        raise UnclearError("too-long")
    return number(found)


def _yes_no(raw: Any) -> int:
    if isinstance(raw, float | Decimal) and raw == int(raw):
        raw = int(raw)
    found = _YES_NO.get(str(raw).casefold())
    if found is None:
        raise UnclearError("not-yes-no")
    return found


def _day(raw: Any) -> str:
    if isinstance(raw, datetime):
        return raw.date().isoformat()
    if isinstance(raw, date):
        return raw.isoformat()
    if not isinstance(raw, str):
        raise UnclearError("not-a-date")
    if found := _DMY.fullmatch(raw):
        day, month, year = map(int, found.groups())
        if day != month and day <= 12 and month <= 12:  # a month, too
            raise UnclearError("date-ambiguous")
        raw = f"{year:04}-{month:02}-{day:02}"
    try:
        if not _ISO.fullmatch(raw):
            raise ValueError
        return date.fromisoformat(raw).isoformat()
    except ValueError:
        raise UnclearError("not-a-date") from None


def _choice(choices: tuple[str, ...], raw: Any) -> str:
    for word in choices:
        if isinstance(raw, str) and raw.casefold() == word.casefold():
            return word
    raise UnclearError("not-a-choice")


def _any(raw: Any) -> Content:
    """What nobody said the kind of: a number, a day, else a text."""
    if isinstance(raw, date) or (
        isinstance(raw, str) and (_ISO.fullmatch(raw) or _DMY.fullmatch(raw))
    ):
        return Content("date", _day(raw))
    if isinstance(raw, str) and not (_NUMBER.fullmatch(raw) or _GROUPED.fullmatch(raw)):
        return Content("text", text(raw))
    return Content("value", _json(_number(raw)))
