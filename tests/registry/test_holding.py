"""A registry on PostgreSQL is one hub's: others are refused, and a lost lock is taken again."""

import os
import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text

from hub.registry import Registry, RegistryError, open_registry
from hub.registry.sql import open_engine
from tests.engines.postgres import PostgresServer
from tests.eventually import DEADLINE, eventually


class Lost:
    """What was told of a lost registry."""

    def __init__(self) -> None:
        self.told, self.event = "", threading.Event()

    def __call__(self, reason: str) -> None:
        self.told = reason
        self.event.set()


@pytest.fixture
def lost() -> Lost:
    return Lost()


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hub.registry.holding._WAIT_S", 0.3)
    monkeypatch.setattr("hub.registry.holding._LOOK_EVERY_S", 0.05)


def sessions(url: str) -> int:
    """How many sessions hold the lock."""
    engine = open_engine(url)
    with engine.connect() as connection:
        found = connection.scalar(
            text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted")
        )
    engine.dispose()
    return int(found or 0)


def test_one_hub_or_the_processes_of_one(
    postgres_schema_url: str, lost: Lost, tmp_path: Path
) -> None:
    url = postgres_schema_url
    with closing(open_registry(url, alone=True, lost=lost)):
        for alone in (True, False):
            with pytest.raises(RegistryError, match="in use by another hub"):
                open_registry(url, alone=alone, lost=lost)
        open_registry(url).close()  # who only looks is not held up
    with (
        closing(open_registry(url, lost=lost)),
        closing(open_registry(url, lost=lost)),
        pytest.raises(RegistryError, match="in use by another hub"),
    ):
        open_registry(url, alone=True, lost=lost)
    open_registry(url, alone=True, lost=lost).close()
    other = f"sqlite:///{tmp_path}/a.db"
    with closing(open_registry(other, alone=True, lost=lost)):
        open_registry(other, alone=True, lost=lost).close()  # its folder has a lock
    assert not lost.event.is_set()


def test_another_schema_is_another_registry(
    postgres_schema_url: str, postgres_url: str, lost: Lost
) -> None:
    with closing(open_registry(postgres_schema_url, alone=True, lost=lost)):
        open_registry(postgres_url, alone=True, lost=lost).close()


def test_a_process_that_was_killed_holds_nothing(postgres_schema_url: str, lost: Lost) -> None:
    code = (
        "import sys; from hub.registry import open_registry;"
        "open_registry(sys.argv[1], alone=True, lost=print); print('ready', flush=True); input()"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code, postgres_schema_url],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=dict(os.environ),
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stdout.readline() == b"ready\n"
    with pytest.raises(RegistryError, match="in use"):
        open_registry(postgres_schema_url, alone=True, lost=lost)
    process.kill()
    process.communicate(timeout=30)
    open_registry(postgres_schema_url, alone=True, lost=lost).close()


def test_a_lost_lock_is_taken_again_or_the_hub_ends(
    postgres_server: PostgresServer, lost: Lost, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = postgres_server.url
    with closing(open_registry(url, alone=True, lost=lost)) as registry:
        for _ in range(2):
            postgres_server.stop()
            postgres_server.start()
            eventually(lambda: sessions(url) == 1)
        assert registry.units.all() == []
        assert not lost.event.is_set()
        holding = registry._holding
        assert holding is not None
        take, may_look = holding._take, threading.Event()
        monkeypatch.setattr(holding, "_take", lambda: may_look.wait(2 * DEADLINE) and take())
        postgres_server.stop()
        postgres_server.start()
        with closing(quicker(url)):
            may_look.set()
            assert lost.event.wait(DEADLINE)
        assert "another hub" in lost.told


def quicker(url: str) -> Registry:
    """Another hub that is quicker after the outage."""

    def opened() -> Registry | None:
        try:
            return open_registry(url, alone=True, lost=lambda _: None)
        except RegistryError:
            return None

    found = eventually(opened, "the lock is free")
    assert found is not None
    return found
