"""Which columns of a sheet are which of a form's."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal, NamedTuple

from hub.registry.aliases import Alias
from hub.reports.form.compiled import Head, Part
from hub.reports.reconcile.sheets import Sheet, SheetRow
from hub.reports.reconcile.words import alias_of, is_number, is_numbering, numbering, plain

_HEAD_ROWS = 8
SIGN = " / "
"""Between the texts above a column."""
How = Literal["given", "remembered", "number", "heading", "place"]


class Found(NamedTuple):
    """A column of a sheet (`at`, from 0) that is a column of the form, and how that is known."""

    key: str
    at: int
    heading: str
    how: How


def columns_of(
    sheet: Sheet,
    part: Part,
    begin: int,
    rows: Sequence[SheetRow],
    labels: int,
    given: Mapping[int, str],
    aliases: Mapping[str, Alias],
) -> list[Found]:
    """The columns that are known. `begin`: where the numbers begin, below the headings; `rows`:
    those that are rows of the form; `labels`: the column of their labels; `given`: what a person
    says; `aliases`: what was said of headings before."""
    head = sheet.rows[max(0, begin - _HEAD_ROWS) : begin]
    headings = _headings([row.cells for row in head])
    values = [it for it in part.heads if it.is_ == "value"]
    keys = {it.key for it in values}
    found = {at: (key, "given") for at, key in given.items() if key in keys}  # type: dict[int, tuple[str, How]]
    named = {at: alias_of(SIGN.join(texts)) for at, texts in headings.items()}
    times = Counter(named.values())
    before = {at: aliases[it].key for at, it in named.items() if it in aliases and times[it] == 1}
    _add(found, ((at, it, "remembered") for at, key in before.items() for it in values
                 if it.key == key))  # fmt: skip
    numbers = next((line for row in head if (line := numbering(row.cells))), {})
    _add(found, ((at, part.heads[n - 1], "number") for at, n in numbers.items()
                 if n <= len(part.heads)))  # fmt: skip
    _add(found, ((at, it, "heading") for it in values for at, texts in headings.items()
                 if _is_heading(it, texts)))  # fmt: skip
    _add(found, ((at, it, "place") for at, it in _by_place(rows, labels, values, found)))
    return [
        Found(key, at, SIGN.join(headings.get(at, ())), how)
        for at, (key, how) in sorted(found.items())
    ]


def _add(found: dict[int, tuple[str, How]], more: Iterable[tuple[int, Head, How]]) -> None:
    """Columns that are not known yet; a column of values is found once."""
    for at, head, how in more:
        if head.is_ == "value" and at not in found and head.key not in _keys(found):
            found[at] = head.key, how


def _keys(found: Mapping[int, tuple[str, How]]) -> set[str]:
    return {key for key, _ in found.values()}


def _headings(lines: Sequence[Sequence[Any]]) -> dict[int, list[str]]:
    """The texts above each column; one that stands over several columns is above them all."""
    found: dict[int, list[str]] = {}
    for cells in lines:
        if is_numbering(cells):
            continue
        over = ""
        for at, cell in enumerate(cells):
            over = cell if isinstance(cell, str) and cell.strip() else over
            if over:
                found.setdefault(at, []).append(over)
    return found


def _is_heading(head: Head, texts: Sequence[str]) -> bool:
    told = [plain(text) for text in texts]
    if not told or told[-1] != plain(head.label):
        return False
    return not head.under or plain(head.under) in told[:-1]


def _by_place(
    rows: Sequence[SheetRow],
    labels: int,
    values: Sequence[Head],
    found: Mapping[int, tuple[str, How]],
) -> list[tuple[int, Head]]:
    """Columns of numbers that are left, where as many columns of the form are."""
    filled = sorted({
        at for row in rows for at, cell in enumerate(row.cells) if is_number(cell)
    })  # fmt: skip
    left = [at for at in filled if at > labels and at not in found]
    open_heads = [it for it in values if it.key not in _keys(found)]
    return list(zip(left, open_heads, strict=True)) if len(left) == len(open_heads) else []
