"""CSV: what spreadsheets write is read, what is written reads back, errors say where."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.registry import Procedure, RegistryError, Unit
from hub.registry.csv_files import read_procedures, read_units, write_procedures, write_units

CODE = st.text("ABab019.", min_size=1, max_size=35)
NAME = st.text("aĐệ ,;\"'\ufeff\u00a0=#\U0001f3e0", max_size=20).map(lambda text: f"x{text}x")


@st.composite
def units(draw: st.DrawFn) -> Unit:
    first, last = sorted(draw(st.tuples(st.dates(), st.dates())))
    return Unit(
        draw(CODE),
        draw(NAME),
        draw(st.sampled_from([None, "ministry", "commune"])),
        draw(st.none() | CODE),
        draw(st.sampled_from([None, first])),
        draw(st.sampled_from([None, last])),
        tuple(draw(st.lists(CODE, max_size=3))),
    )


@given(st.lists(units(), max_size=5), st.sampled_from(["", "\ufeff"]))
def test_units_read_back_the_same(rows: list[Unit], bom: str) -> None:
    assert [*read_units(bom + write_units(rows)).values()] == rows


def test_procedures_read_back_the_same() -> None:
    rows = [
        Procedure("1.004227", 'Đăng ký "biến động"; đất, nhà', "dat-dai", "Đất đai", 10, "hour"),
        Procedure("1", "x"),
    ]
    assert read_procedures(write_procedures(rows)) == dict(enumerate(rows, 2))


def test_what_a_spreadsheet_writes() -> None:
    text = (
        "\ufeffName;CODE ;Valid_To;successors;level\r\n"
        'Huyện Củ Chi, "cũ";H29.17;2025-06-30; 27496  27508 ;district\r\n'
        ";;;;\r\n"
        "\r\n"
        '"Tỉnh; thành";H29\r\n'
    )
    assert read_units(text.replace('"cũ"', "cũ")) == {
        2: Unit(
            "H29.17",
            "Huyện Củ Chi, cũ",
            "district",
            valid_to=date(2025, 6, 30),
            successors=("27496", "27508"),
        ),
        5: Unit("H29", "Tỉnh; thành"),
    }


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("", "line 1"),
        ("code\nH29\n", "line 1"),
        ("code,name,secret-thing\n", "line 1"),
        ("code,name,name\n", "line 1"),
        ("code,name\nH29,x,secret-thing\n", "line 2"),
        ('code,name\nH29,"two\nlines"\n', "line 3, column name"),
        ('code,name\nH29,"secret-thing\n', "line 2"),
        ("code,name\nH29,x\n\nsecret thing,x\n", "line 4, column code"),
        ("code,name\n,x\n", "line 2, column code"),
        ("code,name\nH29,\n", "line 2, column name"),
        ("code,name,level\nH29,x,secret-thing\n", "line 2, column level"),
        ("code,name,valid_from\nH29,x,20200101\n", "line 2, column valid_from"),
        ("code,name,valid_from\nH29,x,2020-W03-3\n", "line 2, column valid_from"),
        ("code,name,valid_to\nH29,x,secret-thing\n", "line 2, column valid_to"),
        ("code,name,valid_from,valid_to\nH29,x,2020-01-02,2020-01-01\n", "line 2, column valid_to"),
        ("code,name,successors\nH29,x,H30 secret_thing\n", "line 2, column successors"),
        ("code,name\nH29,x\x00\n", "line 2"),
    ],
)
def test_errors_say_where_and_repeat_no_cell(text: str, where: str) -> None:
    with pytest.raises(RegistryError) as refused:
        read_units(text)
    assert refused.value.pointer.startswith(where)
    assert "secret" not in str(refused.value)


def test_a_limit_that_is_no_number() -> None:
    for cell in ("ten", "1_0", "-1", "١"):
        with pytest.raises(RegistryError, match="line 2, column limit_value: cannot be read"):
            read_procedures(f"code,name,limit_value,limit_unit\n1,x,{cell},hour\n")
