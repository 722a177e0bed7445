"""Commands of the hub as processes of their own, to be waited for or killed."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from hub.processes.manifest import Manifest, read_manifest
from tests.hub_process import DEADLINE


def begin(*words: object, preexec: Callable[[], None] | None = None) -> "subprocess.Popen[str]":
    """Start `hub WORDS`."""
    clean = {name: it for name, it in os.environ.items() if not name.startswith("HUB_")}
    return subprocess.Popen(
        [sys.executable, "-m", "hub", *map(str, words)], env=clean, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, preexec_fn=preexec,
    )  # fmt: skip


def run(*words: object, preexec: Callable[[], None] | None = None) -> tuple[int, str]:
    """`hub WORDS`: its exit code and all that it printed."""
    process = begin(*words, preexec=preexec)
    try:
        said, _ = process.communicate(timeout=3 * DEADLINE)
    finally:
        process.kill()
    return process.returncode, said


def killed_when(process: "subprocess.Popen[str]", condition: Callable[[], bool]) -> None:
    """Kill it (-9) as soon as that is so, or it has ended."""
    limit = time.monotonic() + DEADLINE
    while process.poll() is None and not condition():
        assert time.monotonic() < limit
        time.sleep(0.002)
    process.kill()
    process.communicate(timeout=DEADLINE)


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
