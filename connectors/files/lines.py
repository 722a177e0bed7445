"""What the readers of the formats give: lines of cells, before their columns have names."""

from collections.abc import Sequence
from typing import Any, NamedTuple

LONGEST_CELL = 131_072
"""Characters; the bound of Python's reader of CSV."""


class Wrong(NamedTuple):
    """What is wrong with a line."""

    at: int | None
    """The number of the cell, from 0; None where no single one is at fault."""
    code: str
    says: str


class Line(NamedTuple):
    """One row of a table, or one object."""

    number: int
    """As people count it, from 1: of the line of a text, the row of a sheet, the element."""
    cells: Sequence[Any]
    wrong: tuple[Wrong, ...] = ()


class BrokenFileError(Exception):
    """A file cannot be read as a whole until somebody mends it or the mapping; the others can.
    The text names file, sheet and line, and what to do."""


TOO_LONG = f"holds over {LONGEST_CELL:,} characters; shorten it"
