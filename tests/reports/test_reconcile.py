"""Sheets of others held against forms: the published tables with the inconsistencies that they
hold; every changed cell is told, and no other; what is unclear is not guessed."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from random import Random
from typing import Any

import pytest
import xlsxwriter

from connectors.files.lines import BrokenFileError
from hub.core.periods import named
from hub.dossier.figures import FIGURES
from hub.dossier.store.questions import By, Cut
from hub.registry.unit_tree import Unit, UnitTree
from hub.reports.asked import Asked, Ports
from hub.reports.bundled import bundled
from hub.reports.form import Form, loads
from hub.reports.form.compiled import Head, Part
from hub.reports.reconcile import Named, Sheet, read_sheets, reconciled
from hub.reports.reconcile.numerals import said
from hub.reports.reconcile.sheets import SheetRow
from hub.reports.report import report
from hub.reports.spans import Days
from hub.store.scope import Scope
from tests.reports.stating import UNIT, Nothing, cut_by_cut
from tests.reports.test_bim_son import FORM, PRINTED, statements

Json = dict[str, Any]
Row = Sequence[Any]
WHOLES = {
    "received_total": ("received_online", "received_direct", "carried_over"),
    "resolved_total": ("resolved_early", "resolved_on_time", "resolved_late"),
}
COMMUNES = {"X.1": "Thị trấn Củ Chi", "X.2": "Xã Hòa Phú", "X.3": "Xã Thái Mỹ"}
UNITS = [Unit("X", "Huyện", "district"),
         *(Unit(code, name, "commune", "X") for code, name in COMMUNES.items())]  # fmt: skip


def asked(unit: str, period: str) -> Asked:
    days = Days(named(period), "civil", named(period).end)
    return Asked(unit, Scope(frozenset((unit,)), frozenset((unit,))), days, 2**60)


def of_bim_son() -> Ports:
    found: dict[str, Any] = {}
    for event in statements():
        place = (event.unit, event.data["level"], event.data["period"])
        found.setdefault(event.subject, {})[place] = event
    tree = UnitTree.of([Unit(UNIT, "Thị xã Bỉm Sơn", "district")])
    return Ports(cut_by_cut(lambda *_: {}), lambda *_: found, tree, Nothing())


def of_units(seed: int = 1) -> Ports:
    rng = Random(seed)
    rows = {(code,): {name: rng.randrange(2000) for name in FIGURES} for code in COMMUNES}
    for row in rows.values():
        for whole, parts in WHOLES.items():
            row[whole] = sum(row[part] for part in parts)

    def figures(_: Scope, cut: Cut, by: By) -> Mapping[Any, Any]:
        if by == ("unit",):
            return rows
        whole = {name: sum(row[name] for row in rows.values()) for name in FIGURES}
        return {("x",) if by else (): whole} if not cut.where else {}

    return Ports(cut_by_cut(figures), lambda *_: {}, UnitTree.of(UNITS), Nothing())


def head(part: Part, *, numbered: bool = True) -> list[Row]:
    lines: list[Row] = [[None, part.title, *[None] * len(part.heads)],
                        [it.under or it.label for it in part.heads],
                        [it.label if it.under else None for it in part.heads]]  # fmt: skip
    numbers = [f"({i})" for i in range(1, len(part.heads) + 1)]
    return [*lines, numbers] if numbered else lines


def sheet(name: str, rows: Iterable[Row]) -> Sheet:
    return Sheet(name, [SheetRow(n, row) for n, row in enumerate(rows, 1)])


def published() -> Iterator[tuple[str, list[Row]]]:
    """The tables of the document, as they are printed."""
    for part in FORM.parts:
        printed = [it for it in PRINTED.rows if it[0] == part.key]
        if printed:
            rows = [
                [line_cell(it, code, label, texts) for it in part.heads]
                for _, _, code, label, texts in printed
            ]
            yield part.label, [*head(part), *rows]


def line_cell(it: Head, code: str, label: str, texts: Mapping[str, str]) -> str | None:
    return {"code": code, "label": label}.get(it.is_, texts.get(it.key))


def held(form: Form, ports: Ports, sheets: Sequence[Sheet], where: Asked, **how: Any) -> Json:
    rest = {"sections": {}, "named": Named(), "confirmed": False} | how
    return reconciled(form, where, ports, sheets, **rest)


def sums(found: Json, result: str) -> set[str]:
    return {it.get("id") or f"{it['section']}.{it['row']}.{it['column']}" for it in found["sums"]
            if it["result"] == result}  # fmt: skip


def test_the_published_tables_fail_where_arithmetic_says_so_and_nothing_is_repaired() -> None:
    sheets = [sheet(*it) for it in published()]
    found = held(FORM, of_bim_son(), sheets, asked(UNIT, PRINTED.period))
    assert [it["section"] for it in found["sheets"]] == [f"pl{n}" for n in range(1, 7)]
    assert all(it["confirmed"] and not it["rows_missing"] for it in found["sheets"])
    # X000-04: 1.276 + 216 + 108 is not 1.811; 95% stands beside 339 of 2.738
    assert sums(found, "false") == {"pl4_tong.r2", "pl4.r3.ty_le"}
    unknown = sums(found, "unknown")
    assert {"pl4_tong.r1", "pl4_tong.r3"} <= unknown  # X000-03, X000-05: a part is blank
    blank = (6, 22, 23, 24, 25, 27, 30)  # X000-10: the total of the levels is blank
    assert {f"pl2_tong.r{n}" for n in blank} <= unknown
    differ = {(it["cell"], it["on_sheet"], it["why"]) for it in found["differences"]}
    assert differ == {("G7", 95, None), ("D7", 151, "cut, not rounded")}  # X000-08
    shifted = {(it["cell"], it["why"]) for it in found["cannot_be_checked"]}
    assert ("E32", "not_applicable in the hub") in shifted  # X000-09
    assert ("F32", "blank on the sheet") in shifted


def write(path: Path, books: Iterable[tuple[str, list[Row]]]) -> Path:
    with xlsxwriter.Workbook(path) as book:
        for name, rows in books:
            page = book.add_worksheet(name)
            for n, row in enumerate(rows):
                for at, cell in enumerate(row):
                    if isinstance(cell, str):
                        page.write_string(n + 3, at + 1, cell)  # the table begins in B4
                    elif cell is not None:
                        page.write_number(n + 3, at + 1, cell)
    return path


def test_a_workbook_says_the_same_wherever_its_table_begins(tmp_path: Path) -> None:
    path = write(tmp_path / "a.xlsx", published())
    there = held(FORM, of_bim_son(), read_sheets(path), asked(UNIT, PRINTED.period))
    here = held(FORM, of_bim_son(), [sheet(*it) for it in published()], asked(UNIT, PRINTED.period))
    assert [it["cell"] for it in there["differences"]] == ["H10", "E10"]
    for name in ("differences", "cannot_be_checked", "sums"):
        without = [[{k: v for k, v in it.items() if k != "cell"} for it in found[name]]
                   for found in (there, here)]  # fmt: skip
        assert without[0] == without[1], name


def table(ports: Ports, form: Form, section: str, where: Asked) -> list[list[Any]]:
    """A section of the hub's own report, as a sheet of numbers."""
    part = next(it for it in report(form, where, ports)["sections"] if it["key"] == section)
    return [
        [row[column["is"]] if column["is"] in ("code", "label")
         else row["cells"].get(column["key"], {}).get("value") for column in part["columns"]]
        for row in part["rows"]
    ]  # fmt: skip


@pytest.mark.parametrize("numbered", [True, False])
@pytest.mark.parametrize("seed", range(4))
def test_each_changed_cell_is_told_and_no_other(seed: int, numbered: bool) -> None:
    rng, form, where = Random(seed), bundled()["vpcp-06a"], asked("X", "2020-Q1")
    ports = of_units(seed)
    rows = table(ports, form, "don_vi", where)
    part = next(it for it in form.parts if it.key == "don_vi")
    order = [0, 1, *rng.sample(range(2, len(part.heads)), len(part.heads) - 2)]
    if numbered:
        order.sort()
    changed = {(rng.randrange(len(rows)), rng.randrange(2, len(part.heads))) for _ in range(5)}
    for row, at in changed:
        rows[row][at] += rng.choice((-1, 1, 1000))
    text = rng.random() < 0.5
    shown = [[f"{cell:,}".replace(",", ".") if text and isinstance(cell, int) else cell
              for cell in row] for row in rows]  # fmt: skip
    moved = [[row[at] for at in order] for row in [*head(part, numbered=numbered), *shown]]
    found = held(form, ports, [sheet("06a", moved)], where)
    assert {it["how"] for it in found["sheets"][0]["columns"]} == {
        "number" if numbered else "heading"
    }
    first = len(moved) - len(rows) + 1
    expected = {f"{chr(65 + order.index(at))}{first + row}" for row, at in changed}
    assert {it["cell"] for it in found["differences"]} == expected
    assert found["compared"] == len(rows) * (len(part.heads) - 2)
    for it in found["differences"]:
        assert it["difference"] == it["on_sheet"] - it["in_hub"] != 0
        assert it["list"].startswith("/v1/dossiers?")
    assert sums(found, "false")  # what was changed breaks the sheet's own sums


def test_a_check_that_looks_into_another_form_is_unknown_and_told_why() -> None:
    text = bundled()["vpcp-06a"].source.replace("form: vpcp-06a", "form: own")
    check = '- {id: khac, says: x, that: "don_vi.tong.tn == vpcp-06a/don_vi.tong.tn"}'
    own = loads(f"{text}{check}\n", "own.yaml")
    where, ports = asked("X", "2020-Q1"), of_units()._replace(forms=bundled())
    checks = {it["id"]: it["result"] for it in report(own, where, ports)["checks"]}
    assert checks["khac"] == "true"
    part = next(it for it in own.parts if it.key == "don_vi")
    rows = table(ports, own, "don_vi", where)
    rows[-1][2] += 1  # the hub's own number of the other form says nothing about the sheet's
    found = held(own, ports, [sheet("", [*head(part), *rows])], where)
    (told,) = [it for it in found["sums"] if it.get("id") == "khac"]
    assert (told["result"], told["right"]) == ("unknown", None)
    assert "vpcp-06a" in told["why"]


def test_units_are_known_without_accents_and_others_are_told() -> None:
    form, where, ports = bundled()["vpcp-06a"], asked("X", "2020-Q1"), of_units()
    part = next(it for it in form.parts if it.key == "don_vi")
    rows = table(ports, form, "don_vi", where)
    rows[1][1], rows[2][1] = "THI TRAN CU CHI", "Xã Hoà Phú (mới)"
    found = held(form, ports, [sheet("", [*head(part), *rows])], where)
    (told,) = found["sheets"]
    assert told["rows_unknown"] == [7]
    assert found["differences"] == []
    rest = Named(rows={7: "moi:X.2"})
    assert held(form, ports, [sheet("", [*head(part), *rows])], where, named=rest)["compared"] == 55


def test_a_column_that_is_known_by_its_place_waits_for_a_person() -> None:
    form, where, ports = bundled()["vpcp-06a"], asked("X", "2020-Q1"), of_units()
    rows = [[row[1], *row[2:]] for row in table(ports, form, "don_vi", where)]
    page = [sheet("x", [["Đơn vị", *(["?"] * 11)], *rows])]
    found = held(form, ports, page, where)
    assert (found["compared"], found["sheets"][0]["confirmed"]) == (0, False)
    assert {it["how"] for it in found["sheets"][0]["columns"]} == {"place"}
    assert held(form, ports, page, where, confirmed=True)["differences"] == []
    rows[0][1] += 7
    given = held(form, ports, page, where, named=Named(columns={1: "tn"}))
    assert [it["cell"] for it in given["differences"]] == ["B2"]


@pytest.mark.parametrize(
    ("cell", "kind", "value"),
    [
        ("4.340", "number", 4340), ("08", "number", 8), (" 92,1 % ", "number", Fraction("92.1")),
        ("1.234,5", "number", Fraction("1234.5")), (4001, "number", 4001), ("-", "blank", 0),
        ("…", "blank", 0), (None, "blank", 0), ("Không phát sinh", "words", 0), (True, "words", 0),
        (2.738, "unclear", Fraction("2.738")), ("12,5", "unclear", Fraction("12.5")),
    ],
)  # fmt: skip
def test_what_a_cell_says_where_things_are_counted(cell: Any, kind: str, value: Any) -> None:
    found = said(cell, counts=True, is_share=False)
    if (isinstance(cell, str) and "92,1" in cell) or cell == "1.234,5":
        found = said(cell, counts=False, is_share=True)
    assert (found.kind, found.value) == (kind, value)


def test_a_part_of_one_is_not_taken_for_percent() -> None:
    assert said(0.96, counts=False, is_share=True).kind == "unclear"
    assert said(1, counts=False, is_share=True).kind == "number"


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    bad = tmp_path / "bad.csv"
    bad.write_bytes(b"C\xf9 Chi")
    with pytest.raises(BrokenFileError, match=r"no UTF-8 text .* save it as \.xlsx"):
        read_sheets(bad)
    torn = write(tmp_path / "torn.xlsx", published())
    torn.write_bytes(torn.read_bytes()[:2000])
    with pytest.raises(BrokenFileError, match="not a whole workbook"):
        read_sheets(torn)
