"""A hub of its own for `hub demo`: the real `hub serve` as a child process."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from hub.client import HubClient, HubError, UnreachableError

_READY_SECONDS, _LOOK_EVERY = 60.0, 0.05


class ChildHub:
    """A running child and a client for it."""

    def __init__(self, process: subprocess.Popen[Any], client: HubClient) -> None:
        self._process, self.client = process, client

    def check(self) -> None:
        """Raise `HubError` if the child has ended."""
        if (code := self._process.poll()) is not None:
            raise HubError(f"`hub serve` ended by itself, with exit code {code}")


@contextmanager
def child_hub(data: Path, port: int) -> Iterator[ChildHub]:
    """`hub serve --open` on a folder and a port (0: a free one), ready; ended afterwards.

    It says on standard error why it cannot start; here that is a `HubError`.
    """
    command = [sys.executable, "-m", "hub", "serve", "--open", "--data", str(data)]
    # settings of another hub are not for this one, least of all where that keeps its events
    environment = {name: it for name, it in os.environ.items() if not name.startswith("HUB_")}
    with subprocess.Popen(  # noqa: S603 - this very program
        [*command, "--port", str(port)],
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        env=environment,
    ) as process:
        try:
            with HubClient(_address(process)) as client:
                child = ChildHub(process, client)
                _wait_until_ready(child)
                yield child
        finally:
            process.terminate()


def _address(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None  # noqa: S101 - it is a pipe
    for line in process.stdout:
        if found := re.search(r"listens on (http://\S+)", line):
            return found[1]
    raise HubError("`hub serve` could not start; what it said stands above")


def _wait_until_ready(child: ChildHub) -> None:
    limit = time.monotonic() + _READY_SECONDS
    while True:
        child.check()
        try:
            if child.client.request("GET", "/readyz").is_success:
                return
        except UnreachableError:
            if time.monotonic() > limit:
                raise
        time.sleep(_LOOK_EVERY)
