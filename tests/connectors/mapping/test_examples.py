"""The four public examples, on made-up rows."""

from datetime import datetime

import pytest

from connectors.port import Fact, Wanted
from tests.connectors.mapping.rows import DVC, IGATE, NAMES, PHU_HO, VNPT, example, row_of


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp()) * 1_000_000


def facts(name: str, values: dict) -> list[Fact]:
    found = example(name).wanted(row_of(values))
    assert isinstance(found, Wanted), found
    return list(found.facts)


@pytest.mark.parametrize("name", NAMES)
def test_loads(name):
    assert example(name).version == example(name).version


def test_sql_with_children():
    assert facts("igate-cu-chi", IGATE) == [
        Fact("received", "received", at("2020-01-15T08:30:00+07:00"), {
            "channel": "online", "procedure": "1.004227", "field": "dat-dai",
            "due_at": "2020-01-30T17:00:00+07:00",
        }),
        Fact("resolved", "resolved", at("2020-01-29T09:00:00+07:00"), {}),
        Fact("result_returned", "result_returned", at("2020-01-29T09:00:00+07:00"),
             {"channel": "post"}),
        Fact("supplement_requested.7", "supplement_requested", at("2020-01-17T08:00:00+07:00"), {}),
        Fact("supplement_requested.8", "supplement_requested", at("2020-01-21T08:00:00+07:00"), {}),
        Fact("supplemented.7", "supplemented", at("2020-01-20T08:00:00+07:00"),
             {"due_at": "2020-02-03T17:00:00+07:00"}),
    ]  # fmt: skip


def test_none_when():
    for change in ({"TrangThai": 1}, {"DaXoa": True}, {"DaXoa": 1}, {"DaXoa": "1"}):
        assert facts("igate-cu-chi", IGATE | change) == []
    for change in ({"DaXoa": None}, {"DaXoa": False}, {"DaXoa": "0"}):
        assert facts("igate-cu-chi", IGATE | change) != []


def test_files():
    assert facts("bieu-tuan-phu-ho", PHU_HO) == [
        Fact("received", "received", at("2023-01-05T08:30:00+07:00"),
             {"channel": "online", "due_at": "2023-01-12T23:59:59+07:00"}),
        Fact("resolved", "resolved", at("2023-01-11T15:05:00+07:00"), {}),
    ]  # fmt: skip
    assert len(facts("bieu-tuan-phu-ho", PHU_HO | {"Tình trạng": "Đang xử lý"})) == 1


def test_nested_json():
    assert facts("dvc-snapshot", DVC) == [
        Fact("received", "received", at("2023-01-05T08:30:00+07:00"), {
            "channel": "post", "procedure": "1.004227", "due_at": "2023-01-12T00:00:00+07:00",
        }),
        Fact("resolved", "resolved", at("2023-01-11T15:05:00+07:00"), {}),
    ]  # fmt: skip
    assert facts("dvc-snapshot", DVC | {"trangThai": "3"}) == []


def test_epochs():
    assert facts("vnpt-cdc", VNPT) == [
        Fact("received", "received", 1672882200000000,
             {"channel": "online", "due_at": "2023-01-12T17:00:00+07:00"}),
        Fact("resolved", "resolved", 1673424300000000, {}),
    ]  # fmt: skip
    assert len(facts("vnpt-cdc", VNPT | {"trang_thai": 8})) == 1
    assert len(facts("vnpt-cdc", VNPT | {"trang_thai": None, "ngay_ket_thuc": None})) == 1
