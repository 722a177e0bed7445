"""Units: what is put is kept, all or nothing, and the tree follows every change."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import pytest

from hub.registry import Registry, RegistryError, Unit
from hub.registry.sql import Snapshot, open_engine

PROVINCE = Unit("H29", "Thành phố Hồ Chí Minh", "province", valid_from=date(1976, 7, 2))
DISTRICT = Unit("H29.17", "Huyện Củ Chi", "district", "H29", None, date(2025, 6, 30), ("27496",))
COMMUNE = Unit("27496", "Xã Củ Chi", "commune", "H29", valid_from=date(2025, 7, 1))

BAD = [
    (Unit("H 29", "x"), "/1/code"),
    (Unit("H" * 36, "x"), "/1/code"),
    (Unit("H30\n", "x"), "/1/code"),
    (Unit("H29", "once more"), "/1/code"),
    (Unit("H30", " "), "/1/name"),
    (Unit("H30", "two\nlines"), "/1/name"),
    (Unit("H30", "half a \ud800 character"), "/1/name"),
    (Unit("H30", "x", "street"), "/1/level"),  # type: ignore[arg-type]
    (Unit("H30", "x", parent="H31"), "/1/parent"),
    (Unit("H30", "x", parent="H30"), "/1/parent"),
    (Unit("H30", "x", parent="H30.1"), "/1/parent"),
    (Unit("H30", "x", successors=("H29", "H31")), "/1/successors"),
    (Unit("H30", "x", successors=("H30",)), "/1/successors"),
    (
        Unit("H30", "x", valid_from=date(2020, 1, 2), valid_to=date(2020, 1, 1)),
        "/1/valid_to",
    ),
]


class TestUnits:
    def test_what_is_put_is_kept_children_before_parents(
        self, registry: Registry, other: Registry
    ) -> None:
        registry.units.put([DISTRICT, COMMUNE, PROVINCE])
        assert registry.units.all() == other.units.all() == [COMMUNE, PROVINCE, DISTRICT]
        assert other.units.get("H29.17") == DISTRICT
        assert other.units.get("H30") is None

    def test_the_tree_follows_every_change(self, registry: Registry) -> None:
        assert registry.units.tree().region(("H29",)).codes == {"H29"}
        registry.units.put([PROVINCE, COMMUNE])
        held = registry.units.tree()
        registry.units.put([DISTRICT])
        assert registry.units.tree().region(("H29",)).codes == {"H29", "H29.17", "27496"}
        registry.units.put([Unit("27496", "Xã Củ Chi")])
        assert registry.units.tree().region(("H29",)).codes == {"H29", "H29.17"}
        assert held.region(("H29",)).codes == {"H29", "27496"}

    def test_one_bad_row_refuses_all_and_is_named(
        self, registry: Registry, other: Registry
    ) -> None:
        for unit, pointer in BAD:
            with pytest.raises(RegistryError) as refused:
                registry.units.put([PROVINCE, unit])
            assert (unit, refused.value.pointer) == (unit, pointer)
        assert other.units.all() == registry.units.all() == []

    def test_a_circle_through_registered_units_is_refused(self, registry: Registry) -> None:
        registry.units.put([PROVINCE, DISTRICT, COMMUNE])
        # H29.17 is below H29 by its code, so H29 can come below it by no way.
        for bad in (Unit("H29", "x", parent="H29.17"), Unit("H29", "x", parent="27496")):
            with pytest.raises(RegistryError, match="circle") as refused:
                registry.units.put([bad])
            assert refused.value.pointer == "/0/parent"
        with pytest.raises(RegistryError, match="circle") as refused:
            registry.units.put([Unit("27496", "x", successors=("H29.17",))])
        assert refused.value.pointer == "/0/successors"

    def test_a_unit_that_others_name_cannot_be_removed(
        self, registry: Registry, other: Registry
    ) -> None:
        registry.units.put([PROVINCE, DISTRICT, COMMUNE])
        for code in ("H29", "27496", "H31"):
            with pytest.raises(RegistryError):
                registry.units.remove(code)
        registry.units.remove("H29.17")
        registry.units.remove("27496")
        assert registry.units.all() == other.units.all() == [PROVINCE]

    def test_two_changes_at_once_cannot_make_a_circle_together(self, registry: Registry) -> None:
        def put(unit: Unit) -> bool:
            together.wait(10)
            try:
                registry.units.put([unit])
            except RegistryError:
                return False
            return True

        together = threading.Barrier(2)
        with ThreadPoolExecutor(2) as pool:
            for _ in range(5):
                registry.units.put([Unit("A", "x"), Unit("B", "x")])
                both = [Unit("A", "x", parent="B"), Unit("B", "x", parent="A")]
                assert sorted(pool.map(put, both)) == [False, True]

    def test_nothing_is_no_error(self, registry: Registry) -> None:
        registry.units.put([])
        assert registry.units.all() == []


def test_a_value_read_before_a_write_is_not_kept_after_it(tmp_path: Path) -> None:
    stored, reading, go_on = ["old"], threading.Event(), threading.Event()

    def load() -> str:
        found = stored[0]
        reading.set()
        go_on.wait(10)
        return found

    snapshot = Snapshot(open_engine(f"sqlite:///{tmp_path}/a.db"), load)
    reader = threading.Thread(target=snapshot.get)
    reader.start()
    reading.wait(10)
    stored[0] = "new"
    writer = threading.Thread(target=snapshot.forget)
    writer.start()
    writer.join(0.1)
    go_on.set()
    reader.join(10)
    writer.join(10)
    assert snapshot.get() == "new"
