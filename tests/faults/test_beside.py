"""What runs beside the hub begins again when it dies, and never outlives the hub."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from hub.processes.connectors import Beside
from tests.eventually import DEADLINE, eventually

pytestmark = pytest.mark.faults
WRITES = "import os,sys,time; print(os.getpid(), file=open(sys.argv[1], 'a'), flush=True);"


def pids(file: Path) -> list[int]:
    return list(map(int, file.read_text().split())) if file.exists() else []


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().split()[2] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def beside(code: str, file: Path) -> Beside:
    return Beside((sys.executable, "-c", WRITES + code, str(file)), os.environ, pause=0.01)


def nth(file: Path, number: int) -> Callable[[], bool]:
    return lambda: len(pids(file)) >= number


def test_it_begins_again_when_it_dies_and_ends_when_it_is_to(tmp_path: Path) -> None:
    file = tmp_path / "pids"
    child = beside("time.sleep(600)", file)
    child.start()
    for number in (1, 2):
        eventually(nth(file, number))
        os.kill(pids(file)[-1], signal.SIGKILL)
    eventually(nth(file, 3))
    child.stop()
    assert not is_alive(pids(file)[-1])
    assert len(pids(file)) == 3


def test_what_ends_at_once_is_begun_again_more_and_more_rarely(tmp_path: Path) -> None:
    file = tmp_path / "pids"
    child = beside("sys.exit(2)", file)
    child.start()
    eventually(nth(file, 4))
    child.stop()
    begun = len(pids(file))
    assert begun < 20, "it would fill the log"


PARENT = """
import sys, time
from hub.processes.connectors import Beside
import os
words = ("serve", "--data", sys.argv[1], "--port", "0", "--open")
Beside((sys.executable, "-m", "hub.cli.tied", *words), os.environ).start()
time.sleep(600)
"""


def test_it_ends_with_the_process_that_began_it_however_that_ends(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with subprocess.Popen(
        [sys.executable, "-c", PARENT, str(data)], stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout is not None
        eventually(lambda: "listens on" in parent.stdout.readline())  # type: ignore[union-attr]
        children = Path(f"/proc/{parent.pid}/task")
        found = {
            int(pid)
            for task in children.iterdir()
            for pid in (task / "children").read_text().split()
        }
        assert found
        parent.kill()
        parent.wait(DEADLINE)
        eventually(lambda: not any(map(is_alive, found)), "the child ends")
