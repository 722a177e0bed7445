"""Which rows and columns of a sheet are which of a form's, and how that is known.

Rows are known by label, with the code beside where labels are alike, in the order of the form;
rows of units and fields by name or code. Columns are known by the line of their numbers, by their
headings, or because a person says so. What is only likely by its place is told as such.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from typing import Any, NamedTuple

from hub.registry.aliases import Alias
from hub.reports.form.compiled import Block, Line, Part
from hub.reports.reconcile.columns import Found, columns_of
from hub.reports.reconcile.sheets import Sheet
from hub.reports.reconcile.words import (
    alias_of,
    is_counted,
    is_number,
    is_numbering,
    label_at,
    label_of,
    plain,
)
from hub.reports.slices import Slice

_NEAR = 0.85


class FormRow(NamedTuple):
    """A row of a form as it is printed; `of`: which of a block's rows."""

    key: str
    code: str
    label: str
    line: Line | Block
    of: Slice | None


class Named(NamedTuple):
    """What a person says: `columns` by their place, `rows` by their number, as keys of the form;
    `of_sheets`: the same of one sheet, by its name."""

    columns: Mapping[int, str] = {}
    rows: Mapping[int, str] = {}
    of_sheets: Mapping[str, "Named"] = {}

    def on(self, sheet: str) -> "Named":
        """What is said of a sheet; what is said of it alone comes first."""
        own = self.of_sheets.get(sheet, Named())
        return Named({**self.columns, **own.columns}, {**self.rows, **own.rows})


class Match(NamedTuple):
    """A sheet that is a section of the form. `rows`: by the place in the sheet's rows; `unknown`:
    numbers of rows with numbers in them that are no row of the form."""

    sheet: Sheet
    part: Part
    rows: Mapping[int, FormRow]
    columns: Sequence[Found]
    unknown: Sequence[int]
    said: Mapping[int, Alias | None]
    """The rows that a person said, now (None) or before, by their place."""
    labels: int
    """The column of the labels."""

    @property
    def weight(self) -> int:
        """How much of the sheet was recognised."""
        return len(self.rows)


def _code(cell: Any) -> str:
    return str(cell).strip().rstrip(".").casefold() if isinstance(cell, str | int | float) else ""


def matched(
    sheet: Sheet, part: Part, expected: Sequence[FormRow], named: Named, aliases: Sequence[Alias]
) -> Match:
    """A sheet as a section of the form, as far as it can be. `aliases`: of this section."""
    named = named.on(sheet.name)
    labels = label_column(sheet, expected)
    of_rows = {it.label: it for it in aliases if it.kind == "row"}
    of_columns = {it.label: it for it in aliases if it.kind == "column"}
    known, said = _said(sheet, expected, named, of_rows, labels)
    rows = _rows(sheet, expected, known, labels)
    begin = min(rows, default=0)
    while begin > 0 and is_counted(sheet.rows[begin - 1].cells, labels):
        begin -= 1  # a row that is called otherwise is no heading
    there = [sheet.rows[at] for at in rows]
    columns = columns_of(sheet, part, begin, there, labels, named.columns, of_columns)
    numbers = {found.at for found in columns}
    unknown = [
        row.number
        for at, row in enumerate(sheet.rows)
        if at >= begin and at not in rows and not is_numbering(row.cells)
        and any(is_number(cell) for n, cell in enumerate(row.cells) if n in numbers)
    ]  # fmt: skip
    return Match(sheet, part, rows, columns, unknown, said, labels)


def _said(
    sheet: Sheet, expected: Sequence[FormRow], named: Named, aliases: Mapping[str, Alias],
    labels: int,
) -> tuple[dict[int, FormRow], dict[int, Alias | None]]:  # fmt: skip
    """The rows that a person says, or said of their labels before; a label that stands on the
    sheet twice may be either, so nothing is known by it."""
    by_key = {row.key: row for row in expected}
    found = {
        at: by_key[named.rows[row.number]]
        for at, row in enumerate(sheet.rows)
        if named.rows.get(row.number) in by_key
    }
    said: dict[int, Alias | None] = dict.fromkeys(found)
    if aliases:
        texts = [alias_of(label_at(row.cells, labels)) for row in sheet.rows]
        times = Counter(texts)
        for at, text in enumerate(texts):
            alias = aliases.get(text)
            row = by_key.get(alias.key) if alias and times[text] == 1 else None
            if row and at not in found and row not in found.values():
                found[at], said[at] = row, alias
    return found, said


def _rows(
    sheet: Sheet, expected: Sequence[FormRow], known: Mapping[int, FormRow], labels: int
) -> dict[int, FormRow]:
    found = dict(known)
    fixed = [row for row in expected if row.of is None and row not in found.values()]
    for at, row in _aligned(sheet, fixed, labels):
        found.setdefault(at, row)
    return found | dict(_of_blocks(sheet, expected, found, labels))


def _of_blocks(
    sheet: Sheet, expected: Sequence[FormRow], found: Mapping[int, FormRow], labels: int
) -> Iterator[tuple[int, FormRow]]:
    """Rows of units, fields and the like by name or code. Where several are called so, as a field
    of each level is, the one below the same fixed row; of two below it nobody can tell."""
    there = {row.key for row in found.values()}
    below: defaultdict[tuple[str, str | None], list[FormRow]] = defaultdict(list)
    named: defaultdict[str, list[FormRow]] = defaultdict(list)
    last = None
    for row in expected:
        if row.of is None:
            last = row.key if row.key in there else last
        elif row.key not in there:
            for name in {label_of(row.label), plain(row.of.key)} - {""}:
                below[name, last].append(row)
                named[name].append(row)
    taken, last = set[str](), None
    for at, line in enumerate(sheet.rows):
        if at in found:
            last = found[at].key if found[at].of is None else last
            continue
        name = label_at(line.cells, labels)
        likely = below.get((name, last)) or named.get(name, [])
        if len(likely) == 1 and likely[0].key not in taken:
            taken.add(likely[0].key)
            yield at, likely[0]


def label_column(sheet: Sheet, expected: Sequence[FormRow]) -> int:
    """The column in which most labels of the form stand: a heading may be a label elsewhere."""
    known = {label_of(row.label) for row in expected} - {""}
    hits = Counter(
        at for row in sheet.rows for at, cell in enumerate(row.cells)
        if isinstance(cell, str) and label_of(cell) in known
    )  # fmt: skip
    return max(hits, key=lambda at: (hits[at], -at), default=0)


def _aligned(sheet: Sheet, fixed: Sequence[FormRow], labels: int) -> list[tuple[int, FormRow]]:
    """The rows that are alike, in the same order in both, of the greatest weight in all."""
    alike = _Alike(fixed)
    found_in = ((at, alike.to(row.cells, labels)) for at, row in enumerate(sheet.rows))
    hits = [(at, to) for at, to in found_in if to]
    height, width = len(hits), len(fixed)
    best = [[0] * (width + 1) for _ in range(height + 1)]
    for i in range(height - 1, -1, -1):
        for j in range(width - 1, -1, -1):
            both = hits[i][1].get(j, 0)
            best[i][j] = max(best[i + 1][j], best[i][j + 1], both and both + best[i + 1][j + 1])
    found: list[tuple[int, FormRow]] = []
    i = j = 0
    while i < height and j < width:
        both = hits[i][1].get(j, 0)
        if both and best[i][j] == both + best[i + 1][j + 1]:
            found.append((hits[i][0], fixed[j]))
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            i += 1
        else:
            j += 1
    return found


class _Alike:
    """How much rows of a sheet are like rows of the form: by number of the form's row, a weight."""

    def __init__(self, fixed: Sequence[FormRow]) -> None:
        self._labels = [label_of(row.label) for row in fixed]
        self._of_label: defaultdict[str, list[int]] = defaultdict(list)
        self._of_code: defaultdict[str, list[int]] = defaultdict(list)
        for j, row in enumerate(fixed):
            if self._labels[j]:
                self._of_label[self._labels[j]].append(j)
                self._of_code[_code(row.code) or "-"].append(j)

    def to(self, cells: Sequence[Any], labels: int) -> dict[int, int]:
        """The rows of the form that a row of a sheet may be: 4 for label and code, 3 for the label,
        2 for the code and nearly the label."""
        text = label_at(cells, labels)
        if not text:
            return {}
        coded = {j for cell in cells for j in self._of_code.get(_code(cell), ())}
        found = {j: 2 for j in coded if _is_near(self._labels[j], text)}
        return found | {j: 3 + (j in coded) for j in self._of_label.get(text, ())}


def _is_near(label: str, text: str) -> bool:
    return SequenceMatcher(None, label, text).ratio() > _NEAR
