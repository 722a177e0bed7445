"""A workbook of the reports of a unit and of each unit below it."""

from collections.abc import Collection, Sequence
from typing import IO, Any

from hub.reports.asked import Asked, Ports
from hub.reports.each import each_of
from hub.reports.form import Form
from hub.reports.prepared import Prepared
from hub.reports.render.book import INDEX, Book, sheet_names
from hub.reports.render.sheets import Entry, index, single
from hub.reports.render.tally_sheets import TallySheets
from hub.reports.report import report_of, unit_name
from hub.reports.tallies import Tallies, is_counted

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
    ready = Prepared(form, asked)
    tallies = Tallies(ready) if is_counted(ready) else None
    layout = TallySheets(tallies, whole) if tallies else None
    for unit, found in each_of(ready, ports, units, seen):
        if tallies and layout:
            tally = tallies.of(found)
            name, verdict = unit_name(found.asked, ports.tree), tally.verdict
            book.add(layout.sheet(names[unit], name, tally))
        else:
            report = report_of(found, ports.tree)
            name, verdict = report["unit_name"], report["verdict"]
            book.add(single(form, report, names[unit]))
        told[unit] = Entry(names[unit], unit, name, verdict)
    failing = any(entry.verdict == "failing" for entry in told.values())
    verdict = "failing" if failing else "valid"
    book.add(index(INDEX, whole | {"verdict": verdict}, [told[unit] for unit in units]))
    book.close()
    return verdict
