"""What the cells of a sheet are: texts to compare, numbers, the line that numbers the columns."""

import re
import unicodedata
from collections.abc import Sequence
from functools import cache
from typing import Any

from hub.registry.aliases import MOST_LABEL

_NUMBERED = re.compile(r"\(?([0-9]{1,2})\)?")
_NUMBER = re.compile(r"-?[0-9][0-9.,]*%?")
_YEAR = re.compile(r"(19|20)[0-9]{2}")


@cache
def plain(text: str) -> str:
    """A text without accents, capitals and signs: `Thị trấn Củ Chi` is `thi tran cu chi`."""
    bare = unicodedata.normalize("NFD", text.casefold().replace("đ", "d"))
    kept = "".join(sign for sign in bare if not unicodedata.combining(sign))
    return " ".join(re.findall(r"[a-z0-9]+", kept))


def label_of(text: str) -> str:
    """A label to compare: plain, or the sign that is all of it, such as `-` for "has none"."""
    return plain(text) or text.strip()


def alias_of(text: str) -> str:
    """By what a label of a sheet is remembered; '' where nothing is left to tell it by."""
    return plain(text)[:MOST_LABEL]


def label_at(cells: Sequence[Any], column: int) -> str:
    """The label in a column; '' where there is none."""
    cell = cells[column] if column < len(cells) else None
    return label_of(cell) if isinstance(cell, str) else ""


def is_number(cell: Any) -> bool:
    """Whether a cell holds a number, as such or as a text."""
    if isinstance(cell, str):
        return bool(_NUMBER.fullmatch(cell.strip()))
    return isinstance(cell, int | float) and not isinstance(cell, bool)


def is_counted(cells: Sequence[Any], labels: int) -> bool:
    """Whether a row has a label and, behind it, nothing but numbers that are not all years."""
    values = [cell for cell in cells[labels + 1 :] if cell is not None]
    return (
        bool(label_at(cells, labels) and values)
        and all(map(is_number, values))
        and not all(_YEAR.fullmatch(str(value).strip()) for value in values)
        and not is_numbering(cells)
    )


def is_numbering(cells: Sequence[Any]) -> bool:
    """Whether a row numbers the columns."""
    return len(numbering(cells)) > 1


def numbering(cells: Sequence[Any]) -> dict[int, int]:
    """Of a line of the numbers of columns: which number stands where; else nothing."""
    found: dict[int, int] = {}
    for at, cell in enumerate(cells):
        match = _NUMBERED.fullmatch(str(cell).strip()) if cell is not None else None
        if match:
            found[at] = int(match[1])
        elif cell is not None:
            return {}
    numbers = list(found.values())
    return found if numbers == sorted(set(numbers)) and numbers[:1] in ([1], [2], [3]) else {}
