"""Published beside computed: every figure is shown, and no gap of a report is hidden."""

from hub.demo.comparison import comparison, published
from hub.demo.reconstruct import examples
from tests.demo.direct_count import Answers, Dossier

CU_CHI, PHU_HO = examples()


def test_comparison_shows_every_printed_figure_and_hides_no_gap(
    cu_chi: list[Dossier], phu_ho: list[Dossier]
) -> None:
    rows = [
        *comparison(CU_CHI, Answers(cu_chi, CU_CHI.last)),
        *comparison(PHU_HO, Answers(phu_ho, PHU_HO.last)),
    ]
    shown = {id_ for row in rows if row.lines for id_ in row.figures}
    assert shown == {it["id"] for report in published().values() for it in report["figures"]}
    marked = {
        mark: {row.figures[0] if row.lines else row.printed for row in rows if row.mark == mark}
        for mark in ("differs", "report", "not-derivable")
    }
    assert marked == {
        "differs": set(),
        "report": {
            "F002-001",  # 3,015 at the desk, 1,514 of them electronic
            "F002-021",  # 112
            "112 + 21 + 8 ≠ 185",
            "1.274 + 43 + 112 + 1 ≠ 1.228 + 246",
        },
        "not-derivable": {"F001-029", "F001-030", "F001-048", "F002-009"},
    }
    [land] = [row for row in rows if row.figures == ("F002-021",)]
    assert (land.published, land.computed) == (112, 156)
    assert "156" in land.note
    assert all(row.note and row.note_en for row in rows if row.mark == "report")
    [ratio] = [row for row in rows if row.printed == "61,87%"]
    assert ratio.computed == 61.87


def test_comparison_notices_a_missing_dossier(phu_ho: list[Dossier]) -> None:
    rows = comparison(PHU_HO, Answers(phu_ho[1:], PHU_HO.last))
    assert "Hồ sơ điện tử: hồ sơ tiếp nhận" in [row.label for row in rows if row.mark == "differs"]


def test_published_figures_stand_in_their_quotes() -> None:
    for report in published().values():
        for figure in report["figures"]:
            assert figure["printed"] is None or figure["printed"] in figure["quote"], figure["id"]
