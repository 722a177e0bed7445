"""Nothing is taken of an item but what the document names."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.mapping import compile_mapping, load
from connectors.port import Row
from connectors.selecting import Selection, key_of, picker, selection_of
from tests.connectors.mapping.rows import EXAMPLES

ITEM = {
    "ma": "A-1", "ten": "secret", "thuTuc": {"ma": "1.004227", "nguoi": {"ten": "secret"}},
    "a.b": 1, "dot": {"list": [{"id": 1, "ten": "secret"}, "x"]}, "ca": {"all": "named"},
}  # fmt: skip


def test_what_is_named_is_taken_nested_as_it_was() -> None:
    names = ("ma", "thuTuc.ma", "a.b", "ca", "ca.all", "nowhere", "no.where", "thuTuc.nguoi.cmnd")
    selection = Selection(names, {"dot.list": ("id",), "none": ("x",)}, ())
    assert picker(selection)(ITEM) == {
        "ma": "A-1", "thuTuc": {"ma": "1.004227"}, "a.b": 1, "ca": {"all": "named"},
        "dot": {"list": [{"id": 1}, None]},
    }  # fmt: skip
    assert ITEM["thuTuc"] == {"ma": "1.004227", "nguoi": {"ten": "secret"}}


@pytest.mark.parametrize(
    ("parts", "key"),
    [
        ((("ma",),), "A-1"), ((("thuTuc.ma",), ("ma",)), "1.004227|A-1"),
        ((("nowhere", "ma"),), "A-1"), ((("ma",), ("nowhere",)), ""), ((), ""), ((("a.b",),), "1"),
    ],
)  # fmt: skip
def test_keys(parts: Any, key: str) -> None:
    assert key_of(ITEM, parts) == key


NAMES = st.sampled_from(["a", "b", "a.b", "a.c.d", "b.a", "c"])
ITEMS = st.recursive(
    st.integers() | st.none() | st.just("x"),
    lambda inner: st.dictionaries(st.sampled_from("abcd"), inner, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(st.sampled_from("abcd"), ITEMS), st.lists(NAMES, unique=True))
def test_named_paths_read_the_same_before_and_after(item: Any, names: list[str]) -> None:
    picked = picker(Selection(tuple(names), {}, ()))(item)
    for name in names:
        path = name.split(".")
        assert (_at(picked, path) or None) == (_at(item, path) or None)
    named_first = {name.split(".")[0] for name in names}
    assert picked.keys() <= named_first


def _at(value: Any, path: list[str]) -> Any:
    for step in path:
        value = value.get(step) if isinstance(value, dict) else None
    return value


def test_the_mapping_reads_the_same_from_what_is_picked() -> None:
    document = load(EXAMPLES / "dvc-snapshot.yaml")
    item = {
        "donVi": {"ma": "H29.17", "ten": "x"}, "maHoSo": "A-1", "trangThai": "9", "kenh": "2",
        "ngayTiepNhan": "20201105", "ngayHenTra": "20201120", "ngayKetThuc": "20201118",
        "thuTuc": {"ma": "1.004227", "ten": "x"}, "nguoiNop": {"cmnd": "x"},
    }  # fmt: skip
    mapping, selection = compile_mapping(document), selection_of(document)
    picked = picker(selection)(item)
    assert "x" not in str(picked)
    assert mapping.wanted(Row("1", "1", picked)) == mapping.wanted(Row("1", "1", item))
    assert key_of(picked, selection.key) == "H29.17|A-1"
