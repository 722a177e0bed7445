"""To which log a registry belongs, and whether it holds anything at all."""

from pathlib import Path

from sqlalchemy import func, select

from hub.registry import tables
from hub.registry.registry import Registry
from hub.registry.schema import revision
from hub.registry.sql import open_engine

_NAME = "log"
"""Of the cursor that says which log all cursors are about."""


def is_new(url: str) -> bool:
    """Whether there is no registry at this URL, or one in which nothing was ever kept.

    Makes nothing. Raises RegistryError for another URL.
    """
    engine = open_engine(url)
    try:
        name = engine.url.database or ""
        if engine.dialect.name == "sqlite" and not _is_file_with_content(Path(name)):
            return True
        if revision(engine) is None:
            return True
        with engine.connect() as connection:
            return not any(
                connection.scalar(select(func.count()).select_from(table))
                for table in (tables.keys, tables.cursors, tables.units, tables.calendar_days)
            )
    finally:
        engine.dispose()


def _is_file_with_content(file: Path) -> bool:
    return file.exists() and file.stat().st_size > 0


def log_of(registry: Registry) -> int | None:
    """The id of the log to which the registry belongs; None: nobody said so yet."""
    return registry.cursors.get(_NAME).get(0)


def belong_to(registry: Registry, log: int) -> None:
    """From now on it belongs to this log."""
    registry.cursors.set(_NAME, {0: log})
