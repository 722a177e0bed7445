"""A real `hub serve` as a child process, for tests that speak HTTP with it, stop it or kill it."""

import subprocess
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx

from tests.child import Child
from tests.eventually import DEADLINE as DEADLINE
from tests.eventually import eventually
from tests.forked import HUB, HubProgram


class HubProcess:
    """`hub serve` on a data folder and a free port; after `kill9` or `stop` it starts again there.

    `with HubProcess(tmp_path / "data") as hub: httpx.get(f"{hub.url}/v1/figures")`.
    What it prints is in `hub.output()`; `url` changes with every start.
    """

    url: str

    def __init__(
        self,
        data: Path,
        *,
        open: bool = True,  # noqa: A002 - it is the name of the option
        extra_args: tuple[str, ...] = (),
    ) -> None:
        self.data = data
        self.process: subprocess.Popen[bytes] | HubProgram | None = None
        self._printed = data.with_name(data.name + ".output")
        opened = ("--open",) if open else ()
        self._command = (
            *(*HUB, "serve", "--data", str(data), "--port", "0"),
            *(*opened, *extra_args),
        )

    @property
    def key(self) -> str:
        """The admin key that the hub made at its first start (not with `open`)."""
        return (self.data / "admin.key").read_text().strip()

    @property
    def key_file(self) -> Path:
        """Where that key lies."""
        return self.data / "admin.key"

    def output(self) -> str:
        """All that it printed since it was started last."""
        return self._printed.read_text(errors="replace")

    def start(self) -> Self:
        """Start it and wait until `/readyz` says yes. Raises AssertionError with its output."""
        assert self.process is None, "it runs already"
        child = Child(self._command, self._printed)
        self.process = child.process
        try:
            self.url = child.url_when_ready()
        except BaseException:
            self.kill9()
            raise
        return self

    def caught_up(self, seconds: float = 2 * DEADLINE) -> None:
        """Wait until all that lies in the log is in the figures."""
        eventually(lambda: not self.readyz()["catching_up"], "it catches up", seconds)

    def kill9(self) -> None:
        """End it as a power cut would."""
        if self.process is not None:
            self.process.kill()
            self.process.wait(DEADLINE)
            self.process = None

    def stop(self) -> int:
        """Ask it to end (SIGTERM); its exit code."""
        assert self.process is not None, "it does not run"
        self.process.terminate()
        try:
            code = self.process.wait(DEADLINE)
        finally:
            self.kill9()
        return code

    def readyz(self) -> dict[str, Any]:
        """What `/readyz` says."""
        told: dict[str, Any] = httpx.get(f"{self.url}/readyz", timeout=DEADLINE).json()
        return told

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.kill9()
