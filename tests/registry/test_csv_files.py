"""CSV: what spreadsheets write is read, what is written reads back, errors say where."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.core.encodings import decoded
from hub.registry import Procedure, RegistryError, Unit
from hub.registry.csv_files import read_procedures, read_units, write_procedures, write_units

CODE = st.text("ABab019.", min_size=1, max_size=35)
NAME = st.tuples(
    st.sampled_from(("", "=", "-", "+1", "@", "'", "'=", "-5")),
    st.text("aĐệ ,;\"'\ufeff\u00a0=#-+@1.\U0001f3e0", max_size=20),
).map(lambda parts: f"{parts[0]}x{parts[1]}x")


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


UNITS = [
    Unit("H29", "=HYPERLINK(1)", "district", "H29"),
    Unit("H29.17", "Củ Chi", valid_to=date(2025, 6, 30)),
    Unit("H30", "-5"),
]
PLAIN = "code,name,level,parent,valid_to\nH29,=HYPERLINK(1),district,H29,\n"
PLAIN += "H29.17,Củ Chi,,,2025-06-30\nH30,-5,,,\n"
TABS = PLAIN.replace(",", "\t")
HEADER = PLAIN.partition("\n")[0]
SHAPES = {
    "plain": PLAIN,
    "BOM and CRLF": "\ufeff" + PLAIN.replace("\n", "\r\n"),
    "semicolons": PLAIN.replace(",", ";"),
    "tabs": TABS,
    "sep=;": "sep=;\r\n" + PLAIN.replace(",", ";"),
    "sep=|": '"SEP=|"\n' + PLAIN.replace(",", "|"),
    "sep= and BOM": "\ufeffsep=\t\n" + TABS,
    "empty columns to the right": PLAIN.replace("\n", ",,,\n"),
    "an empty column first": "".join(f",{line}\n" for line in PLAIN.splitlines()),
    "empty rows at the end": PLAIN + ",,,,\n\n,,,,,,,\n",
    "empty rows first": ",,,,\n\n" + PLAIN,
    "rows cut short": PLAIN.replace(",,,\n", "\n"),
    "quoted header": PLAIN.replace(HEADER, '"Code","Name","Level","Parent","Valid To"'),
    "capitals": PLAIN.replace(HEADER, " CODE ,NAME,Level,Parent,valid-to "),
    "all quoted": "\n".join(",".join(f'"{c}"' for c in r.split(",")) for r in PLAIN.splitlines()),
}


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_what_excel_saves_comes_in(shape: str, encoding: str) -> None:
    text = SHAPES[shape].removeprefix("\ufeff")
    assert [*read_units(decoded(text.encode(encoding))).values()] == UNITS


def test_what_goes_out_opens_in_excel_and_holds_no_formula() -> None:
    written = {
        "=1+1": "'=1+1", "+1": "'+1", "-1+1": "'-1+1", "@SUM(1)": "'@SUM(1)", "-x": "'-x",
        "-5": "-5", "-5.25": "-5.25", "5": "5", "a=1": "a=1", "'=1": "''=1", "''@": "'''@",
        "'x": "'x", "＝1": "'＝1", "-1-2": "'-1-2", "-1e5": "'-1e5",
    }  # fmt: skip
    text = write_units([Unit(f"U{n}", name) for n, name in enumerate(written)])
    assert text.startswith("\ufeffcode,name,")
    assert text.count("\n") == text.count("\r\n") == len(written) + 1
    assert [line.split(",")[1] for line in text.splitlines()[1:]] == list(written.values())
    assert [unit.name for unit in read_units(text).values()] == list(written)
    codes = [Procedure(code, "x") for code in ("-1", "-1-2", "1.004227", "-a")]
    assert [*read_procedures(write_procedures(codes)).values()] == codes


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("Tên".encode("cp1258"), "not UTF-8"),
        (b"PK\x03\x04", "Excel"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", r"\.xls"),
        (b"\xff\xfea", "UTF-16"),
        (b"\x1f\x8b\x08", "gzip"),
    ],
)
def test_what_is_no_text_is_named(content: bytes, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        decoded(content)


@pytest.mark.parametrize("day", ["15/01/2020", "1/15/2020", "2020/01/15", "43845", "15-Jan-20"])
def test_a_day_that_excel_rewrote_says_how_to_write_it(day: str) -> None:
    with pytest.raises(RegistryError, match=r"YYYY-MM-DD.*Excel"):
        read_units(f"code,name,valid_from\nH29,x,{day}\n")


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
