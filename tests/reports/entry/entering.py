"""A filled-in template, written as a person's program would, by openpyxl or into a CSV; and what
the hub then tells."""

import csv
import io
from collections.abc import Callable, Mapping
from typing import Any

import httpx
import openpyxl

from tests.api.speaking import Speaker

Json = dict[str, Any]
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
HEADER, SHEET = 5, "Nhập chỉ tiêu"
CODE, LEVEL, VALUE, EVIDENCE, NOTE = 1, 7, 11, 12, 13
Key = tuple[str, str]
Fill = Mapping[Key, Any]
"""What to enter by indicator and level, '' for the whole; a tuple also has evidence and note."""

LEVELS = {"": "", "Tỉnh": "province", "Huyện": "district", "Xã": "commune"}
CATALOGUE = [
    {"code": "t.count", "name": "Hồ sơ giấy", "over_periods": "sum"},
    {"code": "t.share", "name": "Tỷ lệ", "kind": "share"},
    {"code": "t.yes_no", "name": "Có hay không", "kind": "yes_no"},
    {"code": "t.date", "name": "Ngày", "kind": "date"},
    {"code": "t.text", "name": "Chữ", "kind": "text"},
    {"code": "t.amount", "name": "Kinh phí", "kind": "amount"},
    {"code": "lead.1_1", "name": "Số đơn vị", "over_units": "sum", "over_periods": "sum"},
    {"code": "org.1_4", "name": "Ngày", "kind": "date"},
]
COUNT, SHARE, YES_NO, DAY, TEXT, AMOUNT = ((str(row["code"]), "") for row in CATALOGUE[:6])
FORM, YEAR = "nhap-thu", "2023"
FORM_TEXT = "\n".join((
    f"form: {FORM}", 'version: "2"', "title: Biểu để thử", "for_levels: [commune]",
    "calendar: nd09", "sections:", "- table: so", "  title: Số liệu", "  columns:",
    "  - {key: ten, label: Nội dung, is: label}", "  - {key: gia_tri, label: Giá trị}", "  rows:",
    *(f"  - {{key: r{n}, label: Dòng {n}, indicator: {row['code']}}}"
      for n, row in enumerate(CATALOGUE[:6])),
))  # fmt: skip
"""A form with an indicator of each kind."""

ASKED = {"unit": "D", "period": YEAR}
FIRST = HEADER + 1
AT = f"{SHEET}!"


def template(speaker: Speaker, form: str, as_format: str, **asked: Any) -> httpx.Response:
    position = {"min_position": speaker.position} if speaker.position else {}
    answer = speaker.ask(f"/v1/reports/{form}/template", format=as_format, **position, **asked)
    assert answer.status_code == 200, answer.text
    return answer


def filled_xlsx(body: bytes, fill: Fill, spoil: Callable[[Any], None] | None = None) -> bytes:
    book = openpyxl.load_workbook(io.BytesIO(body))
    sheet = book[SHEET]
    left = dict(fill)
    for row in range(HEADER + 1, sheet.max_row + 1):
        key = sheet.cell(row, CODE).value, LEVELS[sheet.cell(row, LEVEL).value or ""]
        entered = left.pop(key, None)
        if entered is not None:
            parts = entered if isinstance(entered, tuple) else (entered,)
            for column, value in zip((VALUE, EVIDENCE, NOTE), parts, strict=False):
                sheet.cell(row, column).value = value
                if isinstance(value, str):
                    sheet.cell(row, column).data_type = "s"
    assert not left, "rows that the template does not have"
    if spoil is not None:
        spoil(book)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def filled_csv(body: bytes, fill: Fill, separator: str = ",") -> bytes:
    lines = list(csv.reader(io.StringIO(body.decode("utf-8-sig"), newline="")))
    left = dict(fill)
    for line in lines[1:]:
        entered = left.pop((line[CODE - 1], LEVELS[line[LEVEL - 1]]), None)
        if entered is not None:
            parts = entered if isinstance(entered, tuple) else (entered,)
            for column, value in zip((VALUE, EVIDENCE, NOTE), parts, strict=False):
                line[column - 1] = str(value)
    assert not left, "rows that the template does not have"
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=separator).writerows(lines)
    return out.getvalue().encode("utf-8-sig")


def send(speaker: Speaker, body: bytes, media_type: str = XLSX, **params: Any) -> httpx.Response:
    answer = speaker.client.post(
        "/v1/indicators/import", params=params, content=body,
        headers=speaker.headers | {"content-type": media_type},
    )  # fmt: skip
    speaker.position = answer.headers.get("hub-position", speaker.position)
    return answer


def faults(answer: httpx.Response) -> set[tuple[str, str]]:
    """Code and place of all faults."""
    assert answer.status_code == 422, answer.text
    return {(it["code"], it["pointer"]) for it in answer.json()["errors"]}


def told(
    speaker: Speaker, unit: str, period: str, calendar: str = "nd09"
) -> dict[tuple[str, str], Any]:
    """What is stated, by indicator and level; None where it does not apply."""
    answer = speaker.ask(
        "/v1/indicators/values", unit=unit, period=period, calendar=calendar,
        **({"min_position": speaker.position} if speaker.position else {}),
    )  # fmt: skip
    assert answer.status_code == 200, answer.text
    return {
        (it["code"], it["level"] or ""): it.get("value", it.get("text", it.get("date")))
        for it in answer.json()["items"]
    }


def history(speaker: Speaker, unit: str, code: str, **asked: Any) -> list[Json]:
    position = {"min_position": speaker.position} if speaker.position else {}
    answer = speaker.ask("/v1/indicators/history", unit=unit, code=code, **position, **asked)
    assert answer.status_code == 200, answer.text
    items: list[Json] = answer.json()["items"]
    return items
