"""Rows of a stated report in CSV, as a spreadsheet saved them."""

from collections.abc import Iterator, Mapping

from hub.core.check import Problem
from hub.core.csv_text import NotCsvError, read_rows, write_rows
from hub.core.encodings import decoded
from hub.reports.form import Form
from hub.reports.form.compiled import Block, Line, Part
from hub.reports.history.reading import NotStatedError, Row
from hub.reports.slices import YEAR, of_groups

COLUMNS = ("section", "row", "column", "text")
BESIDE = ("code", "label", "column_label")
"""Columns for the reader's eyes."""


def from_csv(body: bytes) -> list[Row]:
    """The rows. Raises `NotStatedError`."""
    try:
        (number, head), *lines = [*read_rows(decoded(body))] or [(1, [])]
    except NotCsvError as error:
        raise NotStatedError(Problem("stated-csv", f"line {error.line}", str(error))) from None
    except ValueError as error:
        raise NotStatedError(Problem("stated-csv", "", f"the file {error}")) from None
    names = [name.lower() for name in head]
    known = (*COLUMNS, *BESIDE)
    missing = [name for name in COLUMNS if name not in names]
    strange = [name for name in names if name and name not in known]
    if missing or strange or len({*names}) < len(names):
        told = f"must name the columns {', '.join(COLUMNS)}, each once; beside them only "
        raise NotStatedError(Problem("stated-header", f"line {number}", told + ", ".join(BESIDE)))
    return [*_rows(names, lines)]


def _rows(names: list[str], lines: list[tuple[int, list[str]]]) -> Iterator[Row]:
    for line, cells in lines:
        if any(cells[len(names) :]):
            told = "has more cells than line 1 names columns; quote a text that has the separator"
            raise NotStatedError(Problem("stated-header", f"line {line}", told))
        given = dict(zip(names, cells, strict=False))
        section, row, column, text = (given.get(name, "") for name in COLUMNS)
        yield Row(section, row, column, text, f"line {line}, column {{}}")


def template(form: Form, names: Mapping[str, Mapping[str, str]], year: str) -> str:
    """A CSV with a row for each cell of a form, its text to be filled in.

    `names`: of what a block may have a row for (`unit`, `field`), by code. What a document has rows
    for that are not known here is added by hand.
    """
    head = ("section", "row", "column", *BESIDE, "text")
    return write_rows([head, *_to_fill(form, {**names, YEAR: {year: year}})])


def _to_fill(form: Form, names: Mapping[str, Mapping[str, str]]) -> Iterator[list[str]]:
    for part in form.parts:
        labels = {it.key: " ".join(filter(None, (it.under, it.label))) for it in part.heads}
        for line in part.lines:
            for row, label in _rows_of(form, line, names):
                code = "" if isinstance(line, Block) else line.code
                for column in _columns(part, line):
                    yield [part.key, row, column, code, label, labels.get(column, ""), ""]


def _rows_of(
    form: Form, line: Line | Block, names: Mapping[str, Mapping[str, str]]
) -> Iterator[tuple[str, str]]:
    if not isinstance(line, Block):
        yield line.key, line.label
        return
    known = names.get(line.each, {})
    if line.groups is not None:
        known = {it.key: it.label for it in of_groups(form.document.groups[line.groups])}
    yield from ((f"{line.key}:{code}", label) for code, label in known.items())


def _columns(part: Part, line: Line | Block) -> list[str]:
    notes = [head.key for head in part.heads if head.is_ == "note"]
    filled = [column for column, plan in line.plans.items() if plan.kind is not None]
    return [*filled, *(it for it in notes if filled and it not in filled)]
