"""Made-up exports, and how a source of files is read to its end."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from openpyxl import Workbook

from connectors.files import FileOptions, FilesSource
from connectors.port import Cursor, Page
from connectors.selecting import Selection

CODE, DAY, STATE = "Mã hồ sơ", "Ngày tiếp nhận", "Tình trạng"
HEADER = (CODE, DAY, STATE)


def options(folder: Path | None, **more: Any) -> FileOptions:
    columns, key = more.pop("columns", HEADER), more.pop("key", ((CODE,),))
    return FileOptions(Selection(columns, {}, key), folder, **more)


def source(folder: Path | None, **more: Any) -> FilesSource:
    return FilesSource(options(folder, **more), wait=lambda _: None)


def csv_text(rows: Sequence[Sequence[str]], separator: str = ",") -> str:
    return "".join(separator.join(row) + "\r\n" for row in (HEADER, *rows))


def put(path: Path, text: str | bytes, at: int | None = None) -> Path:
    """Write a file; `at`: its time of change in seconds since 1970."""
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    if at is not None:
        os.utime(path, (at, at))
    return path


def put_sheet(path: Path, rows: Sequence[Sequence[Any]], title: str = "Sheet1") -> Path:
    book = Workbook()
    book.active.title = title
    for row in rows:
        book.active.append(list(row))
    book.save(path)
    return path


def read(opened: FilesSource, cursor: Cursor | None = None, sweep: bool = False) -> list[Page]:
    return list(opened.pages(cursor, sweep=sweep))


def rows_of(pages: Sequence[Page]) -> list[tuple[str, str, dict[str, Any]]]:
    return [(row.key, row.place, dict(row.values)) for page in pages for row in page.rows]


def keys_of(pages: Sequence[Page]) -> list[str]:
    return [row.key for page in pages for row in page.rows]


def faults_of(pages: Sequence[Page]) -> list[tuple[str, str, str]]:
    """Place, column and code."""
    return [
        (one.place, fault.column, fault.code)
        for page in pages
        for one in page.unreadable
        for fault in one.faults
    ]
