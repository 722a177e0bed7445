"""The workbook of figures by unit: a tree with sums that fold, as on the page."""

import io
from random import Random
from typing import Any

import openpyxl
import pytest

from hub.api.figure_sheet import OWN_ONLY, SUMS_TOLD, WITH_BELOW
from hub.registry.unit_tree import Unit, UnitTree
from hub.reports.render.table import Column, Row, Table
from hub.reports.render.table_book import table_book
from hub.services.figure_tree import laid_out
from tests.api.books import send_two_years
from tests.api.speaking import Speaker

ASKED = {"period": "2020", "by": "unit", "format": "xlsx", "figure": "received_total"}


@pytest.fixture(scope="module", autouse=True)
def position(speaker: Speaker) -> str:
    position = send_two_years(speaker)
    speaker.figures(period="2020")
    return position


def sheet_of(content: bytes, **how: Any) -> Any:
    return openpyxl.load_workbook(io.BytesIO(content), **how).active


def rows_of(sheet: Any) -> list[Any]:
    """The rows below the heads."""
    rows = list(sheet.iter_rows())
    at = next(i for i, row in enumerate(rows) if row[0].value == "Đơn vị")
    return rows[at + 1 :]


def test_units_are_a_tree_that_folds(speaker: Speaker) -> None:
    answer = speaker.ask("/v1/figures", **ASKED)
    sheet = sheet_of(answer.content, data_only=True)
    *rows, total = rows_of(sheet)
    level = sheet.row_dimensions
    assert [(row[0].value, row[1].value, level[row[0].row].outlineLevel) for row in rows] == [
        (WITH_BELOW.format(units="Tỉnh"), "T", 0),
        (WITH_BELOW.format(units="=1+1"), "T.1", 1),
        (OWN_ONLY, "T.1", 2),
        ("T.1.x", "T.1.x", 2),
        ("Xã Hai", "T.2", 1),
        ("U", "U", 0),
    ]
    assert [int(row[0].alignment.indent) for row in rows] == [0, 1, 2, 2, 1, 0]
    assert [bool(row[0].font.b) for row in rows] == [True, True, False, False, False, False]
    assert sheet.sheet_properties.outlinePr.summaryBelow is False
    assert any(row[0].value == SUMS_TOLD for row in sheet.iter_rows())
    for row in rows:
        below = row[0].value != OWN_ONLY
        asked = {"period": "2020", "unit": row[1].value, "subtree": below}
        assert row[2].value == speaker.figures(**asked)["total"]["received_total"]
    assert total[2].value == speaker.figures(period="2020")["total"]["received_total"]
    *rows, total = rows_of(sheet_of(answer.content))
    first = rows[0][0].row
    assert rows[0][2].value == f"=SUBTOTAL(9,C{first + 1}:C{first + 4})"
    assert total[2].value == f"=SUBTOTAL(9,C{first}:C{first + 5})"


def test_two_periods_are_one_tree(speaker: Speaker) -> None:
    answer = speaker.ask("/v1/figures", **ASKED, against="2019", unit="T.1", subtree=True)
    *rows, _ = rows_of(sheet_of(answer.content, data_only=True))
    assert [row[1].value for row in rows] == ["T.1", "T.1", "T.1.x"], (
        "none above what was asked for"
    )
    for period, place in (("2020", 2), ("2019", 3)):
        found = speaker.figures(period=period, unit="T.1", subtree=True)["total"]
        assert rows[0][place].value == found["received_total"]


def test_units_alone_are_no_tree(speaker: Speaker) -> None:
    answer = speaker.ask("/v1/figures", **ASKED, unit=["T", "T.1", "T.2"])
    sheet = sheet_of(answer.content)
    *rows, total = rows_of(sheet)
    assert [row[1].value for row in rows] == ["T.1", "T.2"]
    assert sheet.auto_filter.ref
    assert str(total[2].value).startswith("=SUM(")


def test_sums_of_random_trees_are_those_of_all_below() -> None:
    rng, seen = Random(5), set[bool]()
    for _ in range(200):
        codes = [rng.choice(("A", "B", "A.1", "A.1.2", "B.1", "C", "C.1")) for _ in range(5)]
        codes = sorted(set(codes))
        units = []
        for i, code in enumerate(codes):  # a parent comes before: no circles
            others = [it for it in codes[:i] if not it.startswith(f"{code}.")]
            parent = rng.choice([None, *others])
            units.append(Unit(code, code, parent=parent))
        tree = UnitTree.of(units)
        rows = {code: ({"n": rng.randint(0, 3)},) for code in codes if rng.random() < 0.7}
        lines, adds_up = laid_out(rows, tree, ())
        seen.add(adds_up)
        for i, line in enumerate(lines):
            region = tree.region((line.code,))
            below = {code for code in rows if code in region}
            wanted = {line.code} if line.kind == "own" else below
            assert line.figures[0]["n"] == sum(rows[code][0]["n"] for code in wanted)
            parts = lines[i + 1 : i + 1 + line.below]
            assert all(part.depth > line.depth for part in parts)
            if adds_up and line.kind == "sum":
                shown = sum(part.figures[0]["n"] for part in parts if part.kind != "sum")
                assert shown == line.figures[0]["n"]
        if adds_up:
            roots = [line for line in lines if line.depth == 0]
            assert sum(it.figures[0]["n"] for it in roots) == sum(
                it["n"] for (it,) in rows.values()
            )


def test_equal_tables_are_equal_bytes_and_texts_come_back() -> None:
    texts = [" a ", "<&>\"'", "_x0041_", "=1+1", "dòng\nhai", "x" * 40_000, "\x07chuông", ""]
    columns = [Column("Chữ"), Column("Số", "count", summed=True), Column("Lúc", "instant")]

    def made() -> bytes:
        rows = (Row([text, n, 1_600_000_000_000_000]) for n, text in enumerate(texts))
        return table_book(Table("Thu", ["Tên"], columns, total=["Cộng", 28, None]), rows)

    content = made()
    assert content == made()
    sheet = sheet_of(content)
    assert [row[0].value for row in sheet.iter_rows(min_row=4)] == [
        " a ", "<&>\"'", "_x005F_x0041_", "=1+1", "dòng\nhai", "x" * 32_767, "chuông", None, "Cộng",
    ]  # fmt: skip
    assert str(sheet_of(content)["C4"].value) == "2020-09-13 19:26:40"
    assert sheet_of(table_book(Table("Không", ["Tên"], columns), ()))["A3"].value == "Chữ"
    created = openpyxl.load_workbook(io.BytesIO(content)).properties.created
    assert created is not None
    assert created.year == 2000, "the file does not say when it was made"
