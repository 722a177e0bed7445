"""What a workbook of one long table is made of: columns of one kind each, rows, a total."""

from collections.abc import Sequence
from typing import Literal, NamedTuple, get_args

from hub.core.time import DAY, OFFSET, SECOND

Kind = Literal["text", "count", "share", "change", "instant"]
KINDS: tuple[Kind, ...] = get_args(Kind)
Value = str | int | float | None
"""What stands in a cell by the kind of its column: a text; a number; percent; a number with its
sign; an instant (µs, UTC). None is an empty cell."""

_EPOCH_DAY = 25_569
"""1970-01-01 as a workbook counts days."""


class Column(NamedTuple):
    """A column. `over`: the head above that it shares with its neighbours; `formula`: what reckons
    its cells, with `{row}` for the number of their row; `summed`: its total is the sum of its
    rows, which the caller knows to be so."""

    label: str
    kind: Kind = "text"
    width: float = 12.0
    over: str = ""
    formula: str = ""
    summed: bool = False


class Row(NamedTuple):
    """A row. `level`: how far its first text is moved in, and by how many rows above it is folded;
    `below`: how many of the rows that follow are parts of it, which its summed columns add up."""

    cells: Sequence[Value]
    level: int = 0
    bold: bool = False
    below: int = 0


class Table(NamedTuple):
    """What a workbook is made of. `titles`: lines above the table, the first one large; `fixed`:
    how many columns stay in view; `total`: the last row, None where there is none; `deepest`: the
    highest level of a row, 0 for rows that are no tree, which a filter sorts."""

    name: str
    titles: Sequence[str]
    columns: Sequence[Column]
    fixed: int = 1
    total: Sequence[Value] | None = None
    deepest: int = 0


def serial(instant: int) -> float:
    """An instant (µs, UTC) as a workbook counts local days, to the second."""
    return (instant + OFFSET) // SECOND / (DAY // SECOND) + _EPOCH_DAY


def share(part: int, whole: int) -> float | None:
    """Percent with one digit, half rounded away from zero on exact numbers; None of nothing.

    >>> share(1, 3), share(-1, 8), share(5, 10_000), share(1, 0)
    (33.3, -12.5, 0.1, None)
    """
    if not whole:
        return None
    tenths = (2000 * abs(part) + whole) // (2 * whole)
    return (tenths if part >= 0 else -tenths) / 10


def share_formula(part: str, whole: str) -> str:
    """The formula that reckons the same: whole numbers are divided last."""
    return f'=IF({whole}=0,"",ROUND(({part})*1000/{whole},0)/10)'
