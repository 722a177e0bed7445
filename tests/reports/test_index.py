"""The index of 2018: 120 rows and 219 rule lines, the rules' holes and overlaps, the sums that do
not add up in the report, and scores beside self scores."""

from collections.abc import Iterator
from typing import Any

import pytest

from hub.demo.as_printed import Compared, printed, stated
from hub.reports.bundled import bundled
from hub.reports.form import FormError, loads
from hub.reports.scoring import form_remarks
from schemas.event import Event
from tests.reports.printed import (
    assert_disagreements_found,
    assert_told,
    sums_of,
)
from tests.reports.stating import cells, made, said

Json = dict[str, Any]
FORM = bundled()["bim-son-2018-index"]
PRINTED = printed("bim-son-2018-index")
PERIOD = PRINTED.period
SCORES = ("toi_da", "tu_cham")
PROBES: list[tuple[str, Json, int | float | str]] = [
    ("r3_2_1", {"": 69.99}, 1), ("r3_2_1", {"": 70}, "no rule"), ("r3_2_1", {"": 80}, "no rule"),
    ("r3_2_1", {"": 80.01}, 2), ("r4_2_1", {"": 29.9}, 0), ("r4_2_1", {"": 30}, "no rule"),
    ("r4_2_1", {"": 50.1}, 1), ("r8_2_2", {"": 14}, 0.5), ("r8_2_2", {"": 15}, "two rules"),
    ("r8_2_2", {"": 16}, 1), ("r1_6", {"": 1}, "over max"), ("r1_6", {"": 0}, 0),
    ("r4_1_1", {"": "timely"}, 1), ("r4_1_1", {"": "late"}, "no rule"),
    ("r1_1_1", {"": "late"}, 1), ("r1_1_1", {"": "soon"}, "no rule"),
    ("r5_4_6", {".ty_le": 90, ".ky_luat": 0}, 1),
    ("r5_4_6", {".ty_le": 90, ".ky_luat": 1}, "two rules"),
    ("r5_4_6", {".ty_le": 40, ".ky_luat": 1}, 0),
    ("r3_1_3", {".a": 1, ".b": 1}, 2), ("r3_1_3", {".a": 0, ".b": 1}, 1),
    ("r3_1_3", {".a": 0, ".b": 0}, 0), ("r1_2_1", {"": 1}, 1.5), ("r1_2_1", {"": 4}, 0),
    ("r1_4_3", {"": 1}, "no rule"), ("r6_1_1", {"": 100}, 1), ("r6_1_1", {"": 99.99}, 0),
    ("r7_1_5", {".muc_1_2": 0, ".muc_3": 10, ".muc_4": 0}, 2),
    ("r7_1_5", {".muc_1_2": 1, ".muc_3": 10, ".muc_4": 0}, "two rules"),
]  # fmt: skip


def index(row: str, more: str = "") -> str:
    return "index." + row.removeprefix("r") + more


def told(content: object) -> Json:
    return {"text": content} if isinstance(content, str) else {"value": content}


@pytest.mark.parametrize(("row", "given", "expected"), PROBES)
def test_a_rule_gives_its_score_or_says_why_not(row: str, given: Json, expected: Any) -> None:
    events = [said(index(row, more), told(it), PERIOD) for more, it in given.items()]
    cell = dict(cells(made(FORM, events, PERIOD)))["chi_so", row, "tinh"]
    assert cell["origin"] == "rule"
    if isinstance(expected, str):
        assert (cell["state"], cell["value"], cell["text"]) == ("not_provided", None, expected)
    else:
        assert (cell["state"], cell["value"]) == ("value", expected)


def test_a_rule_of_what_nobody_stated_is_not_provided() -> None:
    for (_, _, column), cell in cells(made(FORM, [], PERIOD)):
        if column == "tinh":
            assert (cell["state"], cell["text"]) == ("not_provided", "")


def self_scores() -> Iterator[Event]:
    for code, _, score in stated(PRINTED):
        yield said(code, {**score, "evidence": "QĐ 413"}, PERIOD)


def test_rows_and_rule_lines_are_those_printed() -> None:
    found = made(FORM, self_scores(), PERIOD)
    section = found["sections"][0]
    assert section["kind"] == "score"
    rows = {row["key"]: row for row in section["rows"]}
    lines = [key for key in rows if ":" in key]
    assert (len(PRINTED.rows), len(lines)) == (120, 219)
    for _, key, code, label, _, count in PRINTED.rows:
        row = rows[key]
        assert (row["code"], row["label"]) == (code, label)
        assert row["cells"]["tai_lieu"]["text"] == "QĐ 413"
        assert sum(line.startswith(f"{key}:") for line in lines) == count
    total = rows["tong"]["cells"]
    assert (total["toi_da"]["value"], total["tu_cham"]["value"]) == (100, 96)
    assert total["tinh"]["state"] == "not_provided"


def test_sums_that_do_not_add_up_are_found() -> None:
    over = said(index("r1_6"), {"value": 1}, PERIOD)
    assert_disagreements_found("bim-son-2018-index", made(FORM, [*self_scores(), over], PERIOD))
    found = made(FORM, self_scores(), PERIOD)
    wrong = {it["id"]: (it["left"], it["right"]) for it in found["checks"]
             if it["result"] == "false"}  # fmt: skip
    assert wrong == {"cong_r1_1": (4, 5), "cong_r8": (15, 7)}
    told = dict(cells(found))
    leaves = [key for _, key, *_ in PRINTED.rows if key.count("_") == 2 or key == "r1_6"]
    assert len(leaves) == 85
    sums = [sum(told["chi_so", key, column]["value"] for key in leaves) for column in SCORES]
    assert sums == [93, 92]
    leaf_rows = [
        Compared(f"chi_so 85 mục {column}", "Cộng 85 mục chấm điểm", printed, str(total),
                 "differs", "X003-01, X003-03")
        for column, printed, total in zip(SCORES, ("100", "96"), sums, strict=True)
    ]  # fmt: skip
    result = assert_told(PRINTED, found, [*sums_of(found, "chi_so", SCORES), *leaf_rows])
    differs = {(it.place, it.printed, it.computed) for it in result if it.state != "equal"}
    assert differs == {
        ("chi_so 1.1 toi_da", "4", "5"), ("chi_so 1.1 tu_cham", "3", "4"),
        ("chi_so 8 toi_da", "15", "7"), ("chi_so 8 tu_cham", "12", "7"),
        ("chi_so 85 mục toi_da", "100", "93"), ("chi_so 85 mục tu_cham", "96", "92"),
    }  # fmt: skip


def test_a_self_score_that_the_data_do_not_bear_out_is_found() -> None:
    events = [*self_scores(), said("index.1_1_4", {"value": 79}, PERIOD)]
    checks = {it["id"]: it for it in made(FORM, events, PERIOD)["checks"]}
    found = checks["tu_cham.r1_1_4"]
    assert (found["result"], found["left"], found["right"]) == ("false", 1, 0.5)
    assert checks["tu_cham.r1_2_2"]["result"] == "unknown"


def test_holes_and_overlaps_of_rules_are_told() -> None:
    told = form_remarks(FORM)
    for remark in (
        "rule ty_le gives no score at x = 80", "rule lien_thong gives two scores at x = 15",
        "rule ty_le_5 gives no score at x = 30 and 2 more probed values",
        "rule chi_in_kip_thoi gives no score at x = late",
    ):  # fmt: skip
        assert remark in told


RULED = """\
form: a
version: "1"
title: A
rules:
  r: {domain: percent, when: ["x > 80: 1", "x <= 80: 0"]}
sections:
- table: t
  score: true
  columns:
  - {key: x, label: X, indicator: a}
  - {key: s, label: S, always: true, rule: r, of: {x: x}}
  rows: [{key: a, code: "1"}]
"""


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("rule: r,", "rule: q,", "is none of the form's rules"),
        ("of: {x: x}", "of: {y: x}", "needs `x`"),
        ("x > 80: 1", "x > 80", "has no score"),
        ("x > 80: 1", "y > 80: 1", "unknown name `y`"),
        ("x > 80: 1", "x: 1", "is no case"),
        ("domain: percent", "domain: share", "is no domain"),
        ("of: {x: x}", "of: {x: s}", "made of themselves"),
    ],
)
def test_a_bad_rule_is_refused(old: str, new: str, says: str) -> None:
    loads(RULED, "good.yaml")
    with pytest.raises(FormError, match=says):
        loads(RULED.replace(old, new, 1), "bad.yaml")
