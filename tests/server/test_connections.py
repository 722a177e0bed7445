"""More connections than the system lets a process have: nobody who says nothing stops the hub."""

import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from statistics import median
from typing import Any

import httpx
import pytest

from hub.server.descriptors import most_connections, raise_limit
from tests.api.speaking import Speaker, event
from tests.hub_process import HubProcess
from tests.server.raw import DEADLINE, connect, ended, parsed


@pytest.fixture(autouse=True)
def many() -> Iterator[None]:
    """This process opens some thousand connections, too."""
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    raise_limit()
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, limits)


def limited(data: Path, limit: str, **options: Any) -> HubProcess:
    """A hub under `ulimit`."""
    process = HubProcess(data, **options)
    process._command = ("sh", "-c", f'ulimit {limit} && exec "$@"', "sh", *process._command)
    return process


@contextmanager
def speaking(process: HubProcess) -> Iterator[Speaker]:
    with httpx.Client(base_url=process.url, timeout=DEADLINE) as client:
        yield Speaker(client, process.key if process.key_file.exists() else None)


def rounds(url: str, key: str, unit: str, count: int) -> list[float]:
    """Seconds of each: an event, a question that includes it, both on a connection of their own."""
    taken = []
    for n in range(count):
        begun = time.monotonic()
        with httpx.Client(base_url=url, timeout=DEADLINE) as client:
            speaker = Speaker(client, key)
            assert speaker.one(event(unit=unit, subject=f"s{n}")).status_code == 202
            speaker.position = None
            assert speaker.figures(period="2020", unit=unit)
        taken.append(time.monotonic() - begun)
    return taken


@pytest.mark.parametrize("limit", ["-Sn 1024", "-n 1024", "-n 512"])
def test_idle_connections_take_nothing_from_others(tmp_path: Path, limit: str) -> None:
    with limited(tmp_path / "data", limit, open=False) as process, ExitStack() as opened:
        before = rounds(process.url, process.key, "BEFORE", 10)
        with speaking(process) as kept:  # somebody who sends now and then
            assert kept.one(event(unit="KEPT")).status_code == 202
            begun = [b"", b"GET", b"GET / HTTP/1.1\r\nHost: x\r\n", b"POST /v1/events HTTP/1.1\r\n"]
            for n in range(1100):
                idle = opened.enter_context(connect(process.url))
                idle.sendall(begun[n % len(begun)])
            beside = rounds(process.url, process.key, "BESIDE", 10)
            assert kept.ask("/v1/figures", period="2020").status_code == 200
        # a bar of its own is in bench; here only that nobody waits for the idle ones to be closed
        assert median(beside) < 10 * median(before) + 1
        with speaking(process) as speaker:
            speaker.accept(event(unit="AFTER"))
            assert speaker.figures(period="2020")["total"]["received_total"] == 22
        assert process.process is not None
        assert process.process.poll() is None
        assert process.stop() == 0
    assert "Traceback" not in process.output()


def test_watchers_leave_room_or_are_told_to_come_again(tmp_path: Path) -> None:
    with limited(tmp_path / "data", "-n 1024") as process, ExitStack() as opened:
        watchers = [opened.enter_context(connect(process.url)) for _ in range(600)]
        for watcher in watchers:
            with suppress(OSError):  # its place was needed before it said anything
                watcher.sendall(b"GET /v1/live HTTP/1.0\r\n\r\n")
        taken, refused = 0, []
        for watcher in watchers:
            first = watcher.recv(2**16)
            if first.startswith(b"HTTP/1.1 200"):
                taken += 1
            else:
                refused.append(parsed(first + ended(watcher)))
        assert 300 < taken < 500
        for answer in refused:
            assert answer.status == 503
            assert answer.headers["retry-after"]
            assert answer.problem
        with speaking(process) as speaker:
            speaker.accept(event())
            assert speaker.figures(period="2020")["total"]["received_total"] == 1
        assert process.stop() == 0


def test_who_has_not_asked_yet_is_told_that_its_place_was_needed(tmp_path: Path) -> None:
    """A burst may be accepted before the hub reads what any of it asks."""
    with limited(tmp_path / "data", "-n 512") as process, ExitStack() as opened:
        silent = [opened.enter_context(connect(process.url)) for _ in range(180)]
        for connection in silent[:40]:
            answer = parsed(ended(connection))
            assert answer.status == 503
            assert answer.headers["retry-after"]
            assert answer.problem["title"] == "too many connections"
        with speaking(process) as speaker:
            speaker.accept(event())
        assert process.stop() == 0


def test_all_places_taken_by_requests_is_a_problem(tmp_path: Path) -> None:
    """Where every connection has a request that goes on, another one is told so."""
    head = b"POST /v1/events HTTP/1.1\r\nContent-Type: application/cloudevents+json\r\n"
    head += b"Host: localhost\r\nExpect: 100-continue\r\nContent-Length: 100\r\n\r\n"
    refused = []
    with limited(tmp_path / "data", "-n 512") as process, ExitStack() as opened:
        for _ in range(140):
            sender = opened.enter_context(connect(process.url))
            with suppress(OSError):  # it was answered and closed before it could say anything
                sender.sendall(head)
            first = sender.recv(2**16)
            if not first.startswith(b"HTTP/1.1 100 "):
                refused.append(parsed(first))
    assert 10 <= len(refused) < 20, "at a limit of 512 there may be 128 connections"
    for answer in refused:
        assert answer.status == 503
        assert answer.headers["retry-after"]
        assert answer.problem["title"] == "too many connections"


def test_the_rest_of_the_descriptors_is_the_hubs_own() -> None:
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    for limit, most in ((100, 25), (256, 64), (512, 128), (1024, 512), (4096, 3072)):
        resource.setrlimit(resource.RLIMIT_NOFILE, (limit, before[1]))
        assert most_connections() == most
        raise_limit()
        assert resource.getrlimit(resource.RLIMIT_NOFILE)[0] == before[1]
    assert most_connections() <= 20_000


@pytest.mark.parametrize("name", ["accepting", "log", "registry", "sync", "call"])
def test_no_descriptor_left_is_trouble_that_passes(name: str, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.server.exhausted", name, str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=DEADLINE)
    assert done.returncode == 0, done.stderr
