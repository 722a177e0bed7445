"""The table of disagreements, and those that only show in the printed figures themselves."""

from typing import Any

from hub.core.periods import named
from hub.core.time import DAY
from hub.dossier.store.questions import Cut
from hub.registry.unit_tree import Unit, UnitTree
from hub.reports.asked import Asked, Ports
from hub.reports.bundled import bundled
from hub.reports.report import report
from hub.reports.spans import Days
from hub.store.scope import Scope
from tests.reports.printed import DISAGREEMENTS, assert_documented, disagreement_lines
from tests.reports.stating import UNIT, Nothing, cut_by_cut

FIGURES = ("received_total", "resolved_early", "resolved_on_time", "resolved_late",
           "in_progress_total", "in_progress_within", "in_progress_overdue")  # fmt: skip
PRINTED = {
    ("tu-phap",): (799, 0, 799, 0, 0, 0, 0), ("ho-tich",): (484, 0, 475, 7, 2, 2, 0),
    ("van-hoa-xa-hoi",): (45, 0, 43, 0, 2, 2, 0), ("dia-chinh",): (185, 0, 112, 21, 8, 8, 0),
    ("van-phong-thong-ke",): (1, 0, 1, 0, 0, 0, 0),
}  # fmt: skip
"""Phú Hồ's fields as printed; early and on time are one figure in them."""


def test_the_document_tells_every_disagreement() -> None:
    assert len(DISAGREEMENTS) == 52
    assert {"found" in it for it in DISAGREEMENTS if "why" not in it} == {True}
    assert_documented("## Disagreements", disagreement_lines())


def test_figures_that_do_not_add_up_would_be_found() -> None:
    """The hub's own figures add up; those that Phú Hồ prints do not."""

    def figures(_: Any, cut: Cut, __: Any) -> Any:
        if cut.end - cut.start == DAY:  # the one before: nothing was in progress
            return {}
        nothing = {"carried_over": 0}
        return {key: nothing | dict(zip(FIGURES, row, strict=True)) for key, row in PRINTED.items()}

    tree = UnitTree.of([Unit(UNIT, "Xã Phú Hồ", "commune")])
    days = Days(named("2023", "nd09"), "nd09", named("2023", "nd09").end)
    asked = Asked(UNIT, Scope(frozenset((UNIT,))), days, 2**60)
    form = bundled()["phu-ho-2023"]
    checks = report(form, asked, Ports(cut_by_cut(figures), lambda *_: {}, tree, Nothing()))[
        "checks"
    ]
    wrong = {it["id"]: (it["left"], it["right"]) for it in checks if it["result"] == "false"}
    assert wrong == {"tung_linh_vuc.lv:dia_chinh": (185, 141), "tong": (1514, 1470)}
    named_ones = [name for it in DISAGREEMENTS if "of" in it for name in it["found"]]
    assert set(named_ones) == wrong.keys()
