"""A made-up vendor's database and files, a real hub, and real connectors as processes."""

import json
import os
import signal
import sqlite3
import sys
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import httpx

from connectors.hub import HttpHub
from connectors.port import Dossier, Known
from hub.client import HubClient
from tests.child import Child
from tests.eventually import DEADLINE, eventually
from tests.forked import ended

SQL = """\
connector: made-up
source: /made-up
read:
  kind: sql
  url: sqlite:///{database}
  table: ho_so
  key: id
  cursor: changed
  overlap: 1h
  every: 200ms
  sweep: {{every: 1h, keys: 50}}
dossier: {{unit: unit, subject: code}}
facts:
  received: {{at: received, channel: {{from: channel, map: {{1: direct, 2: online}}}}, due_at: due}}
  resolved: {{at: done}}
"""
FILE = """\
connector: made-up
source: /made-up
read: {kind: files, match: "*.csv"}
dossier: {unit: {value: H1}, subject: code}
facts:
  received: {at: received, channel: {value: direct}, due_at: due}
  resolved: {at: done}
"""


class Vendor:
    """A table whose rows have the time of their last change."""

    def __init__(self, folder: Path) -> None:
        self.path, self.yaml = folder / "vendor.db", folder / "made-up.yaml"
        self.yaml.write_text(SQL.format(database=self.path))
        self._seconds = 0
        self.run(
            "create table ho_so (id integer primary key, unit text, code text, received text, "
            "channel integer, due text, done text, changed text)"
        )
        self.run("create index ho_so_changed on ho_so (changed)")

    def run(self, statement: str, *values: Any) -> None:
        with closing(sqlite3.connect(self.path, timeout=DEADLINE)) as connection, connection:
            connection.execute(statement, values)

    def write(self, key: int, done: str | None = None, channel: int = 1) -> None:
        """Insert or change a row."""
        self._seconds += 1
        hour, rest = divmod(self._seconds, 3600)
        changed = f"2020-03-01 {hour:02d}:{rest // 60:02d}:{rest % 60:02d}"
        self.run(
            "insert or replace into ho_so values (?, 'H1', ?, ?, ?, '2020-03-20 17:00:00', ?, ?)",
            key, f"D{key}", "2020-01-02 08:00:00", channel, done, changed,
        )  # fmt: skip

    def delete(self, key: int) -> None:
        self.run("delete from ho_so where id = ?", key)


def hub_command(url: str, *words: object) -> list[str]:
    return [sys.executable, "-m", "hub", *map(str, words), "--url", url]


def run_once(url: str, *words: object) -> tuple[int, str]:
    """Exit code and output of `hub connector run ... --once`."""
    done = ended("connector", "run", *words, "--once", "--url", url, timeout=3 * DEADLINE)
    return done.returncode, done.stdout + done.stderr


@contextmanager
def running(url: str, *words: object, printed: Path) -> Iterator[Child]:
    """`hub connector run`, until the end of the block or until it is killed inside."""
    child = Child(hub_command(url, "connector", "run", *words), printed)
    try:
        yield child
    finally:
        child.end(signal.SIGKILL)


def known(
    url: str, dossiers: list[Dossier], source: str = "/made-up"
) -> Mapping[Dossier, list[Known]]:
    """All that a hub has of a made-up source, with all that its log has by now."""
    eventually(
        lambda: not httpx.get(f"{url}/readyz", timeout=DEADLINE).json()["catching_up"],
        "it catches up",
    )
    with HubClient(url) as client:
        return HttpHub(client).known(source, dossiers)


def status(url: str, name: str = "made-up") -> dict[str, Any]:
    answer = httpx.get(f"{url}/v1/connectors/{name}", timeout=DEADLINE)
    return json.loads(answer.text) if answer.status_code == 200 else {}


def kills(few: int) -> int:
    """How many times to kill; HUB_TEST_KILLS says otherwise."""
    return int(os.environ.get("HUB_TEST_KILLS", few))
