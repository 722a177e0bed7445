"""A database's own words for trouble become the two errors of a source, without a secret."""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError, NoSuchModuleError, SQLAlchemyError

from connectors.port import BrokenSourceError, SourceError

_BROKEN_STATES = ("28", "3D", "3F", "42", "22")
"""Classes of SQLSTATE that no waiting mends: who may enter, names, rights, values."""
_BROKEN_NUMBERS = frozenset((1044, 1045, 1049, 1054, 1064, 1142, 1143, 1146, 1305, 1356, 1370))
"""The same troubles, as MariaDB and MySQL number them."""
_BROKEN_WORDS = re.compile(
    r"password authentication failed|no password supplied|(?:role|database) \".*\" does not exist"
    r"|no such (?:table|column|function)|not a database|malformed|permission denied"
    r"|ORA-(?:00904|00942|01017|01031)|Login failed|Invalid (?:object|column) name",
    re.IGNORECASE,
)


@contextmanager
def told(url: URL, what: str) -> Iterator[None]:
    """Raises `SourceError` or `BrokenSourceError`, which say what was read and where."""
    try:
        yield
    except (NoSuchModuleError, ModuleNotFoundError) as error:
        raise BrokenSourceError(
            f"no driver for {url.drivername}: {error}; install motcua-hub[connectors] "
            "or the driver that SQLAlchemy names for this database"
        ) from None
    except DBAPIError as error:
        kind = BrokenSourceError if _is_broken(error) else SourceError
        raise kind(_text(url, what, error)) from None
    except SQLAlchemyError as error:
        raise SourceError(
            f"{what} at {place_of(url)}: {without_password(url, str(error))}"
        ) from None


def place_of(url: URL) -> str:
    """Where a database is, for people: without user and password."""
    host = url.host or ""
    port = f":{url.port}" if url.port else ""
    return f"{url.get_backend_name()}://{host}{port}/{url.database or ''}"


def without_password(url: URL, text: str) -> str:
    """A text that may repeat what a connection was made with, without its password."""
    secrets = {str(url.password)} if url.password else set()
    secrets |= {str(value) for name, value in url.query.items() if "password" in name.lower()}
    for secret in secrets:
        text = text.replace(secret, "***")
    return text


def _is_broken(error: DBAPIError) -> bool:
    if (state := getattr(error.orig, "sqlstate", None)) is not None:
        return str(state).startswith(_BROKEN_STATES)
    if isinstance(error.orig, sqlite3.Error):
        return _BROKEN_WORDS.search(str(error.orig)) is not None
    number = error.orig.args[0] if error.orig is not None and error.orig.args else None
    return number in _BROKEN_NUMBERS or _BROKEN_WORDS.search(str(error.orig)) is not None


def _text(url: URL, what: str, error: DBAPIError) -> str:
    diagnosis = getattr(error.orig, "diag", None)  # PostgreSQL: details may repeat values
    said = getattr(diagnosis, "message_primary", None)
    if said is None:
        arguments = error.orig.args if error.orig is not None else ()
        said = " ".join(str(argument) for argument in arguments) or type(error.orig).__name__
    line = " ".join(without_password(url, str(said)).split())[:500]
    return f"{what} at {place_of(url)}: {line}"
