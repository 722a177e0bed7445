"""`hub verify` finds what is damaged, in a running hub and in a stopped folder, with what to do."""

import json
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.api.speaking import Speaker, event
from tests.eventually import DEADLINE
from tests.forked import ended
from tests.hub_process import HubProcess

pytestmark = pytest.mark.faults


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a hub that took a few events and was stopped."""
    import httpx

    data = tmp_path_factory.mktemp("verify") / "data"
    with HubProcess(data) as hub, httpx.Client(base_url=hub.url, timeout=60) as client:
        speaker = Speaker(client)
        for n in range(6):
            speaker.accept(*(event(unit=f"V.{n}", subject=f"s{n}-{k}") for k in range(5)))
        speaker.figures(period="2020")
        code, found, _ = verify("--url", hub.url)
        assert (code, found) == (0, [])
        assert hub.stop() == 0
    return data


def verify(*arguments: str) -> tuple[int, list[dict[str, Any]], str]:
    """Exit code, problems, and what else is said."""
    done = ended("verify", *arguments, timeout=DEADLINE)
    assert "Traceback" not in done.stderr, done.stderr
    return done.returncode, [json.loads(line) for line in done.stdout.splitlines()], done.stderr


def flip(data: Path) -> None:
    with closing(sqlite3.connect(data / "log.db")) as database:
        database.execute("UPDATE records SET accepted = accepted + 1 WHERE record = 3")
        database.commit()


def malform(name: str) -> Callable[[Path], None]:
    def spoil(data: Path) -> None:
        content = bytearray((data / name).read_bytes())
        content[4096:4396] = b"\xff" * 300
        (data / name).write_bytes(content)

    return spoil


def flip_in_store(data: Path) -> None:
    """A byte in a column of each part of the events."""
    for part in (data / "store/data/hub/events").resolve().glob("all_*"):
        file = part / "data.bin"
        content = bytearray(file.read_bytes())
        content[len(content) // 2] ^= 1
        file.write_bytes(content)


def lose_part(data: Path) -> None:
    shutil.rmtree(max((data / "store/data/hub/facts").resolve().glob("all_*")))


def lose(name: str) -> Callable[[Path], None]:
    return lambda data: (data / name).unlink()


KINDS: dict[str, tuple[Callable[[Path], None], str, str]] = {
    "a record of the log": (flip, "log", "at record 3"),
    "a page of the log": (malform("log.db"), "log", "SQLite says|cannot be used|is damaged"),
    "a page of the registry": (malform("registry.db"), "registry", "malformed|SQLite says"),
    "a byte of the store": (flip_in_store, "store", "events"),
    "a part of the store": (lose_part, "together", "lacks some of what it had of facts"),
    "the registry": (lose("registry.db"), "registry", "gone or empty"),
    "the log": (lose("log.db"), "log", "gone"),
}


@pytest.mark.parametrize("kind", KINDS)
def test_damage_of_a_stopped_folder(original: Path, tmp_path: Path, kind: str) -> None:
    data = tmp_path / "data"
    shutil.copytree(original, data, symlinks=True)
    spoil, part, said = KINDS[kind]
    spoil(data)
    code, found, told = verify("--data", str(data))
    assert code == 1, told
    import re

    assert any(one["part"] == part and re.search(said, one["problem"]) for one in found), found
    assert all(one["do"] for one in found)


def test_a_whole_folder_a_running_one_and_none(original: Path, tmp_path: Path) -> None:
    code, found, told = verify("--data", str(original))
    assert (code, found) == (0, []), told
    assert "30 log_events" in told
    code, _, told = verify("--data", str(tmp_path / "nothing"))
    assert code == 2
    assert "holds no hub" in told
    data = tmp_path / "data"
    shutil.copytree(original, data, symlinks=True)
    flip(data)
    with HubProcess(data) as hub:  # the record was applied long ago, so nobody reads it
        code, found, _ = verify("--url", hub.url)
        assert code == 1
        assert [(one["first"], one["last"]) for one in found] == [(3, 3)]
        code, _, told = verify("--data", str(data))
        assert code == 2
        assert "is in use by another hub" in told
