"""How many dead letters are kept: so many of each source, ten times as many of all, so long.

Beyond that they are counted and no longer kept, so that no sender can fill the disk.
"""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, Engine, Text, cast, delete, func, or_, select

from hub.core.time import DAY
from hub.registry import tables
from hub.registry.sql import lock, upsert

_LETTERS, _COUNTS = tables.dead_letters, tables.letter_counts
_BYTES_EACH, _ALL = 2_000, 10
_ROW = 300
"""Bytes of a letter beside its errors and its event."""

_AT_ONCE = 500


class LetterLimits(NamedTuple):
    """What is kept: letters of one source (each of 2 kB on average at most), and days since a
    letter came last."""

    per_source: int = 20_000
    keep_days: int = 180


class NotKept(NamedTuple):
    """Letters of a source (None: of those without one) that were counted only; `last` is µs."""

    source: str | None
    letters: int
    last: int


def admitted(
    engine: Engine,
    connection: Connection,
    rows: Sequence[Mapping[str, Any]],
    limits: LetterLimits,
) -> list[Mapping[str, Any]]:
    """Which letters may be written: those that are known, and new ones while there is room.

    The others are counted. To be called in the transaction that writes them.
    """
    lock(connection, _COUNTS)
    known = _known(connection, [row["id"] for row in rows])
    new = [row for row in rows if row["id"] not in known]
    if not new:
        return list(rows)
    counts = _read(connection, {row["source"] or "" for row in new} | {""})
    total = connection.execute(
        select(
            func.coalesce(func.sum(_COUNTS.c.kept), 0), func.coalesce(func.sum(_COUNTS.c.bytes), 0)
        )
    ).one()
    letters, size = int(total[0]), int(total[1])
    most, left_out = limits.per_source, set()
    for row in new:
        length = _size(row)
        has_room = letters < _ALL * most and size + length <= _ALL * most * _BYTES_EACH
        # of a source without a letter nothing is noted: there may be any number of them
        name = row["source"] or "" if has_room or (row["source"] or "") in counts else ""
        count = counts.setdefault(name, _none(name))
        if has_room and count["kept"] < most and count["bytes"] + length <= most * _BYTES_EACH:
            count["kept"] += 1
            count["bytes"] += length
            letters, size = letters + 1, size + length
        else:
            count["not_kept"] += row["times"]
            count["last"] = max(count["last"], row["last_seen"])
            left_out.add(row["id"])
    connection.execute(upsert(engine, _COUNTS), [*counts.values()])
    return [row for row in rows if row["id"] not in left_out]


def not_kept(connection: Connection) -> list[NotKept]:
    """The sources of which letters were left out, those with most first."""
    query = select(_COUNTS).where(_COUNTS.c.not_kept > 0).order_by(_COUNTS.c.not_kept.desc())
    rows = connection.execute(query).mappings()
    return [NotKept(row["source"] or None, row["not_kept"], row["last"]) for row in rows]


def drop_old(engine: Engine, connection: Connection, limits: LetterLimits, now: int) -> None:
    """Delete letters that came last before the days of `limits`, and count anew what is there."""
    lock(connection, _COUNTS)
    before = now - limits.keep_days * DAY
    connection.execute(delete(_LETTERS).where(_LETTERS.c.last_seen < before))
    recount(engine, connection, None, before)


def recount(
    engine: Engine, connection: Connection, sources: Collection[str] | None, before: int | None
) -> None:
    """Count what is kept of some sources (None: of all). What was left out of them is forgotten:
    all of it, or with a moment `before` (µs) what came last before that."""
    column = func.coalesce(_LETTERS.c.source, "")
    length = func.length(cast(_LETTERS.c.errors, Text)) + func.coalesce(
        func.length(cast(_LETTERS.c.event, Text)), 0
    )
    query = (
        select(column.label("source"), func.count().label("kept"),
               func.sum(length + _ROW).label("bytes"))
        .where(_LETTERS.c.status != "discarded").group_by(column)
    )  # fmt: skip
    if sources is not None:
        query = query.where(column.in_(sources))
    found = {row["source"]: dict(row) for row in connection.execute(query).mappings()}
    old = _read(connection, sources)
    rows = []
    for name in old.keys() | found.keys():
        row = _none(name) | {k: int(v) for k, v in found.get(name, {}).items() if k != "source"}
        was = old.get(name, row)
        if before is not None and was["last"] >= before:
            row |= {"not_kept": was["not_kept"], "last": was["last"]}
        rows.append(row)
    if rows:
        connection.execute(upsert(engine, _COUNTS), rows)
    connection.execute(delete(_COUNTS).where(~or_(_COUNTS.c.kept > 0, _COUNTS.c.not_kept > 0)))


def _known(connection: Connection, ids: Sequence[str]) -> set[str]:
    found: set[str] = set()
    for first in range(0, len(ids), _AT_ONCE):
        some = ids[first : first + _AT_ONCE]
        found.update(connection.scalars(select(_LETTERS.c.id).where(_LETTERS.c.id.in_(some))))
    return found


def _read(connection: Connection, sources: Iterable[str] | None) -> dict[str, dict[str, Any]]:
    query = select(_COUNTS)
    if sources is not None:
        query = query.where(_COUNTS.c.source.in_(list(sources)))
    return {row["source"]: dict(row) for row in connection.execute(query).mappings()}


def _none(source: str) -> dict[str, Any]:
    return {"source": source, "kept": 0, "bytes": 0, "not_kept": 0, "last": 0}


def _size(row: Mapping[str, Any]) -> int:
    event = row["event"]
    return _ROW + len(json.dumps(row["errors"])) + (len(json.dumps(event)) if event else 0)
