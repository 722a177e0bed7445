"""A registry on a server is one hub's only: a lock of the session says so, for the process's life.

PostgreSQL lets go of the lock when the session ends, however it ends. So a thread looks after the
session, and takes the lock again where it was lost; if another hub has it by then, this one ends.
"""

import logging
import threading
import time
from collections.abc import Callable
from contextlib import suppress

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError

from hub.registry.errors import RegistryError
from hub.registry.sql import open_engine

logger = logging.getLogger(__name__)
Lost = Callable[[str], None]

_LOCK = 0x6D6F7463
"""A number that is the same in every process; the other half of the lock's name is the schema's."""
_LOOK_EVERY_S = 2.0
_WAIT_S = 3.0
"""A hub that was killed just now may still be there for the server."""
_SETTINGS = ("tcp_keepalives_idle = 10", "tcp_keepalives_interval = 5", "tcp_keepalives_count = 3")
_IN_USE = RegistryError(
    "registry", "is in use by another hub", "stop that one, or give this one a registry of its own"
)


class Holding:
    """The lock: of one process (`alone`), or of the processes of one distributed hub."""

    def __init__(self, url: str, *, alone: bool, lost: Lost) -> None:
        self._engine = _engine(url)
        self._alone, self._lost = alone, lost
        self._connection: Connection | None = None
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="registry lock", daemon=True)

    def start(self) -> None:
        """Take the lock, and look after it. Raises RegistryError where another hub has it."""
        if self._engine.dialect.name != "postgresql":
            return  # a file is in a folder that has a lock
        until = time.monotonic() + _WAIT_S
        while not self._take():
            if time.monotonic() > until:
                self._engine.dispose()
                raise _IN_USE
            time.sleep(0.1)
        self._thread.start()

    def stop(self) -> None:
        """Let go of it."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()
        self._drop()
        self._engine.dispose()

    def _take(self) -> bool:
        """Whether the lock is this session's now."""
        connection = self._engine.connect()
        try:
            for setting in _SETTINGS:  # a machine without power is forgotten in half a minute
                connection.execute(text(f"SET {setting}"))
            name = "pg_try_advisory_lock" if self._alone else "pg_try_advisory_lock_shared"
            schema = "hashtext(coalesce(current_schema(), ''))"
            taken = connection.scalar(text(f"SELECT {name}(:lock, {schema})"), {"lock": _LOCK})
        except BaseException:
            connection.invalidate()
            connection.close()
            raise
        if not taken:
            connection.close()
            return False
        self._connection = connection
        return True

    def _run(self) -> None:
        failing = False
        while not self._stop.wait(_LOOK_EVERY_S):
            try:
                if self._connection is not None:
                    self._connection.execute(text("SELECT 1"))
                elif not self._take():
                    self._lost(f"registry: {_IN_USE.problem}, since the connection was lost")
                    return
                failing = False
            except DBAPIError as error:
                if not failing:
                    logger.warning("the registry's lock is lost for now: %s", error.orig)
                failing = True
                self._drop()

    def _drop(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(DBAPIError):
                connection.invalidate()
            connection.close()


def _engine(url: str) -> Engine:
    engine = open_engine(url)
    if engine.dialect.name != "postgresql":
        return engine
    # A network that swallows everything is noticed after ten seconds, not after many minutes.
    patience = engine.url.update_query_dict({"tcp_user_timeout": "10000"})
    engine.dispose()
    shown = patience.render_as_string(hide_password=False)
    return open_engine(shown).execution_options(isolation_level="AUTOCOMMIT")
