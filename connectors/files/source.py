"""Files as a source: a folder that is watched, or a single file."""

import logging
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from connectors.files.doubles import HashSet
from connectors.files.folder import Folder, Seen, hash_of, seen_at
from connectors.files.lines import BrokenFileError
from connectors.files.options import FileOptions
from connectors.files.progress import Progress
from connectors.files.records import Contents, Record, contents
from connectors.files.refused import refused_copy
from connectors.port import (
    BrokenSourceError,
    Cursor,
    Fault,
    Page,
    Row,
    SourceError,
    Unreadable,
)
from connectors.selecting import key_of

PAGE = 2_000
"""Rows."""
_MOST_REFUSED = 100_000
"""Rows of one file that its refused copy tells."""
_LOG = logging.getLogger(__name__)
_TWICE = (
    "names a dossier that an earlier row of this file names with other values; the earlier row "
    "counts; leave only the right one"
)


class _Batch(NamedTuple):
    rows: list[Row]
    unreadable: list[Unreadable]
    last: int
    """The number of its last row."""
    has_unknown: bool
    """Whether a row could not be read so far that its key is known."""


class FilesSource:
    """Files of a folder, oldest first. The time of change of a file is the version of its rows: an
    older export that comes later replaces nothing. Of whole copies only the newest counts.

    A file that cannot be read as a whole hinders no other: it is told when the others were read.
    """

    reads_ahead = True
    pages_at_once = 1

    def __init__(self, options: FileOptions, wait: Callable[[float], None] = time.sleep) -> None:
        self._options = options
        self._folder = Folder(options, wait)
        self._broken: dict[str, str] = {}
        self._paths: dict[str, Path] = {}
        self._refused: dict[Path, list[tuple[int, tuple[Fault, ...]]]] = {}
        self._ends: deque[tuple[Page, Path]] = deque(maxlen=2)
        """The last pages of files that are not settled yet: that which is being stored, and that
        which is read ahead."""

    def columns(self) -> Sequence[str] | None:
        """The columns of the newest file; None where there is no file, or a file of JSON."""
        if not (found := self._folder.whole()):
            return None
        try:
            header = contents(found[-1].path, self._options).header
        except BrokenFileError as error:
            raise BrokenSourceError(str(error)) from error
        except OSError as error:
            raise _unread(found[-1], error) from error
        return None if header is None else [name for name in header.names if name]

    def pages(self, cursor: Cursor | None, *, sweep: bool) -> Iterator[Page]:
        """Files whose content is new; a sweep looks into those, too, that look unchanged."""
        progress = Progress(cursor)
        self._paths, self._refused = {}, {}
        self._ends.clear()
        found = self._folder.whole()
        progress.keep_only({seen.name for seen in found})
        if self._options.whole:
            found = [seen for seen in found[-1:] if seen.time >= (progress.newest or 0)]
        broken: list[str] = []
        for seen in found:
            try:
                content = (None if sweep else progress.hash_known(seen)) or hash_of(seen.path)
                if progress.is_done(seen, content, is_whole=self._options.whole):
                    progress.finish(seen, content)
                elif content in self._broken:
                    broken.append(self._broken[content])
                else:
                    yield from self._pages_of(seen, content, progress)
            except BrokenFileError as error:
                self._broken[content] = str(error)
                broken.append(str(error))
            except FileNotFoundError:
                continue  # somebody took it away before it was read
            except OSError as error:
                raise _unread(seen, error) from error
        if broken:
            raise BrokenSourceError("\n".join(broken))

    def again(self, keys: Sequence[str]) -> Iterator[Page]:
        """Rows of the files that are still there."""
        wanted = set(keys)
        for seen in self._folder.whole():
            try:
                opened = contents(seen.path, self._options)
                for batch in self._batches(opened, seen):
                    rows = [row for row in batch.rows if row.key in wanted]
                    unreadable = [one for one in batch.unreadable if one.key in wanted]
                    if rows or unreadable:
                        yield Page(rows, None, unreadable)
            except (BrokenFileError, FileNotFoundError):
                continue  # `pages` tells of it
            except OSError as error:
                raise _unread(seen, error) from error

    def settle(self, page: Page, refused: Sequence[Unreadable]) -> None:
        """A page was stored and these of its rows were refused: when its file ends they are written
        as a copy of the file with the reasons."""
        for one in refused:
            place, _, number = one.place.rpartition(":")
            if (path := self._paths.get(place)) is not None and number.isdecimal():
                told = self._refused.setdefault(path, [])
                if len(told) < _MOST_REFUSED:
                    told.append((int(number), one.faults))
        if self._ends and self._ends[0][0] is page:
            _, path = self._ends.popleft()
            if told := self._refused.pop(path, []):
                self._write(path, told)

    def close(self) -> None:
        """Nothing is open between two pages."""

    def _write(self, path: Path, told: list[tuple[int, tuple[Fault, ...]]]) -> None:
        try:
            refused_copy(path, told, self._options)
        except OSError as error:
            _LOG.warning(
                "the refused rows of %s cannot be written beside it (%s); give the hub's user the "
                "right to, or see the dead letters", path, error.strerror,
            )  # fmt: skip

    def _pages_of(self, seen: Seen, content: str, progress: Progress) -> Iterator[Page]:
        is_whole = self._options.whole
        after = 0 if is_whole else progress.row_in(content)
        opened = contents(seen.path, self._options)
        self._paths[opened.place] = seen.path
        is_sure = is_whole
        kept = _Batch([], [], 0, False)
        for batch in self._batches(opened, seen):
            if batch.last <= after:
                continue
            if kept.last:
                cursor = None if is_whole else progress.inside(content, kept.last)
                yield Page(kept.rows, cursor, kept.unreadable)
            is_sure = is_sure and not batch.has_unknown
            kept = batch
        _check_unchanged(seen, is_whole)
        progress.finish(seen, content)
        progress.read(seen, content)
        ends = "" if is_sure else None
        page = Page(kept.rows, progress.cursor(), kept.unreadable, ends, is_sure)
        self._ends.append((page, seen.path))
        yield page

    def _batches(self, opened: Contents, seen: Seen) -> Iterator[_Batch]:
        keys, states = HashSet(), HashSet()
        while records := list(islice(opened.records, PAGE * self.pages_at_once)):
            named = [key_of(record.values, self._options.selection.key) for record in records]
            given = [(key, record) for key, record in zip(named, records, strict=True) if key]
            is_known = iter(keys.add([hash(key) for key, _ in given]))
            is_same = iter(states.add([_state(record) for _, record in given]))
            batch = _Batch([], [], records[-1].number, not all(named))
            for key, record in zip(named, records, strict=True):
                known, same = (next(is_known), next(is_same)) if key else (False, False)
                if not same:
                    _put(batch, key, record, opened.place, seen.time, known)
            yield batch


def _put(
    batch: _Batch, key: str, record: Record, before: str, version: int, is_known: bool
) -> None:
    place = f"{before}:{record.number}"
    if record.faults:
        batch.unreadable.append(Unreadable(key or place, place, record.faults))
    elif is_known:
        batch.unreadable.append(
            Unreadable(f"{key} ({place})", place, (Fault("", "duplicate", _TWICE),))
        )
    else:
        batch.rows.append(Row(key or place, place, record.values, version=version))


def _state(record: Record) -> int:
    values = record.values
    try:
        return hash((bool(record.faults), *values.values()))
    except TypeError:  # JSON nests
        return hash((bool(record.faults), repr(values)))


def _check_unchanged(seen: Seen, is_whole: bool) -> None:
    """A file that changed while it was read is read again; one that went away was read."""
    try:
        now = seen_at(seen.path)
    except FileNotFoundError as error:
        if is_whole:
            raise SourceError(
                f"{seen.name} went away while it was read, so nothing is taken back; put it back"
            ) from error
        return
    if now != seen:
        raise SourceError(f"{seen.name} changed while it was read; it is read again when it rests")


def _unread(seen: Seen, error: OSError) -> SourceError | BrokenSourceError:
    if isinstance(error, PermissionError):
        return BrokenSourceError(f"{seen.name} may not be read; give the hub's user the right to")
    return SourceError(f"{seen.name} cannot be read ({error.strerror or type(error).__name__})")
