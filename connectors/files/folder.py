"""Which files of a folder are there, whole, and what they hold.

A folder is looked at again and again: networks tell nothing of new files. A file is read when two
looks at it saw the same size and time; its content is known by a hash.
"""

import hashlib
import time
import unicodedata
from collections.abc import Callable, Iterator
from fnmatch import fnmatchcase
from pathlib import Path
from typing import NamedTuple

from connectors.files.options import FileOptions
from connectors.port import BrokenSourceError, SourceError

_UNFINISHED = (".tmp", ".part", ".partial", ".crdownload", ".filepart")
_APART = 1.0
"""Seconds between the first two looks; all others are as far apart as the source is asked."""


class Seen(NamedTuple):
    """A file at one look."""

    path: Path
    size: int
    time: int
    """The file's time of change, in µs since 1970."""

    @property
    def name(self) -> str:
        """In Unicode's form NFC."""
        return unicodedata.normalize("NFC", self.path.name)


class Folder:
    """The files that are to be read."""

    def __init__(self, options: FileOptions, wait: Callable[[float], None] = time.sleep) -> None:
        self._options, self._wait = options, wait
        self._last: dict[str, Seen] | None = None

    def whole(self) -> list[Seen]:
        """The files that did not change since the look before, the oldest first. A file that is
        given singly is taken as it is. Raises `SourceError`, `BrokenSourceError`."""
        if (data := self._options.data) is not None:
            return [self._given(data)]
        if self._last is None:
            self._last = self.look()
            if self._last:
                self._wait(_APART)
        before, self._last = self._last, self.look()
        found = [seen for name, seen in self._last.items() if before.get(name) == seen]
        return sorted(found, key=lambda seen: (seen.time, seen.name))

    def look(self) -> dict[str, Seen]:
        """All files that match, by name."""
        folder = self._options.folder
        if folder is None:
            raise BrokenSourceError("no folder is named; write `folder` under `read`")
        try:
            return {seen.name: seen for seen in self._files(folder)}
        except PermissionError as error:
            raise BrokenSourceError(
                f"the folder {folder} may not be read; give the hub's user the right to"
            ) from error
        except NotADirectoryError as error:
            raise BrokenSourceError(f"{folder} is no folder; correct `folder`") from error
        except OSError as error:
            raise SourceError(
                f"the folder {folder} cannot be read ({error.strerror}); see whether it is "
                "mounted, or correct `folder`"
            ) from error

    def _files(self, folder: Path) -> Iterator[Seen]:
        for path in folder.iterdir():
            name = unicodedata.normalize("NFC", path.name)
            if name.startswith((".", "~$")) or name.lower().endswith(_UNFINISHED):
                continue
            if any(fnmatchcase(name, pattern) for pattern in self._options.match):
                try:
                    if path.is_file():
                        yield seen_at(path)
                except FileNotFoundError:
                    continue  # it went between two looks

    def _given(self, path: Path) -> Seen:
        try:
            return seen_at(path)
        except OSError as error:
            raise BrokenSourceError(
                f"the file {path} cannot be read ({error.strerror}); correct its name or the right"
            ) from error


def seen_at(path: Path) -> Seen:
    """A look at one file. Raises `OSError`."""
    stat = path.stat()
    return Seen(path, stat.st_size, stat.st_mtime_ns // 1000)


def hash_of(path: Path) -> str:
    """What a file holds, in 32 hexadecimal digits. Raises `OSError`."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.blake2b(digest_size=16)).hexdigest()
