"""`hub serve --connectors`: a folder of connectors works beside the hub, and never without it."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.eventually import eventually
from tests.hub_process import HubProcess

pytestmark = pytest.mark.faults
MAPPING = """
connector: made-up
source: /made-up
zone: Asia/Ho_Chi_Minh
read: {{kind: files, folder: "{folder}", match: "*.csv", separator: ";", encoding: utf-8,
       times: [dd/MM/yyyy], every: 1s, whole: false}}
dossier: {{unit: {{value: H1}}, subject: ma}}
facts:
  received: {{at: nhan, channel: {{value: direct}}}}
"""


@pytest.fixture
def place(tmp_path: Path) -> Iterator[tuple[HubProcess, Path]]:
    """A hub, and the folder with what its connector reads."""
    read, folder = tmp_path / "read", tmp_path / "connectors"
    read.mkdir()
    folder.mkdir()
    (folder / "made-up.yaml").write_text(MAPPING.format(folder=read))
    hub = HubProcess(tmp_path / "data", open=False, extra_args=("--connectors", str(folder)))
    with hub:
        yield hub, read


def write(read: Path, name: str, *subjects: str) -> None:
    rows = "".join(f"{subject};15/01/2020\n" for subject in subjects)
    (read / name).write_text(f"ma;nhan\n{rows}")


def ask(hub: HubProcess, path: str, **params: Any) -> Any:
    headers = {"Authorization": f"Bearer {hub.key}"}
    return httpx.get(f"{hub.url}{path}", params=params, headers=headers, timeout=60).json()


def received(hub: HubProcess) -> int:
    total = ask(hub, "/v1/figures", period="2020")["total"]
    return int(total.get("received_direct", 0))


def connector_processes(hub: HubProcess) -> set[int]:
    """What runs beside the hub."""
    assert hub.process is not None
    found = set()
    for folder in Path("/proc").iterdir():
        try:
            words = (folder / "cmdline").read_bytes().split(b"\0")
            parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
        except (FileNotFoundError, NotADirectoryError, ProcessLookupError):
            continue
        if b"hub.cli.tied" in words and parent == hub.process.pid:
            found.add(int(folder.name))
    return found


def is_there(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_it_works_through_kills_of_either_and_ends_with_the_hub(
    place: tuple[HubProcess, Path],
) -> None:
    hub, read = place
    write(read, "one.csv", "a", "b")
    eventually(lambda: received(hub) == 2, hub.output)
    (told,) = ask(hub, "/v1/connectors")["connectors"]
    assert (told["name"], told["source"], told["running"]) == ("made-up", "/made-up", True)
    (first,) = connector_processes(hub)
    os.kill(first, signal.SIGKILL)
    write(read, "two.csv", "c")
    eventually(lambda: received(hub) == 3, hub.output)
    (second,) = connector_processes(hub)
    assert second != first
    hub.kill9()
    eventually(lambda: not is_there(second), "it ends with a hub that was killed")
    write(read, "three.csv", "d", "a")
    hub.start()
    eventually(lambda: received(hub) == 4, hub.output)
    (third,) = connector_processes(hub)
    assert hub.stop() == 0
    assert not is_there(third)
    keys = [line for line in hub.output().splitlines() if "key" in line.lower()]
    assert not any("hub_" in line for line in keys)


def test_a_stop_of_the_hub_is_no_trouble_that_is_told(tmp_path: Path) -> None:
    read, folder = tmp_path / "read", tmp_path / "connectors"
    read.mkdir()
    folder.mkdir()
    names = {f"busy-{n}" for n in range(8)}
    for name in names:
        text = MAPPING.format(folder=read).replace("made-up", name).replace("1s", "50ms")
        (folder / f"{name}.yaml").write_text(text)
    hub = HubProcess(tmp_path / "data", open=False, extra_args=("--connectors", str(folder)))
    with hub:
        eventually(lambda: {
            row["name"] for row in ask(hub, "/v1/connectors")["connectors"] if row["last_read"]
        } == names, hub.output)  # fmt: skip
        begun = len(hub.output())
        assert hub.stop() == 0
        assert hub.output()[begun:] == ""


def test_its_key_is_made_once_and_again_where_it_was_revoked(
    place: tuple[HubProcess, Path],
) -> None:
    hub, _ = place

    def labels() -> list[str]:
        keys = ask(hub, "/v1/keys")["keys"]
        return [key["state"] for key in keys if key["label"] == "connectors of hub serve"]

    assert labels() == ["valid"]
    assert (hub.data / "connectors.key").stat().st_mode & 0o777 == 0o600
    hub.stop()
    hub.start()
    assert labels() == ["valid"]
    number = next(k["id"] for k in ask(hub, "/v1/keys")["keys"] if k["label"].startswith("conn"))
    headers = {"Authorization": f"Bearer {hub.key}"}
    httpx.delete(f"{hub.url}/v1/keys/{number}", headers=headers).raise_for_status()
    hub.stop()
    hub.start()
    assert sorted(labels()) == ["revoked", "valid"]


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    hub = HubProcess(tmp_path / "data", extra_args=("--connectors", str(tmp_path / "none")))
    with pytest.raises(AssertionError, match="is no folder"):
        hub.start()
