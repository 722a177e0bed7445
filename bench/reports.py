"""`python -m bench.reports [UNITS] [PEERS]`: form II.06a for many units, without a store.

What the store answers is made up and at hand: the store's own time stands under *Questions*. Beside
the hub's way of writing sheets stand XlsxWriter and openpyxl, which write the same sheets of fewer
units; all are told by the sheet.
"""

import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import date
from itertools import islice
from typing import Any
from zlib import crc32

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Border, Font, Side

from hub.core.periods import named
from hub.dossier.figures import Mark, figures
from hub.registry.unit_tree import Unit, UnitTree
from hub.reports.asked import Asked, Ports
from hub.reports.books import write_book
from hub.reports.bundled import bundled
from hub.reports.each import of_each, units_in
from hub.reports.render.as_xlsx import new_book, write_sheet
from hub.reports.render.book import Book
from hub.reports.render.formats import FORMATS
from hub.reports.render.grid import Sheet
from hub.reports.render.sheets import single
from hub.reports.report import heading, report
from hub.reports.spans import Days
from hub.store.scope import Scope

FIELDS = 12
COMMUNES = 15
"""Of a district."""
KINDS = 997
"""Of rows of figures, so that few are alike."""


class NoCatalogue:
    def get(self, code: str) -> None:
        del code


def asked_of(units: int) -> tuple[Asked, Ports]:
    """A province with districts and communes, each with dossiers in all fields."""
    districts = units // (COMMUNES + 1)
    rows = [Unit("H", "Tỉnh", "province")]
    rows += [Unit(f"H.{d:03}", f"Huyện số {d}", "district", "H") for d in range(districts)]
    rows += [
        Unit(f"H.{n % districts:03}.{n}", f"Xã số {n}", "commune", f"H.{n % districts:03}")
        for n in range(units - 1 - districts)
    ]
    tree = UnitTree.of(rows)
    counted = [figures({mark: (n, n * (5 + mark)) for mark in Mark}) for n in range(KINDS)]

    def answer(scope: Scope, wanted: Any, _as_of: Any, names: Any) -> Any:
        rows = [{name: its[name] for name in names} for its in counted]
        codes = sorted(filter(scope.contains, tree.units))
        return {by: [dict(_rows(codes, by, rows)) for _ in cuts] for by, cuts in wanted.items()}

    ports = Ports(answer, lambda *_: {}, tree, NoCatalogue())
    days = Days(named("2020-Q1"), "civil", date(2020, 3, 31))
    return Asked("H", Scope(frozenset(), frozenset(("H",))), days, 2**60), ports


def _rows(codes: list[str], by: tuple[str, ...], rows: list[Any]) -> Iterator[tuple[Any, Any]]:
    keys: list[tuple[str | None, ...]] = [()]
    for name in by:
        values = {"unit": codes, "field": [f"f{n}" for n in range(FIELDS)]}.get(name, [None])
        keys = [(*key, value) for key in keys for value in values]
    return ((key, rows[crc32(repr(key).encode()) % KINDS]) for key in keys)


def by_hub(sheets: list[Sheet]) -> None:
    with tempfile.TemporaryFile() as file:
        book = Book(file, [sheet.name for sheet in sheets])
        for sheet in sheets:
            book.add(sheet)
        book.add(Sheet("Danh mục", [8.0]))
        book.close()


def by_xlsxwriter(sheets: list[Sheet]) -> None:
    with tempfile.TemporaryFile() as file:
        book, formats = new_book(file), {}
        for sheet in sheets:
            write_sheet(book, sheet, formats)
        book.close()


def by_openpyxl(sheets: list[Sheet]) -> None:
    book = Workbook(write_only=True)
    side = Side(style="thin")
    box, wrap = Border(left=side, right=side, top=side, bottom=side), Alignment(wrap_text=True)
    fonts = {bold: Font(name="Times New Roman", size=12, bold=bold) for bold in (True, False)}
    for sheet in sheets:
        made = book.create_sheet(sheet.name)
        for line in sheet.lines:
            cells = []
            for put in line.cells:
                cell = WriteOnlyCell(made, put.value if put else None)
                if put is not None:
                    cell.font, cell.alignment = fonts[put.look.bold], wrap
                    cell.border = box if put.look.box else Border()
                    cell.number_format = put.look.number or "General"
                cells.append(cell)
            made.append(cells)
    with tempfile.TemporaryFile() as file:
        book.save(file)


def seconds(work: Callable[[], object]) -> float:
    """Of this process: others are busy, too."""
    begin = time.process_time()
    work()
    return time.process_time() - begin


def measures(units: int, peers: int) -> Iterator[tuple[str, str]]:
    form = bundled()["vpcp-06a"]
    asked, ports = asked_of(units)
    made: list[Any] = []
    took = seconds(lambda: made.append(report(form, asked, ports)))
    body: list[bytes] = []
    wrote = seconds(lambda: body.append(FORMATS["json"].render(form, made[0])))
    yield f"II.06a, {units:,} rows by unit: reckoned, as JSON", f"{took:.1f} + {wrote:.2f} s"
    codes = units_in(form, asked, ports.tree, ())
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    del made[:], body[:]
    with tempfile.TemporaryFile() as file:
        whole = heading(form, asked, ports.tree) | {"checks": []}
        took = seconds(lambda: write_book(file, form, asked, ports, codes, (), whole))
        size = file.tell() / 2**20
    more = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    yield f"a book of {units:,} sheets, each all of II.06a", f"{took:.1f} s, {size:.0f} MiB"
    yield "… memory above that of the report before it", f"{more:.0f} MiB"
    some = [
        single(form, found, code)
        for code, found in islice(of_each(form, asked, ports, codes, ()), peers)
    ]
    cells = sum(len(line.cells) for sheet in some for line in sheet.lines) / len(some)
    for name, write in (("the hub", by_hub), ("XlsxWriter", by_xlsxwriter),
                        ("openpyxl, write-only", by_openpyxl)):  # fmt: skip
        each = seconds(lambda write=write: write(some)) / len(some) * 1000
        yield (
            f"the same sheets ({peers}, {cells:.0f} cells) written by {name}",
            f"{each:.1f} ms each",
        )


def main() -> None:
    units, peers = (int(it) for it in (*sys.argv[1:], "10000", "200")[:2])
    for name, value in measures(units, peers):
        print(f"| {name} | {value} |", flush=True)


if __name__ == "__main__":
    main()
