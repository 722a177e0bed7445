"""Connectors as real processes that are killed at random: in the end the hub has what it has of an
undisturbed run, each event once. All rows are made up."""

import os
import random
import signal
from pathlib import Path
from typing import Any

import httpx
import pytest

from connectors.mapping import load
from connectors.one import Connector, run_once
from tests.child import Child
from tests.connectors.memory_hub import MemoryHub
from tests.connectors.places import (
    FILE,
    Vendor,
    hub_command,
    kills,
    known,
    running,
    status,
)
from tests.connectors.places import run_once as run_once_as_process
from tests.eventually import DEADLINE, eventually
from tests.hub_process import HubProcess

pytestmark = pytest.mark.faults
SEED = int(os.environ.get("HUB_TEST_SEED", "1"))


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Any:
    with HubProcess(tmp_path_factory.mktemp("hub") / "data") as started:
        yield started


def stored(url: str) -> int:
    """About how many events of the source the hub has."""
    told = httpx.get(f"{url}/v1/figures", params={"period": "2020-Q1"}, timeout=DEADLINE).json()
    figures = told["total"]
    return int(figures.get("received_total", 0) + figures.get("resolved_total", 0))


def test_a_file_read_by_killed_processes_gives_each_event_once(
    tmp_path: Path,
) -> None:
    rows, dice = 15_000, random.Random(SEED)
    mapping, data = tmp_path / "made-up.yaml", tmp_path / "rows.csv"
    mapping.write_text(FILE)
    lines = ["code,received,due,done"]
    for n in range(rows):
        done = "2020-01-09 10:00:00" if n % 3 else ""
        lines.append(f"D{n},2020-01-02 08:00:00,2020-01-10 17:00:00,{done}")
    data.write_text("\n".join(lines) + "\n")
    times = kills(3)
    with HubProcess(tmp_path / "data") as hub:
        for nth in range(times):
            at = dice.uniform(nth, nth + 1) / times * rows
            words = hub_command(hub.url, "connector", "run", mapping, "--data", data, "--once")
            child = Child(words, tmp_path / f"run-{nth}.output")
            eventually(
                lambda at=at, child=child: (
                    stored(hub.url) >= at or child.process.poll() is not None
                ),
                f"{at} events",
            )
            child.process.send_signal(signal.SIGKILL)
            child.process.wait(DEADLINE)
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


def test_a_table_read_by_killed_processes_while_it_is_written(tmp_path: Path) -> None:
    vendor, dice = Vendor(tmp_path), random.Random(SEED)
    with HubProcess(tmp_path / "data") as hub:
        for nth in range(kills(3)):
            with running(hub.url, vendor.yaml, printed=tmp_path / f"run-{nth}") as child:
                eventually(lambda: status(hub.url).get("running"))
                for _ in range(dice.randint(20, 80)):
                    hostile(vendor, dice)
                child.process.send_signal(signal.SIGKILL)
        for _ in range(3):
            code, told = run_once_as_process(hub.url, vendor.yaml, "--sweep")
            assert code in (0, 3), told
            if code == 3:
                httpx.post(f"{hub.url}/v1/connectors/made-up/approve").raise_for_status()
        dossiers = [("H1", f"D{n}") for n in range(100)]
        found = {
            (dossier, it.kind, it.time, tuple(sorted(it.data.items())))
            for dossier, events in known(hub.url, dossiers).items()
            for it in events
            if it.in_force
        }
        letters = httpx.get(f"{hub.url}/v1/dead-letters", params={"reason": "conflict"}).json()
    fresh = MemoryHub()
    run_once(Connector(load(vendor.yaml), "d", fresh), sweep=True)
    wanted = {
        (dossier, it.kind, it.time, tuple(sorted(it.data.items())))
        for dossier, events in fresh.known("/made-up", dossiers).items()
        for it in events
    }
    assert found == wanted
    assert len(found) > 30
    assert letters["items"] == []


def hostile(vendor: Vendor, dice: random.Random) -> None:
    """Something that happens to a table."""
    key, done = dice.randrange(100), dice.choice((None, "2020-01-09 10:00:00"))
    match dice.randrange(10):
        case 0:
            vendor.delete(key)
        case 1:
            vendor.run("update ho_so set channel = 2 where id = ?", key)  # silently
        case 2:
            vendor.run("update ho_so set received = '2019-12-30 08:00:00' where id = ?", key)
        case _:
            vendor.write(key, done, dice.choice((1, 2)))
