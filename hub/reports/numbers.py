"""Numbers as Vietnamese reports print them, exact and rounded half up."""

from fractions import Fraction
from math import floor

from hub.reports.form.compiled import Style


def rounded(value: Fraction, decimals: int) -> Fraction:
    """Rounded half up (away from zero), exactly."""
    scale = 10**decimals
    whole = floor(abs(value) * scale + Fraction(1, 2))
    return Fraction(-whole if value < 0 else whole, scale)


def json_number(value: Fraction) -> int | float:
    """As a JSON number, an integer where it is one."""
    return int(value) if value.denominator == 1 else float(value)


def printed(value: Fraction, style: Style) -> str:
    """As it is printed: `4.340`, `08`, `92,1`.

    >>> printed(Fraction(921, 10), Style())
    '92,1'
    """
    value = rounded(value, style.decimals)
    digits = (
        f"{abs(value.numerator) * 10**style.decimals // value.denominator:0{style.decimals + 1}}"
    )
    whole, part = digits[: len(digits) - style.decimals], digits[len(digits) - style.decimals :]
    if style.trim:
        part = part.rstrip("0")
    if value:
        whole = whole.zfill(style.pad)
    grouped = f"{int(whole):,}".replace(",", style.group) if len(whole) > 3 else whole
    sign = "-" if value < 0 else ""
    return sign + grouped + ("," + part if part else "") + style.suffix
