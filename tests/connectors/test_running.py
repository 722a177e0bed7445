"""`hub connector run` as real processes beside a real hub. All rows are made up."""

import signal
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from tests.connectors.places import FILE, Vendor, known, run_once, running, status
from tests.eventually import eventually
from tests.hub_process import HubProcess

pytestmark = pytest.mark.faults


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[HubProcess]:
    with HubProcess(tmp_path / "data") as started:
        yield started


def has(hub: HubProcess, key: int, kind: str = "received") -> bool:
    dossier = ("H1", f"D{key}")
    return any(it.kind == kind for it in known(hub.url, [dossier]).get(dossier, ()))


def test_two_owners_and_one_takes_over_when_the_other_dies(hub: HubProcess, tmp_path: Path) -> None:
    vendor = Vendor(tmp_path)
    vendor.write(1)
    with running(hub.url, vendor.yaml, printed=tmp_path / "first") as first:
        eventually(lambda: has(hub, 1))
        owner = status(hub.url)["owner"]
        with running(hub.url, vendor.yaml, printed=tmp_path / "second"):
            vendor.write(2)
            eventually(lambda: has(hub, 2))
            assert status(hub.url)["owner"] == owner
            first.process.send_signal(signal.SIGKILL)
            vendor.write(3, "2020-01-09 10:00:00")
            eventually(lambda: has(hub, 3, "resolved"))
            assert status(hub.url)["owner"] != owner


def test_a_hub_that_was_away_has_all_in_the_end(tmp_path: Path) -> None:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    vendor = Vendor(tmp_path)
    vendor.write(1)
    hub = HubProcess(tmp_path / "data", extra_args=("--port", str(port)))
    with hub, running(hub.url, vendor.yaml, printed=tmp_path / "run") as child:
        eventually(lambda: has(hub, 1))
        hub.kill9()
        vendor.write(2)
        hub.start()
        vendor.write(3)
        eventually(lambda: has(hub, 2) and has(hub, 3))
        assert child.end() == 0


def test_what_takes_much_back_waits_for_a_person(hub: HubProcess, tmp_path: Path) -> None:
    vendor = Vendor(tmp_path)
    vendor.run("drop index ho_so_changed")
    for key in range(40):
        vendor.write(key, "2020-01-09 10:00:00")
    assert run_once(hub.url, vendor.yaml)[0] == 0
    (warning,) = status(hub.url)["status"]["warnings"]
    assert "no index of ho_so begins with changed" in warning
    for key in range(20):
        vendor.write(key)
    code, told = run_once(hub.url, vendor.yaml)
    assert code == 3, told
    assert "20 dossiers" in told
    assert "hub connector approve made-up" in told
    with running(hub.url, vendor.yaml, printed=tmp_path / "run") as child:
        eventually(lambda: status(hub.url)["waits"] and status(hub.url)["running"])
        would = status(hub.url)["waits"]["would"]
        assert (would["dossiers"], would["only_added"]) == (20, 0)
        child.wait_for("made-up: waits for approval: .*20 dossiers.*hub connector status made-up")
        assert all(it.in_force for it in known(hub.url, [("H1", "D1")])["H1", "D1"])
        httpx.post(f"{hub.url}/v1/connectors/made-up/approve").raise_for_status()
        eventually(lambda: not known(hub.url, [("H1", "D1")])["H1", "D1"][-1].in_force)
        eventually(lambda: status(hub.url)["waits"] is None)
        child.wait_for("made-up: goes on")
        assert child.end() == 0  # SIGTERM
    assert run_once(hub.url, vendor.yaml)[0] == 0


def test_a_restored_backup_of_the_source_sends_nothing_before_somebody_approves(
    hub: HubProcess, tmp_path: Path
) -> None:
    vendor = Vendor(tmp_path)
    for key in range(12):
        vendor.write(key)
    assert run_once(hub.url, vendor.yaml)[0] == 0
    backup = vendor.path.read_bytes()
    for key in range(8, 20):
        vendor.write(key, "2020-01-09 10:00:00")
    assert run_once(hub.url, vendor.yaml)[0] == 0
    dossiers = [("H1", f"D{key}") for key in range(20)]
    before = known(hub.url, dossiers)
    vendor.path.write_bytes(backup)
    for _ in range(2):
        code, told = run_once(hub.url, vendor.yaml, "--sweep")
        assert code == 3, told
    assert known(hub.url, dossiers) == before
    would = status(hub.url)["waits"]["would"]
    assert would["figures"]
    httpx.post(f"{hub.url}/v1/connectors/made-up/approve").raise_for_status()
    for _ in range(3):
        code, told = run_once(hub.url, vendor.yaml, "--sweep")
        assert code == 0, told
    now = {
        dossier: [it.kind for it in events if it.in_force]
        for dossier, events in known(hub.url, dossiers).items()
    }
    assert now == {("H1", f"D{key}"): ["received"] * (key < 12) for key in range(20)}


def test_files_of_a_folder_are_noticed_and_a_wrong_one_hinders_no_other(
    hub: HubProcess, tmp_path: Path
) -> None:
    vendor, folder = Vendor(tmp_path), tmp_path / "connectors"
    folder.mkdir()
    (folder / "wrong.yaml").write_text("connector: wrong\n")
    vendor.write(1)
    with running(hub.url, folder, printed=tmp_path / "run") as child:
        child.wait_for("wrong.yaml")
        text = vendor.yaml.read_text()
        (folder / "a.yaml").write_text(text)
        eventually(lambda: has(hub, 1))
        mended = text.replace("1: direct", "1: online")
        (folder / "a.yaml").write_text(mended)
        eventually(
            lambda: (
                [
                    it.data["channel"]
                    for it in known(hub.url, [("H1", "D1")])["H1", "D1"]
                    if it.in_force
                ]
                == ["online"]
            )
        )
        (folder / "a.yaml").unlink()
        eventually(lambda: not status(hub.url)["running"])
        assert child.process.poll() is None


def test_what_refused_rows_would_change_is_told_before_they_are_read_again(
    hub: HubProcess, tmp_path: Path
) -> None:
    vendor = Vendor(tmp_path)
    vendor.write(1, channel=7)
    vendor._seconds += 7_200  # polls look back an hour from the newest
    vendor.write(2, channel=7)
    with running(hub.url, vendor.yaml, printed=tmp_path / "run") as child:
        eventually(lambda: status(hub.url).get("refused") == 2)
        vendor.run("update ho_so set channel = 2 where id = 1")  # no cursor shows that
        asked = {"reason": "row", "dry_run": "true"}
        (question,) = httpx.post(f"{hub.url}/v1/dead-letters/replay", params=asked).json()["asked"]
        assert (question["rows"], question["running"]) == (2, True)
        eventually(lambda: status(hub.url)["forecast"])
        told = status(hub.url)["forecast"]
        assert told["token"] == question["token"]
        would = told["would"]
        assert (would["rows"], would["refused"], would["added"]) == (2, 1, 1)
        assert {"unit": "H1", "period": "2020-Q1", "figure": "received_online", "before": 0,
                "after": 1} in would["figures"]  # fmt: skip
        assert not known(hub.url, [("H1", "D1")])
        assert status(hub.url)["refused"] == 2
        httpx.post(f"{hub.url}/v1/dead-letters/replay", params={"reason": "row"}).raise_for_status()
        eventually(lambda: has(hub, 1))
        eventually(lambda: status(hub.url)["refused"] == 1)
        assert child.end() == 0


def test_a_connector_is_found_by_its_name(
    hub: HubProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    vendor, folder = Vendor(tmp_path), tmp_path / "connectors"
    folder.mkdir()
    vendor.write(1)
    vendor.yaml.rename(folder / "any.yaml")
    monkeypatch.setenv("HUB_CONNECTORS", str(folder))
    assert run_once(hub.url, "made-up")[0] == 0
    assert has(hub, 1)
    assert status(hub.url)["status"]["rows"] >= 1
    code, told = run_once(hub.url, "other")
    assert code == 2
    assert "no connector of that name" in told


def test_a_file_read_once_tells_its_refused_rows(hub: HubProcess, tmp_path: Path) -> None:
    mapping, data = tmp_path / "file.yaml", tmp_path / "rows.csv"
    mapping.write_text(FILE)
    data.write_text(
        "code,received,due,done\n"
        "D1,2020-01-02 08:00:00,2020-01-10 17:00:00,\n"
        "D2,2020-02-31 08:00:00,2020-01-10 17:00:00,\n"
    )
    code, told = run_once(hub.url, mapping, "--data", data)
    assert code == 1
    assert "2 rows read, 1 dossier changed, 1 event sent, 1 row refused" in told
    assert "rows.csv:3: received: " in told
    code, told = run_once(hub.url, mapping, "--data", data)
    assert (code, "0 events sent" in told) == (1, True)
    assert "1 row refused now, with those of earlier runs" in told
    assert run_once(hub.url, tmp_path / "none.yaml")[0] == 2
    assert run_once(hub.url, mapping, "--data", tmp_path / "none.csv")[0] == 2


def test_what_happens_is_told_by_lines(hub: HubProcess, tmp_path: Path) -> None:
    vendor = Vendor(tmp_path)
    vendor.write(1, channel=9)
    with running(hub.url, vendor.yaml, printed=tmp_path / "run") as child:
        child.wait_for(r"made-up: reads /made-up \(sql\)")
        child.wait_for(r"made-up: refuses ho_so id=1: channel: .*\(unmapped\)")
        with closing(sqlite3.connect(vendor.path)) as writer:
            writer.execute("begin exclusive")
            eventually(lambda: status(hub.url)["status"].get("problem"))
        child.wait_for("made-up: reads again")
        assert child.end() == 0
        lines = child.output().splitlines()
    assert len(lines) == 4, lines
    vendor.run("update ho_so set channel = 1, changed = '2020-03-02 00:00:00'")
    assert run_once(hub.url, vendor.yaml) == (
        0, "made-up: 1 row read, 1 dossier changed, 1 event sent, 0 rows refused\n",
    )  # fmt: skip
    assert status(hub.url)["last_changed"]
