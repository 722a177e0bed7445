"""Files that are there whole or not at all, and the note of work on a data folder."""

import json
import os
from pathlib import Path
from typing import Any

from hub.processes.places import StartError

UNFINISHED = "unfinished"
"""The file in a data folder that says that it is not whole; `hub serve` does not open it then."""


def write_whole(file: Path, content: bytes) -> None:
    """Put content in the place of a file; a crash leaves the old one. Only its owner may read it.

    Raises `OSError`.
    """
    new = file.with_name(file.name + ".new")
    try:
        with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
            out.write(content)
            out.flush()
            os.fsync(out.fileno())
        new.replace(file)
    except OSError:
        new.unlink(missing_ok=True)
        raise
    sync_folder(file.parent)


def sync_folder(folder: Path) -> None:
    """Let the disk have the names in a folder."""
    names = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(names)
    finally:
        os.close(names)


def note_unfinished(data: Path, what: dict[str, Any]) -> None:
    """Note that a data folder is not whole, and what is being done to it."""
    write_whole(data / UNFINISHED, json.dumps(what).encode())


def read_unfinished(data: Path) -> dict[str, Any] | None:
    """What is being done to a data folder; None: nothing is. Raises `StartError`."""
    try:
        found = json.loads((data / UNFINISHED).read_bytes())
    except FileNotFoundError:
        return None
    except (OSError, ValueError):
        found = None
    if not isinstance(found, dict):
        raise StartError(f"{data / UNFINISHED} cannot be read; restore into another folder")
    return found


def note_finished(data: Path) -> None:
    """The data folder is whole."""
    (data / UNFINISHED).unlink(missing_ok=True)
    sync_folder(data)


def check_finished(data: Path) -> None:
    """Raise `StartError` where a data folder is not whole."""
    if what := read_unfinished(data):
        raise StartError(
            f"{data} is not whole: `{what.get('command', 'hub restore')}` did not finish; "
            "run it again, and it goes on"
        )
