"""Units as they were on a day: nothing is lost, nothing is twice, whatever was merged and moved."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from hub.registry import Registry, RegistryError, Unit, UnitTree
from hub.registry.unit_map import Former, UnitMap, map_on
from hub.registry.unit_tree import faults_together

DAY = date(2025, 7, 1)
BEFORE = DAY - timedelta(1)
CODES = [f"{a}{b}{c}" for a in "AB" for b in ("", ".1", ".2") for c in ("", ".1")]
PLAIN = [f"P{n}" for n in range(7)]

OLD = [
    Unit("H29", "Thành phố Hồ Chí Minh", "province"),
    Unit("H74", "Bình Dương", "province"),
    Unit("H29.17", "Huyện Củ Chi", "district", "H29"),
    Unit("H29.17.01", "Thị trấn Củ Chi", "commune", "H29.17"),
    Unit("H29.17.02", "Xã Tân Phú Trung", "commune", "H29.17"),
    Unit("H29.17.03", "Xã Thái Mỹ", "commune", "H29.17"),
    Unit("H74.1", "Thủ Dầu Một", "commune", "H74"),
]
NEW = Unit("27496", "Xã Củ Chi", "commune", "H29", valid_from=DAY)


def changed(code: str, **how: object) -> Unit:
    unit = next(it for it in OLD if it.code == code)
    return replace(unit, **how)  # type: ignore[arg-type]


REFORM = [
    NEW,
    changed("H29.17.01", valid_to=BEFORE, successors=("27496",)),
    changed("H29.17.02", valid_to=BEFORE, successors=("27496",)),
    changed("H29.17.03", parent="H29", name="Xã Thái Mỹ mới"),
    changed("H29.17", valid_to=BEFORE, successors=("27496", "H29.17.03")),
    changed("H74", valid_to=BEFORE, successors=("H29",)),
]
"""Districts are abolished, communes merged, a province joins another: July 2025 in small."""


def below(units: UnitMap, code: str, known: Sequence[str] = ()) -> set[str]:
    return set(units.codes([code], {*units.tree.units, *known}, subtree=True))


@pytest.fixture
def reformed(registry: Registry) -> Registry:
    registry.units.put(OLD)
    registry.units.put(REFORM, since=DAY)
    return registry


def test_july_2025_as_it_was_then_and_as_of_today(reformed: Registry) -> None:
    then, today = reformed.units.map_on(BEFORE), reformed.units.map_on(DAY)
    communes = {"H29.17.01", "H29.17.02", "H29.17.03"}
    assert below(then, "H29.17") == {"H29.17", *communes}
    assert below(then, "H29") == {"H29", "H29.17", *communes, "27496"}
    assert below(then, "H74") == {"H74", "H74.1"}
    assert then.tree.units["H29.17.03"].name == "Xã Thái Mỹ"
    assert below(today, "27496") == {"27496", "H29.17.01", "H29.17.02"}
    assert below(today, "H29.17") == {"H29.17"}  # its communes are not below it any more
    assert below(today, "H29") == {it.code for it in [*OLD, NEW]}  # with all of Bình Dương
    assert today.tree.units["H29.17.03"].name == "Xã Thái Mỹ mới"
    assert [today.label(code, ()) for code in sorted(communes)] == ["27496", "27496", "H29.17.03"]
    assert today.label("H29.17.01", ["H29.17.01"]) == "H29.17.01"
    assert today.codes(["27496"], communes, subtree=False) == {"27496", "H29.17.01", "H29.17.02"}
    assert "H29.17.01.9" in below(today, "27496", ["H29.17.01.9"])  # nobody registered it
    assert "H29.17.9" in below(today, "H29.17", ["H29.17.9"])


def test_what_was_declared_is_undone_by_declaring_it_so(reformed: Registry) -> None:
    before = reformed.units.map_on(BEFORE)
    reformed.units.put(OLD, since=DAY)
    assert below(reformed.units.map_on(DAY), "H29.17") == below(before, "H29.17")
    assert reformed.units.map_on(DAY).heirs == {}
    assert below(reformed.units.map_on(BEFORE), "H29.17") == below(before, "H29.17")


def test_changes_are_declared_in_order_and_may_be_declared_again(reformed: Registry) -> None:
    former = reformed.units.former()
    reformed.units.put(REFORM, since=DAY)
    assert reformed.units.former() == former
    assert [(it.code, it.until) for it in former] == [("H29.17.03", BEFORE)]
    with pytest.raises(RegistryError, match="in the order of their days"):
        reformed.units.put([changed("H29.17.03", name="x")], since=date(2024, 1, 1))
    assert reformed.units.get("H29.17.03").name == "Xã Thái Mỹ mới"  # type: ignore[union-attr]


@st.composite
def registers(draw: st.DrawFn) -> list[Unit]:
    """Any units that the registry takes, many of them gone, merged or split."""
    found: list[Unit] = []
    for code in draw(st.lists(st.sampled_from(CODES), unique=True)):
        others = [it.code for it in found]
        some = st.lists(st.sampled_from(others), unique=True, max_size=2) if others else st.just([])
        parent = draw(st.sampled_from([None, *others]))
        gone = draw(st.sampled_from([None, date(2020, 1, 1), date(2021, 1, 1)]))
        unit = Unit(code, code, None, parent, None, gone, tuple(draw(some)))
        if any(faults_together([*found, unit], {})):
            unit = Unit(code, code)
            if any(faults_together([*found, unit], {})):
                continue
        found.append(unit)
    return found


FEW = settings(max_examples=60)


def gone(code: str, heir: str, year: int = 2020) -> Unit:
    return Unit(code, code, valid_to=date(year, 1, 1), successors=(heir,))


@example([Unit("A.1", "A.1"), gone("B.1.1", "A.1"), Unit("A", "A", None, "B.1.1")])
@example([Unit("A.1", "A.1"), replace(gone("A.1.1", "A.1"), parent="A.1"), gone("A", "A.1.1")])
@example([Unit("B.1", "B.1"), gone("A.1.1", "B.1"), gone("B", "A.1.1")])
@given(registers())
@FEW
def test_everything_stays_below_some_top_and_nothing_below_itself(units: list[Unit]) -> None:
    by_code = {unit.code: unit for unit in units}
    known = {*by_code, "A.1.1.9", "B.9", "C"}
    for day in (date(2020, 1, 1), date(2020, 6, 1), DAY):
        found = map_on(by_code, (), day)
        above = {code: found.tree.above(code) for code in known}
        assert all(code not in upper for code, upper in above.items())
        tops = {code for code in known.union(*above.values()) if not found.tree.above(code)}
        assert {code for top in tops for code in below(found, top, sorted(known))} >= known
        for code, heir in found.heirs.items():
            assert heir in above[code]
            assert below(found, code) <= below(found, heir)
        labels = {code: found.label(code, ()) for code in known}
        assert all(found.heir(label) == label for label in labels.values())


@given(registers())
@FEW
def test_without_changes_it_is_the_tree_as_registered(units: list[Unit]) -> None:
    plain = [replace(unit, valid_to=None) for unit in units]
    tree = UnitTree.of(plain)
    found = map_on({unit.code: unit for unit in plain}, (), DAY)
    known = {*CODES, "A.1.1.9", "C"}
    for code in known:
        assert found.codes([code], known, subtree=True) == {code} | {
            one for one in known if one in tree.region((code,))
        }


@given(st.lists(st.lists(st.sampled_from([None, *range(7)]), min_size=7, max_size=7), max_size=4))
@FEW
def test_each_day_shows_the_tree_of_that_day(history: list[list[int | None]]) -> None:
    """Units without dots get other parents each New Year's Day; each year is seen as it was."""
    trees = [
        {code: Unit(code, f"{code} {n}", None, PLAIN[p] if p is not None and p < at else None)
         for at, (code, p) in enumerate(zip(PLAIN, parents, strict=True))}
        for n, parents in enumerate([[None] * 7, *history])
    ]  # fmt: skip
    former = []
    for n, (old, new) in enumerate(pairwise(trees)):
        until = date(2001 + n, 1, 1) - timedelta(1)
        former += [
            Former(unit.code, until, unit.name, unit.level, unit.parent)
            for code, unit in old.items()
            if new[code] != unit
        ]
    for n, expected in enumerate(trees):
        for day in (date(2000 + n, 1, 1), date(2000 + n, 12, 31)):
            found = map_on(trees[-1], former, day)
            tree = UnitTree.of(expected.values())
            for code in PLAIN:
                assert below(found, code) == set(tree.region((code,)).codes), (n, code)
                assert found.tree.units[code].name == expected[code].name
