"""Private MariaDB servers for tests: import the fixtures into a `conftest.py`.

A server listens on a Unix socket inside a temporary folder only: no port, no password, nobody
else's. All tests of a run share one, each with a database of its own.
"""

import getpass
import os
import shutil
import signal
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import make_url

from tests.engines import need
from tests.engines.shared import once_a_run
from tests.eventually import eventually

_DEADLINE_S = 60.0


class MariadbServer:
    """One server and its folder; stopped by the id of the process that was started."""

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="hub-maria-"))
        self._socket = self._folder / "socket"
        self._data = self._folder / "data"
        self._process: subprocess.Popen[bytes] | None = None
        user = getpass.getuser()
        self.url = f"mariadb+pymysql://{user}@localhost/mysql?unix_socket={self._socket}"
        subprocess.run(
            [
                _installer(), "--no-defaults", f"--datadir={self._data}", f"--user={user}",
                "--auth-root-authentication-method=socket", f"--auth-root-socket-user={user}",
                "--skip-test-db",
            ],
            cwd=self._folder, check=True, capture_output=True, timeout=_DEADLINE_S,
        )  # fmt: skip

    def start(self) -> None:
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [
                    server(), "--no-defaults", f"--datadir={self._data}",
                    f"--socket={self._socket}", f"--user={getpass.getuser()}",
                    "--skip-networking", "--character-set-server=utf8mb4",
                    "--innodb-flush-log-at-trx-commit=0", "--innodb-buffer-pool-size=64M",
                    f"--pid-file={self._folder / 'pid'}",
                ],
                cwd=self._folder, stdout=log, stderr=log,
            )  # fmt: skip
        eventually(self._answers, "MariaDB answers", _DEADLINE_S)

    def remove(self) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait(_DEADLINE_S)
            self._process = None
        shutil.rmtree(self._folder)

    def _answers(self) -> bool:
        import pymysql

        assert self._process is not None
        assert self._process.poll() is None, (self._folder / "log").read_text()[-3000:]
        try:
            pymysql.connect(unix_socket=str(self._socket), user=getpass.getuser()).close()
        except pymysql.OperationalError:
            return False
        return True


def server() -> str:
    """The server's program; skips the test where there is none."""
    places = f"{os.environ.get('PATH', '')}:/usr/sbin"
    if (found := shutil.which("mariadbd", path=places)) is None:
        need("no MariaDB: install mariadb-server, or give a server's URL in HUB_TEST_MARIADB")
    return found


def _installer() -> str:
    found = shutil.which("mariadb-install-db")
    assert found is not None
    return found


def new_server() -> MariadbServer:
    """A server that has not been started; the caller removes it."""
    server()
    return MariadbServer()


@pytest.fixture(scope="session")
def mariadb_url(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A server that is there (HUB_TEST_MARIADB), or the one of this run; no test may stop it."""
    pytest.importorskip("pymysql")
    given = os.environ.get("HUB_TEST_MARIADB")
    return given or once_a_run(tmp_path_factory, "mariadb", server)


@pytest.fixture
def mariadb_database_url(mariadb_url: str) -> Iterator[str]:
    """The server with an empty database of this test's own, which is dropped after it."""
    from sqlalchemy import create_engine, text

    name = f"test_{uuid.uuid4().hex}"
    engine = create_engine(mariadb_url)
    with engine.begin() as connection:
        connection.execute(text(f"CREATE DATABASE {name} CHARACTER SET utf8mb4"))
    yield make_url(mariadb_url).set(database=name).render_as_string(hide_password=False)
    with engine.begin() as connection:
        connection.execute(text(f"DROP DATABASE {name}"))
    engine.dispose()
