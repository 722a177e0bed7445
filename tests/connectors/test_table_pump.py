"""A real table under a hostile hand, pumped into a hub in memory: after some sweeps the hub has
what a fresh reading gives. All rows are made up."""

import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.guard import FREE
from connectors.mapping import load
from connectors.one import Connector, run_once
from tests.connectors.memory_hub import MemoryHub
from tests.connectors.places import Vendor
from tests.connectors.running_pump import Killed, conflicts_of, killing, said

KEYS, DONE = st.integers(1, 120), st.sampled_from((None, "2020-01-09 10:00:00"))
OPS = st.one_of(
    st.tuples(st.just("write"), KEYS, DONE, st.sampled_from((1, 2))),
    st.tuples(st.just("write"), KEYS, DONE, st.sampled_from((1, 2))),
    st.tuples(st.just("silent"), KEYS, DONE),
    st.tuples(st.just("backdate"), KEYS),
    st.tuples(st.just("delete"), KEYS),
    st.tuples(st.just("rename"), KEYS, KEYS),
    st.tuples(st.just("read"), st.booleans()),
    st.tuples(st.just("read"), st.booleans()),
    st.tuples(st.just("killed"), st.booleans(), st.integers(0, 25)),
    st.tuples(st.just("backup")),
    st.tuples(st.just("restore")),
)


def read(vendor: Vendor, hub: MemoryHub, *, sweep: bool) -> None:
    hub.clock += 11_000_000
    run_once(Connector(load(vendor.yaml), "d", hub), sweep=sweep, guard=FREE)


def do(vendor: Vendor, hub: MemoryHub, backups: list[bytes], name: str, *args: Any) -> None:
    match name, args:
        case "write", (key, done, channel):
            vendor.write(key, done, channel)
        case "silent", (key, done):
            vendor.run("update ho_so set done = ? where id = ?", done, key)
        case "backdate", (key,):
            vendor.run("update ho_so set changed = '2020-02-01 00:00:00' where id = ?", key)
        case "delete", (key,):
            vendor.delete(key)
        case "rename", (key, other):  # the dossier has another row now
            vendor.run("update or ignore ho_so set id = ? where id = ?", other, key)
        case "read", (sweep,):
            read(vendor, hub, sweep=sweep)
        case "killed", (sweep, steps):
            hub.step = killing(steps)
            with suppress(Killed):
                read(vendor, hub, sweep=sweep)
            hub.step = lambda _: None
        case "backup", _:
            backups.append(vendor.path.read_bytes())
        case _ if backups:
            vendor.path.write_bytes(backups[-1])


@settings(max_examples=40, deadline=None)
@given(st.lists(OPS, min_size=4, max_size=25))
def test_after_some_sweeps_the_hub_has_what_a_fresh_reading_gives(
    ops: list[tuple[Any, ...]],
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        vendor, hub, backups = Vendor(Path(folder)), MemoryHub(), list[bytes]()
        vendor.write(200)  # one row that stays
        for name, *args in ops:
            do(vendor, hub, backups, name, *args)
        for _ in range(4):
            read(vendor, hub, sweep=True)
        fresh = MemoryHub()
        read(vendor, fresh, sweep=True)
    refused = hub.connectors["made-up"].refused
    doubled = {key for key, (row, _) in refused.items() if row.faults[0].code == "duplicate"}
    assert set(refused) == doubled
    if not doubled:
        assert said(hub) == said(fresh)
    assert not conflicts_of(hub)


def test_a_row_that_comes_and_goes_between_two_sweeps_is_missed(tmp_path: Path) -> None:
    vendor, hub = Vendor(tmp_path), MemoryHub()
    vendor.write(1)
    for _ in range(3):
        read(vendor, hub, sweep=True)
    vendor.write(2)
    read(vendor, hub, sweep=False)
    assert set(said(hub)) == {("H1", "D1"), ("H1", "D2")}
    vendor.delete(2)
    for _ in range(2):
        read(vendor, hub, sweep=True)
    assert set(said(hub)) == {("H1", "D1")}
