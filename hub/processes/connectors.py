"""The connectors of `hub serve`: a process beside the hub, which speaks HTTP with it as others do.

What a vendor's driver does to it, it does not do to the hub. It is started again when it ends, and
ends with the hub, however that ends.
"""

import logging
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from hub.api.context import Hub
from hub.processes.files import write_whole
from hub.processes.places import StartError, opening
from hub.registry import Actor, Registry

logger = logging.getLogger(__name__)
KEY_FILE = "connectors.key"
_FIRST_PAUSE, _LAST_PAUSE = 1.0, 60.0
_PATIENCE = 20.0
"""Seconds in which the process ends by itself once it is asked to."""

_BY = Actor("hub", "hub serve --connectors")


class Beside:
    """A command that runs beside this process, from `start` to `stop`."""

    def __init__(
        self, command: Sequence[str], environment: Mapping[str, str], pause: float = _FIRST_PAUSE
    ) -> None:
        self._command, self._environment, self._pause = command, environment, pause
        self._process: subprocess.Popen[bytes] | None = None
        self._changing = threading.RLock()  # a signal's handler may ask while it is stopped
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="connectors", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def ask_to_end(self) -> None:
        """Ask it to end."""
        with self._changing:
            self._stop.set()
            if self._process is not None:
                self._process.terminate()

    def stop(self) -> None:
        """Ask it to end, and wait for that."""
        self.ask_to_end()
        if (process := self._process) is not None:
            try:
                process.wait(_PATIENCE)
            except subprocess.TimeoutExpired:
                process.kill()
        self._thread.join()

    def _run(self) -> None:
        pause = self._pause
        while True:
            began = time.monotonic()
            with self._changing:
                if self._stop.is_set():
                    return
                # its standard input ends when this process does; a group of its own, so that
                # Ctrl-C reaches it by way of this process, which waits for it
                self._process = subprocess.Popen(  # noqa: S603 - this very program
                    self._command, stdin=subprocess.PIPE, env=self._environment, process_group=0
                )
            with self._process as process:
                code = process.wait()
            if time.monotonic() - began > _LAST_PAUSE:
                pause = self._pause
            if not self._stop.is_set():
                logger.warning(
                    "the connectors ended with exit code %d; they begin again in %g s", code, pause
                )
            self._stop.wait(pause)
            pause = min(2 * pause, _LAST_PAUSE)


@contextmanager
def connectors_beside(
    hub: Hub, folder: Path | None, data: Path, listener: socket.socket
) -> Iterator[None]:
    """While it lasts the connectors of a folder run beside a hub; None: there are none.

    Raises `StartError`.
    """
    if folder is None:
        yield
        return
    environment = {name: it for name, it in os.environ.items() if name != "HUB_KEY"}
    environment["HUB_URL"] = _url(listener)
    environment.pop("HUB_KEY_FILE", None)
    if not hub.open:
        environment["HUB_KEY_FILE"] = str(_key_file(hub.registry, data / KEY_FILE))
    words = ("connector", "run", str(folder))
    beside = Beside((sys.executable, "-m", "hub.cli.tied", *words), environment)
    beside.start()
    hub.on_close.append(beside.ask_to_end)  # while the hub answers still
    try:
        yield
    finally:
        beside.stop()


def check_folder(folder: Path | None) -> None:
    """Raise `StartError` unless it is a folder."""
    if folder is not None and not folder.is_dir():
        raise StartError(f"--connectors {folder} is no folder; make it, and put YAML files there")


def _url(listener: socket.socket) -> str:
    """Where this machine finds what listens there."""
    host, port = listener.getsockname()[:2]
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - it is asked about
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _key_file(registry: Registry, file: Path) -> Path:
    """The file with the key of the connectors; a new one where that opens nothing any more."""
    with opening(file):
        if not (file.exists() and registry.keys.find(file.read_text("ascii").strip())):
            label = "connectors of hub serve"
            _, secret = registry.keys.create("admin", units=None, label=label, by=_BY)
            write_whole(file, f"{secret}\n".encode())
    return file
