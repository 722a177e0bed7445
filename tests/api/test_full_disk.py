"""A full disk: nothing that was acknowledged is lost, it is told, and it passes by itself."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import httpx
import pytest

from tests.api.speaking import Speaker
from tests.api.test_trouble import DEADLINE, fresh
from tests.engines import need
from tests.eventually import eventually
from tests.hub_process import HubProcess


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 64 MB."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", str(disk)]
    if not shutil.which("mount") or (done := subprocess.run(mount, capture_output=True)).returncode:
        need("a disk of 64 MB cannot be mounted here: " + done.stderr.decode().strip())
    try:
        yield disk
    finally:
        subprocess.run(["umount", "--lazy", str(disk)], check=True)


@pytest.mark.faults
def test_a_full_disk(small_disk: Path, tmp_path: Path) -> None:
    """Full for the log, the store and the registry alike: 503, no event that was acknowledged is
    lost, right figures, and all goes on by itself when there is space again."""
    process = HubProcess(small_disk / "data")
    process._printed = tmp_path / "output"
    with process, httpx.Client(base_url=process.url, timeout=DEADLINE) as client:
        speaker = Speaker(client)
        filler = small_disk / "filler"
        free = os.statvfs(small_disk)
        filler.write_bytes(bytes(free.f_bavail * free.f_bsize - 3 * 2**20))
        accepted = refused = 0
        while refused < 5:
            answer = speaker.batch([fresh() for _ in range(500)])
            assert answer.status_code in (200, 503), answer.text
            if answer.status_code == 503:
                refused += 1
                assert answer.headers["retry-after"]
                assert {e["outcome"] for e in answer.json()["events"]} == {"unavailable"}
                single = speaker.one(fresh())
                assert single.status_code in (202, 503)
                accepted += single.status_code == 202
            accepted += answer.json()["accepted"]
        assert accepted > 0
        bad = speaker.one(fresh() | {"time": "never"})  # its letter cannot be kept: still refused
        assert bad.status_code == 422
        while speaker.batch([fresh() for _ in range(500)]).status_code != 503:
            accepted += 500  # the letter may have made way
        ready = client.get("/readyz")
        assert ready.status_code == 503
        assert ready.json()["ready"] is False
        assert "full" in ready.json()["trouble"]
        assert "hub_log_trouble 1.0" in client.get("/metrics").text
        assert speaker.ask("/v1/figures", period="2020").status_code == 200
        filler.unlink()
        # nobody sends anything meanwhile
        eventually(lambda: client.get("/readyz").status_code == 200, "ready, as there is space")
        answer = speaker.one(fresh())
        assert answer.status_code == 202
        total = speaker.figures(period="2020", unit="T.1")["total"]["received_total"]
        assert total == accepted + 1
        assert process.process is not None
        assert process.process.poll() is None


@pytest.mark.faults
def test_a_disk_that_is_full_is_told_before_anything_was_refused(
    small_disk: Path, tmp_path: Path
) -> None:
    process = HubProcess(small_disk / "data")
    process._printed = tmp_path / "output"
    with process, httpx.Client(base_url=process.url, timeout=DEADLINE) as client:
        fill(small_disk)
        eventually(lambda: client.get("/readyz").status_code == 503, "the disk is told to be full")


def fill(disk: Path) -> None:
    """To the last byte."""
    with (disk / "filler").open("ab", buffering=0) as filler, suppress(OSError):
        while filler.write(bytes(4096)):
            pass
