"""The cursor of files: what was read, by content, and how far in the file that is being read.

The same content under another name is not read again; a name whose content changed is, even when
it changes back to what it held before.
"""

from typing import Any

from connectors.files.folder import Seen
from connectors.port import BrokenSourceError, Cursor

_MOST_HASHES = 2_000
"""Contents whose files are gone that are remembered. What is forgotten and comes again is read
again, and replaces nothing newer."""


class Progress:
    """A cursor while it is being moved."""

    def __init__(self, cursor: Cursor | None) -> None:
        found = {} if cursor is None else cursor
        if not isinstance(found, dict):
            raise BrokenSourceError("the cursor is not one of files; name the connector anew")
        self._files: dict[str, list[Any]] = dict(found.get("files", {}))
        self._done: dict[str, None] = dict.fromkeys(found.get("done", ()))
        self._at: list[Any] = list(found.get("at", ()))
        self._last: str | None = found.get("last")
        self.newest: int | None = found.get("newest")
        """Time of the newest file that was read, in µs."""

    def hash_known(self, seen: Seen) -> str | None:
        """The content of a file that looks as it did when it was read."""
        size, time, content = self._files.get(seen.name, (None, None, None))
        return content if (size, time) == (seen.size, seen.time) else None

    def is_done(self, seen: Seen, content: str, *, is_whole: bool) -> bool:
        """Whether a file needs no reading. Of whole copies one that is again as one before the last
        says something new."""
        if is_whole:
            return content == self._last
        if seen.name in self._files:
            return bool(self._files[seen.name][2] == content)
        return content in self._done or any(one[2] == content for one in self._files.values())

    def row_in(self, content: str) -> int:
        """The number of the last row of this content that was read; 0: none."""
        return self._at[1] if self._at and self._at[0] == content else 0

    def inside(self, content: str, row: int) -> Cursor:
        """The cursor behind a row."""
        self._at = [content, row]
        return self.cursor()

    def finish(self, seen: Seen, content: str) -> None:
        """A file was read, or need not be."""
        if (before := self._files.get(seen.name)) is not None:
            self._remember(before[2])
        self._files[seen.name] = [seen.size, seen.time, content]
        self._at = []

    def read(self, seen: Seen, content: str) -> None:
        """A file was read."""
        self._last = content
        self.newest = max(self.newest or seen.time, seen.time)

    def keep_only(self, names: set[str]) -> None:
        """Files that are gone are remembered by their content only."""
        for name in [name for name in self._files if name not in names]:
            self._remember(self._files.pop(name)[2])

    def cursor(self) -> Cursor:
        """As it is saved."""
        made: dict[str, Any] = {"files": dict(self._files), "done": list(self._done)}
        if self._at:
            made["at"] = list(self._at)
        if self.newest is not None:
            made |= {"newest": self.newest, "last": self._last}
        return made

    def _remember(self, content: str) -> None:
        self._done.pop(content, None)
        self._done[content] = None
        while len(self._done) > _MOST_HASHES:
            del self._done[next(iter(self._done))]
