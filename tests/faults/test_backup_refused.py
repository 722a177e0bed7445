"""Backups that are damaged, cut off, foreign, or have no room: nothing is taken for whole."""

import re
import resource
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path
from random import Random

import httpx
import pytest

from hub.processes.manifest import FORMAT, BackupError, write_manifest
from hub.processes.restoring import check_backup
from tests.distributed.checks import ask, post, question
from tests.eventually import DEADLINE, eventually
from tests.faults.commands import begin, flipped, killed_when, manifest_of, run
from tests.faults.load import cloud_event
from tests.hub_process import HubProcess
from tests.store.random_log import random_log

pytestmark = [pytest.mark.faults, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HubProcess]:
    """A hub whose log was trimmed after its first events, with a few more since."""
    hub = HubProcess(tmp_path_factory.mktemp("small") / "data", extra_args=("--keep-log-days", "0"))
    events = [cloud_event(row.event) for row in random_log(2000, 61)]
    with hub:
        for at in range(0, 1500, 500):
            position = post(hub.url, events[at : at + 500])
        ask(hub.url, {"period": "2020", "min_position": position})
        assert hub.stop() == 0
        hub.start()  # trims at once all but the last record
        eventually(lambda: httpx.get(f"{hub.url}/v1/backup").json()["first"] > 1, "it is trimmed")
        ask(hub.url, {"period": "2020", "min_position": post(hub.url, events[1500:])})
        yield hub


@pytest.fixture(scope="module")
def backup(small: HubProcess, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Its backup; no test changes it."""
    folder = tmp_path_factory.mktemp("backup") / "b"
    code, said = run("backup", folder, "--url", small.url)
    assert code == 0, said
    return folder


def test_what_the_log_no_longer_has_comes_from_the_store(
    small: HubProcess, backup: Path, tmp_path: Path
) -> None:
    assert [it.kind for it in manifest_of(backup).segments] == ["events", "log"]
    assert run("restore", backup, "--data", tmp_path / "copy")[0] == 0
    rng = Random(62)
    with HubProcess(tmp_path / "copy") as copy:
        for _ in range(10):
            asked = question(rng)
            assert ask(copy.url, asked) == ask(small.url, asked), asked
        assert httpx.post(f"{copy.url}/v1/audit", timeout=60).json()["differences"] == []
        as_of = {"period": "2020", "by": "unit", "as_of": manifest_of(backup).at}
        assert ask(copy.url, as_of) == ask(small.url, as_of)


def test_a_backup_that_is_damaged_is_refused_by_the_name_of_the_file(
    backup: Path, tmp_path: Path
) -> None:
    folder, data = tmp_path / "spoilt", tmp_path / "data"
    shutil.copytree(backup, folder)
    for name in ("manifest.json", *(file.name for file in manifest_of(folder).files)):
        content = flipped(folder / name)
        refused(folder, name)
        (folder / name).write_bytes(content[:-1])
        refused(folder, name)
        (folder / name).unlink()
        refused(folder, name)
        (folder / name).write_bytes(content)
    assert "is whole" in check_backup(folder)
    flipped(folder / name)
    code, said = run("restore", folder, "--data", data)
    assert (code, name in said.replace("\n", "")) == (2, True), said
    assert not data.exists()


def refused(folder: Path, name: str) -> None:
    with pytest.raises(BackupError, match=re.escape(str(folder / name))):
        check_backup(folder)


def test_what_is_not_for_this_is_refused(small: HubProcess, backup: Path, tmp_path: Path) -> None:
    newer, full, new = tmp_path / "newer", tmp_path / "full", tmp_path / "new"
    shutil.copytree(backup, newer)
    write_manifest(newer, manifest_of(newer).model_copy(update={"format": FORMAT + 1}))
    full.mkdir()
    (full / "letter.txt").write_text("mine")
    before = manifest_of(backup)
    with HubProcess(tmp_path / "other") as other:
        post(other.url, [cloud_event(row.event) for row in random_log(20, 63)])
        for reason, words in {
            "a newer hub wrote": ("restore", newer, "--data", new),
            "is there already": ("restore", backup, "--data", full),
            "say where to": ("restore", backup),
            "is no backup": ("restore", tmp_path, "--data", new),
            "holds other files": ("backup", full, "--url", small.url),
            "backup of another hub": ("backup", backup, "--url", other.url),
        }.items():
            code, said = run(*words)
            assert (code, reason in " ".join(said.split())) == (2, True), said
    assert [it.name for it in full.iterdir()] == ["letter.txt"]
    assert not new.exists()
    assert manifest_of(backup) == before


def test_a_backup_that_is_cut_off_leaves_the_one_before(small: HubProcess, tmp_path: Path) -> None:
    folder = tmp_path / "b"
    assert run("backup", folder, "--url", small.url)[0] == 0
    before = manifest_of(folder)
    post(small.url, [cloud_event(row.event) for row in random_log(300, 64)])
    old = {it.name for it in folder.iterdir()}
    begun = begin("backup", folder, "--url", small.url)
    killed_when(begun, lambda: {it.name for it in folder.iterdir()} != old)  # the command
    assert run("restore", folder, "--check")[0] == 0
    began = manifest_of(folder)
    begun = begin("backup", folder, "--url", small.url, printed=tmp_path / "said")
    assert small.process is not None
    killed_when(small.process, lambda: len(list(folder.glob("registry-*"))) > 1)  # the hub
    small.process = None
    code, said = begun.wait(DEADLINE), (tmp_path / "said").read_text()
    assert code == 2, said
    assert "stopped in the middle" in said or "cannot reach" in said, said
    assert manifest_of(folder) in (before, began)
    assert run("restore", folder, "--check")[0] == 0
    small.start()
    assert run("backup", folder, "--url", small.url)[0] == 0
    listed = {"manifest.json", "lock", "pieces", *(it.name for it in manifest_of(folder).files)}
    there = {str(it.relative_to(folder)) for it in folder.rglob("*")}
    assert there == listed, "what was cut off is removed"


def test_a_disk_without_room_leaves_nothing_that_starts(backup: Path, tmp_path: Path) -> None:
    def small_files() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, 60_000))

    data = tmp_path / "data"
    code, said = run("restore", backup, "--data", data, preexec=small_files)
    assert (code, "Traceback" in said) == (2, False), said
    assert "run `hub restore" in said
    with pytest.raises(AssertionError, match="is not whole"):
        HubProcess(data).start()
    code, said = run("restore", backup, "--data", data)
    assert code == 0, said
