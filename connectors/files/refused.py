"""Refused rows go back to people: a copy of the file with a column that says why.

It lies in the folder `refused` beside the file, with the same rights. Of a whole copy it holds all
rows, so that it can be sent again as it is; else the refused ones only. Nothing in it is a formula.
"""

import csv
import shutil
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from datetime import time as clock
from itertools import chain
from pathlib import Path
from typing import Any

import orjson

from connectors.files.csv_lines import csv_lines
from connectors.files.heading import Heading, heading
from connectors.files.json_lines import json_rows
from connectors.files.lines import Line
from connectors.files.options import FileOptions
from connectors.files.workbook import sheet_lines, value_of
from connectors.port import Fault
from hub.core.csv_text import disarmed

REASON = "Lý do từ chối"
"""The column that says why."""
_TONES = "\u0300\u0301\u0303\u0309\u0323"


def refused_copy(
    path: Path, refused: Sequence[tuple[int, Sequence[Fault]]], options: FileOptions
) -> Path:
    """Write the copy of a file; gives its path. `refused`: rows by their numbers in the file, and
    what is wrong with them. A copy that is there is replaced. Raises `OSError`."""
    folder = path.parent / "refused"
    folder.mkdir(exist_ok=True)
    suffix = path.suffix.lower()
    target = folder / f"{path.stem}.refused{'.xlsx' if suffix == '.xlsm' else suffix}"
    part = target.with_name(f".{target.name}.part")
    told = {number: _told(number, faults) for number, faults in refused}
    try:
        if suffix in (".xlsx", ".xlsm"):
            _write_sheet(path, part, told, options)
        elif suffix in (".json", ".jsonl", ".ndjson"):
            _write_json(path, part, told, options)
        else:
            _write_csv(path, part, told, options)
        shutil.copymode(path, part)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
    return target


def _told(number: int, faults: Iterable[Fault]) -> str:
    what = (f"{fault.column}: {fault.says}" if fault.column else fault.says for fault in faults)
    return f"{number}: {'; '.join(what)}"


def _wanted(lines: Iterable[Line], told: dict[int, str], is_whole: bool) -> Iterator[Line]:
    return (line for line in lines if is_whole or line.number in told)


def _write_csv(path: Path, part: Path, told: dict[int, str], options: FileOptions) -> None:
    encoding = options.encoding
    separator = options.separator
    lines = csv_lines(path, encoding, separator)
    header = heading(path.name, lines, options.selection.row, options.header)
    encoding = "utf-8-sig" if encoding.lower() in ("utf-8", "utf8") else encoding
    with part.open("w", encoding=encoding, errors="surrogateescape", newline="") as file:
        writer = csv.writer(file, delimiter=separator)
        names = (*header.names[: header.width], REASON)
        writer.writerow([_fitting(name, encoding) for name in names])
        for line in _wanted(lines, told, options.whole):
            cells = [_disarmed(cell) for cell in _fill(line.cells, header)]
            writer.writerow([*cells, _fitting(told.get(line.number, ""), encoding)])


def _disarmed(cell: str) -> str:
    return cell if cell.startswith("'") else disarmed(cell)


def _fill(cells: Sequence[Any], header: Heading) -> list[Any]:
    """As many cells as the header has, so that the reason stands below its name."""
    found = list(cells[: header.width])
    return found + [""] * (header.width - len(found))


def _fitting(text: str, encoding: str) -> str:
    """A text that can be encoded: its tones apart (Windows-1258), without its marks if need be."""
    bare = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D"))
    for form in (text, "".join(_apart(character, encoding) for character in text)):
        try:
            form.encode(encoding, "surrogateescape")
        except UnicodeEncodeError:
            continue
        return form
    return bare.encode("ascii", "ignore").decode()


def _apart(character: str, encoding: str) -> str:
    """`ồ` as `ô` and its tone, where the encoding has only these."""
    try:
        character.encode(encoding, "surrogateescape")
    except UnicodeEncodeError:
        marks = unicodedata.normalize("NFD", character)
        tones = "".join(mark for mark in marks if mark in _TONES)
        vowel = "".join(mark for mark in marks if mark not in _TONES)
        return unicodedata.normalize("NFC", vowel) + tones
    return character


def _write_sheet(path: Path, part: Path, told: dict[int, str], options: FileOptions) -> None:
    from openpyxl import Workbook

    name, lines = sheet_lines(path, options.sheet)
    header = heading(path.name, lines, options.selection.row, options.header)
    book = Workbook(write_only=True)
    sheet = book.create_sheet(name[:31])
    rows = (
        [*_fill(line.cells, header), told.get(line.number, "")]
        for line in _wanted(lines, told, options.whole)
    )
    for row in chain([[*header.names[: header.width], REASON]], rows):
        sheet.append([_cell(sheet, cell) for cell in row])
    with part.open("wb") as file:
        book.save(file)


def _cell(sheet: Any, value: Any) -> Any:
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    value = value_of(value)
    if isinstance(value, str):
        cell = WriteOnlyCell(sheet, ILLEGAL_CHARACTERS_RE.sub("", value))
        cell.data_type = "s"  # a text that begins as a formula does stays a text
        return cell
    return value if isinstance(value, int | float | date | datetime | clock | None) else str(value)


def _write_json(path: Path, part: Path, told: dict[int, str], options: FileOptions) -> None:
    is_lines = path.suffix.lower() != ".json"
    found = (
        {**(line.cells[0] if line.cells else {}), REASON: told.get(line.number, "")}
        for line in _wanted(json_rows(path), told, options.whole)
    )
    with part.open("wb") as file:
        if is_lines:
            file.writelines(orjson.dumps(one) + b"\n" for one in found)
        else:
            file.write(orjson.dumps(list(found)))
