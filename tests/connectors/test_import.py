"""A plan tells what a run then does, and stores nothing. All rows are made up."""

from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from connectors.guard import FREE
from connectors.mapping import load
from connectors.one import Connector, run_once
from connectors.shadow import ShadowHub
from connectors.tally import Tally
from tests.connectors.memory_hub import MemoryHub
from tests.connectors.places import FILE, known
from tests.eventually import DEADLINE
from tests.forked import ended
from tests.hub_process import HubProcess

HEAD = "code,received,due,done\n"
OLD = HEAD + "".join(f"D{n},2020-01-02 08:00:00,2020-01-10 17:00:00,\n" for n in range(30))
NEW = HEAD + "".join(
    f"D{n},2020-0{1 + n % 2}-02 08:00:00,2020-04-10 17:00:00,2020-04-0{1 + n % 5} 10:00:00\n"
    for n in range(20, 60)
)


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    found = [tmp_path / "old.csv", tmp_path / "new.csv"]
    for path, text in zip(found, (OLD, NEW), strict=True):
        path.write_text(text)
    return found


@pytest.fixture
def mapping(tmp_path: Path) -> Path:
    path = tmp_path / "made-up.yaml"
    path.write_text(FILE)
    return path


def connector(mapping: Path, hub: Any, file: Path) -> Connector:
    return Connector(load(mapping), "d", hub, file)


def counted(events: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    tally = Tally()
    for event in events:
        tally.add(event)
    return tally.changes()


@pytest.mark.parametrize("before", [0, 1])
def test_a_plan_tells_what_a_run_does(mapping: Path, files: list[Path], before: int) -> None:
    hub = MemoryHub()
    for file in files[:before]:
        run_once(connector(mapping, hub, file), sweep=False)
        hub.clock += 11_000_000
    sent = len(hub.sent)
    shadow = ShadowHub(hub)
    planned = Counter[str]()
    for file in files:
        summary = run_once(connector(mapping, shadow, file), sweep=False, guard=FREE)
        planned["events"] += summary.events
    assert len(hub.sent) == sent
    for file in files[before:]:
        run_once(connector(mapping, hub, file), sweep=False, guard=FREE)
        hub.clock += 11_000_000
    assert shadow.tally.changes() == counted(hub.sent[sent:])
    assert planned["events"] == len(hub.sent) - sent > 60
    lines = {(it["quarter"], it["kind"]): it for it in shadow.tally.changes()}
    assert lines["2020-Q1", "received"]["less"] == 10
    assert lines["2020-Q2", "resolved"]["more"] == 40


@pytest.mark.faults
def test_the_commands(tmp_path: Path, mapping: Path, files: list[Path]) -> None:
    def run(*words: object) -> tuple[int, str]:
        done = ended("import", *words, "--url", hub.url, timeout=DEADLINE)
        return done.returncode, done.stdout + done.stderr

    with HubProcess(tmp_path / "data") as hub:
        code, told = run("plan", mapping, *files)
        assert code == 0, told
        assert "new.csv: 40 rows read, 40 dossiers changed, 90 events sent" in told
        assert "2020-Q2" in told
        assert known(hub.url, [("H1", "D1")]) == {}
        code, told = run("run", mapping, files[0])
        assert code == 0, told
        assert len(known(hub.url, [("H1", f"D{n}") for n in range(60)])) == 30
        code, told = run("run", mapping, *files)
        assert (code, "`hub connector approve made-up`" in told) == (0, False), told
        assert len(known(hub.url, [("H1", f"D{n}") for n in range(60)])) == 60
        code, told = run("plan", mapping, *files)
        assert "0 events sent" in told
        assert run("plan", mapping, tmp_path / "none.csv")[0] == 2
