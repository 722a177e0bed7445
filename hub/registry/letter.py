"""One dead letter, and how letters are written."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Any, Literal

from sqlalchemy import Connection, Engine, case

from hub.registry import tables
from hub.registry.letter_quota import LetterLimits, admitted
from hub.registry.sql import insert

Status = Literal["open", "replayed", "mended", "discarded"]
_TABLE = tables.dead_letters


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """One kind of refusal of one event. The fields from `times` on are kept by the registry.

    The caller guarantees that `source`, `unit`, `subject` and `event_id` have the contract's form
    (else None), that no text repeats a refused value, and that `event` is there only if the whole
    event fits the closed schema; None says that its values were not kept. Moments are µs.
    """

    id: str
    reason: str
    source: str | None
    unit: str | None
    subject: str | None
    event_id: str | None
    errors: list[dict[str, str]]
    """Each with `code`, `pointer` and `message`."""
    origin: str
    """How it came: "http", or "kafka:TOPIC/PARTITION/OFFSET"."""
    event: dict[str, Any] | None = None
    times: int = 1
    first_seen: int = 0
    last_seen: int = 0
    status: Status = "open"
    status_since: int = 0
    file: str | None = None
    """In which the row stands, where it is of a file."""
    mended_by: dict[str, str] | None = None
    """The event that was sent in its place, where one was: `unit`, `subject`, `source`, `id`."""


def letter_id(
    reason: str,
    *,
    source: str | None = None,
    unit: str | None = None,
    subject: str | None = None,
    event_id: str | None = None,
    errors: Iterable[dict[str, str]] = (),
    distinct: str = "",
) -> str:
    """A stable name for a letter: the same refusal of the same event has the same.

    Of the errors, `code` and `pointer` count. `distinct` is whatever else tells two letters apart:
    a digest of a conflicting content, or the place of an unreadable record in the log. Never
    anything made of refused values: a hash of a short personal value can be guessed back.
    """
    found = sorted({(error["code"], error["pointer"]) for error in errors})
    parts = [reason, source, unit, subject, event_id, found, distinct]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:32]


def add_letters(
    engine: Engine,
    connection: Connection,
    letters: Iterable[DeadLetter],
    now: int,
    limits: LetterLimits,
    *,
    count_repeats: bool = True,
    renew: bool = False,
) -> None:
    """As `DeadLetters.add`, in a transaction that has begun. With `renew` the errors and the origin
    of a letter that comes again are the new ones."""
    fresh = {
        "times": 1,
        "first_seen": now,
        "last_seen": now,
        "status": "open",
        "status_since": now,
    }
    given = [field.name for field in fields(DeadLetter) if field.name not in fresh]
    rows: dict[str, dict[str, Any]] = {}
    for letter in letters:
        if letter.id in rows:
            rows[letter.id]["times"] += count_repeats
        else:
            rows[letter.id] = {name: getattr(letter, name) for name in given} | fresh
    if not rows:
        return
    # In the order of the ids: two writers of the same letters then wait, never deadlock.
    ordered = [row for _, row in sorted(rows.items())]
    if kept := admitted(engine, connection, ordered, limits):
        connection.execute(_insert(engine, count_repeats, renew), kept)


def _insert(engine: Engine, count_repeats: bool, renew: bool) -> Any:
    statement = insert(engine, _TABLE)
    if not count_repeats:
        return statement.on_conflict_do_nothing(index_elements=["id"])
    old, new = _TABLE.c, statement.excluded
    replayed = old.status == "replayed"
    changed = {
        "times": old.times + new.times,
        "last_seen": case((old.last_seen > new.last_seen, old.last_seen), else_=new.last_seen),
        "status": case((replayed, "open"), else_=old.status),
        "status_since": case((replayed, new.status_since), else_=old.status_since),
    }
    if renew:
        changed |= {"errors": new.errors, "origin": new.origin, "file": new.file}
    return statement.on_conflict_do_update(index_elements=["id"], set_=changed)
