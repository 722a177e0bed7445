"""The index of 2018: 120 rows and 219 rule lines, the rules' holes and overlaps, the sums that do
not add up in the report, and scores beside self scores."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hub.reports.bundled import bundled
from hub.reports.form import FormError, loads
from hub.reports.scoring import form_remarks
from schemas.event import Event
from tests.reports.stating import cells, made, said

Json = dict[str, Any]
FORM = bundled()["bim-son-2018-index"]
PRINTED = json.loads((Path(__file__).parent / "index_printed.json").read_text())
"""Key, code, label, maximum, self score, number of rule lines: as printed."""
PERIOD = "2018"
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
    for row, _, _, _, score, _ in PRINTED:
        yield said(index(row, ".self"), {"value": score, "evidence": "QĐ 413"}, PERIOD)


def test_rows_and_rule_lines_are_those_printed() -> None:
    found = made(FORM, self_scores(), PERIOD)
    section = found["sections"][0]
    assert section["kind"] == "score"
    rows = {row["key"]: row for row in section["rows"]}
    lines = [key for key in rows if ":" in key]
    assert (len(PRINTED), len(lines)) == (120, 219)
    for key, code, label, most, score, count in PRINTED:
        row = rows[key]
        assert (row["code"], row["label"]) == (code, label)
        assert row["cells"]["toi_da"]["value"] == most
        assert row["cells"]["tu_cham"]["value"] == score
        assert row["cells"]["tai_lieu"]["text"] == "QĐ 413"
        assert sum(line.startswith(f"{key}:") for line in lines) == count
    total = rows["tong"]["cells"]
    assert (total["toi_da"]["value"], total["tu_cham"]["value"]) == (100, 96)
    assert total["tinh"]["state"] == "not_provided"


def test_sums_that_do_not_add_up_are_found() -> None:
    checks = made(FORM, self_scores(), PERIOD)["checks"]
    wrong = {it["id"]: (it["left"], it["right"]) for it in checks if it["result"] == "false"}
    assert wrong == {"cong_r1_1": (4, 5), "cong_r8": (15, 7)}
    leaves = [row for row in PRINTED if row[0].count("_") == 2 or row[0] == "r1_6"]
    assert (sum(it[3] for it in leaves), sum(it[4] for it in leaves)) == (93, 92)


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
