"""Lists of changes of units: what is wrong is told by line, and whatever is merged, split and
moved, nothing is lost and nothing is twice."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.core.csv_text import write_rows
from hub.registry import Registry, Unit
from hub.registry.unit_changes import COLUMNS, ChangeListError, Plan, planned, read_changes
from hub.registry.unit_map import Former, map_on
from tests.registry import country
from tests.registry.test_unit_map import BEFORE, DAY, OLD

KNOWN = {unit.code: unit for unit in OLD}
TODAY = DAY.isoformat()


def listed(*rows: Mapping[str, str]) -> str:
    told = ({"day": TODAY, **row} for row in rows)
    return write_rows([COLUMNS, *([row.get(name, "") for name in COLUMNS] for row in told)])


def merge(old: str, new: str, **more: str) -> dict[str, str]:
    return {"kind": "merge", "old_code": old, "new_code": new, **more}


NEW = {"new_name": "Xã Củ Chi", "new_parent": "H29"}
CLOSED = {"kind": "close", "old_code": "H29.17"}
C1, C2, C3 = "H29.17.01", "H29.17.02", "H29.17.03"
REFORM = listed(
    merge(C1, "27496", old_name="thị trấn củ chi", **NEW), merge(C2, "27496"),
    {"kind": "move", "old_code": C3, "new_parent": "H29", "new_name": "Xã Thái Mỹ mới"},
    CLOSED, merge("H74", "H29"),
)  # fmt: skip


def test_a_list_is_what_an_import_of_units_would_be(registry: Registry) -> None:
    registry.units.put(OLD)
    plan = planned(registry.units.tree().units, read_changes(REFORM))
    assert (plan.day, plan.opened) == (DAY, 1)
    assert plan.by_kind == {"merge": 3, "move": 1, "close": 1}
    assert plan.before == {"province": 2, "district": 1, "commune": 4}
    assert plan.after == {"province": 1, "commune": 3}
    registry.units.put(plan.units, since=plan.day)
    heir = registry.units.get("27496")
    assert heir == Unit("27496", "Xã Củ Chi", "commune", "H29", DAY)
    today = registry.units.map_on(DAY)
    assert today.heirs == {C1: "27496", C2: "27496", "H74": "H29"}
    assert today.codes(["H29"], KNOWN, subtree=True) >= set(KNOWN)
    assert registry.units.map_on(BEFORE).tree.units[C3].name == "Xã Thái Mỹ"
    again = planned(registry.units.tree().units, read_changes(REFORM))
    assert again.units == []


def test_the_list_that_the_readme_shows_can_be_taken() -> None:
    text = Path("README.md").read_text("utf-8").split("```csv\n")[1].split("```")[0]
    plan = planned(KNOWN, read_changes(text))
    assert plan.after == {"province": 2, "commune": 3}
    assert plan.resolutions == ["01/NQ-VIDU"]


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ([merge("H99", "1", **NEW)], "line 2, old_code: H99 is not registered"),
        ([merge(C1, "1")], "line 2, new_name: 1 is new and has no name"),
        ([merge(C1, "1", new_name="x", new_parent="H98")], "line 2, new_parent: H98, named by 1"),
        ([merge(C1, "1", old_name="Xã Thái Mỹ", **NEW)], "line 2, old_name: H29.17.01 is"),
        ([merge(C1, "1", **NEW), merge(C1, "2", **NEW)], "line 3, old_code: H29.17.01 is changed"),
        ([merge(C1, C2), merge(C2, C1)], "line 2, new_code: H29.17.02 is there no more"),
        ([merge(C1, "1", **NEW), merge(C2, "1", new_name="y")], "line 3, new_name: 1 is said"),
        ([merge(C1, "1", new_name="x", new_parent="H29.17"), CLOSED],
         "line 2, new_parent: H29.17 is there no more by line 3"),
        ([{"kind": "move", "old_code": "H29", "new_parent": C1}], "line 2, new_parent: goes round"),
        ([{"kind": "split", "old_code": C1, "new_code": "1", **NEW}], "line 2, kind: H29.17.01 h"),
        ([{"kind": "close", "old_code": C1, "new_code": C2}], "line 2, new_code: a unit that is"),
        ([{"kind": "abolish", "old_code": C1}], "line 2, kind: is not known; use one of merge"),
        ([merge(C1, C2), merge(C3, C2, day="2025-08-01")], "line 3, day: is another day"),
        ([merge(C1, C2, day="1/7/2025")], "line 2, day: is no day; give YYYY-MM-DD"),
        ([], "line 1: the list is empty"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_by_line(rows: list[dict[str, str]], told: str) -> None:
    with pytest.raises(ChangeListError) as error:
        planned(KNOWN, read_changes(listed(*rows)))
    assert any(str(fault).startswith(told) for fault in error.value.faults), error.value.faults
    if len(rows) > 1:  # all that is wrong is told at once
        with pytest.raises(ChangeListError) as error:
            planned(KNOWN, read_changes(listed(*rows, merge("H99", C3))))
        assert any(str(fault).startswith(told) for fault in error.value.faults) or (
            error.value.faults[0].problem == "H99 is not registered"
        )


def test_a_unit_that_is_gone_and_columns_that_are_not_known() -> None:
    gone = {**KNOWN, C1: replace(KNOWN[C1], valid_to=date(2020, 1, 1))}
    for rows in ([merge(C1, C2)], [merge(C2, C1)]):
        with pytest.raises(ChangeListError, match="there only until 2020-01-01"):
            planned(gone, read_changes(listed(*rows)))
    with pytest.raises(ChangeListError, match="line 1, mã: is not known"):
        read_changes("kind,old_code,day,mã\nclose,a,2025-07-01,b\n")


def applied(known: Mapping[str, Unit], plan: Plan) -> tuple[dict[str, Unit], list[Former]]:
    """The register and what it keeps of before, as `Units.put` has them."""
    last = plan.day - timedelta(1)
    former = [
        Former(unit.code, last, old.name, old.level, old.parent)
        for unit in plan.units
        if (old := known.get(unit.code)) and (old.name, old.level, old.parent)
        != (unit.name, unit.level, unit.parent)
    ]  # fmt: skip
    return {**known, **{unit.code: unit for unit in plan.units}}, former


@st.composite
def histories(draw: st.DrawFn) -> list[list[dict[str, str]]]:
    """Lists of changes of three days, of a small country; some are refused."""
    days = ("2024-01-01", "2025-07-01", "2026-01-01")
    codes = [*KNOWN, "n1", "n2", "n3"]
    some = st.sampled_from(codes)
    line = st.builds(
        lambda kind, old, new, parent, name: {
            "kind": kind, "old_code": old, "new_code": "" if kind == "close" else new,
            "new_parent": parent, "new_name": name,
        },
        st.sampled_from(("merge", "merge", "split", "move", "close")),
        some, some, st.sampled_from(("", "H29", "H74")), st.sampled_from(("", "x")),
    )  # fmt: skip
    return [
        [{**row, "day": day} for row in draw(st.lists(line, min_size=1, max_size=4))]
        for day in days
    ]


@given(histories())
@settings(max_examples=150)
def test_sums_are_the_same_in_every_view_whatever_was_merged_and_split(
    history: list[list[dict[str, str]]],
) -> None:
    """Each unit has a number of dossiers that no others add up to: by rows, and from the tops down,
    each day has all of them, each once. What is taken always makes a map."""
    known: dict[str, Unit] = dict(KNOWN)
    former: list[Former] = []
    for rows in history:
        try:
            plan = planned(known, read_changes(listed(*rows)))
        except ChangeListError:
            continue
        seen = map_on(known, former, plan.day - timedelta(1))
        known, more = applied(known, plan)
        former += more
        dossiers = {code: 2**n for n, code in enumerate(sorted({*known, "H29.17.01.9"}))}
        whole = sum(dossiers.values())
        then, today = (map_on(known, former, plan.day - timedelta(n)) for n in (1, 0))
        for on in (then, today):
            by_row: Counter[str] = Counter()
            for code, n in dossiers.items():
                by_row[on.label(code, ())] += n
            assert sum(by_row.values()) == whole
            tops = [code for code in dossiers if not on.tree.above(code)]
            assert sum(
                dossiers[code] for code in set().union(*(
                    on.codes([top], dossiers, subtree=True) for top in tops
                ))
            ) == whole  # fmt: skip
            for old, heir in on.heirs.items():
                assert old in on.codes([on.heir(heir)], dossiers, subtree=False)
        assert (
            then.heirs == seen.heirs
        )  # what is declared for a day leaves the day before as it was


def test_a_country_of_the_size_of_july_2025() -> None:
    """Made up, of the real size: 10,035 communes become 3,321, and each of their dossiers is one of
    exactly one of them, in one province."""
    known = {unit.code: unit for unit in country.old_units()}
    assert Counter(unit.level for unit in known.values())["commune"] == country.COMMUNES
    plan = planned(known, read_changes(country.change_list()))
    assert plan.before == {"province": 63, "district": 696, "commune": 10_035}
    assert plan.after == {"province": 34, "commune": 3_321}
    units, former = applied(known, plan)
    then, today = map_on(units, former, BEFORE), map_on(units, former, DAY)
    communes = [code for code, unit in known.items() if unit.level == "commune"]
    labels = Counter(today.label(code, ()) for code in communes)
    assert len(labels) == 3_321
    assert labels.total() == 10_035
    assert all(then.label(code, ()) == code for code in communes)
    for on, provinces in ((then, 63), (today, 34)):
        tops = [f"T{n:02}" for n in range(provinces)]
        below = [on.codes([top], communes, subtree=True) & {*communes} for top in tops]
        assert sum(map(len, below)) == len(set().union(*below)) == 10_035
    for new in ("00000", "01234", "03320"):
        olds = today.codes([new], communes, subtree=False)
        assert len(olds & {*communes}) == labels[new]
