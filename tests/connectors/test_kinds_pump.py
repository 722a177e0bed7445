"""Folders, services and topics under a hostile hand, pumped into a hub in memory by processes that
are killed: in the end the hub has what a fresh reading gives. All rows are made up."""

import json
import os
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import stamina
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.guard import FREE
from connectors.mapping import Document, loads
from connectors.one import Connector, run_once
from connectors.port import BrokenSourceError
from tests.connectors.kafka.vendor import Topic, envelope, key
from tests.connectors.memory_hub import MemoryHub
from tests.connectors.rest.vendor import Reply, Request, serving
from tests.connectors.running_pump import Killed, conflicts_of, killing, said
from tests.engines.kafka import kafka_url

__all__ = ["kafka_url"]
MAPPED = """
connector: made-up
source: /made-up
read: {read}
dossier: {{unit: {{value: H1}}, subject: ma}}
facts:
  received: {{at: nhan, channel: {{value: direct}}}}
  resolved: {{at: xong}}
"""
KEYS, DONE = st.integers(1, 8), st.sampled_from(("", "2020-01-09 10:00:00", "2020-01-10 10:00:00"))
WRITE = st.tuples(st.just("write"), KEYS, DONE)
OPS = st.one_of(
    WRITE, WRITE, WRITE,
    st.tuples(st.just("delete"), KEYS),
    st.tuples(st.just("delete"), KEYS),
    st.tuples(st.just("tell"), st.integers(0, 3)),
    st.tuples(st.just("read"), st.booleans()),
    st.tuples(st.just("killed"), st.booleans(), st.integers(0, 30)),
)  # fmt: skip
Ops = list[tuple[Any, ...]]


@dataclass
class Vendor:
    """Rows by number, and how they are told."""

    rows: dict[int, dict[str, Any]] = field(default_factory=dict)
    seconds: int = 0

    def document(self) -> Document:
        raise NotImplementedError

    def write(self, number: int, done: str) -> None:
        self.seconds += 1
        row = {"id": number, "ma": f"D{number}", "nhan": "2020-01-02 08:00:00", "xong": done}
        self.rows[number] = row | {"luc": self.now()}

    def now(self) -> str:
        return f"2020-03-01 {self.seconds // 3600:02d}:{self.seconds // 60 % 60:02d}:00"

    def delete(self, number: int) -> None:
        self.rows.pop(number, None)

    def tell(self, how: int) -> None:
        """Write down what the rows are now, where that is a deed of its own."""


def read(vendor: Vendor, hub: MemoryHub, *, sweep: bool) -> None:
    hub.clock += 11_000_000
    run_once(Connector(vendor.document(), "d", hub), sweep=sweep, guard=FREE)


def run(vendor: Vendor, ops: Ops) -> tuple[MemoryHub, MemoryHub]:
    """The hub after all of it and some sweeps, and one that reads for the first time."""
    hub, fresh = MemoryHub(), MemoryHub()
    vendor.write(99, "")  # one row that stays
    vendor.tell(0)
    for name, *args in ops:
        match name:
            case "read":
                read(vendor, hub, sweep=args[0])
            case "killed":
                hub.step = killing(args[1])
                with suppress(Killed):
                    read(vendor, hub, sweep=args[0])
                hub.step = lambda _: None
            case _:
                getattr(vendor, name)(*args)
    vendor.tell(1)
    for _ in range(3):
        read(vendor, hub, sweep=True)
    read(vendor, fresh, sweep=True)
    return hub, fresh


def stated(row: dict[str, Any]) -> set[tuple[str, datetime]]:
    """What a row says, by kind and time."""
    times = {"received": row["nhan"], "resolved": row["xong"]}
    return {(kind, datetime.fromisoformat(f"{time}+07:00")) for kind, time in times.items() if time}


def check(vendor: Vendor, ops: Ops) -> None:
    hub, fresh = run(vendor, ops)
    assert said(hub) == said(fresh)
    found = {
        subject: {(kind, time) for time, kind, _ in events}
        for (_, subject), events in said(hub).items()
    }
    assert found == {row["ma"]: stated(row) for row in vendor.rows.values()}
    assert hub.connectors["made-up"].refused == {}
    assert not conflicts_of(hub)


@dataclass
class Exporter(Vendor):
    """Puts whole exports into a folder, under old and new names; copies of old ones lie there."""

    folder: Path = Path()
    count: int = 0

    def document(self) -> Document:
        return loads(
            MAPPED.format(read=f"{{kind: files, folder: '{self.folder}', whole: true}}"), "x.yaml"
        )

    def tell(self, how: int) -> None:
        self.count += 1
        lines = [f"{it['ma']},{it['nhan']},{it['xong']}" for it in self.rows.values()]
        path = self.folder / ("same.csv" if how == 1 else f"{self.count}.csv")
        if how == 3:  # somebody tidies up
            for old in self.folder.glob("*.csv"):
                old.unlink()
        path.write_text("\n".join(["ma,nhan,xong", *lines]) + "\n")
        os.utime(path, (self.count, self.count))
        if how == 2:
            path.rename(self.folder / f"renamed-{self.count}.csv")
        if how == 3:
            (self.folder / f"late-{self.count}.csv").write_text("ma,nhan,xong\nD77,2020-01-02,\n")
            os.utime(self.folder / f"late-{self.count}.csv", (1, 1))


@settings(max_examples=40)
@given(ops=st.lists(OPS, min_size=8, max_size=25))
def test_a_folder(ops: Ops) -> None:
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr("connectors.files.folder._APART", 0.0)
        patch.setattr("connectors.files.source.PAGE", 3)
        check(Exporter(folder=Path(folder)), ops)


@dataclass
class Service(Vendor):
    """Lists its rows by pages of three, those that changed since a time if asked."""

    url: str = ""

    def document(self) -> Document:
        more = (
            f"{{kind: rest, url: '{self.url}', private: true, items: data.items, "
            "since: {send: tu, from: luc, overlap: 1m, format: 'yyyy-MM-dd HH:mm:ss'}, "
            "page: {by: offset, send: at, size: 3}}"
        )
        return loads(MAPPED.format(read=more), "x.yaml")

    def tell(self, how: int) -> None:
        """A row changes in silence."""
        if how and self.rows:
            self.rows[sorted(self.rows)[how % len(self.rows)]]["xong"] = "2020-01-11 10:00:00"

    def answer(self, request: Request) -> Reply:
        at, since = int(request.params.get("at", 0)), request.params.get("tu", "")
        found = [row for _, row in sorted(self.rows.items()) if row["luc"] >= since]
        return Reply({"data": {"items": found[at : at + 3]}})


@settings(max_examples=25)
@given(ops=st.lists(OPS, min_size=8, max_size=20))
def test_a_service(ops: Ops) -> None:
    with serving() as server, stamina.set_testing(True, attempts=2):
        vendor = Service(url=server.url)
        server.answer = vendor.answer
        check(vendor, ops)


@dataclass
class Database(Vendor):
    """Debezium writes its changes, and snapshots that are late."""

    topic: Topic | None = None
    late: list[tuple[bytes, bytes]] = field(default_factory=list)
    records: list[tuple[bytes | None, bytes | None]] = field(default_factory=list)

    def document(self) -> Document:
        assert self.topic is not None
        more = (
            f"{{kind: kafka, servers: '{self.topic.servers}', topic: {self.topic.name}, "
            "shape: debezium}"
        )
        return loads(MAPPED.format(read=more), "x.yaml")

    def write(self, number: int, done: str) -> None:
        before = self.rows.get(number)
        super().write(number, done)
        op = "c" if before is None else "u"
        if before is not None:
            self.late.append((key(number), envelope("r", None, before, self.seconds * 1000 - 1)))
        text = envelope(op, before, self.rows[number], self.seconds * 1000)
        self.records.append((key(number), text))

    def delete(self, number: int) -> None:
        self.seconds += 1
        if (row := self.rows.pop(number, None)) is not None:
            text = envelope("d", row, None, self.seconds * 1000)
            self.records += [(key(number), text), (key(number), None)]

    def tell(self, how: int) -> None:
        assert self.topic is not None
        self.topic.put(*self.records)
        self.records.clear()
        if how:
            self.topic.put(*self.late)
            self.late.clear()
        if how == 3:
            self.seconds += 1
            self.rows.clear()
            self.late.clear()
            self.topic.put((None, envelope("t", None, None, self.seconds * 1000)))
            self.write(99, "")


@pytest.fixture(scope="module")
def servers(kafka_url: str) -> Iterator[str]:
    return kafka_url.removeprefix("kafka://")


@settings(max_examples=8)
@given(ops=st.lists(OPS, min_size=6, max_size=14))
def test_a_topic(servers: str, ops: Ops) -> None:
    topic = Topic(servers, f"t{uuid.uuid4().hex[:12]}-ho_so").make(1)
    check(Database(topic=topic), ops)


def test_what_is_only_looked_at_writes_no_copy_of_refused_rows(tmp_path: Path) -> None:
    from connectors.shadow import ShadowHub

    (tmp_path / "a.csv").write_text("ma,nhan,xong\nD1,31/02/2020,\n")
    text = MAPPED.format(read=f"{{kind: files, folder: '{tmp_path}'}}")
    document, hub = loads(text, "x.yaml"), MemoryHub()
    run_once(Connector(document, "d", ShadowHub(hub)), sweep=False)
    assert not (tmp_path / "refused").exists()
    run_once(Connector(document, "d", hub), sweep=False)
    copy = (tmp_path / "refused" / "a.refused.csv").read_text("utf-8-sig")
    assert copy.splitlines()[1].startswith('D1,31/02/2020,,"2: nhan: ')


def test_a_file_that_is_broken_hinders_no_other(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("Ma,nhan,xong\nD1,2020-01-02,\n")
    (tmp_path / "b.csv").write_text("ma,nhan,xong\nD2,2020-01-02,\n")
    text = MAPPED.format(read=f"{{kind: files, folder: '{tmp_path}'}}")
    hub = MemoryHub()
    with pytest.raises(BrokenSourceError, match=r"a\.csv:1: .*did you mean `Ma`"):
        run_once(Connector(loads(text, "x.yaml"), "d", hub), sweep=False)
    assert set(said(hub)) == {("H1", "D2")}
    assert json.dumps(hub.connectors["made-up"].cursor)
