"""Commands of the hub as processes of their own, to be waited for or killed."""

import os
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from hub.processes.manifest import Manifest, read_manifest
from tests.forked import HUB, HubProgram, ended
from tests.hub_process import DEADLINE


def begin(*words: object, printed: Path = Path(os.devnull)) -> HubProgram:
    """Start `hub WORDS`."""
    return HubProgram([str(word) for word in words], printed, env=_environment())


def run(*words: object, preexec: Callable[[], None] | None = None) -> tuple[int, str]:
    """`hub WORDS`: its exit code and all that it printed."""
    if preexec is None:
        done = ended(*words, env=_environment(), timeout=3 * DEADLINE)
    else:
        done = subprocess.run(
            [*HUB, *map(str, words)], env=_environment(), capture_output=True, text=True,
            timeout=3 * DEADLINE, preexec_fn=preexec,
        )  # fmt: skip
    return done.returncode, done.stdout + done.stderr


def _environment() -> dict[str, str]:
    return {name: it for name, it in os.environ.items() if not name.startswith("HUB_")}


def killed_when(
    process: "subprocess.Popen[bytes] | HubProgram", condition: Callable[[], bool]
) -> None:
    """Kill it (-9) as soon as that is so, or it has ended."""
    limit = time.monotonic() + DEADLINE
    while process.poll() is None and not condition():
        assert time.monotonic() < limit
        time.sleep(0.002)
    process.kill()
    process.wait(DEADLINE)


def flipped(file: Path) -> bytes:
    """Change one bit in the middle of a file; what was in it."""
    content = file.read_bytes()
    middle = len(content) // 2
    file.write_bytes(content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :])
    return content


def manifest_of(folder: Path) -> Manifest:
    """What a backup says of itself."""
    found = read_manifest(folder)
    assert found is not None
    return found
