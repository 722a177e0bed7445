"""Values as mappings want them, and as a cursor keeps them."""

from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from typing import Any
from uuid import UUID

import orjson
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from connectors.sql.values import back, moment, packed, plain, rank, unpacked

WHEN = datetime(2026, 3, 2, 8, 0, 5, 250_000)  # noqa: DTZ001  # as a database has it
HANOI = timezone(timedelta(hours=7))


@pytest.mark.parametrize(
    ("value", "is_told"),
    [
        (None, None), ("Ấp", "Ấp"), (3, 3), (True, True), (2.5, 2.5), (WHEN, WHEN),
        (date(2026, 3, 2), date(2026, 3, 2)), (Decimal(17), 17), (Decimal("1.50"), "1.50"),
        (Decimal("NaN"), "NaN"), (Decimal("1E+3"), "1000"), (b"\x00\xff", "00ff"),
        (UUID(int=5), "00000000-0000-0000-0000-000000000005"), (memoryview(b"a"), "61"),
        (time(8, 30), "08:30:00"), ([Decimal(1), b"a"], [1, "61"]),
        (timedelta(hours=30), "1 day, 6:00:00"), ({"a": 1}, {"a": 1}),
    ],
)  # fmt: skip
def test_what_mappings_get(value: Any, is_told: Any) -> None:
    assert plain(value) == is_told
    assert type(plain(value)) is type(is_told)


cursors = (
    st.datetimes()
    | st.datetimes(timezones=st.just(UTC))
    | st.datetimes(timezones=st.just(HANOI))
    | st.dates()
    | st.integers(-(2**63), 2**63 - 1)
    | st.text()
    | st.binary()
    | st.decimals(allow_nan=False, allow_infinity=False, places=2)
    | st.none()
)


@given(cursors)
@example(Decimal(10**30))
@example(Decimal(-(2**63)))
def test_a_cursor_is_kept_as_json(value: Any) -> None:
    assert unpacked(orjson.loads(orjson.dumps(packed(value)))) == value


@given(st.datetimes(WHEN.replace(year=1990), WHEN.replace(year=2099)), st.floats(0, 1e6))
def test_back_is_not_above_what_it_stands_for(value: datetime, seconds: float) -> None:
    earlier = value - timedelta(seconds=seconds)
    aware = value.replace(tzinfo=HANOI)
    assert back(value, seconds) == earlier
    assert back(aware, seconds) == earlier.replace(tzinfo=HANOI)
    assert back(value.date(), seconds) <= earlier.date() + timedelta(days=1)
    for written in (
        lambda it: it.isoformat(), lambda it: it.isoformat(" ", "microseconds"),
        lambda it: it.isoformat(" ", "seconds"), lambda it: it.isoformat("T", "seconds") + "Z",
        lambda it: it.date().isoformat(),
    ):  # fmt: skip
        assert back(written(value), seconds) <= written(earlier)


@pytest.mark.parametrize(
    ("value", "earlier"),
    [
        (1_772_000_060, 1_772_000_000), (1_772_000_060_000, 1_772_000_000_000),
        (1_772_000_060_000_000, 1_772_000_000_000_000), (1_772_000_060.5, 1_772_000_000.5),
        (4711, 4711), ("no time", "no time"), (date.min, date.min),
        ("0001-01-01 00:00:00", ""),
    ],
)  # fmt: skip
def test_back_of_numbers_and_what_is_no_time(value: Any, earlier: Any) -> None:
    assert back(value, 60) == earlier


def test_moments() -> None:
    assert moment(WHEN) == moment("2026-03-02 08:00:05.250000") == WHEN.replace(tzinfo=UTC)
    assert moment(1_772_000_060) == moment(1_772_000_060_000)
    assert moment(4711) is None
    assert moment("no time") is None


def test_one_order_of_all_values() -> None:
    values = [3, 2.5, "b", "a", WHEN, date(2026, 3, 2), WHEN.replace(tzinfo=UTC), b"x"]
    assert sorted(values, key=rank)[:5] == [2.5, 3, "a", "b", date(2026, 3, 2)]
