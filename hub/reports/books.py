"""A workbook of the reports of a unit and of each unit below it."""

from collections.abc import Collection, Sequence
from typing import IO, Any

from hub.reports.asked import Asked, Ports
from hub.reports.each import of_each
from hub.reports.form import Form
from hub.reports.render.book import INDEX, Book, sheet_names
from hub.reports.render.sheets import Entry, index, single

Json = dict[str, Any]
MOST_UNITS = 10_000
"""Sheets of a book: LibreOffice opens no more, and Excel needs gigabytes for them."""


def write_book(
    file: IO[bytes], form: Form, asked: Asked, ports: Ports, units: Sequence[str],
    seen: Collection[str], whole: Json,
) -> str:  # fmt: skip
    """Write a sheet for each unit, in their order after the list of them; the verdict of all.
    `whole`: the report's title, period and data date, and the checks of the whole scope."""
    names = sheet_names(units)
    book = Book(file, list(names.values()))
    told: dict[str, Entry] = {}
    for unit, report in of_each(form, asked, ports, units, seen):
        book.add(single(form, report, names[unit]))
        told[unit] = Entry(names[unit], unit, report["unit_name"], report["verdict"])
    failing = any(entry.verdict == "failing" for entry in told.values())
    verdict = "failing" if failing else "valid"
    book.add(index(INDEX, whole | {"verdict": verdict}, [told[unit] for unit in units]))
    book.close()
    return verdict
