"""The demo's two vendors, and the connectors that read them, in a process of their own."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from datetime import datetime, timedelta, timezone
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from hub.cli.child import ChildHub
from hub.client import HubError
from hub.demo.plausible import Event
from hub.demo.vendors import IGATE_UNITS, PORTAL_UNITS, documents, igate
from hub.demo.vendors.portal import portal
from hub.demo.vendors.states import states, without

_ZONE = timezone(timedelta(hours=7))
_SECONDS = 120.0
_LIVE_UNIT = "DEMO.02"


class Vendors:
    """What two vendors hold of the demo's dossiers; use it in `with`, which ends their programs."""

    def __init__(self, child: ChildHub) -> None:
        self._url = child.client.url
        self._igate: list[Event] = []
        self._portal: list[Event] = []
        self._environment: dict[str, str] = {}
        self._running: subprocess.Popen[str] | None = None
        self._received = 0
        self._opened = ExitStack()

    def __enter__(self) -> Self:
        made = tempfile.TemporaryDirectory(prefix="motcua-demo-vendors-")
        self._folder = Path(self._opened.enter_context(made))
        self._opened.callback(self._end)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self._opened.close()

    def without_theirs(self, events: Iterable[Event]) -> Iterator[Event]:
        """The events that the demo sends itself; what the vendors hold is put aside on the way."""
        return without(events, {IGATE_UNITS: self._igate, PORTAL_UNITS: self._portal})

    def begin(self) -> None:
        """The vendors' programs run, and the connectors begin to read all that they hold."""
        igate.create(self._database, states(self._igate))
        service = self._opened.enter_context(portal(states(self._portal)))
        self._environment = {
            "DEMO_IGATE_URL": f"sqlite:///{self._database}",
            "DEMO_PORTAL_URL": service.url,
            "DEMO_PORTAL_TOKEN": service.token,
        }
        for name, text in documents().items():
            (self._folder / name).write_text(text, "utf-8")
        self._run("--once")

    def finish(self) -> str:
        """Wait until all is read; what the connectors told. Raises `HubError` where one failed."""
        assert self._running is not None  # noqa: S101 - `begin` was called
        try:
            told, _ = self._running.communicate(timeout=_SECONDS)
        except subprocess.TimeoutExpired:
            raise HubError(f"the demo's connectors are not done after {_SECONDS:g} s") from None
        if self._running.returncode:
            raise HubError(f"the demo's connectors failed:\n{told}")
        return told

    def follow(self) -> None:
        """From now on what changes at the vendors is read as it comes."""
        self._run()

    def receive(self) -> None:
        """A clerk takes in a made-up dossier in the iGate-like program."""
        self._received += 1
        now = datetime.now(_ZONE)
        subject = f"{_LIVE_UNIT}-{now:%y%m%d-%H%M%S}-{self._received:04}"
        igate.receive(self._database, subject, _LIVE_UNIT, now)

    @property
    def _database(self) -> Path:
        return self._folder / "igate.db"

    def _run(self, *options: str) -> None:
        output: Any = subprocess.PIPE if options else subprocess.DEVNULL
        command = [sys.executable, "-m", "hub", "connector", "run", str(self._folder), *options]
        self._running = subprocess.Popen(  # noqa: S603 - this very program
            [*command, "--url", self._url],
            stdout=output, stderr=output and subprocess.STDOUT, text=True, encoding="utf-8",
            env=os.environ | self._environment,
        )  # fmt: skip

    def _end(self) -> None:
        if self._running is not None:
            self._running.terminate()
            self._running.wait()
