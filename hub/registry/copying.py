"""A registry in a file, copied while it is in use."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path


def copy_registry(source: Path, file: Path) -> None:
    """Write a registry, as it is at one moment, into a new file that its owner alone may read.
    Nobody waits meanwhile. What lies there already is replaced. Raises `OSError`."""
    file.unlink(missing_ok=True)
    os.close(os.open(file, os.O_CREAT | os.O_EXCL, 0o600))
    try:
        with closing(sqlite3.connect(source, isolation_level=None, timeout=10.0)) as connection:
            connection.execute("VACUUM INTO ?", (str(file),))
    except sqlite3.Error as error:
        file.unlink(missing_ok=True)
        raise OSError(f"{source} cannot be copied to {file}: {error}") from error
