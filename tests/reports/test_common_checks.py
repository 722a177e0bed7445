"""The checks that every report has find what does not fit, and one form looks into another."""

from datetime import date
from typing import Any

import pytest

from hub.core.periods import named
from hub.core.time import DAY
from hub.dossier.figures import FIGURES
from hub.dossier.store.questions import By, Cut
from hub.registry.unit_tree import Unit, UnitTree
from hub.reports import evaluation
from hub.reports.asked import Asked, Ports
from hub.reports.bundled import bundled
from hub.reports.form import Form, FormError, loads
from hub.reports.report import report
from hub.reports.slices import Slice
from hub.reports.spans import Days
from hub.store.scope import Scope
from tests.reports.stating import Nothing, cut_by_cut

Json = dict[str, Any]
UNITS = {"D": "district", "X1": "commune", "X2": "commune"}
TREE = UnitTree.of(
    [Unit(code, code, level, None if code == "D" else "D") for code, level in UNITS.items()]  # type: ignore[arg-type]
)
OWN = """\
form: own
version: "1"
title: A
sections:
- values: v
  rows:
  - {key: all, figure: received_total}
checks:
- {id: c, says: x, that: "all == vpcp-06a/don_vi.tong.tn and all - vpcp-06a/don_vi.tong.gq == 24"}
"""


def counted(was_open: int) -> Any:
    """Of no level; of each unit 10 were carried over, and `was_open` were open the day before."""

    def rows(_: Scope, cut: Cut, by: By) -> Any:
        if cut.where not in ((), (("level", ("",)),)):
            return {}
        day_before = cut.end - cut.start == DAY
        told = {"carried_over": 10, "received_online": 2, "received_total": 12, "resolved_total": 4,
                "resolved_early": 4, "in_progress_total": was_open if day_before else 8,
                "in_progress_within": 8}  # fmt: skip
        keys = [(code,) for code in UNITS] if by == ("unit",) else [tuple(None for _ in by)] * 1
        times = 1 if by == ("unit",) else len(UNITS)
        return {key: {it: told.get(it, 0) * times for it in FIGURES} for key in keys}

    return cut_by_cut(rows)


def made(form: Form, was_open: int = 10, forms: Any = None, unit: str = "D") -> Json:
    period = named("2020-Q1")
    asked = Asked(
        unit, Scope(frozenset(UNITS)), Days(period, "civil", date(2020, 6, 1)), 2**60
    )  # fmt: skip
    known = bundled() if forms is None else forms
    return report(
        form, asked, Ports(counted(was_open), lambda *_: {}, TREE, Nothing(), forms=known)
    )


def check(found: Json, name: str) -> tuple[str, Any, Any]:
    (it,) = [it for it in found["checks"] if it["id"] == name]
    return it["result"], it["left"], it["right"]


def test_what_was_carried_over_is_what_was_open_the_day_before() -> None:
    good = made(bundled()["vpcp-06a"])
    assert check(good, "ton_dau_ky") == ("true", 30, 30)
    assert good["verdict"] == "valid"
    bad = made(bundled()["vpcp-06a"], was_open=9)
    assert check(bad, "ton_dau_ky") == ("false", 30, 27)
    assert bad["verdict"] == "failing"


def test_a_row_that_is_missing_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    good = made(bundled()["vpcp-06a"])
    sums = {it["id"]: it["result"] for it in good["checks"] if it["id"].startswith("cong_don")}
    bands = ("bo", "tinh", "huyen", "xa", "khac")
    wanted = {"don_vi.moi", "linh_vuc.moi", *(f"theo_cap.{band}_lv" for band in bands)}
    assert sums == {f"cong_don.{it}": "true" for it in wanted}

    def all_but_one(*args: Any) -> list[Slice]:
        return original(*args)[1:]

    original = evaluation.of_values
    monkeypatch.setattr(evaluation, "of_values", all_but_one)
    found = made(bundled()["vpcp-06a"])
    assert check(found, "cong_don.don_vi.moi") == ("false", 24, 36)


def test_a_check_looks_into_another_form() -> None:
    form = loads(OWN, "own.yaml")
    assert form.others() == {"vpcp-06a"}
    assert check(made(form), "c") == ("true", 36, 36)
    wrong = loads(OWN.replace("== 24", "== 25"), "own.yaml")
    assert check(made(wrong), "c") == ("false", 24, 25)


@pytest.mark.parametrize(
    ("cell", "why"),
    [
        ("vpcp-06a/don_vi.tong.ten", "a column of labels"), ("nothing/a.b.c", "no such form"),
        ("vpcp-06a/don_vi.moi.tn", "many rows"), ("phu-ho-2023/so.dt.value", "of another level"),
    ],
)  # fmt: skip
def test_what_another_form_does_not_have_is_unknown(cell: str, why: str) -> None:
    text = OWN.replace('"all == vpcp-06a/don_vi.tong.tn', f'"all == {cell}')
    found = made(loads(text, "own.yaml"))
    assert check(found, "c")[0] == "unknown", why
    assert found["verdict"] == "valid"


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("id: c,", "id: ton_dau_ky,", "every report has"),
        ("figure: received_total}", "formula: vpcp-06a/don_vi.tong.tn}", "is no formula"),
        ("all == vpcp-06a/don_vi.tong.tn", "all == _1.a.b.c", "has no cell"),
    ],
)
def test_what_is_no_such_check_is_refused(old: str, new: str, says: str) -> None:
    with pytest.raises(FormError, match=says):
        loads(OWN.replace(old, new), "own.yaml")
