"""Numbers as Vietnamese reports print them, exact and rounded half up."""

from fractions import Fraction
from functools import lru_cache
from math import floor

from hub.reports.form.compiled import Style

_MOST = 2**63


def rounded(value: int | Fraction, decimals: int) -> Fraction:
    """Rounded half up (away from zero), exactly."""
    scale = 10**decimals
    whole = floor(abs(value) * scale + Fraction(1, 2))
    return Fraction(-whole if value < 0 else whole, scale)


def json_number(value: int | Fraction) -> int | float:
    """As a JSON number: an integer where it is one that 64 bits hold, as JSON's readers want."""
    if value.denominator == 1 and abs(value.numerator) < _MOST:
        return int(value)
    return float(value)


def printed(value: int | Fraction, style: Style) -> str:
    """As it is printed: `4.340`, `08`, `92,1`.

    >>> printed(Fraction(921, 10), Style())
    '92,1'
    """
    if value.denominator == 1:
        return _whole(value.numerator, style)
    return _printed(value, style)


@lru_cache(65536)
def _whole(value: int, style: Style) -> str:
    return _printed(Fraction(value), style)


def _printed(value: int | Fraction, style: Style) -> str:
    value = rounded(value, style.decimals)
    digits = (
        f"{abs(value.numerator) * 10**style.decimals // value.denominator:0{style.decimals + 1}}"
    )
    whole, part = digits[: len(digits) - style.decimals], digits[len(digits) - style.decimals :]
    if style.trim:
        part = part.rstrip("0")
    if value and not part:  # documents print 08 and 0,33, never 00,33
        whole = whole.zfill(style.pad)
    width = len(whole) + (len(whole) - 1) // 3
    grouped = f"{int(whole):0{width},}".replace(",", style.group)
    sign = "-" if value < 0 else ""
    return sign + grouped + ("," + part if part else "") + style.suffix
