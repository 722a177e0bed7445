"""What connectors do, wait with and were refused, by command."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from connectors.hub import HttpHub
from connectors.port import Fault, Kept, Unreadable
from hub.client import HubClient
from tests.cli.conftest import Run
from tests.hub_process import HubProcess

STATUS = {"source": "/made-up", "kind": "sql", "every": 2, "last_read": 1_600_000_000_000_000}
WOULD = {"token": "t1", "dossiers": 120, "retracted": 150, "sample": [["H1", "s1"]]}


@pytest.fixture
def connector(hub: HubProcess) -> Iterator[HttpHub]:
    """What a connector has of the hub, with the lease of `made-up`."""
    with HubClient(hub.url, hub.key) as client:
        found = HttpHub(client)
        found.hold("made-up", "o", STATUS)
        yield found


def test_connectors_are_listed(run: Run, connector: HttpHub) -> None:
    connector.save("made-up", "o", 7, {"1": Kept("f", "H1", "s1")}, [], [], [])
    listed = run("connector", "list")
    (line,) = (line for line in listed.stdout.splitlines() if "made-up" in line)
    assert "runs" in line
    told = run("connector", "status", "made-up").stdout
    assert "made-up: runs\n" in told
    assert "  last_read: 2020-09-13T19:26:40+07:00\n" in told
    assert "  cursor: 7\n" in told
    unknown = run("connector", "status", "nothing")
    assert unknown.exit_code == 2
    assert "no such connector" in unknown.stderr


def test_what_waits_is_told_and_approved(run: Run, connector: HttpHub) -> None:
    nothing = run("connector", "approve", "made-up")
    assert nothing.exit_code == 2
    assert "nothing waits" in nothing.stderr
    connector.pause("made-up", "o", "it went back", WOULD)
    told = run("connector", "status", "made-up").stdout
    assert "made-up: waits for approval\n" in told
    assert "it went back\n  dossiers: 120\n  retracted: 150\n    H1 s1\n" in told
    assert "--token t1" in told
    assert "waits for approval" in run("connector", "list").stdout
    other = run("connector", "approve", "made-up", "--token", "t0")
    assert other.exit_code == 2
    assert "something else waits" in other.stderr
    assert run("connector", "approve", "made-up").stdout == "made-up: approved t1\n"
    assert connector.hold("made-up", "o", STATUS).approved == "t1"
    found = json.loads(run("connector", "status", "made-up", "--json").stdout)
    assert (found["waits"], found["approved"]) == (None, "t1")
    trail = run("trail", "--kind", "connector").stdout
    assert "approve" in trail


def test_refused_rows_are_read_again(run: Run, connector: HttpHub, tmp_path: Path) -> None:
    fault = Fault("trang_thai", "unmapped", "has no value in `map`; add it")
    rows = [Unreadable(key, f"ho_so id={key}", (fault,)) for key in "123"]
    connector.save("made-up", "o", None, {}, [], rows, [])
    listed = run("dead-letters", "list", "--reason", "row", "--json").stdout.splitlines()
    letters = {letter["origin"][-1]: letter["id"] for letter in map(json.loads, listed)}
    assert run("dead-letters", "replay", letters["2"]).stdout == f"{letters['2']}: waiting\n"
    assert connector.hold("made-up", "o", STATUS).again == ["2"]
    assert "1 rows" in run("connector", "again", "made-up", "1").stdout
    assert connector.hold("made-up", "o", STATUS).again == ["1", "2"]
    assert "3 rows" in run("connector", "again", "made-up", "--all").stdout
    assert run("connector", "again", "made-up").exit_code == 2
    (group,) = (
        line for line in run("dead-letters", "groups").stdout.splitlines() if " row " in line
    )
    assert group.split("│")[3].strip() == "3"
    file = tmp_path / "bad.csv"
    written = run("dead-letters", "export", str(file), "--reason", "row")
    assert written.stdout == "3 lines written\n"
    header, *lines = file.read_text("utf-8-sig").splitlines()
    assert header.endswith("pointer,code,message")
    assert lines[0].endswith("trang_thai,unmapped,has no value in `map`; add it")
    together = run("dead-letters", "replay", "--reason", "row")
    assert together.stdout == "0 replayed, 3 rows are read again, 0 left\n"
    connector.save("made-up", "o", None, {}, [], [], ["1", "2", "3"])
    assert run("dead-letters", "list", "--reason", "row", "--json").stdout == ""
    late = run("dead-letters", "replay", letters["2"])
    assert late.exit_code == 1
    assert "refused no longer" in late.stderr
