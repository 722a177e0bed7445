"""One server for all processes of a test run: the first that needs it starts it, the last ends it.

The server belongs to a keeper, a process of its own session, so an interrupt from the keyboard does
not reach it. Every process that uses the server holds a shared lock on a file for as long as it
lives; the system frees that lock however the process ends. The keeper waits for an exclusive lock
on the file, so it goes on when nobody uses the server any more, and removes the server.
"""

import fcntl
import importlib
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import pytest

_ROOT = Path(__file__).parents[2]
_joined: dict[str, str] = {}


class Server(Protocol):
    """What can be shared."""

    url: str

    def start(self) -> None: ...

    def remove(self) -> None: ...


def once_a_run(
    tmp_path_factory: pytest.TempPathFactory, engine: str, available: Callable[[], object]
) -> str:
    """The URL of the run's server of `tests.engines.<engine>`, whose `new_server()` makes one.

    `available` skips the test where the machine has no such server, and is asked by one process at
    a time. Raises RuntimeError with what the keeper said where the server does not start.
    """
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent  # of all workers of the run
    if engine not in _joined:
        _joined[engine] = join(folder, engine, available)
    return _joined[engine]


def join(folder: Path, engine: str, available: Callable[[], object]) -> str:
    """Be a user of the folder's server until this process ends, and start it where none runs."""
    place = folder / engine
    with place.with_suffix(".lock").open("w") as one_by_one:
        fcntl.flock(one_by_one, fcntl.LOCK_EX)
        available()
        fcntl.flock(_users(place), fcntl.LOCK_SH)  # waits for a keeper that is at its end
        address = place.with_suffix(".url")
        if not address.exists():
            _start_keeper(place, engine)
        return address.read_text()


def _start_keeper(place: Path, engine: str) -> None:
    said = place.with_suffix(".keeper")
    with said.open("wb") as errors:
        keeper = subprocess.Popen(
            [sys.executable, "-m", __name__, engine, str(place)],
            cwd=_ROOT, start_new_session=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=errors,
        )  # fmt: skip
    assert keeper.stdout is not None
    with keeper.stdout as started:
        if not started.readline():  # it ended, else it says one line once the server answers
            keeper.wait()
            raise RuntimeError(f"no server for {engine}:\n{said.read_text()[-3000:]}")
    keeper.returncode = 0  # it lives longer than this process: nobody waits for it


def _users(place: Path) -> int:
    """The file that users lock: a descriptor that stays open, and is not passed on to children."""
    return os.open(place.with_suffix(".users"), os.O_RDWR | os.O_CREAT)


def keep(engine: str, place: Path) -> None:
    """Start a server, and remove it when nobody uses it any more."""
    for end in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(end, lambda *_: sys.exit(1))
    server: Server = importlib.import_module(f"tests.engines.{engine}").new_server()
    address = place.with_suffix(".url")
    try:
        server.start()
        address.write_text(server.url)
        print("started", flush=True)
        fcntl.flock(_users(place), fcntl.LOCK_EX)  # until the end: who comes then starts another
    finally:
        address.unlink(missing_ok=True)
        server.remove()


if __name__ == "__main__":
    keep(sys.argv[1], Path(sys.argv[2]))
