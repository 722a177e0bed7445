"""Where `hub serve` keeps what it holds; each folder that has a part of a hub is one hub's only."""

import fcntl
import logging
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple

from sqlalchemy.exc import DBAPIError

from hub.log.port import LogDamagedError
from hub.registry import Registry, RegistryError
from hub.registry.identity import LOG, WORKERS
from hub.registry.sql import open_engine
from hub.services.belonging import StoreLostError
from hub.store.driver import StoreUnavailableError

logger = logging.getLogger(__name__)
_LOG = (
    "HUB_LOG: `hub serve` keeps its log in a file, sqlite:///PATH; "
    "for Kafka use `hub api` and `hub worker`"
)
_STORE = (
    "HUB_STORE: `hub serve` keeps its store in a folder, chdb:///PATH; "
    "for ClickHouse use `hub api` and `hub worker`"
)

PRIVATE = 0o077
"""The umask of all that runs on: what the hub keeps is for its own user."""

_ANOTHERS = (
    "give this hub a registry of its own, or, if the other is gone for good, run "
    "`hub migrate --take-registry` once"
)


class StartError(RuntimeError):
    """The hub cannot start; the text says why and what to do."""


class Places(NamedTuple):
    """Where the parts of an embedded hub lie."""

    data: Path
    log: Path
    store: Path
    registry: str
    """SQLAlchemy URL."""
    registry_file: Path | None
    """None: the registry is on a server."""


def places(
    data: Path, log: str | None = None, store: str | None = None, registry: str | None = None
) -> Places:
    """The places that URLs name; what is not given lies in the data folder. Nothing is opened.

    Raises `StartError`, which never repeats a URL: it may hold a password.
    """
    try:
        log_file = _file_of(log) if log else data / "log.db"
    except RegistryError:
        log_file = None
    if log_file is None:
        raise StartError(_LOG)
    folder = Path((store or "").removeprefix("chdb://")) if store else data / "store"
    if store and not (store.startswith("chdb://") and folder.is_absolute() and folder.name):
        raise StartError(_STORE)
    registry = registry or f"sqlite:///{data / 'registry.db'}"
    try:
        return Places(data, log_file, folder, registry, _file_of(registry))
    except RegistryError as error:
        raise StartError(f"HUB_REGISTRY {error.problem}; {error.hint}") from None


@contextmanager
def only_process(where: Places) -> Iterator[None]:
    """Make the folders, and hold their locks. The system lets go of them when the process ends,
    however it ends. Raises `StartError`."""
    for folder in (where.data, *(part.parent for part in _parts(where))):
        with opening(folder):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with ExitStack() as held:
        for folder in _folders(where):
            with opening(folder):
                file = held.enter_context((folder / "lock").open("a"))
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                raise StartError(
                    f"{folder} is in use by another hub; stop that one, or give another --data"
                ) from None
        yield


_HINT = "see to it or restore it from a backup, or give another place (--data)"
STORE_HINT = (
    "restore it from a backup; or move it away, and it is filled again from the log, as long as "
    "that holds the first events; or give another place (--data)"
)


def tell_what_others_may_read(where: Places) -> None:
    """Warn of folders that were there before and are not their owner's alone."""
    wide = [str(folder) for folder in _folders(where) if folder.stat().st_mode & PRIVATE]
    if wide:
        told = ", ".join(wide), " ".join(wide)
        logger.warning(
            "others on this machine may read %s; close it to them: chmod -R go= %s", *told
        )


def _parts(where: Places) -> list[Path]:
    return [part for part in (where.log, where.store, where.registry_file) if part]


def _folders(where: Places) -> list[Path]:
    """The folders that hold a part of a hub."""
    folders = (where.data, *(part.parent for part in _parts(where)))
    return [*{folder.resolve(): folder for folder in folders}.values()]


def only_of(registry: Registry, log: str | None, workers: str | None = None) -> None:
    """See to it that the registry is not another hub's: a distributed one has noted its log there,
    and its workers what Kafka calls them. `log` None: a hub in one process. Raises `StartError`."""
    noted = registry.identity.get(LOG)
    if noted is None and log is not None:
        raise StartError("HUB_REGISTRY belongs to no hub so far; run `hub migrate`")
    if noted != log:
        mine = f"this one is that of {log}" if log else "this one is a hub in one process"
        raise StartError(f"HUB_REGISTRY belongs to the hub of {noted}, {mine}; {_ANOTHERS}")
    if workers is not None and (others := registry.identity.note(WORKERS, workers)) != workers:
        raise StartError(
            f"HUB_REGISTRY belongs to the hub whose HUB_WORKER_GROUP is {others}, this one's is "
            f"{workers}; {_ANOTHERS}"
        )


@contextmanager
def opening(what: object, hint: str = _HINT) -> Iterator[None]:
    """Say what it was that could not be opened. Raises `StartError`."""
    try:
        yield
    except StartError:
        raise
    except LogDamagedError as error:
        more = "" if error.first else "; or give another place (--data)"
        raise StartError(f"{what}: {error}{more}") from None
    except (RegistryError, StoreLostError) as error:
        raise StartError(f"{what}: {error}") from None
    except (DBAPIError, OSError, RuntimeError) as error:  # chDB raises RuntimeError
        reason = error.orig if isinstance(error, DBAPIError) else error
        told = getattr(reason, "strerror", None) or str(reason).partition("\n")[0]
        raise StartError(f"{what} cannot be used: {told}; {hint}") from None


@contextmanager
def stopping(command: str) -> Iterator[None]:
    """Say why long work on a data folder had to stop, and that the command goes on when it is
    given again. Raises `StartError`."""
    try:
        yield
    except LogDamagedError as error:
        raise StartError(str(error)) from None
    except (DBAPIError, OSError, StoreUnavailableError) as error:
        reason = str(error.orig if isinstance(error, DBAPIError) else error).partition("\n")[0]
        raise StartError(
            f"stopped: {reason}; see to it and run `{command}` again, it goes on"
        ) from None


def _file_of(url: str) -> Path | None:
    """The file that a database's URL names; None: it is on a server. Raises `RegistryError`."""
    found = open_engine(url).url  # connects to nothing
    return Path(found.database or "") if found.get_backend_name() == "sqlite" else None
