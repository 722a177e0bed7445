"""The stored events, page by page: each dossier whole, in the order of the table.

A page is read along the primary key, so what it costs does not grow with the store.
"""

import hashlib
from collections.abc import Iterator
from typing import Any, NamedTuple

import pyarrow as pa

from hub.core.sheet import key_codes
from hub.store.driver import Dossier, Engine
from hub.store.tables import EVENTS

PAGE = 50_000
"""Events of a page, about; more where one dossier has more."""

_START: Dossier = ("", "")


class EventMark(NamedTuple):
    """A stored event by which a store is known again; `accepted`: its moment, µs UTC."""

    position: int
    accepted: int
    digest: str


def event_mark(engine: Engine, position: int | None = None) -> EventMark | None:
    """The event at a position, or the last one of all; None: it is not there."""
    which = "" if position is None else "WHERE position = %(position)s "
    rows = engine.select(
        f"SELECT {', '.join(EVENTS)} FROM events {which}ORDER BY position DESC LIMIT 1",
        {"position": position},
        narrow=True,
    )
    if not rows:
        return None
    *_, found, accepted, data = rows[0]
    text = "\n".join(map(str, (*rows[0][:-1], data)))
    return EventMark(found, accepted, hashlib.sha256(text.encode()).hexdigest())


class Page(NamedTuple):
    """Events by column, and the dossier after which the next page begins; None: it is the last."""

    events: pa.RecordBatch | None
    next: Dossier | None


def page_of_events(
    engine: Engine, after: int, before: int, start: Dossier = _START, size: int = PAGE
) -> Page:
    """Events whose position lies between two, both left out, of the dossiers that follow one."""
    parts = list(_read(engine, after, before, start, size))
    events = pa.concat_batches(parts) if len(parts) > 1 else parts[0]
    count = len(events)
    if count < size:
        return Page(events if count else None, None)
    codes = key_codes(events)
    whole = count - int((codes == codes[-1]).sum())  # they lie together, and the last may be cut
    if not whole:
        return page_of_events(engine, after, before, start, 4 * size)
    last = events.slice(whole - 1, 1)
    return Page(events.slice(0, whole), (last["unit"][0].as_py(), last["subject"][0].as_py()))


def _read(
    engine: Engine, after: int, before: int, start: Dossier, size: int
) -> Iterator[pa.RecordBatch]:
    """The next events, in the order of the table. Two questions: the key finds `unit > u`, but no
    pair."""
    params: dict[str, Any] = {"after": after, "before": before}
    params |= {"unit": start[0], "subject": start[1]}
    questions = ["unit > %(unit)s"]
    if start != _START:
        questions.insert(0, "unit = %(unit)s AND subject > %(subject)s")
    for which in questions:
        found = engine.select_columns(
            f"SELECT {', '.join(EVENTS)} FROM events WHERE {which} "
            "AND position > %(after)s AND position < %(before)s "
            f"ORDER BY unit, subject LIMIT {size}",
            params,
        )
        yield found
        size -= len(found)
        if not size:
            return
