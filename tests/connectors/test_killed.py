"""Connectors as real processes that are killed at random steps: in the end the hub has what it has
of an undisturbed run, each event once. All rows are made up."""

import os
import random
import signal
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from connectors.guard import FREE
from connectors.hub import HttpHub
from connectors.mapping import load
from connectors.one import Connector, run_once
from connectors.port import Dossier, Hub, Known
from hub.client import HubClient
from tests.connectors import mortal
from tests.connectors.kafka.vendor import Topic
from tests.connectors.memory_hub import MemoryHub
from tests.connectors.places import FILE, kills, known, status
from tests.connectors.places import run_once as run_once_as_process
from tests.connectors.rest.vendor import serving
from tests.connectors.vendors import Changes, Exporter, Service, Table, Vendor
from tests.engines.kafka import kafka_url
from tests.eventually import DEADLINE
from tests.hub_process import HubProcess

__all__ = ["kafka_url"]
pytestmark = [pytest.mark.faults, pytest.mark.timeout(300 + 20 * kills(3))]
SEED = int(os.environ.get("HUB_TEST_SEED", "1"))
STILL, NEW = 1000, 4
"""The first row of those that are never changed, and how many come in each round."""
STEPS = (24, 24, 24, 60)
MOVED = (*range(1, 9), 101, 102, 103)
DONE = ("", "2020-01-09 10:00:00", "2020-01-10 10:00:00")


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HubProcess]:
    with HubProcess(tmp_path_factory.mktemp("hub") / "data") as started:
        yield started


@contextmanager
def killed(hub: HubProcess, name: str, words: list[str], dice: random.Random) -> Iterator[Any]:
    """A process that ends at some step; its lease, which would last some seconds more, too. It
    mostly ends soon: a page takes seven requests or so, and there is always one to read."""
    step, after = dice.randrange(dice.choice(STEPS)), dice.choice((0.0, None, dice.random() / 50))
    printed = hub.data.with_name(f"{name}.output")
    process = mortal.start([*words, "--url", hub.url], printed, mortal.End(step, after))
    try:
        yield process
        process.join(DEADLINE)
    finally:
        process.kill()
    assert process.exitcode == -signal.SIGKILL, printed.read_text()[-3000:]
    row = status(hub.url, name)
    if row.get("owner"):
        with HubClient(hub.url) as client:
            told = {key: row[key] for key in ("source", "kind")}
            HttpHub(client).hold(name, row["owner"], told, 0)


def act(vendor: Vendor, dice: random.Random) -> None:
    """Something that happens to the vendor's rows."""
    match dice.randrange(4):
        case 0:
            vendor.delete(dice.randrange(1, 9))
        case 1:
            vendor.tell(dice.randrange(3))
        case _:
            vendor.write(dice.randrange(1, 9), dice.choice(DONE))


@contextmanager
def vendor_of(kind: str, folder: Path, request: pytest.FixtureRequest) -> Iterator[Vendor]:
    name = f"made-up-{kind}"
    if kind == "sql":
        yield Table(name, path=folder / "vendor.db").make()
    elif kind == "files":
        (folder / "exports").mkdir()
        yield Exporter(name, folder=folder / "exports")
    elif kind == "kafka":
        servers = request.getfixturevalue("kafka_url").removeprefix("kafka://")
        yield Changes(name, topic=Topic(servers, f"t{uuid.uuid4().hex[:12]}-ho_so").make(1))
    else:
        with serving() as server:
            vendor = Service(name, url=server.url)
            server.answer = vendor.answer
            yield vendor


def settled(vendor: Vendor, hub: Hub, sweeps: int) -> None:
    for _ in range(sweeps):
        run_once(Connector(vendor.document(), "d", hub), sweep=True, guard=FREE)


@pytest.mark.parametrize("kind", ["sql", "files", "kafka", "rest"])
def test_a_source_read_by_killed_processes_while_it_is_written(
    kind: str, hub: HubProcess, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    dice, still = random.Random(SEED), STILL
    with vendor_of(kind, tmp_path, request) as vendor:
        yaml = tmp_path / f"{vendor.name}.yaml"
        yaml.write_text(vendor.text())
        for number in MOVED[-3:]:
            vendor.write(number, "")
        for _ in range(kills(3)):
            for number in range(still, still + NEW):
                vendor.write(number, dice.choice(DONE))
            still += NEW
            vendor.tell(0)
            with killed(hub, vendor.name, ["connector", "run", str(yaml)], dice) as process:
                while process.is_alive():
                    act(vendor, dice)
                    process.join(0.03)
        vendor.tell(0)
        fresh = MemoryHub()
        settled(vendor, fresh, 1)
        with HubClient(hub.url) as client:
            settled(vendor, HttpHub(client), 3)
    whole = [("H1", f"D{n}") for n in range(STILL, still)]
    moved, source = [("H1", f"D{n}") for n in MOVED], f"/{vendor.name}"
    found, wanted = known(hub.url, whole, source), fresh.known(source, whole)
    assert {it: set(map(str, found[it])) for it in found} == {
        it: set(map(str, wanted[it])) for it in whole
    }
    found, wanted = known(hub.url, moved, source), fresh.known(source, moved)
    assert in_force(found) == in_force(wanted)
    assert_nothing_is_wrong(hub, vendor.name)


def in_force(found: Mapping[Dossier, list[Known]]) -> set[Any]:
    """What counts, without ids."""
    return {
        (dossier, it.kind, it.time, tuple(sorted(it.data.items())))
        for dossier, events in found.items()
        for it in events
        if it.in_force
    }


def assert_nothing_is_wrong(hub: HubProcess, name: str) -> None:
    letters = httpx.get(f"{hub.url}/v1/dead-letters", params={"reason": "conflict"}).json()
    assert (letters["items"], status(hub.url, name)["refused"]) == ([], 0)


def test_a_file_read_by_killed_processes_gives_each_event_once(
    hub: HubProcess, tmp_path: Path
) -> None:
    rows, dice = 240 * mortal.PAGE, random.Random(SEED)
    mapping, data = tmp_path / "made-up.yaml", tmp_path / "rows.csv"
    mapping.write_text(FILE)
    lines = ["code,received,due,done"]
    for n in range(rows):
        done = "2020-01-09 10:00:00" if n % 3 else ""
        lines.append(f"D{n},2020-01-02 08:00:00,2020-01-10 17:00:00,{done}")
    data.write_text("\n".join(lines) + "\n")
    words = ["connector", "run", str(mapping), "--data", str(data), "--once"]
    for _ in range(3):
        with killed(hub, "made-up", words, dice):
            pass
    code, told = run_once_as_process(hub.url, mapping, "--data", data)
    assert code == 0, told
    dossiers = [("H1", f"D{n}") for n in range(rows)]
    found = {
        (dossier, it.id, it.time)
        for dossier, events in known(hub.url, dossiers).items()
        for it in events
    }
    undisturbed = MemoryHub()
    run_once(Connector(load(mapping), "d", undisturbed, data), sweep=False)
    assert found == {(it.dossier, it.id, it.time) for it in undisturbed.events}
    assert len(found) == rows + sum(bool(n % 3) for n in range(rows))
    assert_nothing_is_wrong(hub, "made-up")
