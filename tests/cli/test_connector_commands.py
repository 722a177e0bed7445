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
WOULD = {
    "token": "t1", "dossiers": 120, "only_added": 1, "added": 160, "retracted": 150,
    "is_all": True, "sample": [["H1", "s1"]],
}  # fmt: skip


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
    assert "  source: /made-up (sql), every 2 s\n" in told
    assert "  last read: 2020-09-13 19:26:40\n" in told
    assert "2020-09-13 19:26:40" in line
    assert "  last changed: never\n" in told
    assert "cursor" not in told
    assert json.loads(run("connector", "status", "made-up", "--json").stdout)["cursor"] == 7
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
    assert (
        "it went back\n"
        "  120 dossiers would lose or change something: 150 events taken back\n"
        "  1 dossier would only get something; 160 events added in all\n"
        "    H1 s1\n"
    ) in told
    since = json.loads(run("connector", "status", "made-up", "--json").stdout)["waits"]["since"]
    assert f"  waits since {since[:10]} {since[11:19]}: it went back\n" in told
    known = run("status").stdout
    assert f"connector made-up waits for approval since {since[:10]}" in known
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
    (third,) = (letter for letter in map(json.loads, listed) if letter["id"] == letters["3"])
    assert third["row"] == {"connector": "made-up", "key": "3", "place": "ho_so id=3"}
    header, *lines = run("dead-letters", "list", "--reason", "row").stdout.splitlines()[1:]
    (line,) = (line for line in lines if letters["3"] in line)
    cells = dict(zip(map(str.strip, header.split("┃")), map(str.strip, line.split("│")),
                     strict=True))  # fmt: skip
    assert (cells["key"], cells["place"]) == ("3", "ho_so id=3")
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


def test_rows_that_are_refused_now_are_told_apart_from_those_of_the_last_run(
    run: Run, connector: HttpHub
) -> None:
    fault = Fault("trang_thai", "unmapped", "has no value in `map`; add it")
    rows = [Unreadable(key, f"ho_so id={key}", (fault,)) for key in "123"]
    connector.save("made-up", "o", None, {}, [], rows, [])
    counts = {"rows": 43, "dossiers": 2, "events": 1, "refused": 0, "last_page": 1_600_000_000}
    told = {"problem": "the table is away", "warnings": ["no index of ho_so begins with id"]}
    connector.hold("made-up", "o", STATUS | counts | told)
    told = run("connector", "status", "made-up").stdout
    assert (
        "  refused: 3 rows now; `hub dead-letters list --reason row --source /made-up` tells them\n"
        "  last run: 43 rows read, 2 dossiers changed, 1 event sent, 0 rows refused\n"
        "  problem: the table is away\n"
        "  warning: no index of ho_so begins with id\n"
    ) in told
    assert "1600000000" not in told
    connector.save("made-up", "o", None, {}, [], [], ["1", "2", "3"])


def test_sources_that_are_late_are_told(run: Run, connector: HttpHub) -> None:
    connector.hold("late", "o", STATUS | {"source": "/made-up/late", "expect": 60})
    told = run("status")
    assert told.exit_code == 0
    assert "connector late is late: it read last 2020-09-13 19:26:40\n" in told.stdout
    assert "source /made-up/late is late: it was heard of last 2020-09-13 19:26:40\n" in told.stdout
    without = run("status", HUB_KEY_FILE="")
    assert without.exit_code == 0
    assert "with a key it tells" in without.stdout
