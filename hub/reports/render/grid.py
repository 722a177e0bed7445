"""What stands in which cell of a sheet, and how it looks, before it is written."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from textwrap import wrap
from typing import Literal, NamedTuple

_NUMBER = re.compile(r"-?(?P<whole>[0-9.]+)(?:,(?P<part>[0-9]+))?(?P<suffix>[^0-9]*)")
LINE = 15.75
"""Points of a line of 12-point letters."""
Align = Literal["left", "center", "right"]


class Look(NamedTuple):
    """How a cell looks. `number`: its format, where it is a number."""

    align: Align = "left"
    bold: bool = False
    italic: bool = False
    box: bool = False
    number: str = ""
    size: int = 12


class Put(NamedTuple):
    """What stands in a cell. `formula`: what reckons it, with `value` as its result."""

    value: int | float | str
    look: Look
    formula: str = ""


class Line(NamedTuple):
    """A row of a sheet. `height`: in points; None is as high as its texts."""

    cells: Sequence[Put | None]
    height: float | None = None
    hidden: bool = False


@dataclass
class Sheet:
    """A sheet. `merged`: (first row, first column, last row, last column), from 0; `repeated`: the
    first and last of the rows that stand on each page; `links`: sheets to which cells lead."""

    name: str
    widths: list[float]
    lines: list[Line] = field(default_factory=list)
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    repeated: tuple[int, int] | None = None
    links: dict[tuple[int, int], str] = field(default_factory=dict)

    def across(self, text: str, look: Look) -> None:
        """A line of one text over all columns."""
        width = len(self.widths)
        if width > 1:
            self.merged.append((len(self.lines), 0, len(self.lines), width - 1))
        self.lines.append(Line([Put(text, look)], height_of(text, sum(self.widths), look.size)))


@dataclass(frozen=True, eq=False, slots=True)
class Shape:
    """What many lines have in common. `slots`: the columns whose values are each line's own."""

    line: Line
    slots: frozenset[int] = frozenset()


class Filled(NamedTuple):
    """A line of a shape. `values`: of its slots from left to right, as they stand in a file."""

    shape: Shape
    values: tuple[int | str, ...] = ()


@dataclass
class FilledSheet(Sheet):
    """A sheet whose lines are all of shapes."""

    filled: list[Filled] = field(default_factory=list)


@lru_cache(65536)
def number_format(text: str) -> str:
    """The format by which a number stands as a report prints it: `08`, `4.340`, `92,1%`.

    The sign of the language is for LibreOffice, which groups by it; Excel groups by its own.

    >>> number_format("4.340"), number_format("92,1%")
    ('[$-42A]#,##0', '[$-42A]#,##0.0"%"')
    """
    found = _NUMBER.fullmatch(text)
    if found is None:
        return ""
    whole, part = found["whole"], found["part"] or ""
    suffix = found["suffix"].replace('"', "")
    last = (f".{'0' * len(part)}" if part else "") + (f'"{suffix}"' if suffix else "")
    digits = "#,##0" if len(whole) < 4 or "." in whole else "0"
    if len(whole) > 1 and whole[0] == "0":
        digits = "0" * len(whole)
    return f"[$-42A]{digits}{last}"


@lru_cache(65536)
def height_of(text: str, width: float, size: int = 12) -> float:
    """How high a text stands in a column. Merged cells do not fit themselves, and LibreOffice fits
    none; letters are a little wider than the digits that columns are measured by."""
    across = max(1, int(width * 12 / size / 1.1))
    lines = sum(_lines(it, across) for it in text.split("\n"))
    return lines * LINE * size / 12


def _lines(text: str, across: int) -> int:
    if len(text) <= across and "\t" not in text:  # which is wider than one sign
        return 1
    return max(1, len(wrap(text, across)))


def tallest(cells: Sequence[Put | None], widths: Sequence[float]) -> float:
    """How high a row is."""
    return max([
        height_of(put.value, width, put.look.size) if isinstance(put.value, str) else LINE
        for put, width in zip(cells, widths, strict=False)
        if put is not None
    ])  # fmt: skip
