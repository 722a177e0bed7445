"""What a printed report says, cell by cell, read by its form. What may mean two things is asked."""

import re
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import NamedTuple

from hub.core.check import Problem
from hub.registry.indicators import Indicator
from hub.registry.unit_tree import UnitTree
from hub.reports.cells import Number, State
from hub.reports.form import Form
from hub.reports.form.compiled import Address, Block, Part, Plan
from hub.reports.reconcile.numerals import Said, said
from hub.reports.slices import YEAR, of_groups

STATES: Mapping[str, State] = {
    "not_provided": "not_provided", "chưa cung cấp": "not_provided", "…": "not_provided",
    "...": "not_provided", "not_applicable": "not_applicable", "không áp dụng": "not_applicable",
    "not_yet": "not_yet", "chưa đến kỳ": "not_yet",
}  # fmt: skip
"""How a row says that the document has no number there, and which of the three it is."""
_DASH = "is a dash: write 0 for none, or not_provided, not_applicable, not_yet"
_NO_NUMBER = (
    "is not a number as this form prints it, such as 4.340, 92,1 or 08; or write not_provided, "
    "not_applicable, not_yet"
)
_UNCLEAR = {"-", "–", "—", "/", "x", "X"}
_COUNTS = ("figure", "units", "took_part")
_NUMBERS = (*_COUNTS, "formula", "ratio", "number", "rule")
_NUMERIC_KINDS = ("count", "amount", "share")
_CODE = re.compile(r"[A-Za-z0-9._-]{1,64}")
_YEAR = re.compile(r"[12][0-9]{3}")
_MOST_DIGITS, _LONGEST = 15, 2_000


class NotStatedError(Exception):
    """Nothing of a document is taken."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__(f"{len(problems)} problems")
        self.problems = problems


class Row(NamedTuple):
    """A row as it was sent; `at`: where, for faults, the name of a column put in."""

    section: str
    row: str
    column: str
    text: str
    at: str


class StatedCell(NamedTuple):
    """A cell of a document. `row`: with the key of one of its rows, where it is of a block's;
    `words`: a text instead of a number; `decimals`: how many were printed."""

    section: str
    row: str
    column: str
    text: str
    number: Number
    words: str | None = None
    decimals: int | None = None

    @property
    def key(self) -> tuple[str, str, str]:
        """Its place in the report."""
        return self.section, self.row, self.column


class Known(NamedTuple):
    """What cells are held against besides the form."""

    tree: UnitTree
    catalogue: Mapping[str, Indicator]


def read(form: Form, rows: Iterable[Row], known: Known) -> list[StatedCell]:
    """The cells that a document states, in the order of the form; an empty text states nothing.

    Raises `NotStatedError` with all that is wrong.
    """
    reader = _Reader(form, known)
    faults: list[Problem] = []
    found: dict[tuple[str, str, str], StatedCell] = {}
    for row in rows:
        try:
            cell = reader.cell(row)
        except _WrongError as error:
            faults.append(error.problem)
            continue
        if cell is None:
            continue
        if cell.key in found:
            told = "stands there twice; leave one"
            faults.append(Problem("stated-twice", row.at.format("row"), told))
        found[cell.key] = cell
    if not found and not faults:
        faults.append(Problem("stated-none", "", "has no cell with a text; fill in at least one"))
    if faults:
        raise NotStatedError(*faults)
    return sorted(found.values(), key=reader.place)


class _WrongError(Exception):
    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.code)
        self.problem = problem


class _Reader:
    def __init__(self, form: Form, known: Known) -> None:
        self._form, self._known = form, known
        self._parts = {part.key: part for part in form.parts if part.lines}
        self._lines = {(part.key, line.key): line for part in form.parts for line in part.lines}
        self._order = {address: n for n, (address, _) in enumerate(form.plans())}

    def place(self, cell: StatedCell) -> tuple[int, str, int]:
        """Where a cell stands in the form: those of a block row by row."""
        row, _, of = cell.row.partition(":")
        line = next(iter(self._lines[cell.section, row].plans), "")
        first = self._order.get(Address(cell.section, row, line), 0)
        column = self._order.get(Address(cell.section, row, cell.column), len(self._order))
        return first, of, column

    def cell(self, row: Row) -> StatedCell | None:
        """A row's cell; None where it states nothing. Raises `_WrongError`."""
        text = " ".join(row.text.replace("\u00a0", " ").split())
        plan = self._plan(row)
        if not text:
            return None
        if (state := STATES.get(text.casefold())) is not None:
            return StatedCell(row.section, row.row, row.column, text, Number(state))
        if text in _UNCLEAR:
            raise _WrongError(Problem("stated-empty", row.at.format("text"), _DASH))
        number, words, decimals = self._said(plan, text, row.at.format("text"))
        return StatedCell(row.section, row.row, row.column, text, number, words, decimals)

    def _plan(self, row: Row) -> Plan:
        part = self._parts.get(row.section)
        if part is None:
            told = f"is no section of this form; it has {', '.join(self._parts)}"
            raise _WrongError(Problem("stated-section", row.at.format("section"), told))
        key, _, of = row.row.partition(":")
        line = self._lines.get((row.section, key))
        is_block = isinstance(line, Block)
        if line is None or is_block != bool(of):
            raise _WrongError(Problem("stated-row", row.at.format("row"), _rows_told(part)))
        if isinstance(line, Block) and not self._has(line, of):
            told = f"names nothing that {line.key} has a row for; write {line.key}: and {_of(line)}"
            raise _WrongError(Problem("stated-row", row.at.format("row"), told))
        if any(head.key == row.column and head.is_ == "note" for head in part.heads):
            return _NOTE
        plan = line.plans.get(row.column)
        if plan is None:
            told = f"is no column of values in this row; it has {', '.join(line.plans)}"
            raise _WrongError(Problem("stated-column", row.at.format("column"), told))
        if plan.kind is None:
            told = "is empty in this form; leave the row out"
            raise _WrongError(Problem("stated-nothing", row.at.format("column"), told))
        return plan

    def _has(self, block: Block, of: str) -> bool:
        if block.groups is not None:
            return of in {it.key for it in of_groups(self._form.document.groups[block.groups])}
        if block.each == "unit":
            return of in self._known.tree.units
        return bool((_YEAR if block.each == YEAR else _CODE).fullmatch(of))

    def _said(self, plan: Plan, text: str, at: str) -> tuple[Number, str | None, int | None]:
        """The number or the words of a text. Raises `_WrongError`."""
        entry = self._known.catalogue.get(plan.indicator) if plan.kind == "indicator" else None
        counts = plan.kind in _COUNTS or (entry is not None and entry.kind == "count")
        is_number = plan.kind in _NUMBERS or (entry is not None and entry.kind in _NUMERIC_KINDS)
        if plan.kind == "text":
            return Number("value"), _words(text, at), None
        is_share = plan.kind == "ratio" or (entry is not None and entry.kind == "share")
        found = _printed(text, plan, counts=counts, is_share=is_share)
        if found.kind == "unclear" and not (is_share and text.endswith("%")):
            raise _WrongError(Problem("stated-unclear", at, f"{found.why}"))
        if found.kind == "words":
            if is_number:
                raise _WrongError(Problem("stated-number", at, _NO_NUMBER))
            return Number("value"), _words(text, at), None
        if counts and found.value < 0:
            raise _WrongError(
                Problem("stated-negative", at, "is below 0, and counts; write 0 or more")
            )
        digits = len(f"{abs(found.value.numerator)}")
        if digits > _MOST_DIGITS:
            raise _WrongError(Problem("stated-long", at, f"has more than {_MOST_DIGITS} digits"))
        return Number("value", found.value), None, found.decimals


def _printed(text: str, plan: Plan, *, counts: bool, is_share: bool) -> Said:
    """A text by the form's way of printing numbers."""
    if text.endswith("%") and counts and not plan.style.suffix:
        return Said("words", words=text)
    if plan.style.group == " ":
        text = re.sub(r"(?<=[0-9]) (?=[0-9]{3})", "", text)
    return said(text, counts=counts, is_share=is_share, suffix=plan.style.suffix)


def _words(text: str, at: str) -> str:
    if len(text) > _LONGEST:
        raise _WrongError(
            Problem("stated-words", at, f"has more than {_LONGEST} characters; shorten it")
        )
    return text


def _rows_told(part: Part) -> str:
    keys: Sequence[str] = [
        f"{line.key}:…" if isinstance(line, Block) else line.key for line in part.lines
    ]
    more = ", …" if len(keys) > _FEW else ""
    return f"is no row of this section; it has {', '.join(keys[:_FEW])}{more}"


def _of(block: Block) -> str:
    if block.groups is not None:
        return "the key of one of the form's groups, or others"
    names = {"unit": "the code of a registered unit", YEAR: "a year"}
    return names.get(block.each, f"the code of a {block.each}")


_FEW = 40
_NOTE = Plan("text")
"""A note of a row, which is words whatever the row is."""


def as_number(state: State, value: object) -> Number:
    """The number of a cell as it is kept."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return Number(state, Fraction(str(value)) if is_number else Fraction(0))
