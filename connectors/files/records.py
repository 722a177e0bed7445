"""The rows of one file of any format, by the names of their columns."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from connectors.files.csv_lines import csv_lines, in_another_encoding, separator_shown
from connectors.files.heading import Heading, UndecodedHeaderError, heading
from connectors.files.json_lines import json_rows
from connectors.files.lines import LONGEST_CELL, TOO_LONG, BrokenFileError, Line, Wrong
from connectors.files.options import FileOptions
from connectors.files.workbook import sheet_lines, value_of
from connectors.port import Fault
from connectors.selecting import Pick, picker
from hub.core.csv_text import rearmed


class Record(NamedTuple):
    """A row with the values of the named columns, as far as they could be read."""

    number: int
    values: dict[str, Any]
    faults: tuple[Fault, ...] = ()


class Contents(NamedTuple):
    """A file that was opened."""

    place: str
    """Before the number of a row: `ho-so.csv`, `ho-so.xlsx!Sheet1`."""
    header: Heading | None
    """None where each row names its columns itself."""
    records: Iterator[Record]


def contents(path: Path, options: FileOptions) -> Contents:
    """Open a file by what its name ends in. Raises `BrokenFileError`, `OSError`."""
    match path.suffix.lower():
        case ".csv" | ".tsv" | ".txt":
            return _of_csv(path, options)
        case ".xlsx" | ".xlsm":
            sheet, lines = sheet_lines(path, options.sheet)
            place = f"{path.name}!{sheet}"
            header = heading(place, lines, options.selection.row, options.header)
            return Contents(place, header, _Named(header, _cells).records(lines))
        case ".json" | ".jsonl" | ".ndjson":
            pick = picker(options.selection)
            records = (_object(line, pick) for line in json_rows(path))
            return Contents(path.name, None, records)
        case ".xls" | ".ods":
            raise BrokenFileError(f"{path.name}: save it as .xlsx or as CSV UTF-8")
        case _:
            raise BrokenFileError(
                f"{path.name}: is of no kind that is read (.csv, .xlsx, .jsonl, .json); see `match`"
            )


def _of_csv(path: Path, options: FileOptions) -> Contents:
    shown = separator_shown(path, options.encoding)
    lines = csv_lines(path, options.encoding, options.separator)
    try:
        header = heading(path.name, lines, options.selection.row, options.header)
    except UndecodedHeaderError as error:
        raise in_another_encoding(path, error.number, options.encoding) from error
    except BrokenFileError as error:
        if shown in (None, options.separator):
            raise
        name = {"\t": "a tab"}.get(shown or "", f"`{shown}`")
        raise BrokenFileError(
            f'{error}; or write `separator: "{shown}"`: the header seems separated by {name}'
        ) from error
    return Contents(path.name, header, _Named(header, _texts).records(lines))


Reread = Callable[[dict[str, Any]], tuple[Fault, ...]]
"""Brings the values of a row into their form, in place, and tells what is wrong with them."""


class _Named:
    """Gives cells their names."""

    def __init__(self, header: Heading, reread: Reread) -> None:
        self._header, self._reread = header, reread
        self._names = {at: name for name, at in header.at.items()}

    def records(self, lines: Iterator[Line]) -> Iterator[Record]:
        """The rows below the header."""
        width, at, reread = self._header.width, self._header.at.items(), self._reread
        for number, cells, wrong in lines:
            faults = self._faults(cells, wrong) if wrong or len(cells) != width else ()
            values = {name: cells[place] for name, place in at if place < len(cells)}
            yield Record(number, values, faults + reread(values))

    def _faults(self, cells: Sequence[Any], wrongs: tuple[Wrong, ...]) -> tuple[Fault, ...]:
        faults = [
            Fault("" if wrong.at is None else self._names[wrong.at], wrong.code, wrong.says)
            for wrong in wrongs
            if wrong.at is None or wrong.at in self._names
        ]
        if not wrongs and (says := _ragged(cells, self._header.width)):
            faults.append(Fault("", "ragged", says))
        return tuple(faults)


def _ragged(cells: Sequence[Any], width: int) -> str | None:
    if len(cells) < width:
        return (
            f"has {len(cells)} cells, the header {width}; see whether a line break or the end of "
            "the line is missing"
        )
    if any(cell not in ("", None) for cell in cells[width:]):
        return (
            f"has {len(cells)} cells, the header {width}; put cells that hold the separator in "
            "quotes"
        )
    return None


def _texts(values: dict[str, Any]) -> tuple[Fault, ...]:
    for name, cell in values.items():
        if cell[:1] == "'":
            values[name] = rearmed(cell)
    return ()


def _cells(values: dict[str, Any]) -> tuple[Fault, ...]:
    faults: tuple[Fault, ...] = ()
    for name, cell in values.items():
        if type(cell) is not str:
            values[name] = value_of(cell)
        elif not cell:
            values[name] = None
        elif len(cell) > LONGEST_CELL:
            faults = (*faults, Fault(name, "too-long", TOO_LONG))
    return faults


def _object(line: Line, pick: Pick) -> Record:
    faults = tuple(Fault("", wrong.code, wrong.says) for wrong in line.wrong)
    return Record(line.number, {} if faults else pick(line.cells[0]), faults)
