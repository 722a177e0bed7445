"""Folders, services and topics under a hostile hand, pumped into a hub in memory by processes that
are killed: in the end the hub has what a fresh reading gives. All rows are made up."""

import json
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import stamina
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.guard import FREE
from connectors.mapping import loads
from connectors.one import Connector, run_once
from connectors.port import BrokenSourceError
from tests.connectors.kafka.vendor import Topic
from tests.connectors.memory_hub import MemoryHub
from tests.connectors.rest.vendor import serving
from tests.connectors.running_pump import Killed, conflicts_of, killing, said
from tests.connectors.vendors import MAPPED, Changes, Exporter, Service, Vendor
from tests.engines.kafka import kafka_url

__all__ = ["kafka_url"]
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


def check(vendor: Vendor, ops: Ops) -> None:
    hub, fresh = run(vendor, ops)
    assert said(hub) == said(fresh)
    found = {
        subject: {(kind, time) for time, kind, _ in events}
        for (_, subject), events in said(hub).items()
    }
    assert found == vendor.stated()
    assert hub.connectors["made-up"].refused == {}
    assert not conflicts_of(hub)


@settings(max_examples=40)
@given(ops=st.lists(OPS, min_size=8, max_size=25))
def test_a_folder(ops: Ops) -> None:
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr("connectors.files.folder._APART", 0.0)
        patch.setattr("connectors.files.source.PAGE", 3)
        check(Exporter(folder=Path(folder)), ops)


@settings(max_examples=25)
@given(ops=st.lists(OPS, min_size=8, max_size=20))
def test_a_service(ops: Ops) -> None:
    with serving() as server, stamina.set_testing(True, attempts=2):
        vendor = Service(url=server.url)
        server.answer = vendor.answer
        check(vendor, ops)


@pytest.fixture(scope="module")
def servers(kafka_url: str) -> Iterator[str]:
    return kafka_url.removeprefix("kafka://")


@settings(max_examples=8)
@given(ops=st.lists(OPS, min_size=6, max_size=14))
def test_a_topic(servers: str, ops: Ops) -> None:
    topic = Topic(servers, f"t{uuid.uuid4().hex[:12]}-ho_so").make(1)
    check(Changes(topic=topic), ops)


def test_what_is_only_looked_at_writes_no_copy_of_refused_rows(tmp_path: Path) -> None:
    from connectors.shadow import ShadowHub

    (tmp_path / "a.csv").write_text("ma,nhan,xong\nD1,31/02/2020,\n")
    text = MAPPED.format(name="made-up", read=f"{{kind: files, folder: '{tmp_path}'}}")
    document, hub = loads(text, "x.yaml"), MemoryHub()
    run_once(Connector(document, "d", ShadowHub(hub)), sweep=False)
    assert not (tmp_path / "refused").exists()
    run_once(Connector(document, "d", hub), sweep=False)
    copy = (tmp_path / "refused" / "a.refused.csv").read_text("utf-8-sig")
    assert copy.splitlines()[1].startswith('D1,31/02/2020,,"2: nhan: ')


def test_a_file_that_is_broken_hinders_no_other(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("Ma,nhan,xong\nD1,2020-01-02,\n")
    (tmp_path / "b.csv").write_text("ma,nhan,xong\nD2,2020-01-02,\n")
    text = MAPPED.format(name="made-up", read=f"{{kind: files, folder: '{tmp_path}'}}")
    hub = MemoryHub()
    with pytest.raises(BrokenSourceError, match=r"a\.csv:1: .*did you mean `Ma`"):
        run_once(Connector(loads(text, "x.yaml"), "d", hub), sweep=False)
    assert set(said(hub)) == {("H1", "D2")}
    assert json.dumps(hub.connectors["made-up"].cursor)
