"""The trail: who changed what in the registry, when and from where, before and after.

A row is written in the transaction of its change, so neither is there without the other. Nothing
here changes or deletes a row. Each carries a hash over its content and the hash of the row before,
and the newest number and hash are kept beside: what was edited or removed is seen (`verify`).
"""

import hashlib
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple, get_args

import orjson
from sqlalchemy import Connection, Engine, insert, select, update

from hub.registry import tables
from hub.registry.checks import check_choice, check_text

Kind = Literal[
    "unit",
    "procedure",
    "source",
    "key",
    "calendar",
    "dead_letter",
    "indicator",
    "connector",
    "form",
    "seal",
    "stated",
    "alias",
    "alert_rule",
    "alert_target",
]
_TABLE, _HEAD = tables.trail, tables.trail_head
_MOST_FAULTS = 100
_AT_ONCE = 10_000


class Actor(NamedTuple):
    """Who makes a change: the id of a key, `open` (a hub that asks for none) or `hub` (itself);
    by which call or command; from which address, with which program."""

    key: str
    call: str
    address: str | None = None
    agent: str | None = None


BY_HUB = Actor("hub", "")


class Change(NamedTuple):
    """An object before and after. None: it was not there, or is not any more. Never a secret."""

    kind: Kind
    object: str
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class TrailRow:
    """A change as the trail has it. `at` is µs; numbers begin with 1 and have no gap."""

    number: int
    at: int
    key: str
    address: str | None
    agent: str | None
    call: str
    kind: Kind
    object: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    hash: str


class Verified(NamedTuple):
    """What `verify` found: how many rows there are, the newest hash, and what does not fit."""

    rows: int
    hash: str
    faults: list[str]


def note(connection: Connection, by: Actor, changes: Iterable[Change]) -> None:
    """Write what was changed, in the transaction that changes it; what is as before is left out.

    To be called once in a transaction, as its last statement: the newest row is locked until the
    end, so a transaction that then waited for another would wait for ever.
    """
    found = [
        (change.kind, change.object, before, after)
        for change in changes
        if (before := _text(change.before)) != (after := _text(change.after))
    ]
    if not found:
        return
    head = connection.execute(select(_HEAD).with_for_update()).one()
    at, number, digest = time.time_ns() // 1000, head.number, head.hash
    rows = []
    for kind, name, before, after in found:
        number += 1
        row = {
            "number": number, "at": at, "key": by.key, "address": by.address, "agent": by.agent,
            "call": by.call, "kind": kind, "object": name, "before": before, "after": after,
        }  # fmt: skip
        digest = _hash(digest, row)
        rows.append(row | {"hash": digest})
    connection.execute(insert(_TABLE), rows)
    connection.execute(update(_HEAD).values(number=number, hash=digest))


class Trail:
    """Reads what `note` has written."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._is_postgresql = engine.dialect.name == "postgresql"

    def page(
        self,
        limit: int,
        before: int | None = None,
        *,
        kind: str | None = None,
        name: str | None = None,
        key: str | None = None,
        start: int | None = None,
        end: int | None = None,
    ) -> list[TrailRow]:
        """The newest rows (below the number `before`), newest first, at most `limit`.

        `name`: the object's id. `start`, `end`: from this moment on, and before that one (µs).
        Raises RegistryError for values of a wrong form.
        """
        check_choice(kind, get_args(Kind), "kind")
        columns = _TABLE.c
        query = select(_TABLE).order_by(columns.number.desc()).limit(limit)
        if before is not None:
            query = query.where(columns.number < before)
        for column, value in ((columns.kind, kind), (columns.object, name), (columns.key, key)):
            if value is not None:
                check_text(value, column.name)
                query = query.where(column == value)
        if start is not None:
            query = query.where(columns.at >= start)
        if end is not None:
            query = query.where(columns.at < end)
        with self._engine.connect() as connection:
            return [_row(row) for row in connection.execute(query).mappings()]

    def verify(self) -> Verified:
        """Hold every row against its hash and the row before."""
        faults: list[str] = []
        number, digest, count = 0, "", 0
        # All of it as it is at one moment, while others write: SQLite always does.
        isolated = {"isolation_level": "REPEATABLE READ"} if self._is_postgresql else {}
        with self._engine.connect().execution_options(**isolated) as connection:
            head = connection.execute(select(_HEAD)).one_or_none()
            query = select(_TABLE).order_by(_TABLE.c.number).execution_options(yield_per=_AT_ONCE)
            for row in connection.execute(query).mappings():
                if row["number"] != number + 1:
                    faults.append(f"rows {number + 1} to {row['number'] - 1} are missing")
                elif row["hash"] != _hash(digest, row):
                    faults.append(f"row {row['number']} is not as it was written")
                number, digest, count = row["number"], row["hash"], count + 1
        if head is None or (head.number, head.hash) != (number, digest):
            last = "no row" if head is None else f"row {head.number}"
            faults.append(f"it ends with row {number}, not with the one noted as the last ({last})")
        return Verified(count, digest, faults[:_MOST_FAULTS])


def _hash(before: str, row: Mapping[Any, Any]) -> str:
    names = ("number", "at", "key", "address", "agent", "call", "kind", "object", "before", "after")
    content = orjson.dumps([before, *(row[name] for name in names)])
    return hashlib.sha256(content).hexdigest()


def _text(value: Mapping[str, Any] | None) -> str | None:
    """JSON, the same for the same value."""
    if value is None:
        return None
    return orjson.dumps(dict(value), option=orjson.OPT_SORT_KEYS).decode()


def _row(row: Mapping[Any, Any]) -> TrailRow:
    values = {name: row[name] and orjson.loads(row[name]) for name in ("before", "after")}
    return TrailRow(**{**row, **values})
