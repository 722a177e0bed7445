"""Decision 766: what dossiers tell stands beside what is stated of the portal's values, never one
for the other; the rates against a reckoning by hand."""

from typing import Any

from hub.core.periods import named
from hub.registry.indicators import bundled_indicators
from hub.registry.unit_tree import Unit, UnitTree
from hub.reports.asked import Asked, Ports
from hub.reports.bundled import bundled
from hub.reports.report import report
from hub.reports.spans import Days
from hub.services.scopes import of_units
from tests.oracle import Accepted
from tests.reports.histories import answers
from tests.reports.stating import cells, said
from tests.reports.test_questions import figures_of
from tests.strategies import NOW

FORM = bundled()["qd-766"]
TREE = UnitTree.of([Unit("B", "Phường", "commune")])
DAYS = Days(named("2021-Q1"), "civil", named("2021-Q1").end)
Json = dict[str, Any]
DOSSIERS: dict[str, list[tuple[str, str, Json]]] = {
    "early": [("received", "01-05", {"channel": "online", "online_level": "full",
                                     "due_at": "2021-01-10T17:00:00+07:00"}),
              ("resolved", "01-08", {}), ("rated", "01-09", {"rating": "satisfied"})],
    "on_time": [("received", "01-05", {"channel": "direct",
                                       "due_at": "2021-01-10T17:00:00+07:00"}),
                ("resolved", "01-10", {}), ("rated", "01-10", {"rating": "dissatisfied"})],
    "late": [("received", "01-05", {"channel": "post", "due_at": "2021-01-10T17:00:00+07:00"}),
             ("resolved", "01-12", {}), ("rated", "01-12", {"rating": "satisfied"})],
    "within": [("received", "03-25", {"channel": "online",
                                      "due_at": "2021-04-10T17:00:00+07:00"})],
    "waits": [("received", "03-20", {"channel": "online", "due_at": "2021-04-05T17:00:00+07:00"}),
              ("supplement_requested", "03-25", {})],
    "waits_late": [("received", "02-01", {"channel": "direct",
                                          "due_at": "2021-02-10T17:00:00+07:00"}),
                   ("supplement_requested", "02-05", {})],
    "overdue": [("received", "02-01", {"channel": "direct",
                                       "due_at": "2021-02-10T17:00:00+07:00"})],
}  # fmt: skip
TOLD = {"hub_dung_han": (4, 7, 57.14), "hub_cho_trong": (1, 7, 14.29),
        "hub_cho_qua": (1, 7, 14.29), "hub_truc_tuyen": (3, 7, 42.86),
        "hub_toan_trinh": (1, 7, 14.29), "hub_buu_chinh": (1, 7, 14.29),
        "hub_hai_long": (2, 3, 66.67)}  # fmt: skip


def log() -> list[Accepted]:
    found = []
    for subject, events in DOSSIERS.items():
        for kind, day, data in events:
            event = {
                "specversion": "1.0", "id": f"{subject}{kind}", "source": "/a",
                "type": f"vn.motcua.dossier.{kind}.v1", "subject": subject,
                "time": f"2021-{day}T09:00:00+07:00", "data": {"unit": "B", **data},
            }  # fmt: skip
            found.append(Accepted(event, NOW, len(found)))
    return found


def made(*stated: tuple[str, Json]) -> Json:
    asked = Asked("B", of_units(TREE, ("B",), subtree=True), DAYS, NOW)
    events = [(0, said(code, told, "2021-Q1")) for code, told in stated]
    ports = Ports(figures_of(log()), answers(events), TREE, bundled_indicators())
    return report(FORM, asked, ports)


def row_of(found: Json, key: str) -> tuple[Any, ...]:
    there = dict(cells(found))
    return tuple(
        it["value"] if it["state"] == "value" else it["state"]
        for it in (there["chi_so", key, name] for name in ("tu", "mau", "ty_le"))
    )


def test_what_dossiers_tell_is_reckoned_as_by_hand() -> None:
    found = made()
    assert {key: row_of(found, key) for key in TOLD} == TOLD
    checks = {it["id"]: it["result"] for it in found["checks"]}
    assert [checks[name] for name in ("can_doi", "mot_ky", "cho_trong_han")] == ["true"] * 3
    text = next(it["text"] for it in found["sections"] if it["key"] == "trong_hub")
    assert "có 07 hồ sơ" in text or "có 7 hồ sơ" in text


def test_a_rate_of_the_decision_is_not_provided_until_it_is_stated() -> None:
    """Nothing of the hub's own stands in for it, above all not the share of 06a."""
    rates = [row.key for row in FORM.document.sections[0].rows if row.key.startswith("c")]  # type: ignore[union-attr]
    assert {row_of(made(), key)[2] for key in rates} == {"not_provided"}
    stated = (("qd766.handled_on_time", {"value": 9}), ("qd766.handled", {"value": 12}),
              ("qd766.reused", {"value": 5}), ("qd766.satisfaction", {"value": 91.5}),
              ("qd766.paid", {"value": 0}), ("qd766.to_pay", {"value": 0}))  # fmt: skip
    found = made(*stated)
    assert row_of(found, "c2_1") == (9, 12, 75)
    assert row_of(found, "c4_3") == (5, 7, 71.43)  # of dossiers received in the period
    assert row_of(found, "c5_4") == ("not_applicable", "not_applicable", 91.5)
    assert row_of(found, "c3_6") == (0, 0, "not_applicable")
    assert row_of(found, "hub_dung_han") == TOLD["hub_dung_han"]


def test_points_of_the_groups_are_those_of_their_rows() -> None:
    there = dict(cells(made()))
    points: dict[str, int] = {}
    for section, row, column in there:
        if (section, column) == ("chi_so", "toi_da") and row.startswith("c"):
            points[row[1]] = points.get(row[1], 0) + there[section, row, column]["value"]
    assert points == {n: there["chi_so", f"n{n}", "toi_da"]["value"] for n in "12345"}
    assert sum(points.values()) == 100
