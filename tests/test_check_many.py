"""Many events checked at once against each checked by itself."""

import random
from copy import deepcopy
from typing import Any, Literal, NotRequired

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.core import check_many
from hub.core.batch import FEW
from hub.core.batch import Columns as EventColumns
from hub.core.check import FUTURE, Refusal, check_object
from hub.core.check_many import check_columns, check_events
from schemas.dossier import Plain, Received
from schemas.envelope import Envelope
from schemas.event import Event
from schemas.values import Name
from tests.api.mutations import GOOD, TIMES, VALUES, spoilt
from tests.oracle import Accepted
from tests.pure import NOW
from tests.strategies import logs


def one_by_one(items: list[Any], moments: list[int]) -> list[Event | Refusal]:
    return [check_object(*both) for both in zip(deepcopy(items), moments, strict=True)]


def assert_the_same(items: list[Any], moments: list[int]) -> EventColumns | None:
    """By columns they are what they are by themselves, or are left as they were."""
    expected, before = one_by_one(items, moments), deepcopy(items)
    found = check_columns(items, moments)
    if found is None:
        assert items == before
    else:
        assert list(found) == expected
        assert found[0] == expected[0]
        assert found[1:] == expected[1:]
        assert len(found) == len(expected)
    return found


@given(log=logs(min_size=1))
@settings(max_examples=200, deadline=None)
def test_good_events_are_what_they_are_by_themselves(log: list[Accepted]) -> None:
    items = [row.event for row in log]
    assert assert_the_same(items, [NOW] * len(items)) is not None


@pytest.mark.parametrize("seed", range(4))
def test_spoilt_events_are_together_what_they_are_by_themselves(seed: int) -> None:
    rng = random.Random(seed)
    laid = 0
    for _ in range(2500):
        items = [deepcopy(rng.choice(GOOD)) for _ in range(rng.randrange(3))]
        items.insert(rng.randint(0, len(items)), spoilt(rng))
        laid += assert_the_same(items, [NOW] * len(items)) is not None
    assert laid > 50  # some of them are good


@pytest.mark.parametrize("number", range(len(GOOD)))
def test_every_attribute_is_checked(number: int) -> None:
    for value in VALUES:
        for holder in ("data", None):
            good = GOOD[number]
            for name in (good if holder is None else good["data"]).keys() | {"extension"}:
                item = deepcopy(good)
                (item if holder is None else item["data"])[name] = value
                assert_the_same([deepcopy(good), item], [NOW, NOW])


@pytest.mark.parametrize("text", [
    *TIMES, "1990-01-01T00:00:00Z", "2100-12-31T23:59:59.999999Z", "2000-02-29T00:00:00.1-23:59",
    "1999-02-29T00:00:00Z", "2020-12-31T23:59:59.12345+23:59", "2020-07-16T08:30:00z",
])  # fmt: skip
def test_instants_are_what_they_are_by_themselves(text: str) -> None:
    for name in ("time", "due_at"):
        item = deepcopy(GOOD[0])
        (item if name == "time" else item["data"])[name] = text
        assert_the_same([deepcopy(GOOD[0]), item], [NOW, NOW])


def test_a_correction_of_nothing_is_never_good() -> None:
    good = next(one for one in GOOD if "corrected" in one["type"])
    nothing = good | {"data": {"unit": good["data"]["unit"]}}
    assert assert_the_same(deepcopy([GOOD[0], good]), [NOW, NOW]) is not None
    assert assert_the_same(deepcopy([GOOD[0], nothing]), [NOW, NOW]) is None


def test_each_event_has_its_own_moment() -> None:
    first, second = deepcopy(GOOD[0]), deepcopy(GOOD[1])
    first["time"] = "2020-01-15T08:00:00Z"
    time = check_object(deepcopy(first), NOW)
    assert isinstance(time, Event)
    latest = time.time - FUTURE
    assert assert_the_same(deepcopy([first, second]), [latest, NOW]) is not None
    assert assert_the_same(deepcopy([first, second]), [latest - 1, NOW]) is None
    assert assert_the_same(deepcopy([second, first]), [NOW, latest - 1]) is None
    assert assert_the_same(deepcopy([second, first]), [latest - 1, NOW]) is not None


def test_what_is_no_event_is_never_good() -> None:
    for value in (
        None,
        1,
        "x",
        [],
        {},
        ["specversion", "id"],
        list(GOOD[0]),
        list(GOOD[0]["data"]),
    ):
        assert check_columns([deepcopy(GOOD[0]), value], [NOW, NOW]) is None
        other = deepcopy(GOOD[0]) | {"data": value}
        assert check_columns([other], [NOW]) is None


class _WardData(Plain):
    channel: Name


class _InWard(Received):
    ward: NotRequired[Name]


class _OtherChannel(Envelope):
    type: Literal["vn.motcua.dossier.other.v1"]
    data: _WardData


@pytest.mark.parametrize("model", [_InWard, _OtherChannel])
def test_a_model_of_which_something_is_not_checked_is_told(
    model: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    check_many._read_models()
    monkeypatch.setattr(check_many, "DossierEvent", Received | model)
    with pytest.raises(TypeError):
        check_many._read_models()


@given(bad=st.booleans(), size=st.sampled_from((0, 1, FEW, FEW + 1, 1000, 2500)))
@settings(max_examples=20, deadline=None)
def test_only_many_good_events_lie_by_columns(bad: bool, size: int) -> None:
    items = [deepcopy(GOOD[n % len(GOOD)]) for n in range(size)]
    moments = [NOW] * size
    if bad and size:  # by its moment alone
        moments[2 * size // 3] = 0
    expected = one_by_one(items, moments)
    assert any(isinstance(one, Refusal) for one in expected) == (bad and size > 0)
    found = check_events(items, moments)
    assert isinstance(found, EventColumns) == (size > FEW and not bad)
    assert list(found) == expected


def test_many_good_events_lie_by_columns_even_if_one_is_not_sure() -> None:
    items = [deepcopy(GOOD[n % len(GOOD)]) for n in range(2 * FEW)]
    items[FEW]["time"] = "2020-01-15T08:30:00z"
    moments = [NOW] * len(items)
    expected = one_by_one(items, moments)
    assert check_columns(items, moments) is None
    found = check_events(items, moments)
    assert isinstance(found, EventColumns)
    assert list(found) == expected
