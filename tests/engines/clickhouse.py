"""Private ClickHouse servers for tests: import the fixtures into a `conftest.py`.

A server listens on loopback, on free ports that it keeps when it is started again, and holds its
data in a temporary folder. All tests of a run share one, each with a database of its own; tests
that kill a server have their own. `HUB_TEST_CLICKHOUSE` (`clickhouse://…`) names a server that is
there instead of the shared one.
"""

import os
import shutil
import socket
import subprocess
import tempfile
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
from clickhouse_driver import Client
from clickhouse_driver.errors import Error
from sqlalchemy import make_url

from tests.engines import need
from tests.engines.shared import once_a_run

_DEADLINE_S = 60.0

# `<yandex>` is the root that the oldest and the newest server know. No log tables are named, so
# none are kept; one merge at a time and small caches suit a shared machine.
_CONFIG = """<yandex>
  <logger><level>warning</level><log>{folder}/log</log><errorlog>{folder}/errors</errorlog></logger>
  <listen_host>127.0.0.1</listen_host>
  <tcp_port>{tcp}</tcp_port><http_port>{http}</http_port>
  <interserver_http_port>{peers}</interserver_http_port>
  <path>{folder}/data/</path><tmp_path>{folder}/tmp/</tmp_path>
  <users_config>{folder}/users.xml</users_config>
  <default_profile>default</default_profile><default_database>default</default_database>
  <mark_cache_size>16777216</mark_cache_size><max_concurrent_queries>50</max_concurrent_queries>
  <remote_servers>{clusters}</remote_servers>
</yandex>
"""
_USERS = """<yandex>
  <profiles><default>
    <max_memory_usage>1000000000</max_memory_usage><max_threads>2</max_threads>
    <background_pool_size>2</background_pool_size><log_queries>0</log_queries>
  </default></profiles>
  <users><default>
    <password></password><networks><ip>127.0.0.1</ip></networks>
    <profile>default</profile><quota>default</quota>
  </default></users>
  <quotas><default></default></quotas>
</yandex>
"""


class ClickHouseServer:
    """One server and its folder; ended by the id of the process that was started."""

    def __init__(self, binary: str) -> None:
        self._binary = binary
        self._folder = Path(tempfile.mkdtemp(prefix="hub-ch-"))
        self._process: subprocess.Popen[bytes] | None = None
        self._ports = _free_ports(3)
        self.url = f"clickhouse://default@127.0.0.1:{self._ports[0]}/default"
        (self._folder / "users.xml").write_text(_USERS)
        self._configure("")

    def join(self, name: str, shards: Sequence["ClickHouseServer"]) -> None:
        """Before its start: know these servers as the shards of a cluster."""
        parts = "".join(
            f"<shard><replica><host>127.0.0.1</host><port>{shard._ports[0]}</port></replica></shard>"
            for shard in shards
        )
        self._configure(f"<{name}>{parts}</{name}>")

    def start(self) -> None:
        """Start, and wait until it answers."""
        with (self._folder / "out").open("ab") as out:
            self._process = subprocess.Popen(
                [self._binary, f"--config-file={self._folder / 'config.xml'}"],
                cwd=self._folder,
                stdout=out,
                stderr=out,
            )
        self._wait()

    def stop(self) -> None:
        """In order: it finishes what it does."""
        if self._process is not None:
            self._process.terminate()
            try:
                self._process.wait(_DEADLINE_S)
            finally:
                self.kill9()

    def kill9(self) -> None:
        """At once, as when a machine fails."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(_DEADLINE_S)
            self._process = None

    def remove(self) -> None:
        """Stop and delete everything."""
        self.kill9()
        shutil.rmtree(self._folder)

    def _configure(self, clusters: str) -> None:
        tcp, http, peers = self._ports
        text = _CONFIG.format(
            folder=self._folder, tcp=tcp, http=http, peers=peers, clusters=clusters
        )
        (self._folder / "config.xml").write_text(text)

    def _wait(self) -> None:
        assert self._process is not None
        deadline = time.monotonic() + _DEADLINE_S
        while True:
            try:
                with Client.from_url(self.url) as client:
                    client.execute("SELECT 1")
                return
            except (Error, EOFError):
                if self._process.poll() is not None or time.monotonic() > deadline:
                    said = [self._folder / name for name in ("out", "errors")]
                    text = "\n".join(file.read_text()[-2000:] for file in said if file.exists())
                    raise RuntimeError(f"the ClickHouse server did not start: {text}") from None
                time.sleep(0.05)


def _free_ports(count: int) -> list[int]:
    """Ports that are free now; all are held until the last is found, so they differ."""
    held = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [int(listener.getsockname()[1]) for listener in held]
    for listener in held:
        listener.close()
    return ports


def binary() -> str:
    """The server's program; where there is none, the test is skipped."""
    return shutil.which("clickhouse-server") or need(
        "no clickhouse-server: install it, or give a server's URL in HUB_TEST_CLICKHOUSE"
    )


def new_server() -> ClickHouseServer:
    """A server that has not been started; the caller removes it."""
    return ClickHouseServer(binary())


@pytest.fixture(scope="session")
def clickhouse_server() -> Iterator[ClickHouseServer]:
    """A server that other processes do not use: a test may stop, kill and start it."""
    server = new_server()
    try:
        server.start()
        yield server
        server.stop()
    finally:
        server.remove()


@pytest.fixture(scope="session")
def clickhouse_url(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A server that is there (HUB_TEST_CLICKHOUSE), or the one of this run; no test may stop it."""
    given = os.environ.get("HUB_TEST_CLICKHOUSE")
    return given or once_a_run(tmp_path_factory, "clickhouse", binary)


@contextmanager
def own_database(url: str) -> Iterator[str]:
    """The URL of an empty database on a server, which is dropped in the end."""
    name = f"test_{uuid.uuid4().hex}"
    with Client.from_url(url) as client:
        client.execute(f"CREATE DATABASE {name}")
        yield make_url(url).set(database=name).render_as_string(hide_password=False)
        client.disconnect()  # a test may have killed the server in between
        client.execute(f"DROP DATABASE {name}")


@pytest.fixture(scope="class")
def clickhouse_database(clickhouse_url: str) -> Iterator[str]:
    """A database of this test's, or its class's, own."""
    with own_database(clickhouse_url) as url:
        yield url
