"""Private PostgreSQL servers for tests: import the fixtures into a `conftest.py`.

A server listens on a Unix socket inside a temporary folder only: no port, no password, nobody
else's. All tests of a run share one, each with a schema of its own; tests that stop a server have
their own.
"""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import make_url

from tests.engines import need
from tests.engines.shared import once_a_run

_DEADLINE_S = 60.0


class PostgresServer:
    """One server and its folder; stopped by the id of the process that was started."""

    def __init__(self, binaries: Path) -> None:
        self._binaries = binaries
        self._folder = Path(tempfile.mkdtemp(prefix="hub-pg-"))
        self._user = _user()
        self._process: subprocess.Popen[bytes] | None = None
        self.url = f"postgresql+psycopg://postgres@/postgres?host={self._folder}"
        if self._user is not None:
            shutil.chown(self._folder, self._user)
        options = ["-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync"]
        subprocess.run(
            [binaries / "initdb", "-D", self._folder / "data", *options],
            user=self._user,
            cwd=self._folder,
            check=True,
            capture_output=True,
            timeout=_DEADLINE_S,
        )

    def start(self) -> None:
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": str(self._folder),
            "fsync": "off",
            "shared_buffers": "32MB",
        }
        arguments = [text for item in settings.items() for text in ("-c", "=".join(item))]
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [self._binaries / "postgres", "-D", self._folder / "data", *arguments],
                user=self._user,
                cwd=self._folder,
                stdout=log,
                stderr=log,
            )
        self._wait()

    def stop(self) -> None:
        """At once, as in an outage: sessions are cut; data that was committed stays."""
        if self._process is not None:
            self._process.send_signal(signal.SIGINT)
            self._process.wait(_DEADLINE_S)
            self._process = None

    def remove(self) -> None:
        self.stop()
        shutil.rmtree(self._folder)

    def _wait(self) -> None:
        import psycopg

        deadline = time.monotonic() + _DEADLINE_S
        while True:
            try:
                psycopg.connect(host=str(self._folder), user="postgres").close()
                return
            except psycopg.OperationalError:
                assert self._process is not None
                stopped = self._process.poll() is not None
                if stopped or time.monotonic() > deadline:
                    raise
                time.sleep(0.02)


def _user() -> str | None:
    """PostgreSQL refuses to run as root: then it runs as its own user, or as nobody."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


def _binaries() -> Path:
    found = shutil.which("postgres")
    folders = [Path(found).parent] if found else []
    folders += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    usable = [folder for folder in folders if (folder / "initdb").exists()]
    if not usable:
        need("no PostgreSQL: install it, or give a server's URL in HUB_TEST_POSTGRES")
    return usable[0]


def new_server() -> PostgresServer:
    """A server that has not been started; the caller removes it."""
    return PostgresServer(_binaries())


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """A server that other processes do not use: a test may stop and start it."""
    pytest.importorskip("psycopg")
    server = new_server()
    try:
        server.start()
        yield server
    finally:
        server.remove()


@pytest.fixture(scope="session")
def postgres_url(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A server that is there (HUB_TEST_POSTGRES), or the one of this run; no test may stop it."""
    pytest.importorskip("psycopg")
    given = os.environ.get("HUB_TEST_POSTGRES")
    return given or once_a_run(tmp_path_factory, "postgres", _binaries)


@pytest.fixture
def postgres_schema_url(postgres_url: str) -> Iterator[str]:
    """The server with an empty schema of this test's own, which is dropped after it."""
    import psycopg

    name = f"test_{uuid.uuid4().hex}"
    url = make_url(postgres_url)
    plain = url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(plain, autocommit=True) as connection:
        connection.execute(f"CREATE SCHEMA {name}")
    own = url.update_query_dict({"options": f"-csearch_path={name}"})
    yield own.render_as_string(hide_password=False)
    with psycopg.connect(plain, autocommit=True) as connection:
        connection.execute(f"DROP SCHEMA {name} CASCADE")
