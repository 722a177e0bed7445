"""What records say, without a server: the vendor's JSON and Debezium's envelopes."""

import json
import random
from contextlib import closing
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.kafka import KafkaSource
from connectors.kafka.debezium import Clock, envelope_of, in_order, said
from connectors.kafka.shapes import Reading, own_key, row_of
from connectors.port import Row, Unreadable
from connectors.selecting import Selection, picker
from tests.connectors.kafka.vendor import PLACEHOLDER, Record, document, envelope, key, values

COLUMNS = ("ma", "ngay", "tt")


def reading(*, is_named: bool = False, column: str = "ma") -> Reading:
    selection = Selection((*COLUMNS, column), {}, ((column,),))
    return Reading("t", picker(selection), selection.key, is_named)


def record(key: bytes | None, value: bytes | None, at: int = 4711) -> Record:
    return Record(0, at, 1_700_000_000_000, key, value)


def all_said(*records: Record, how: Reading | None = None) -> list[Row | Unreadable]:
    clock = Clock({})
    read = in_order([envelope_of(one, "t", clock) for one in records])
    return [what for one in read for what in said(one, how or reading())]


def codes(found: Any) -> list[tuple[str, str, str, str]]:
    return [(one.key, one.place, one.faults[0].column, one.faults[0].code) for one in found]


class TestRows:
    def test_a_state_a_deletion_and_what_is_neither(self) -> None:
        row = row_of(record(b"A-1", json.dumps(values(1, "A-1")).encode()), reading())
        assert isinstance(row, Row)
        assert (row.key, row.place) == ("A-1", "t 0@4711")
        assert row.values == {"ma": "A-1", "tt": "s1", "ngay": 1_604_539_800_000_000}
        gone = row_of(record(b"A-1", None), reading())
        assert gone == Row("A-1", "t 0@4711", {})
        bad = [
            row_of(record(b"A-1", value), reading())
            for value in (b'{"ma', b"[1]", b"\0\0\0\0\x01x", b"")
        ]
        assert [one[3] for one in codes(bad)] == [
            "not-json",
            "not-an-object",
            "not-json",
            "not-json",
        ]
        assert "Avro" in bad[2].faults[0].says  # type: ignore[union-attr]
        assert bad[0].key == "A-1"

    def test_rows_without_a_key_of_their_own_are_told_apart_by_the_dossier(self) -> None:
        row = row_of(record(None, json.dumps(values(1, "A-1")).encode()), reading())
        assert row.key == "A-1"
        assert codes([row_of(record(None, None), reading())])[0][3] == "missing"

    def test_named_columns_come_before_the_record_s_own_key(self) -> None:
        how = reading(is_named=True, column="id")
        row = row_of(record(b"H29", json.dumps(values(7, "A-1")).encode()), how)
        assert row.key == "7"
        assert codes([row_of(record(b"H29", None), how)])[0][3] == "missing"

    def test_a_key_that_is_not_the_records_own_is_told(self) -> None:
        own = (key(1), key(1, schema=True), b"A-1", None)
        records = [record(it, json.dumps(values(1, "A-1")).encode()) for it in own]
        for more, says in (
            (", key: [ma]", "of 3 records of t with a key, 2 have another one than `key` (ma)"),
            (", key: [id]", "of 3 records of t with a key, 1 have another one than `key` (id)"),
            ("", ""),
        ):
            with closing(KafkaSource(document("x:1", "t", f"shape: row{more}"))) as source:
                source._page(records, {}, Clock({}))
                told = "".join(source.warnings())
                assert says in told if says else told == ""

    @pytest.mark.parametrize(
        ("given", "text"),
        [
            (b'{"id": 17}', "17"), (b'{"b": 2, "a": "x"}', "x|2"), (b"17", "17"),
            (b'"A-1"', "A-1"),
            (b'{"schema": {}, "payload": {"id": 17}}', "17"), (b"A-1", "A-1"),
            (b"\xff\x00", "ff00"),
            (b'{"schema": {}, "payload": 5}', "5"), (None, ""),
        ],
    )  # fmt: skip
    def test_keys(self, given: bytes | None, text: str) -> None:
        assert own_key(given) == text


class TestEnvelopes:
    @pytest.mark.parametrize("schema", [True, False])
    def test_states_and_deletions(self, schema: bool) -> None:
        row = values(17, "A-1")
        found = all_said(
            *(record(key(17, schema=schema), envelope(op, None, row, at, schema=schema))
              for at, op in enumerate("rcu")),
            record(key(17, schema=schema), envelope("d", row, None, 3, schema=schema)),
            record(key(17, schema=schema), None),
            record(None, envelope("m", None, None, 9, schema=schema)),
        )  # fmt: skip
        assert [one.key for one in found] == ["17"] * 5
        assert [bool(one.values) for one in found] == [True] * 3 + [False] * 2  # type: ignore[union-attr]
        versions = [one.version for one in found]  # type: ignore[union-attr]
        assert versions == sorted(versions)
        assert "secret" not in str(found)

    def test_a_snapshot_that_is_older_than_an_update_has_an_older_version(self) -> None:
        update, stale, fresh = all_said(
            record(key(1), envelope("u", None, values(1, "A-1", "s2"), 2_000)),
            record(key(1), envelope("r", None, values(1, "A-1", "s1"), 1_000)),
            record(key(1), envelope("r", None, values(1, "A-1", "s3"), 3_000)),
        )
        assert stale.version < update.version < fresh.version  # type: ignore[operator, union-attr]

    def test_in_one_millisecond_the_place_in_the_log_counts(self) -> None:
        def at(op: str, lsn: int) -> Record:
            source = {"ts_ms": 1_604_534_400_000, "lsn": lsn}
            text = {"op": op, "after": values(1, "A-1"), "source": source}
            return record(key(1), json.dumps(text).encode())

        update, stale = all_said(at("u", 200), at("r", 100))
        assert stale.version < update.version  # type: ignore[operator, union-attr]

    def test_a_change_is_never_older_than_one_before_it(self) -> None:
        """The vendor's clock stepped back by a minute."""
        found = all_said(
            record(key(1), envelope("u", None, values(1, "A-1", "s2"), 60_000)),
            record(key(1), envelope("u", None, values(1, "A-1", "s3"), 1)),
            record(key(1), None),
        )
        assert len({one.version for one in found}) == 1  # type: ignore[union-attr]

    def test_a_time_ahead_of_the_record_s_own_is_not_believed(self) -> None:
        ahead, later = all_said(
            record(key(1), envelope("u", None, values(1, "A-1"), 10**12)),
            record(key(1), envelope("r", None, values(1, "A-1"), 10**13)),
        )
        assert ahead.version >> 20 == later.version >> 20 == 1_700_000_000_000  # type: ignore[union-attr, operator]

    def test_a_value_that_is_not_there_is_not_null(self) -> None:
        row = values(1, "A-1")
        placeholders = [PLACEHOLDER, "X19kZWJleml1bV91bmF2YWlsYWJsZV92YWx1ZQ==", [PLACEHOLDER]]
        found = all_said(
            *(record(key(1), envelope("u", None, row | {"tt": one})) for one in placeholders),
            record(key(1), envelope("u", None, row | {"ten": PLACEHOLDER})),
        )
        assert codes(found[:3]) == [("1", "t 0@4711", "tt", "unavailable")] * 3
        assert isinstance(found[3], Row)  # no column that is named

    def test_a_key_that_changes_is_a_deletion_and_a_new_row(self) -> None:
        old, new = values(1, "A-1"), values(2, "A-1")
        found = all_said(
            record(key(1), envelope("d", old, None, 1)), record(key(1), None),
            record(key(2), envelope("c", None, new, 1)),
        )  # fmt: skip
        assert [(one.key, bool(one.values)) for one in found] == [  # type: ignore[union-attr]
            ("1", False), ("1", False), ("2", True),
        ]  # fmt: skip
        how = reading(is_named=True, column="id")
        found = all_said(record(b"x", envelope("u", old, new, 1)), how=how)
        assert [(one.key, bool(one.values)) for one in found] == [("1", False), ("2", True)]  # type: ignore[union-attr]
        found = all_said(record(b"x", envelope("d", old, None)), record(b"x", None), how=how)
        assert [one.key for one in found] == ["1"]

    def test_changes_of_a_transaction_come_by_their_numbers(self) -> None:
        def of(number: int, at: int) -> Record:
            transaction = {"id": "t1", "total_order": number, "data_collection_order": number}
            return record(
                key(at), envelope("u", None, values(at, f"A-{at}"), transaction=transaction), at
            )

        other = record(key(9), envelope("u", None, values(9, "A-9")), 9)
        found = all_said(of(3, 30), other, of(1, 10), of(2, 20))
        assert [one.key for one in found] == ["10", "9", "20", "30"]

    def test_what_is_no_envelope(self) -> None:
        found = all_said(
            record(key(1), json.dumps(values(1, "A-1")).encode()), record(key(1), b'{"op"'),
            record(key(1), envelope("u", None, None)), record(None, envelope("d", None, None)),
        )  # fmt: skip
        assert [one[3] for one in codes(found)] == [
            "not-debezium", "not-json", "not-debezium", "missing",
        ]  # fmt: skip
        assert "write `shape: row`" in found[0].faults[0].says  # type: ignore[union-attr]


Step = st.tuples(st.sampled_from("cudkr"), st.integers(1, 4), st.integers(-3, 60))


@given(st.lists(Step, max_size=30), st.randoms(use_true_random=False))
def test_the_last_states_are_those_of_the_table(
    steps: list[tuple[str, int, int]], chance: random.Random
) -> None:
    """A table changes, its clock steps back at times, and snapshots that were read earlier are
    written late. What the rows say in the end is what the table holds. The clock does not step
    back behind a snapshot: its time is all that tells it from the changes (DECISIONS D41)."""
    table: dict[int, dict[str, Any]] = {}
    written: list[tuple[bytes, bytes | None]] = []
    late: list[tuple[bytes, bytes]] = []
    clock = newest = snapshot = 1_000
    for count, (op, number, passes) in enumerate(steps):
        clock = max(clock + passes * 10, snapshot)
        row, old = values(number, f"A-{number}", f"s{count}"), table.get(number)
        if op == "r" and old is not None and clock > newest:
            late.append((key(number), envelope("r", None, old, clock - 1)))
            clock += 1
            snapshot = clock
        elif op in "cu":
            table[number] = row
            written.append((key(number), envelope(op, old, row, clock)))
        elif op == "d" and old is not None:
            del table[number]
            written += [(key(number), envelope("d", old, None, clock)), (key(number), None)]
        elif op == "k" and old is not None and number + 10 not in table:
            table[number + 10] = moved = {**table.pop(number), "id": number + 10}
            written += [(key(number), envelope("d", old, None, clock)), (key(number), None)]
            written.append((key(number + 10), envelope("c", None, moved, clock)))
        newest = max(newest, clock)
        if late and chance.random() < 0.3:
            written.append(late.pop(0))
    records = [record(name, value, at) for at, (name, value) in enumerate(written)]
    states: dict[str, Row] = {}
    for one in all_said(*records):
        assert isinstance(one, Row)
        known = states.get(one.key)
        if known is None or (one.version or 0) >= (known.version or 0):
            states[one.key] = one
    found = {int(name): row.values["tt"] for name, row in states.items() if row.values}
    assert found == {number: row["tt"] for number, row in table.items()}
