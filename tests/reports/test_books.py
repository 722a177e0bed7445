"""A sheet a unit over HTTP: each says what the unit's own report says; what is refused."""

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from hub.api import report_books
from hub.cli.files import write_whole
from hub.client import HubError
from hub.reports.render.book import INDEX, sheet_names
from tests.api.speaking import Speaker
from tests.reports.test_api import PHU_HO, QUARTER, UNITS, admin, hub

__all__ = ["admin", "hub"]
BOOK = {"each": "unit", "format": "xlsx"}


def book(speaker: Speaker, form: str, **params: Any) -> Any:
    answer = speaker.ask(f"/v1/reports/{form}", min_position=speaker.position, **params, **BOOK)
    assert answer.status_code == 200, answer.text
    return answer


def lines(sheet: Any) -> list[tuple[Any, ...]]:
    """The rows with numbers, without where they stand and how wide the sheet is."""
    found = [tuple(it for it in row if it is not None) for row in sheet.iter_rows(values_only=True)]
    return [row for row in found if sum(isinstance(it, int) for it in row) > 2]


def test_each_sheet_says_what_the_report_of_its_unit_says(admin: Speaker) -> None:
    answer = book(admin, "vpcp-06a", **QUARTER)
    assert answer.headers["hub-verdict"] == "valid"
    made = load_workbook(io.BytesIO(answer.content))
    units = ["T", "T.1", "T.1.X2", "X1"]
    assert made.sheetnames == [INDEX, *units]
    links = {it.ref: it.location for row in made[INDEX].iter_rows() for c in row
             if (it := c.hyperlink)}  # fmt: skip
    assert [links[ref] for ref in sorted(links)] == [f"'{unit}'!A1" for unit in units]
    for unit in units:
        asked = {"unit": unit, "period": "2020-Q1", "format": "xlsx"}
        alone = load_workbook(io.BytesIO(admin.ask("/v1/reports/vpcp-06a", **asked).content))
        told = [row for sheet in alone.worksheets for row in lines(sheet)]
        assert lines(made[unit]) == told != []
        assert made[unit].page_setup.orientation == "landscape"
    named = {row[2] for row in made[INDEX].iter_rows(values_only=True) if row[2]}
    assert {it["name"] for it in UNITS[:3]} < named
    assert not [c for sheet in made for row in sheet.iter_rows() for c in row if c.data_type == "f"]


def test_only_units_for_which_the_form_is_have_a_sheet(admin: Speaker) -> None:
    answer = book(admin, "phu-ho-2023", period="2023")
    assert load_workbook(io.BytesIO(answer.content)).sheetnames == [INDEX, PHU_HO, "X1"]


def test_equal_books_have_equal_bytes(admin: Speaker) -> None:
    as_of = admin.ask("/v1/reports/vpcp-06a", **QUARTER).json()["as_of"]
    params = {**QUARTER, "as_of": as_of, "data_date": "2020-03-31"}
    assert book(admin, "vpcp-06a", **params).content == book(admin, "vpcp-06a", **params).content


@pytest.mark.parametrize(
    ("form", "params", "named"),
    [
        ("vpcp-06a", {**QUARTER, "each": "unit"}, "format=xlsx"),
        ("vpcp-06a", {**QUARTER, "each": "unit", "format": "csv"}, "format=xlsx"),
        ("vpcp-06a", {**QUARTER, "each": "field", "format": "xlsx"}, "each"),
        ("phu-ho-2023", {"unit": "T.1.X2", "period": "2023", **BOOK}, "commune"),
        ("vpcp-06a", {**QUARTER, **BOOK}, "at most 3"),
    ],
)
def test_a_book_that_cannot_be_is_refused(
    admin: Speaker, monkeypatch: pytest.MonkeyPatch, form: str, params: Any, named: str
) -> None:
    monkeypatch.setattr(report_books, "MOST_UNITS", 3)
    answer = admin.ask(f"/v1/reports/{form}", **params)
    assert answer.status_code == 422
    assert named in answer.text


def test_no_two_sheets_have_a_name() -> None:
    units = [f"{'A' * 31}{n}" for n in range(12)] + ["x.1", "X.1", "History", "a" * 31]
    names = sheet_names(units)
    assert len({name.lower() for name in names.values()}) == len(units)
    assert all(len(name) <= 31 for name in names.values())
    assert names["x.1"] == "x.1"
    assert names["History"] != "History"


def test_a_file_that_breaks_off_leaves_the_one_before(tmp_path: Path) -> None:
    def blocks() -> Iterator[bytes]:
        yield b"half"
        raise HubError("gone")

    file = tmp_path / "a.xlsx"
    write_whole(file, b"before")
    with pytest.raises(HubError, match="gone"):
        write_whole(file, blocks())
    assert file.read_bytes() == b"before"
    assert list(tmp_path.iterdir()) == [file]
