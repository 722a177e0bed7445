"""The form of Bỉm Sơn with the 55 rows that the report prints, stated: what is printed comes out,
and where the report disagrees with itself a check says so."""

import json
from collections.abc import Iterable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

from hub.core.periods import named
from hub.reports.bundled import bundled
from hub.reports.form.compiled import Line
from schemas.event import Event
from tests.reports.stating import cells, made
from tests.reports.stating import said as said_of

Json = dict[str, Any]
FORM = bundled()["bim-son-2017"]
PRINTED = json.loads((Path(__file__).parent / "bim_son_printed.json").read_text())
"""Section, row, code, label, and texts by column: as printed."""
PERIOD = "2017-Q1"
IN_THE_TEXT = {
    "staff.commune_posts": 82, "staff.commune_all": 158, "tthc.one_stop_share": 95,
    "finance.service_units_autonomous": 32,
}  # fmt: skip
"""82 posts is not printed: 78 are 95,12 % of it."""
OTHERWISE = {
    ("pl2", "r28", "huyen"): "",  # 08 of the communes stands in the district's column
    ("pl4", "r2", "ty_le"): "66,14%",  # left blank
    ("pl4", "r3", "ty_le"): "12,38%",  # 95%: 339 of 2.738 are not
    ("pl6", "r3", "ty_le"): "151,9%",  # 151%: 240 of 158, cut off
}
WRONG = {"pl4_tong.r2", "pl4_ty_le", "pl2_tu_chu", "pl3_don_vi"}


def statements() -> Iterator[Event]:
    printed = {(section, row): texts for section, row, _, _, texts in PRINTED}
    printed["pl2", "r28"] = {"xa": "08"}
    said: dict[tuple[str, str], Json] = {
        (code, ""): {"value": value} for code, value in IN_THE_TEXT.items()
    }
    for address, plan in FORM.plans():
        text = printed.get((address.section, address.row), {}).get(address.column)
        if plan.kind == "indicator" and text is not None:
            number = text.removesuffix(" lượt").replace(".", "")
            level = plan.unit_level[0] if plan.unit_level else ""
            told = {"value": int(number)} if number.isdigit() else {"text": text}
            said[plan.indicator, level] = told
    said["staff.commune_officials", ""]["note"] = "(Tháng 01/2017)"
    for (code, level), told in said.items():
        yield said_of(code, told, PERIOD, level)


def of(events: Iterable[Event]) -> Json:
    return made(FORM, events, PERIOD)


def test_what_the_report_prints_comes_out() -> None:
    found = of(statements())
    told = dict(cells(found))
    rows = {(it["key"], row["key"]): row for it in found["sections"] for row in it["rows"]}
    assert len(PRINTED) == sum(
        isinstance(line, Line) for part in FORM.parts for line in part.lines if part.kind == "table"
    )
    for section, key, code, label, texts in PRINTED:
        assert (rows[section, key]["code"], rows[section, key]["label"]) == (code, label)
        for column, cell in rows[section, key]["cells"].items():
            text = OTHERWISE.get((section, key, column), texts.get(column, ""))
            if column != "ghi_chu" and (section, key, column) != ("pl2", "r28", "xa"):
                assert cell["text"] == text, (section, key, column)
    assert told["pl6", "r1", "ghi_chu"]["text"] == "(Tháng 01/2017)"
    assert told["pl2", "r28", "xa"]["text"] == "08"
    blank = [cell for cell in told.values() if cell["state"] != "value"]
    assert {cell["value"] for cell in blank} == {None}
    assert "0" not in {cell["text"] for cell in told.values()}


def test_what_disagrees_is_found_and_what_nobody_stated_is_unknown() -> None:
    checks = {check["id"]: check for check in of(statements())["checks"]}
    assert {name for name, it in checks.items() if it["result"] == "false"} == WRONG
    assert checks["pl2_tong.r3"]["result"] == "true"
    for name in ("pl4_tong.r1", "pl4_tong.r3", "pl2_tong.r6", "pl5_xu_ly.r1"):
        assert checks[name]["result"] == "unknown", name  # a part was left blank


def test_the_four_empties_are_told_apart() -> None:
    told = dict(cells(of(statements())))
    assert told["pl2", "r1", "tong"]["state"] == "not_provided"
    assert told["pl2", "r27", "xa"]["state"] == "not_applicable"
    zero = said_of("petition.received", {"value": 0}, PERIOD)
    told = dict(cells(of([zero])))
    assert (told["pl5", "r2", "tong"]["state"], told["pl5", "r2", "tong"]["text"]) == ("value", "0")
    later = dict(cells(made(FORM, statements(), PERIOD, named("2016-Q4").end)))
    assert later["pl2", "r3", "tong"]["state"] == "not_yet"
    assert Fraction(0) not in {cell["value"] for cell in later.values()}
