"""What is wrong with a filled-in template refuses the whole file, all faults together, each with
its place and what to do."""

import io
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import hub.web
from hub.reports.entry.faults import SAYS
from tests.api.speaking import Speaker
from tests.reports.entry.entering import (
    AMOUNT,
    ASKED,
    AT,
    COUNT,
    DAY,
    EVIDENCE,
    FORM,
    HEADER,
    NOTE,
    SHARE,
    SHEET,
    TEXT,
    VALUE,
    YEAR,
    YES_NO,
    Fill,
    Json,
    faults,
    filled_csv,
    filled_xlsx,
    send,
    template,
    told,
)


def spoilt(change: Callable[[Any], None]) -> Callable[[Speaker], bytes]:
    """The template with a value, and something done to the workbook."""
    return lambda admin: filled_xlsx(
        template(admin, FORM, "xlsx", **ASKED).content, {COUNT: 3}, change
    )


def entered(fill: Fill) -> Callable[[Speaker], bytes]:
    return lambda admin: filled_xlsx(template(admin, FORM, "xlsx", **ASKED).content, fill)


def shifted(book: Any) -> None:
    book[SHEET].insert_cols(9)


def left_out(book: Any) -> None:
    book[SHEET].delete_cols(3)


def renamed(book: Any) -> None:
    book[SHEET].cell(HEADER, VALUE).value = "Kết quả"


def merged(book: Any) -> None:
    book[SHEET].merge_cells("I5:J5")


def pushed_down(book: Any) -> None:
    sheet = book[SHEET]
    sheet.move_range("B6:F11", rows=1)


def before_all(book: Any) -> None:
    book[SHEET].insert_cols(1)


def older(book: Any) -> None:
    book["motcua"]["B3"].value = "1"


def without_hidden(book: Any) -> None:
    del book["motcua"]


def below_all(book: Any) -> None:
    book[SHEET].cell(500, VALUE).value = 1


def twice(book: Any) -> None:
    sheet = book[SHEET]
    for column in range(1, NOTE + 1):
        sheet.cell(7, column).value = sheet.cell(6, column).value


def broken_formula(book: Any) -> None:
    book[SHEET].cell(6, VALUE).value = "=1/0"


def error_value(book: Any) -> None:
    cell = book[SHEET].cell(6, VALUE)
    cell.value, cell.data_type = "#N/A", "e"


def evidence_only(book: Any) -> None:
    book[SHEET].cell(7, EVIDENCE).value = "QĐ 12"


def packed_with(name: str, content: bytes) -> Callable[[Speaker], bytes]:
    """The workbook with one more entry in its archive."""

    def made(admin: Speaker) -> bytes:
        out = io.BytesIO(template(admin, FORM, "xlsx", **ASKED).content)
        with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as packed:
            packed.writestr(name, content)
        return out.getvalue()

    return made


BAD: dict[str, tuple[Callable[[Speaker], bytes], set[tuple[str, str]]]] = {
    "shifted": (spoilt(shifted), {("header", f"{AT}{c}5") for c in "IJKLMN"}),
    "left out": (spoilt(left_out), {("header", f"{AT}{c}5") for c in "CDEFGHIJKLM"}),
    "before all": (spoilt(before_all), {("header", f"{AT}A5")}),
    "renamed": (spoilt(renamed), {("header", f"{AT}K5")}),
    "merged": (spoilt(merged), {("merged", f"{AT}I5")}),
    "pushed down": (spoilt(pushed_down), {("moved", f"{AT}{c}6") for c in "BCEF"}),
    "an older version": (spoilt(older), {("old-version", "motcua!A2")}),
    "no template": (spoilt(without_hidden), {("not-a-template", "")}),
    "below all": (spoilt(below_all), {("beside", f"{AT}K500")}),
    "twice": (spoilt(twice), {("twice", f"{AT}A7")}),
    "a formula": (spoilt(broken_formula), {("formula", f"{AT}K6")}),
    "an error": (spoilt(error_value), {("formula", f"{AT}K6")}),
    "evidence only": (spoilt(evidence_only), {("no-value", f"{AT}L7")}),
    "many": (
        entered({COUNT: "2.738", SHARE: 0.96, DAY: "01/03/2012", YES_NO: "có lẽ",
                 AMOUNT: "nhiều"}),
        {("grouped", "K"), ("share-fraction", "K"), ("date-ambiguous", "K"), ("not-yes-no", "K"),
         ("not-a-number", "K")},
    ),
    "a count as English programs read it": (entered({COUNT: 2.738}), {("grouped", f"{AT}K6")}),
    "nothing to withdraw": (entered({COUNT: "rút lại"}), {("nothing-to-withdraw", f"{AT}K6")}),
    "control characters": (
        entered({TEXT: "a\u007fb"}), {("refused", f"{AT}K10")},
    ),
    "macros": (packed_with("xl/vbaProject.bin", b"x"), {("macros", "")}),
    "a bomb": (packed_with("xl/media/a.bin", bytes(40 << 20)), {("not-a-workbook", "")}),
    "no workbook": (lambda _: b"PK\x03\x04" + bytes(50), {("not-a-workbook", "")}),
    "an old workbook": (lambda _: b"\xd0\xcf\x11\xe0" + bytes(50), {("not-a-workbook", "")}),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_a_bad_workbook_is_refused_as_a_whole_and_says_where(admin: Speaker, name: str) -> None:
    make, expected = BAD[name]
    answer = send(admin, make(admin))
    found = faults(answer)
    if name == "many":  # all faults together, in the column of new values
        found = {(code, place.removeprefix(AT).rstrip("0123456789")) for code, place in found}
    assert found == expected, answer.text
    for error in answer.json()["errors"]:
        assert ";" in error["message"] or "control" in error["message"], "says what to do"
    assert "2.738" not in answer.text.replace("such as 2738, or a fraction", "")
    assert told(admin, "D", YEAR) == {}


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"unit": "E"}, "other-unit"), ({"form": "bim-son-2017"}, "other-form"),
        ({"period": "2022"}, "other-period"), ({"calendar": "civil"}, "other-calendar"),
    ],
)  # fmt: skip
def test_a_template_of_something_else(admin: Speaker, params: Json, code: str) -> None:
    body = entered({COUNT: 3})(admin)
    assert faults(send(admin, body, **params)) == {(code, "motcua!A2")}
    csv_body = filled_csv(template(admin, FORM, "csv", **ASKED).content, {COUNT: "3"})
    place = "line 2, column Mẫu (không sửa)"
    assert faults(send(admin, csv_body, "text/csv", **params)) == {(code, place)}


def test_bad_csv(admin: Speaker) -> None:
    body = template(admin, FORM, "csv", **ASKED).content
    other = template(admin, FORM, "csv", unit="E", period=YEAR).content.decode("utf-8-sig")
    text = body.decode("utf-8-sig")

    def refused(content: bytes) -> set[tuple[str, str]]:
        return faults(send(admin, content, "text/csv"))

    mixed = (text + other.partition("\r\n")[2].partition("\r\n")[0]).encode()
    assert {code for code, _ in refused(mixed)} == {"other-template"}
    assert refused(text.replace("Giá trị mới", "Kết quả", 1).encode()) == {
        ("header", "line 1, column Giá trị mới")
    }
    assert refused(b"a,b\r\n1,2\r\n") == {("not-a-template", "line 1")}
    assert {
        code for code, _ in refused(text.encode("utf-8").replace("ị".encode(), b"\xe2\xf2"))
    } == {"not-csv"}
    assert refused(filled_csv(body, {COUNT: "2.738", SHARE: "0,96"})) == {
        ("grouped", "line 2, column Giá trị mới"),
        ("share-fraction", next(
            f"line {n}, column Giá trị mới"
            for n, line in enumerate(text.splitlines(), 1) if line.startswith(SHARE[0])
        )),
    }  # fmt: skip
    assert told(admin, "D", YEAR) == {}


def test_every_fault_has_words_in_vietnamese_and_a_remedy() -> None:
    page = Path(hub.web.__file__).parent / "static" / "text_vi_entry.js"
    assert set(re.findall(r'"fault_([a-z-]+)":', page.read_text())) == set(SAYS)
    assert [code for code, says in SAYS.items() if ";" not in says] == ["refused"]
