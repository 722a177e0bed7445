"""A process of a test: what it prints is in a file, and it ends at the latest when it is told."""

import re
import signal
import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import httpx

from tests import forked
from tests.eventually import DEADLINE, Found, eventually


class Child:
    """Runs from when it is made."""

    def __init__(
        self, command: Sequence[str], printed: Path, env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
    ) -> None:  # fmt: skip
        self.name, self._printed = printed.stem, printed
        printed.parent.mkdir(parents=True, exist_ok=True)
        printed.write_bytes(b"")
        self.process: subprocess.Popen[bytes] | forked.HubProgram
        if forked.wanted(command, env):
            self.process = forked.HubProgram(command[3:], printed, None, env, cwd)
            return
        with printed.open("ab") as out:
            self.process = subprocess.Popen(
                command, env=env, cwd=cwd,
                stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT,
            )  # fmt: skip

    def output(self) -> str:
        """All that it printed."""
        return self._printed.read_text(errors="replace")

    def wait_for(self, pattern: str) -> re.Match[str]:
        """Wait until it prints that. Raises AssertionError with what it printed."""
        found = self._while_running(lambda: re.search(pattern, self.output()))
        assert found is not None
        return found

    def url_when_ready(self) -> str:
        """Wait until a hub listens and `/readyz` says yes; where it listens."""
        url = self.wait_for(r"listens on (http://\S+)")[1]
        self._while_running(lambda: is_ready(url))
        return url

    def end(self, by: signal.Signals = signal.SIGTERM) -> int:
        """End it; its exit code."""
        self.process.send_signal(by)
        try:
            return self.process.wait(DEADLINE)
        finally:
            self.process.kill()
            self.process.wait(DEADLINE)

    def ended(self) -> int:
        """Wait until it ends by itself; its exit code."""
        return self.process.wait(DEADLINE)

    def _while_running(self, condition: Callable[[], Found]) -> Found:
        def looked() -> Found:
            found = condition()
            assert found or self.process.poll() is None, f"{self.name} ended"
            return found

        try:
            return eventually(looked, f"{self.name} is so far")
        except AssertionError as error:
            raise AssertionError(f"{error}:\n{self.output()[-3000:]}") from None


def is_ready(url: str) -> bool:
    """Whether a hub listens there and is ready for everything."""
    try:
        return httpx.get(f"{url}/readyz", timeout=DEADLINE).status_code == 200
    except httpx.TransportError:
        return False
