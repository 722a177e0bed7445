"""The command `hub` in real processes that end by SIGKILL at a chosen step, with small pages.

They are forked off a server that has imported everything already, so that hundreds can be killed.
"""

import itertools
import os
import signal
import threading
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any, NamedTuple

from tests.forked import forked, run_here

PAGE = 5
_LONGEST = 6.0
"""Seconds after which a process ends that does not come so far."""


class End(NamedTuple):
    """At which request (from 0), of those to the hub and to services, a process ends."""

    step: int
    after: float | None
    """So many seconds after the request was begun; None: at the moment at which the answer is there
    and the process knows nothing of it yet."""


def start(words: list[str], printed: Path, end: End) -> ForkServerProcess:
    """A process of `hub WORDS` with its end. What it prints is added to a file."""
    return forked(_run, words, printed, end)


def _run(words: list[str], printed: Path, end: End) -> None:
    _small_pages()
    _die_at(end)
    _after(_LONGEST, "by the clock")
    run_here(words, printed)


def _small_pages() -> None:
    import connectors.files.folder
    import connectors.files.source
    import connectors.kafka.topic
    import connectors.rest.source
    import connectors.sql

    connectors.files.folder._APART = 0.05
    connectors.files.source.PAGE = connectors.rest.source.PAGE = PAGE
    connectors.kafka.topic.MOST_RECORDS = PAGE
    source = connectors.sql.SqlSource.__init__
    source.__defaults__ = (PAGE, *(source.__defaults__ or ())[1:])


def _die_at(end: End) -> None:
    import httpx

    real, steps = httpx.Client.send, itertools.count()

    def send(self: httpx.Client, request: httpx.Request, **options: Any) -> httpx.Response:
        is_last = next(steps) == end.step
        where = f"at request {end.step}, {request.method} {request.url.path}"
        if is_last and end.after is not None:
            _after(end.after, where)
        answer = real(self, request, **options)
        if is_last and end.after is None:
            _after(0, f"{where}, answered")
        return answer

    httpx.Client.send = send  # type: ignore[method-assign]


def _after(seconds: float, where: str) -> None:
    def end() -> None:
        os.write(1, f"killed {where}\n".encode())
        os.kill(os.getpid(), signal.SIGKILL)

    if not seconds:
        end()
    timer = threading.Timer(seconds, end)
    timer.daemon = True
    timer.start()
