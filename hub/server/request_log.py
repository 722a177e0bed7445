"""The request log: a line of JSON for each request. No key is in it, and nothing of a body.

Who answers never waits for it: a thread writes. What comes too fast for the disk, or while it is
full, is left out and counted.
"""

import logging
import os
import queue
import re
import sys
import threading
import time
from pathlib import Path
from typing import NamedTuple

import orjson

from hub.core.time import rfc3339

logger = logging.getLogger(__name__)
_MOST_WAITING = 20_000
_LONGEST_CALL = 500
_SECRET = re.compile(r"hub_[A-Za-z0-9_-]{8,}")


class Request(NamedTuple):
    """What is told of a request. `key`: the number of its key; `call`: method and path, None where
    these could not be read; `status` None: nobody was there any more to be answered; `seconds`
    until the answer had ended."""

    moment: int
    """µs UTC when it had come."""
    key: int | None
    call: str | None
    status: int | None
    seconds: float


class RequestLog:
    """Appends to a file, or to standard output (`-`). A file that was moved away (logrotate) is
    made anew. Raises `OSError` where it cannot be opened."""

    def __init__(self, where: str) -> None:
        self._path = None if where == "-" else Path(where)
        self._file = sys.stdout.fileno() if self._path is None else _opened(self._path)
        self._waiting: queue.Queue[Request | None] = queue.Queue(_MOST_WAITING)
        self._missed = 0
        self._failing = False
        self._writer = threading.Thread(target=self._run, name="request-log", daemon=True)
        self._writer.start()

    def note(self, request: Request) -> None:
        """A request was answered."""
        try:
            self._waiting.put_nowait(request)
        except queue.Full:
            self._missed += 1

    def close(self) -> None:
        """Write what waits."""
        self._waiting.put(None)
        self._writer.join()
        if self._path is not None:
            os.close(self._file)

    def _run(self) -> None:
        ended = False
        while not ended:
            requests = [self._waiting.get()]
            while len(requests) < _MOST_WAITING and not self._waiting.empty():
                requests.append(self._waiting.get())
            ended = None in requests
            self._write([request for request in requests if request])

    def _write(self, requests: list[Request]) -> None:
        missed, self._missed = self._missed, 0
        lines = [*map(_line, requests)]
        if missed:
            lines.append(orjson.dumps({"time": rfc3339(_now()), "missed": missed}))
        rest = b"".join(line + b"\n" for line in lines)
        try:
            self._follow()
            while rest:
                rest = rest[os.write(self._file, rest) :]
        except OSError as error:
            self._missed += missed + len(requests)
            if not self._failing:
                logger.warning("the request log cannot be written now: %s", error)
            self._failing = True
        else:
            self._failing = False

    def _follow(self) -> None:
        """Open the file anew if another one, or none, is at its place."""
        if self._path is None:
            return
        try:
            is_same = os.path.samestat(self._path.stat(), os.fstat(self._file))
        except FileNotFoundError:
            is_same = False
        if not is_same:
            former, self._file = self._file, _opened(self._path)
            os.close(former)


def _opened(path: Path) -> int:
    return os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)


def _now() -> int:
    return time.time_ns() // 1000


def _line(request: Request) -> bytes:
    call = request.call
    if call is not None:  # who takes a key for a part of the address is not to be told on
        call = _SECRET.sub("hub_…", call[:_LONGEST_CALL]).encode(errors="replace").decode()
    return orjson.dumps(
        {
            "time": rfc3339(request.moment),
            "key": request.key,
            "call": call,
            "status": request.status,
            "ms": round(request.seconds * 1000, 1),
        }
    )
