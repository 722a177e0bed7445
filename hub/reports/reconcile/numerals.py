"""What a cell of a sheet says: a number as Vietnamese reports print it, words, or nothing.

A number that may mean two things is not guessed: 2.738 where things are counted may be a 2,738 that
lost its point, 0.96 beside a percent may be 96.
"""

import re
from datetime import date
from fractions import Fraction
from typing import Any, Literal, NamedTuple

_BLANK = {"", "-", "–", "—", "…", "...", "/", "x", "X"}
_GROUPED = re.compile(r"-?[0-9]{1,3}(?:\.[0-9]{3})+(?:,[0-9]+)?")
_PLAIN = re.compile(r"-?[0-9]+(?:[.,][0-9]+)?")


class Said(NamedTuple):
    """`decimals`: how many were printed, None of a workbook's number. `why`: what is unclear."""

    kind: Literal["blank", "number", "words", "unclear"]
    value: Fraction = Fraction(0)
    decimals: int | None = None
    words: str = ""
    why: str = ""


BLANK = Said("blank")


def said(cell: Any, *, counts: bool, is_share: bool, suffix: str = "") -> Said:
    """What a cell says. `counts`: the form has a whole number there; `is_share`: one of hundred;
    `suffix`: what the form prints after the number."""
    if cell is None:
        return BLANK
    if isinstance(cell, bool) or not isinstance(cell, int | float | str):
        words = cell.strftime("%d/%m/%Y") if isinstance(cell, date) else str(cell)
        return Said("words", words=words)
    if isinstance(cell, int | float):
        return _number(Fraction(str(cell)), None, counts, is_share)
    text = " ".join(cell.replace("\u00a0", " ").split())
    if text in _BLANK:
        return BLANK
    bare = text.removesuffix(suffix.strip()).strip() if suffix.strip() else text
    bare = bare.removesuffix("%").strip()
    if _GROUPED.fullmatch(bare):
        whole, _, part = bare.partition(",")
        return Said("number", _fraction(whole.replace(".", ""), part), len(part))
    if _PLAIN.fullmatch(bare):
        whole, _, part = bare.replace(",", ".").partition(".")
        return _number(_fraction(whole, part), len(part), counts, is_share)
    return Said("words", words=text)


def _fraction(whole: str, part: str) -> Fraction:
    return Fraction(f"{whole}.{part}" if part else whole)


def _number(value: Fraction, decimals: int | None, counts: bool, is_share: bool) -> Said:
    if counts and value.denominator != 1:
        return Said("unclear", value, why="a count is a whole number; is a thousands point lost?")
    if is_share and 0 < value <= 1 and value.denominator != 1:
        return Said("unclear", value, why="may be a part of 1 or of 100; write it in percent")
    return Said("number", value, decimals)
