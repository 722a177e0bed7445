"""A service that answers JSON as a source."""

import time
from collections.abc import Callable, Iterator, Sequence
from hashlib import blake2b
from typing import Any, NamedTuple
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import orjson

from connectors.mapping import Document
from connectors.mapping.reads import Rest
from connectors.mapping.times import time_reader
from connectors.port import BrokenSourceError, Cursor, Fault, Page, Row
from connectors.rest.paging import Pages, Step, Token
from connectors.rest.service import RefusedError, Service
from connectors.rest.since import written_as
from connectors.selecting import at_path, key_of, picker, selection_of
from hub.core.said import said

PAGE = 2_000
"""Rows at most; a page of the service that has more becomes several."""
_FORGOTTEN = (400, 404, 410, 422)
"""Answers to a place that the service knows no more."""


class _Run(NamedTuple):
    """One reading of the service; it may go on after a crash."""

    since: int | None
    """From which change on it asks, in µs since 1970; None: everything."""
    page: Token | None
    newest: int | None
    """The newest change that it met."""


class RestSource:
    """Reads what changed since the newest change that was seen, less the overlap; a sweep reads
    everything. Without `since` everything is read each time.

    The cursor: `newest` change that was seen, and inside a reading its `run`.
    """

    def __init__(
        self,
        document: Document,
        wait: Callable[[float], None] = time.sleep,
        clock: Callable[[], int] = lambda: time.time_ns() // 1000,
    ) -> None:
        read = document.read
        if not isinstance(read, Rest):
            raise TypeError(f"the document reads {read.kind}, not rest")
        self._read, self._clock = read, clock
        self._host = urlsplit(read.url.value()).hostname or "the service"
        self._selection = selection_of(document)
        self._pick = picker(self._selection)
        zone = ZoneInfo(document.zone)
        self._changed = time_reader(read.times, zone, end_of_day=False)
        self._written = written_as(read.since.format, zone) if read.since else str
        self._service = Service(read, wait)

    def columns(self) -> Sequence[str] | None:
        """None: only rows tell."""
        return None

    def close(self) -> None:
        """End the connections."""
        self._service.close()

    def again(self, keys: Sequence[str]) -> Iterator[Page]:
        """Nothing: rows cannot be asked for singly. They come with the next sweep."""
        del keys
        return iter(())

    def pages(self, cursor: Cursor | None, *, sweep: bool) -> Iterator[Page]:
        """With `sweep` all that is there, and what is missing from it."""
        state = _state(cursor)
        if sweep:
            yield from self._whole(state.get("newest"))
            return
        run = self._run(state)
        try:
            yield from self._changes(state.get("newest"), run)
        except RefusedError as error:
            if run.page is None or error.status not in _FORGOTTEN:
                raise
            yield from self._changes(state.get("newest"), run._replace(page=None))

    def _run(self, state: dict[str, Any]) -> _Run:
        if (found := state.get("run")) is not None:
            return _Run(*found)
        newest, since = state.get("newest"), self._read.since
        if since is None or newest is None:
            return _Run(None, None, None)
        return _Run(newest - round(since.overlap * 1_000_000), None, None)

    def _changes(self, newest: int | None, run: _Run) -> Iterator[Page]:
        for step in self._steps(run):
            run = run._replace(page=step.next, newest=self._later(run.newest, step.items))
            if step.next is None:
                cursor = _cursor(self._not_ahead(_later(newest, run.newest)), None)
            else:
                cursor = _cursor(newest, run)
            *most, last = _parts(step.items)
            for part in most:
                yield Page(self._rows(part), None)
            yield Page(self._rows(last), cursor)

    def _whole(self, newest: int | None) -> Iterator[Page]:
        met: int | None = None
        is_known = True
        for step in self._steps(_Run(None, None, None)):
            met = self._later(met, step.items)
            *most, last = _parts(step.items)
            for part in most:
                rows = self._rows(part)
                is_known = is_known and all(map(_is_known, rows))
                yield Page(rows, None)
            rows = self._rows(last)
            is_known = is_known and all(map(_is_known, rows))
            if step.next is not None:
                yield Page(rows, None)
                continue
            ends = "" if is_known and self._read.sweep.deletes == "confirm" else None
            cursor = _cursor(self._not_ahead(met), None)
            yield Page(rows, cursor, ends=ends, went_back=self._went_back(newest, met))

    def _steps(self, run: _Run) -> Iterator[Step]:
        since, params = self._read.since, dict[str, Any](self._read.params)
        if since is not None and run.since is not None:
            params[since.send] = self._written(run.since)
        return Pages(self._read, self._service.get, self._mark, params).steps(run.page)

    def _rows(self, items: Sequence[Any]) -> list[Row]:
        return [self._row(item) for item in items]

    def _row(self, item: Any) -> Row:
        if not isinstance(item, dict):
            raise BrokenSourceError(
                f"`items` finds in the answer of {self._host} what is no object; correct it"
            )
        values = self._pick(item)
        if key := key_of(values, self._selection.key):
            return Row(key, f"{self._host} {key}", values)
        # its hash tells it from others, and nothing of what it holds
        key = f"?{blake2b(orjson.dumps(values), digest_size=8).hexdigest()}"
        return Row(key, f"{self._host} {key}", values)

    def _mark(self, item: Any) -> str:
        key = key_of(item, self._selection.key) if isinstance(item, dict) else ""
        return key or orjson.dumps(item).decode()

    def _later(self, known: int | None, items: Sequence[Any]) -> int | None:
        """The newest of the changes that items tell."""
        if (since := self._read.since) is None:
            return None
        told = [self._changed(value, since.from_) for value in _values(items, since.from_)]
        newest = _later(
            known, max((one[0] for one in told if not isinstance(one, Fault)), default=None)
        )
        for one in told:
            if isinstance(one, Fault) and newest is None:
                raise BrokenSourceError(f"`since.from`: {one.column} of {self._host} {one.says}")
        return newest

    def _not_ahead(self, newest: int | None) -> int | None:
        """Not later than now: a clock that is ahead must not hide what changes until then."""
        return None if newest is None else min(newest, self._clock())

    def _went_back(self, newest: int | None, met: int | None) -> str | None:
        since = self._read.since
        if since is None or newest is None:
            return None
        if met is not None and met >= newest - round(since.overlap * 1_000_000):
            return None
        return said(
            "service-older",
            "the newest change that {host} lists is older than one that was read before; an older "
            "copy of its data was put back, or `url` leads to another service",
            host=self._host,
        )


def _values(items: Sequence[Any], name: str) -> Iterator[Any]:
    """What is given at a path of the items."""
    path = name.split(".")
    for item in items:
        value = item.get(name) if isinstance(item, dict) else None
        value = at_path(item, path) if value is None else value
        if value not in (None, ""):
            yield value


def _parts(items: list[Any]) -> list[list[Any]]:
    return [items[at : at + PAGE] for at in range(0, max(1, len(items)), PAGE)]


def _is_known(row: Row) -> bool:
    return not row.key.startswith("?")


def _later(one: int | None, other: int | None) -> int | None:
    return max((at for at in (one, other) if at is not None), default=None)


def _state(cursor: Cursor | None) -> dict[str, Any]:
    if cursor is not None and not isinstance(cursor, dict):
        raise BrokenSourceError("the cursor is not one of a service; name the connector anew")
    return dict(cursor or {})


def _cursor(newest: int | None, run: _Run | None) -> Cursor:
    return {"newest": newest} | ({} if run is None else {"run": list(run)})
