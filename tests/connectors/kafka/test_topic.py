"""A topic of a real server: what every source does, and what happens to topics."""

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from connectors.kafka import KafkaSource, open_source
from connectors.port import BrokenSourceError, Page, Row, Source, SourceError
from tests.connectors.kafka.vendor import Topic, admin, document, envelope, key, values
from tests.connectors.source_contract import SourceContract, Vendor, moved, read
from tests.engines.kafka import free_ports
from tests.engines.kafka_tls import SecureKafka
from tests.eventually import eventually

Keep = Callable[[KafkaSource], KafkaSource]
DEBEZIUM = "shape: debezium"


@dataclass
class Writer(Vendor):
    topic: Topic
    shape: str
    keep: Keep
    rows: dict[str, dict[str, Any]] = field(default_factory=dict)
    count: int = 0

    def write(self, states: dict[str, str]) -> None:
        records = []
        for code, state in states.items():
            self.count += 1
            before, row = self.rows.get(code), values(int(code[2:]), code, state)
            self.rows[code] = row
            if self.shape == DEBEZIUM:
                op = "c" if before is None else "u"
                text = envelope(op, before, row, self.count)
            else:
                text = json.dumps(row).encode()
            records.append((key(row["id"]), text))
        self.topic.put(*records)

    def open(self) -> Source:
        return self.keep(self.topic.source(self.shape))


class TestRows(SourceContract):
    column = "tt"

    @pytest.fixture
    def vendor(self, topic: Topic, keep: Keep) -> Vendor:
        return Writer(topic, "shape: row", keep)


class TestDebezium(SourceContract):
    column = "tt"

    @pytest.fixture
    def vendor(self, topic: Topic, keep: Keep) -> Vendor:
        return Writer(topic, DEBEZIUM, keep)


def keys(pages: list[Page]) -> list[str]:
    return sorted(row.key for page in pages for row in page.rows)


def put(topic: Topic, *numbers: int, partition: int | None = None) -> None:
    records = [(key(n), json.dumps(values(n, f"A-{n}")).encode()) for n in numbers]
    topic.put(*records, partition=partition)


def test_many_records_come_in_pages(topic: Topic, keep: Keep) -> None:
    put(topic, *range(4_500))
    pages = read(keep(topic.source()))
    assert len(keys(pages)) == 4_500
    assert all(len(page.rows) <= 2_000 for page in pages)
    assert "secret" not in str(pages)


def test_an_idle_topic_gives_no_pages(topic: Topic, keep: Keep) -> None:
    put(topic, 1)
    source = keep(topic.source())
    cursor = moved(None, read(source))
    assert read(source, cursor) == []


def test_bad_records_are_told_by_their_place(topic: Topic, keep: Keep) -> None:
    topic.put((key(1), b"{"), (key(2), json.dumps(values(2, "A-2")).encode()), partition=1)
    (page,) = read(keep(topic.source()))
    assert [row.key for row in page.rows] == ["2"]
    assert [one.place for one in page.unreadable] == [f"{topic.name} 1@0"]


def test_rows_can_be_read_again_while_pages_are_under_way(topic: Topic, keep: Keep) -> None:
    put(topic, *range(2_500), partition=0)
    topic.put((key(7), json.dumps(values(7, "A-7", "s2")).encode()), (key(9), None), partition=0)
    source, given = keep(topic.source()), []
    for page in source.pages(None, sweep=False):
        given += [row.key for row in page.rows]
        (again,) = source.again(["7", "9", "none"])
        assert {row.key: row.values.get("tt") for row in again.rows} == {"7": "s2", "9": None}
        assert [(it.key, it.faults[0].code) for it in again.unreadable] == [("none", "not-found")]
        assert again.cursor is None
    assert len(given) == 2_502


def test_of_changes_the_last_counts_again_too(
    topic: Topic, keep: Keep, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = values(1, "A-1"), values(1, "A-1", "s2")
    topic.put(
        (key(1), envelope("c", None, first, 1)), (key(1), envelope("u", first, second, 2)),
        (key(1), envelope("r", None, first, 1)), (key(2), envelope("c", None, first, 3)),
        (None, envelope("t", None, None, 4)), (key(3), envelope("c", None, values(3, "A-3"), 5)),
        partition=0,
    )  # fmt: skip
    source = keep(topic.source(DEBEZIUM))
    (page,) = source.again(["2", "3"])
    assert {row.key: bool(row.values) for row in page.rows} == {"2": False, "3": True}
    topic.put((key(1), envelope("c", None, second, 7)), (key(1), envelope("r", None, first, 6)),
              partition=0)  # fmt: skip
    (page,) = source.again(["1"])
    assert [row.values["tt"] for row in page.rows] == ["s2"]
    monkeypatch.setattr("connectors.kafka.source._MOST_AGAIN", 3)
    (page,) = source.again(["1"])
    assert "among the 8 records" in page.unreadable[0].faults[0].says


def test_new_partitions_are_read_from_their_beginning(topic: Topic, keep: Keep) -> None:
    put(topic, 1, 2)
    source = keep(topic.source())
    cursor = moved(None, read(source))
    with admin(topic.servers) as one:
        one.create_partitions({topic.name: 4})
    put(topic, 7, partition=3)
    pages = eventually(lambda: read(source, cursor))
    assert keys(pages) == ["7"]
    assert set(moved(cursor, pages)["offsets"]) == {"0", "1", "2", "3"}


def test_records_that_went_before_they_were_read_are_told(topic: Topic, keep: Keep) -> None:
    from kafka import TopicPartition

    put(topic, 1, 2, 3, partition=0)
    source = keep(topic.source())
    cursor = moved(None, read(source)[:0]) or {"offsets": {"0": 1, "1": 0}}
    put(topic, 4, partition=0)
    with admin(topic.servers) as one:
        one.delete_records({TopicPartition(topic.name, 0): 3})
    told, page = read(source, cursor)
    assert told.went_back
    assert f"the records 1 to 2 of {topic.name} 0 are gone" in told.went_back
    assert (told.rows, keys([page])) == ((), ["4"])
    assert [one.went_back for one in read(source, told.cursor)] == [None]
    assert keys(read(keep(topic.source()))) == ["4"]  # who begins anew misses nothing


def test_a_topic_that_was_made_anew_is_told_and_read_from_its_beginning(
    topic: Topic, keep: Keep
) -> None:
    put(topic, 1, 2, 3, partition=1)
    source = keep(topic.source())
    cursor = moved(None, read(source))
    with admin(topic.servers) as one:
        one.delete_topics([topic.name])

    def made() -> bool:
        from kafka.errors import KafkaError

        try:
            topic.make(2)
        except KafkaError:
            return False
        return True

    eventually(made)
    put(topic, 9, partition=1)
    told, page = read(keep(topic.source()), cursor)
    assert told.went_back
    assert "made anew or cut" in told.went_back
    assert keys([page]) == ["9"]


def emptied(topic: Topic) -> None:
    """A row, the table emptied, another row."""
    topic.put((key(1), envelope("c", None, values(1, "A-1"), 1)),
              (None, envelope("t", None, None, 2)),
              (key(2), envelope("c", None, values(2, "A-2"), 3)), partition=0)  # fmt: skip


def test_an_emptied_table_takes_back_what_was_read_before(topic: Topic, keep: Keep) -> None:
    emptied(topic)
    source = keep(topic.source(DEBEZIUM))
    pages = read(source)
    first, empty, rest = pages
    assert (keys([first]), first.ends) == (["1"], None)
    assert [(row.key, row.values) for row in empty.rows] == [("1", {})]
    assert (empty.ends, empty.is_sure) == ("", True)
    assert empty.went_back
    assert f"{topic.name} 0@1" in empty.went_back
    assert (keys([rest]), rest.ends) == (["2"], None)
    assert read(source, rest.cursor) == []
    assert [len(page.rows) for page in read(source, first.cursor)] == [0, 1]
    assert keys(read(source, empty.cursor)) == ["2"]


def test_after_many_records_an_emptied_table_begins_a_reading(
    topic: Topic, keep: Keep, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("connectors.kafka.source._MOST_KEYS", 0)
    emptied(topic)
    source = keep(topic.source(DEBEZIUM))
    (first,) = read(source)
    empty, rest = read(source, first.cursor)
    assert (empty.rows, empty.ends, empty.is_sure) == ([], "", True)
    assert keys([rest]) == ["2"]


def test_a_clock_that_stepped_back_is_remembered_in_the_cursor(topic: Topic, keep: Keep) -> None:
    topic.put((key(1), envelope("u", None, values(1, "A-1", "s2"), 9_000)))
    first = read(keep(topic.source(DEBEZIUM)))
    topic.put((key(1), envelope("u", None, values(1, "A-1", "s3"), 5)))
    second = read(keep(topic.source(DEBEZIUM)), moved(None, first))
    rows = [row for page in (*first, *second) for row in page.rows]
    assert [row.values["tt"] for row in rows] == ["s2", "s3"]
    assert rows[0].version == rows[1].version


def test_no_topic(servers: str, topic_prefix: str, keep: Keep) -> None:
    with pytest.raises(BrokenSourceError, match=rf"there is no topic {topic_prefix}none"):
        read(keep(Topic(servers, f"{topic_prefix}none").source()))


def test_nobody_answers(keep: Keep) -> None:
    (port,) = free_ports(1)
    with pytest.raises(SourceError, match=rf"no Kafka server answers \(127\.0\.0\.1:{port}"):
        read(keep(open_source(document(f"127.0.0.1:{port}", "t"))))


class TestLogin:
    def source(self, kafka: SecureKafka, topic: str, **other: str) -> KafkaSource:
        given = {"ca": str(kafka.ca_file), "user": kafka.user, "mechanism": "SCRAM-SHA-512"} | other
        more = (
            f"tls: {{ca: {given['ca']}}}, login: {{user: {given['user']}, password: env:MADE_UP, "
            f"mechanism: {given['mechanism']}}}"
        )
        return open_source(document(kafka.servers, topic, more))

    @pytest.mark.parametrize("mechanism", ["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"])
    def test_who_is_known_reads(
        self, secure_kafka: SecureKafka, topic_prefix: str, keep: Keep,
        monkeypatch: pytest.MonkeyPatch, mechanism: str,
    ) -> None:  # fmt: skip
        monkeypatch.setenv("MADE_UP", secure_kafka.password)
        inner = Topic(_plain(secure_kafka), f"{topic_prefix}x").make(1)
        put(inner, 1)
        source = keep(self.source(secure_kafka, inner.name, mechanism=mechanism))
        (page,) = read(source)
        assert isinstance(page.rows[0], Row)

    def test_who_is_not_is_told_and_no_secret_with_it(
        self, secure_kafka: SecureKafka, keep: Keep, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("MADE_UP", "wr0ng")
        before = set(threading.enumerate())
        with pytest.raises(BrokenSourceError, match="refuse the login") as told:
            read(keep(self.source(secure_kafka, "x")))
        assert "wr0ng" not in str(told.value)
        assert set(threading.enumerate()) <= before

    def test_certificates(
        self, secure_kafka: SecureKafka, keep: Keep, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("MADE_UP", secure_kafka.password)
        with pytest.raises(BrokenSourceError, match=r"not to be believed .* in `tls\.ca`"):
            read(keep(self.source(secure_kafka, "x", ca=str(secure_kafka.other_ca_file))))
        with pytest.raises(BrokenSourceError, match="a file of `tls` cannot be read"):
            read(keep(self.source(secure_kafka, "x", ca="/nowhere.pem")))


def _plain(kafka: SecureKafka) -> str:
    """Where the server listens without a login, for the vendor's side."""
    return f"127.0.0.1:{kafka._ports[1]}"
