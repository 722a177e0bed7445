"""Workbooks and documents of all bundled forms: LibreOffice reckons their formulas anew, and
prints them."""

import csv
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from docx import Document
from docx.oxml.ns import qn
from openpyxl import load_workbook

from hub.reports.books import write_book
from hub.reports.form import loads
from hub.reports.render.formats import FORMATS
from hub.reports.render.layout import TABLES, row_text
from hub.reports.report import heading
from hub.reports.report import report as report_on
from hub.services.scopes import of_units
from tests.engines.libreoffice import AS_SHOWN, converted
from tests.reports.made_up import made_of, made_up, reports

Json = dict[str, Any]
OWN = loads(
    """\
form: own
version: "1"
title: "=A1\\x01"
sections:
- table: t
  columns:
  - {key: ten, label: N, is: label}
  - {key: a, label: A, figure: received_total}
  - {key: b, label: B, formula: a * 2 - 1}
  - {key: c, label: C, ratio: [a, b], numbers: {decimals: 1, suffix: "%"}}
  rows:
  - {key: x, label: X, cells: {a: {figure: resolved_total}}}
  - {key: each, each: field}
  - {key: y, label: Y, cells: {a: {formula: "sum(each.a, x.a, n.a, -x.a / 4)"}}}
  - {key: z, hidden: true, cells: {a: {number: 3}, b: {number: 0.5}, c: {ratio: [b, sum(each.a)]}}}
  - {key: n, label: N, cells: {a: {number: 1, applies: false}, c: {formula: z.c + z.a}}}
  - {key: there, label: T, cells: {a: {formula: v.n + x.a}}}
- values: v
  rows:
  - {key: n, figure: refused}
""",
    "own.yaml",
)


def tables(report: Json) -> Iterator[tuple[str, int, list[Json], Json]]:
    """Each row of each table with its columns, and with the name and the row of its sheet."""
    for section in report["sections"]:
        if section["kind"] in TABLES:
            for at, row in enumerate(section["rows"]):
                yield section["key"], at, section["columns"], row


class Printed(NamedTuple):
    """A report's workbook as written; the cells of its sheets as LibreOffice shows them; width and
    height of its pages. And its document."""

    report: Json
    file: Path
    shown: dict[str, list[list[str]]]
    pages: list[tuple[int, ...]]
    document: Path
    document_pages: list[tuple[int, ...]]


@pytest.fixture(scope="module")
def books(tmp_path_factory: pytest.TempPathFactory) -> list[Printed]:
    folder = tmp_path_factory.mktemp("books")
    told = []
    for form, report in [*reports(), (OWN, made_up(OWN))]:
        file = folder / f"{form.id}.xlsx"
        file.write_bytes(FORMATS["xlsx"].render(form, report))
        document = folder / f"{form.id}-document.docx"
        document.write_bytes(FORMATS["docx"].render(form, report))
        told.append((report, file))
    files = [file for _, file in told]
    sheets = converted(files, AS_SHOWN, folder)
    documents = sorted(folder.glob("*.docx"))
    pages = converted([*files, *documents], "pdf", folder)
    return [
        Printed(
            report, file,
            {
                name: rows(sheets / f"{file.stem}-{name}.csv")
                for name in load_workbook(file, read_only=True).sheetnames
            },
            sizes(pages / f"{file.stem}.pdf"),
            folder / f"{file.stem}-document.docx", sizes(pages / f"{file.stem}-document.pdf"),
        )
        for report, file in told
    ]  # fmt: skip


def sizes(pdf: Path) -> list[tuple[int, ...]]:
    boxes = re.findall(rb"/MediaBox ?\[0 0 ([0-9.]+) ([0-9.]+)\]", pdf.read_bytes())
    return [(round(float(width)), round(float(height))) for width, height in boxes]


def rows(file: Path) -> list[list[str]]:
    with file.open(newline="") as text:
        return list(csv.reader(text))


def test_every_cell_is_the_reports_and_libreoffice_reckons_the_same(books: list[Printed]) -> None:
    reckoned = 0
    for book in books:
        written, values = load_workbook(book.file), load_workbook(book.file, data_only=True)
        for name, at, columns, row in tables(book.report):
            line = int(written[name].print_title_rows.partition(":")[2].lstrip("$")) + at
            for i, column in enumerate(columns):
                cell, text = row["cells"].get(column["key"]), row_text(row, column)
                where = book.report["form"], name, row["key"], column["key"]
                assert book.shown[name][line][i] == text.replace("\x01", ""), where
                if cell is not None and cell["state"] == "value":
                    assert values[name].cell(line + 1, i + 1).value == cell["value"], where
                reckoned += written[name].cell(line + 1, i + 1).data_type == "f"
    assert reckoned > 30


def test_formulas_name_cells_of_their_own_sheet_only(books: list[Printed]) -> None:
    sheet = load_workbook(books[-1].file)["t"]
    found = {
        cell.coordinate: cell.value
        for row in sheet.iter_rows() for cell in row if cell.data_type == "f"
    }  # fmt: skip
    assert {name: found.get(name) for name in EXPECTED} == EXPECTED
    assert not [text for text in found.values() if "!" in text]


EXPECTED = {
    "B7": None, "C7": "=(B7*2)-1", "D8": "=ROUND(B8*1000/C8,0)/10",
    "B12": "=SUM(B8:B11,B7,B14,((-B7)/4))", "D13": "=ROUND(C13*1000/SUM(B8:B11),0)/10",
    "D14": "=D13+B13", "B15": None,
}  # fmt: skip
"""B7 is a figure, B15 counts a value of another section; B14 does not apply."""


A4, ACROSS = (595, 842), (842, 595)


def test_a_book_of_units_opens_and_reckons_the_same(tmp_path: Path) -> None:
    asked, ports = made_of(OWN)
    units, file = ["H1", "H1.1", "H1.2", "H1.3"], tmp_path / "book.xlsx"
    whole = heading(OWN, asked, ports.tree) | {"checks": []}
    with file.open("wb") as out:
        verdict = write_book(out, OWN, asked, ports, units, (), whole)
    sheets = converted([file], AS_SHOWN, tmp_path)
    some, verdicts = 0, set()
    for unit in units:
        scope = of_units(ports.tree, (unit,), subtree=True)
        alone = report_on(OWN, asked._replace(unit=unit, scope=scope), ports)
        verdicts.add(alone["verdict"])  # made-up counts have no stock that flows
        shown = rows(sheets / f"book-{unit}.csv")
        for _, _, columns, row in tables(alone):
            assert [row_text(row, column) for column in columns] in shown, (unit, row["key"])
            some += 1
    assert some > 30
    assert verdict == ("failing" if "failing" in verdicts else "valid")


def test_pages_are_a4(books: list[Printed]) -> None:
    for book in books:
        assert set(book.pages) == {ACROSS}
        prose = any(section["text"] is not None for section in book.report["sections"])
        some = any(section["kind"] in TABLES for section in book.report["sections"])
        assert book.document_pages[0] == (A4 if prose else ACROSS), book.report["form"]
        assert book.document_pages[-1] == A4
        assert (ACROSS in book.document_pages) == some


def test_a_document_has_all_texts_and_tables(books: list[Printed]) -> None:
    for book in books:
        document = Document(str(book.document))
        lines = [it.text for it in document.paragraphs]
        for section in book.report["sections"]:
            for line in (section["text"] or "").split("\n"):
                assert line in lines
        assert len([line for line in lines if line.endswith(")")]) >= len(book.report["checks"])
        made = [
            ["".join(it.text or "" for it in cell.iter(qn("w:t"))) for cell in line._tr.tc_lst]
            for table in document.tables for line in table.rows
        ]  # fmt: skip
        for _, _, columns, row in tables(book.report):
            assert row["hidden"] or [row_text(row, column) for column in columns] in made


def test_equal_reports_give_equal_bytes_however_their_names_are_ordered() -> None:
    for form, report in reports():
        for name, it in FORMATS.items():
            stored = json.loads(FORMATS["json"].render(form, report))
            assert it.render(form, report) == it.render(form, stored), (form.id, name)
