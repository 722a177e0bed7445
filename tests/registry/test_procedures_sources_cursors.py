"""The small parts: procedures, sources, cursors."""

import pytest

from hub.registry import Procedure, Registry, RegistryError, Source

LAND = Procedure("1.004227", "Đăng ký biến động đất đai", "dat-dai", "Đất đai", 10, "working_day")

BAD = [
    (Procedure("1/2", "x"), "/1/code"),
    (Procedure("1.004227", "x"), "/1/code"),
    (Procedure("1", ""), "/1/name"),
    (Procedure("1", "x", "đất"), "/1/field"),
    (Procedure("1", "x", limit_value=0, limit_unit="hour"), "/1/limit_value"),
    (Procedure("1", "x", limit_value=5), "/1/limit_unit"),
    (Procedure("1", "x", limit_value=5, limit_unit="week"), "/1/limit_unit"),  # type: ignore[arg-type]
]


class TestProcedures:
    def test_what_is_put_is_kept_and_replaced(self, registry: Registry, other: Registry) -> None:
        birth = Procedure("1.001193", "Đăng ký khai sinh")
        registry.procedures.put([LAND, birth])
        assert registry.procedures.all() == other.procedures.all() == [birth, LAND]
        registry.procedures.put([Procedure("1.004227", "Khác")])
        assert registry.procedures.get("1.004227") == Procedure("1.004227", "Khác")
        assert registry.procedures.get("9") is None

    def test_one_bad_row_refuses_all_and_is_named(
        self, registry: Registry, other: Registry
    ) -> None:
        for bad, pointer in BAD:
            with pytest.raises(RegistryError) as refused:
                registry.procedures.put([LAND, bad])
            assert (bad, refused.value.pointer) == (bad, pointer)
        assert other.procedures.all() == []


class TestSources:
    def test_seen_registers_what_is_new_and_never_goes_back(self, registry: Registry) -> None:
        registry.sources.seen({"/b": 5, "/a": 7})
        registry.sources.seen({"/b": 6, "/a": 3})
        registry.sources.seen({})
        assert registry.sources.all() == [
            Source("/a", "/a", last_seen=7),
            Source("/b", "/b", last_seen=6),
        ]

    def test_putting_a_source_leaves_when_it_was_seen(self, registry: Registry) -> None:
        registry.sources.seen({"/a": 7})
        registry.sources.put([Source("/a", "Củ Chi", 3600, backfilling=True), Source("/b", "B")])
        assert registry.sources.get("/a") == Source("/a", "Củ Chi", 3600, True, 7)
        assert registry.sources.get("/b") == Source("/b", "B")
        registry.sources.seen({"/b": 8})
        assert registry.sources.get("/b") == Source("/b", "B", last_seen=8)
        assert registry.sources.get("/c") is registry.sources.get("\x00\ud800") is None

    def test_one_bad_row_refuses_all_and_is_named(self, registry: Registry) -> None:
        for bad, column in (
            (Source("/a b", "x"), "source"),
            (Source("/ok", "x"), "source"),
            (Source("/a", ""), "name"),
            (Source("/a", "x", 0), "max_age_expected_s"),
        ):
            with pytest.raises(RegistryError) as refused:
                registry.sources.put([Source("/ok", "x"), bad])
            assert refused.value.pointer == f"/1/{column}"
        assert registry.sources.all() == []


class TestCursors:
    def test_what_is_set_is_got_by_name(self, registry: Registry, other: Registry) -> None:
        assert registry.cursors.get("processor") == {}
        registry.cursors.set("processor", {0: 10, 1: 2**53})
        registry.cursors.set("processor", {1: 11})
        registry.cursors.set("processor", {})
        registry.cursors.set("connector", {0: 1})
        assert other.cursors.get("processor") == {0: 10, 1: 11}
        registry.cursors.set("processor", {0: 0})
        assert other.cursors.get("processor") == {0: 0, 1: 11}
        assert other.cursors.get("connector") == {0: 1}
