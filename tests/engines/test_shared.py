"""One server for several processes: it is there as long as one of them, however that one ends."""

import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from clickhouse_driver import Client
from clickhouse_driver.errors import NetworkError

from tests.child import Child
from tests.engines.clickhouse import binary
from tests.eventually import eventually

ROOT = Path(__file__).parents[2]
USER = """
import sys, time
from pathlib import Path
from tests.engines.shared import join
print("uses", join(Path(sys.argv[1]), "clickhouse", lambda: None), flush=True)
time.sleep(600)
"""


Start = Callable[[], tuple[Child, str]]


@pytest.fixture
def user(tmp_path: Path) -> Iterator[Start]:
    """Starts a process that uses the folder's server; gives its address, too."""
    children: list[Child] = []

    def started() -> tuple[Child, str]:
        command = (sys.executable, "-c", USER, str(tmp_path))
        child = Child(command, tmp_path / f"{len(children)}.output", cwd=ROOT)
        children.append(child)
        return child, child.wait_for(r"uses (\S+)\n")[1]

    yield started
    for child in children:
        child.end(signal.SIGKILL)


def answers(url: str) -> bool:
    try:
        with Client.from_url(url) as client:
            return bool(client.execute("SELECT 1"))
    except (NetworkError, EOFError):
        return False


@pytest.mark.faults
def test_a_server_lives_as_long_as_its_users(user: Start) -> None:
    binary()
    first, url = user()
    second, same = user()
    assert same == url
    first.end(signal.SIGKILL)
    assert answers(url)
    third, same = user()
    assert same == url
    for child in (second, third):
        child.end(signal.SIGKILL)
    eventually(lambda: not answers(url), "the server is gone")
    last, other = user()
    assert answers(other)
    last.end(signal.SIGTERM)
    eventually(lambda: not answers(other), "the next one is gone, too")
