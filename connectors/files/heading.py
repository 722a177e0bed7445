"""Which row of a table is its header, and where the named columns stand in it."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any, NamedTuple

from connectors.files.lines import BrokenFileError, Line
from hub.core.yaml_text import near

_LOOKED_AT = 30
"""Rows that may be titles above the header."""
_SPACE = re.compile(r"\s+")


class UndecodedHeaderError(Exception):
    """The first row is not in the declared encoding."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


class Heading(NamedTuple):
    """A header."""

    number: int
    width: int
    """Cells up to the last that has a name."""
    names: tuple[str, ...]
    at: dict[str, int]
    """Where each named column stands, from 0, by its name as the mapping writes it."""


def clean(name: object) -> str:
    """A name in NFC, with single spaces and none around it."""
    text = "" if name is None else str(name)
    return _SPACE.sub(" ", unicodedata.normalize("NFC", text)).strip(" \ufeff")


def heading(place: str, lines: Iterator[Line], columns: Sequence[str], first: int = 1) -> Heading:
    """Read up to and with the header: the first row, from row `first` on, that has all columns.

    Raises `UndecodedHeaderError`, and `BrokenFileError` where none of the first rows has them all:
    it names the row that has most of them, what is missing there and which names are near.
    """
    wanted = {clean(name): name for name in columns}
    best, most = None, -1
    later = (line for line in lines if line.number >= first)
    for line in islice(later, _LOOKED_AT):
        if best is None and any(wrong.code == "encoding" for wrong in line.wrong):
            raise UndecodedHeaderError(line.number)
        names = tuple(map(clean, line.cells))
        found = len(wanted.keys() & set(names))
        if found == len(wanted):
            return _made(place, line.number, names, wanted)
        if found > most:
            best, most = (line, names), found
    if best is None:
        raise BrokenFileError(f"{place}: is empty; export it anew, with its header")
    raise BrokenFileError(_missing(place, *best, wanted))


def _made(place: str, number: int, names: tuple[str, ...], wanted: dict[str, str]) -> Heading:
    for name in wanted:
        if names.count(name) > 1:
            first = names.index(name)
            both = f"{first + 1} and {names.index(name, first + 1) + 1}"
            raise BrokenFileError(
                f"{place}:{number}: two columns are named `{name}` (the {both}.); rename the one "
                "that is not meant"
            )
    width = max((at for at, name in enumerate(names) if name), default=-1) + 1
    at = {original: names.index(name) for name, original in wanted.items()}
    return Heading(number, width, names, at)


def _missing(place: str, line: Line, names: tuple[str, ...], wanted: dict[str, str]) -> str:
    missing = [name for name in wanted if name not in names]
    told = "; ".join(f"`{name}` is missing{near(name, names)}" for name in missing)
    end = " " if told.endswith("?") else ". "
    return (
        f"{place}:{line.number}: no row has all columns that the connector's file names; in this "
        f"row {told}{end}Rename the column there or in the connector's file"
    )


def values_of(cells: Sequence[Any], at: dict[str, int]) -> dict[str, Any]:
    """The named cells."""
    return {name: cells[place] for name, place in at.items()}
