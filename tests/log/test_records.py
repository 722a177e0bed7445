"""Records of the topic: what the hub packs it unpacks, and what others wrote does no harm."""

import random

import orjson
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

pytest.importorskip("kafka")

from hub.core.batch import FEW, Columns
from hub.core.check import check_one
from hub.log.records import EMPTY, Record, pack, partition_of, unpack
from schemas.encoding import to_cloudevent
from schemas.event import Event
from tests.contracts.log import START, events
from tests.strategies import NOW
from tests.strategies import events as sent_events

PARTITIONS = 4


def record(key: str | None, value: bytes | None, partition: int | None = None) -> Record:
    """In the right partition of its key, unless another is given."""
    if partition is None:
        partition = partition_of(key or "", PARTITIONS)
    return Record(partition, 7, NOW, None if key is None else key.encode(), value)


def text(event: Event) -> bytes:
    return orjson.dumps(to_cloudevent(event))


@given(sent=sent_events())
@settings(max_examples=300, deadline=None)
def test_an_event_survives_its_way_through_a_cloud_event(sent: dict[str, object]) -> None:
    event = check_one(orjson.dumps(sent), NOW)
    assert isinstance(event, Event)
    assert check_one(text(event), NOW) == event


@given(
    sizes=st.lists(st.sampled_from(("H1", "H1.2", "A", "Z")), max_size=60),
    most=st.integers(300, 5000),
)
@settings(max_examples=60, deadline=None)
@example(sizes=["H1", "H1", *7 * ["H1.2"], "H1.2", "H1"], most=882)  # was a byte longer
def test_a_batch_is_packed_by_unit_below_a_size(sizes: list[str], most: int) -> None:
    batch = [event._replace(unit=unit) for event, unit in zip(events(0, 60), sizes, strict=False)]
    packed = list(pack(batch, most))
    assert sorted(i for one in packed for i in one.indices) == list(range(len(batch)))
    for one in packed:
        assert len(one.value) <= most or len(one.indices) == 1
        found = unpack([record(one.unit, one.value)], PARTITIONS)
        assert [row.event for row in found.accepted] == [batch[i] for i in one.indices]
        assert [row.position for row in found.accepted] == [
            7 << 20 | n for n in range(len(one.indices))
        ]
        assert not found.misplaced
        assert not found.refused


# What Kafka's own producers compute: Utils.toPositive(Utils.murmur2(key)) % 12.
@pytest.mark.parametrize(
    ("unit", "partition"), [("H29.17.01", 11), ("H1", 0), ("A.1", 0), ("000.00.00.G01", 2)]
)
def test_a_unit_lies_where_other_producers_put_it(unit: str, partition: int) -> None:
    assert partition_of(unit, 12) == partition


GOOD = events(0, 1, ("H1",))[0]
BAD = orjson.dumps(to_cloudevent(GOOD) | {"time": "yesterday"})


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (None, "no-value"),
        (b"", "not-json"),
        (b"\xff\xfe\x00", "not-json"),
        (b'{"specversion": ', "not-json"),
        (b"[" * 100_000, "not-json"),
        (b"null", "null"),
        (b"17", "invalid"),
        (b'{"a": 1}', "unknown-kind"),
        (b"[1]", "invalid"),
        (b'"' + b"x" * 5_000_000 + b'"', "invalid"),
        (b"[" + b"1," * 2_500_000 + b"1]", "too-many-events"),
        (BAD, "invalid"),
    ],
)
def test_what_is_no_event_is_refused_once_and_never_repeated(
    value: bytes | None, code: str
) -> None:
    found = unpack([record("H1", value)], PARTITIONS)
    assert not found.accepted
    assert not found.misplaced
    assert [one.refusal.problems[0].code for one in found.refused] == [code]


def test_the_good_events_of_an_array_stay() -> None:
    value = b"[" + text(GOOD) + b"," + BAD + b',{},"x",' + text(GOOD) + b"]"
    found = unpack([record("H1", value)], PARTITIONS)
    assert [(row.position & 0xFFFFF, row.event) for row in found.accepted] == [(0, GOOD), (4, GOOD)]
    assert len(found.refused) == 3


def test_an_array_of_five_megabytes_of_events_is_counted() -> None:
    value = b"[" + b",".join(map(text, events(0, 18_000, ("H1",)))) + b"]"
    assert len(value) > 5_000_000
    assert len(unpack([record("H1", value)], PARTITIONS).accepted) == 18_000


@pytest.mark.parametrize("seed", range(40))
def test_records_read_together_hold_what_each_holds(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Many good events lie by columns; those beside a record out of order do not."""
    rng = random.Random(seed)
    warm = rng.choice((1, 60_000, 10**9))
    monkeypatch.setattr("hub.log.records._WARM", warm)
    one, units = iter(events(0, 2000)), ("H1", "H1.2", "A")
    records = []
    for offset in range(rng.choice((5, 250))):
        unit = rng.choice(units)
        some = [next(one)._replace(unit=unit) for _ in range(rng.choice((0, 1, 1, 5)))]
        value = b"[" + b",".join(map(text, some)) + b"]" if len(some) != 1 else text(some[0])
        records.append(record(unit, value)._replace(offset=offset, moment=NOW + offset))
    for _ in range(rng.choice((0, 0, 1, 3))):
        at = rng.randrange(len(records))
        spoilt = (
            {"key": rng.choice((b"B", None))},
            {"value": BAD},
            {"value": None},
            {"partition": 9},
        )
        records[at] = records[at]._replace(**rng.choice(spoilt))
    whole, apart = unpack(records, PARTITIONS), [unpack([r], PARTITIONS) for r in records]
    assert list(whole.accepted) == [row for found in apart for row in found.accepted]
    assert whole.misplaced == [event for found in apart for event in found.misplaced]
    expected, before = [], 0
    for number, found in enumerate(apart):
        expected += [(r.refusal, number, before + r.after) for r in found.refused]
        before += len(found.accepted) + len(found.misplaced)
    assert [tuple(one) for one in whole.refused] == expected
    if warm == 10**9:
        in_order = not whole.misplaced and not whole.refused
        assert isinstance(whole.accepted, Columns) == (in_order and len(whole.accepted) > FEW)


@pytest.mark.parametrize(
    ("key", "partition"), [("H2", None), ("", None), ("h1", None), ("H1", 1 - PARTITIONS)]
)
def test_what_lies_under_a_wrong_key_or_in_a_wrong_partition_is_to_be_moved(
    key: str, partition: int | None
) -> None:
    if partition is not None:
        partition = (partition_of(key, PARTITIONS) + 1) % PARTITIONS
    found = unpack([record(key, text(GOOD), partition)], PARTITIONS)
    assert found == ([], [GOOD], [])


def test_an_event_without_a_key_is_refused_but_kept() -> None:
    ((refusal, *_),) = unpack([record(None, text(GOOD))], PARTITIONS).refused
    assert refusal.problems[0].code == "no-key"
    assert refusal.event == GOOD


def test_an_event_is_checked_at_the_moment_of_its_acceptance() -> None:
    late = GOOD._replace(time=NOW + 25 * 3_600_000_000)
    ((refusal, *_),) = unpack([record("H1", text(late))], PARTITIONS).refused
    assert refusal.problems[0].code == "time-in-future"
    assert unpack([record("H1", text(late))._replace(moment=START * 2)], PARTITIONS).accepted


def test_records_that_are_checked_together_are_each_checked_at_their_moment() -> None:
    late = text(GOOD._replace(time=NOW + 25 * 3_600_000_000))
    moments = (NOW, START * 2, NOW, START * 2)
    values = (late, late, BAD, late)
    rows = [
        record("H1", value)._replace(offset=n, moment=moment)
        for n, (value, moment) in enumerate(zip(values, moments, strict=True))
    ]
    for some in (rows[:2], rows):  # with a bad one among them each is looked at by itself
        found = unpack(some, PARTITIONS)
        taken = [row.position >> 20 for row in found.accepted]
        assert taken == [1, 3][: len(some) // 2]
        assert [(one.record, one.after) for one in found.refused] == [(0, 0), (2, 1)][: len(taken)]


def test_an_empty_record_holds_nothing_wherever_it_lies() -> None:
    assert unpack([record(None, EMPTY)], PARTITIONS) == ([], [], [])
