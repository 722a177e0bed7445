"""What the parts do while their process can open nothing: a process for each, for what else runs in
a process may not bear that (chDB)."""

import os
import resource
import select
import socket
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy.exc import DBAPIError

from hub.api import problems
from hub.log.port import LogUnavailableError
from hub.log.sql import SqlLog
from hub.registry import open_registry
from hub.store.chdb_engine import ChdbEngine
from tests.server.raw import DEADLINE, echo, parsed, rest, serving


@contextmanager
def no_descriptor_left() -> Iterator[None]:
    """This process can open nothing meanwhile."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    taken = [os.open("/", os.O_RDONLY)]
    resource.setrlimit(resource.RLIMIT_NOFILE, (taken[0] + 1, hard))
    try:
        with suppress(OSError):  # what lies below is free, too
            while True:
                taken.append(os.open("/", os.O_RDONLY))
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        for descriptor in taken:
            os.close(descriptor)


def accepting() -> None:
    """The server accepts on when there are descriptors again."""
    with serving(echo, lifespan="off") as url, ExitStack() as opened:
        sockets = [opened.enter_context(socket.socket()) for _ in range(5)]
        parts = urlsplit(url)
        assert httpx.get(url).status_code == 200  # it has begun
        with no_descriptor_left():
            for one in sockets:
                one.settimeout(DEADLINE)
                one.connect((parts.hostname, parts.port))
                one.sendall(b"GET / HTTP/1.0\r\n\r\n")
            assert not select.select(sockets, [], [], 0.3)[0]
        for one in sockets:
            assert parsed(rest(one)).status == 200


def log(folder: Path) -> None:
    """What cannot be stored is unavailable."""
    log = SqlLog(f"sqlite:///{folder / 'log.db'}", lambda: 1)
    log._engine.dispose()  # its files are to be opened anew
    with no_descriptor_left(), pytest.raises(LogUnavailableError):
        log.append([]).result(DEADLINE)
    assert log.append([]).result(DEADLINE).position == {0: 1}
    log.close()


def registry(folder: Path) -> None:
    """As when a database is away."""
    registry = open_registry(f"sqlite:///{folder / 'registry.db'}")
    registry.close()
    with no_descriptor_left(), pytest.raises(DBAPIError):
        registry.units.all()
    assert registry.units.all() == []


def sync(folder: Path) -> None:
    """Needs no descriptor: without it the process ends."""
    store = ChdbEngine(folder / "store")
    with no_descriptor_left():
        store.sync()
        os._exit(0)  # an engine that could open nothing may never close


def call() -> None:
    """What a call could not open is 503."""

    def opens() -> None:
        with no_descriptor_left():
            os.open("/", os.O_RDONLY)

    app = FastAPI()
    problems.install(app)
    app.get("/")(opens)
    with serving(app) as url:
        answer = httpx.get(url)
    assert answer.status_code == 503
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["retry-after"]


if __name__ == "__main__":
    match sys.argv[1]:
        case "accepting":
            accepting()
        case "call":
            call()
        case name:
            {"log": log, "registry": registry, "sync": sync}[name](Path(sys.argv[2]))
