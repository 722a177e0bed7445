"""Rules and targets of alerts that are kept by the interface, beside those of a file."""

import re
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

from sqlalchemy import JSON, BigInteger, Column, Connection, Engine, String, Table, delete, select

from hub.core.said import said
from hub.registry import trail
from hub.registry.errors import RegistryError
from hub.registry.sql import lock, upsert, writing
from hub.registry.tables import metadata
from hub.registry.trail import BY_HUB, Actor, Change, note

MOST_NAME = 60
Kind = Literal["rule", "target"]
_MOST: Mapping[Kind, int] = {"rule": 100, "target": 30}
_IN_TRAIL: Mapping[Kind, trail.Kind] = {"rule": "alert_rule", "target": "alert_target"}
_NAME = re.compile(r"[^\W_][^/\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]*")

_TABLE = Table(
    "alerts",
    metadata,
    Column("kind", String(6), primary_key=True),
    Column("name", String(MOST_NAME), primary_key=True),
    Column("made", BigInteger, nullable=False),
    Column("body", JSON, nullable=False),
)


@dataclass(frozen=True, slots=True)
class AlertRow:
    """A rule or a target. `made`: since when there is one of this name (µs UTC), however often it
    was changed since; `body`: what it says, checked elsewhere and without secrets."""

    kind: Kind
    name: str
    made: int
    body: dict[str, Any]


Rows = Mapping[tuple[Kind, str], AlertRow]
Check = Callable[[Rows], None]
"""Looks at all that is kept, while nobody changes it, and raises where a change must not be."""


class AlertRows:
    """Read anew each time, which is seldom: whichever process changed one, all others see it."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def all(self) -> Rows:
        """By kind and name, in their order."""
        with self._engine.connect() as connection:
            return _read(connection)

    def put(self, row: AlertRow, check: Check, by: Actor = BY_HUB) -> bool:
        """Add one, or replace what has its name; whether it is new. Raises `RegistryError` for a
        name of a wrong form and where there are too many, and what `check` raises."""
        name = row.name
        if len(name) > MOST_NAME or name != name.strip() or not _NAME.fullmatch(name):
            says = said(
                "alert-name", "must have 1 to {most} characters, begin with a letter or a digit, "
                "and be without / and line breaks", most=MOST_NAME,
            )  # fmt: skip
            raise RegistryError("/name", says, "give it another name", "invalid")
        place = row.kind, row.name
        with writing(self._engine) as connection:
            lock(connection, _TABLE)
            there = _read(connection)
            check(there)
            before = there.get(place)
            if not before and sum(kind == row.kind for kind, _ in there) >= _MOST[row.kind]:
                says = said("alerts-too-many", "there are {most} already", most=_MOST[row.kind])
                raise RegistryError("/name", says, "remove one that is not needed", "invalid")
            kept = asdict(row) | ({"made": before.made} if before else {})
            connection.execute(upsert(self._engine, _TABLE), [kept])
            old = before.body if before else None
            note(connection, by, [Change(_IN_TRAIL[row.kind], row.name, old, row.body)])
        return before is None

    def remove(self, kind: Kind, name: str, check: Check, by: Actor = BY_HUB) -> bool:
        """Remove one; whether it was there. Raises what `check` raises."""
        with writing(self._engine) as connection:
            lock(connection, _TABLE)
            there = _read(connection)
            check(there)
            before = there.get((kind, name))
            if before:
                its = (_TABLE.c.kind == kind, _TABLE.c.name == name)
                connection.execute(delete(_TABLE).where(*its))
                note(connection, by, [Change(_IN_TRAIL[kind], name, before.body, None)])
        return before is not None


def _read(connection: Connection) -> Rows:
    rows = connection.execute(select(_TABLE).order_by(_TABLE.c.kind, _TABLE.c.name)).mappings()
    return {(row["kind"], row["name"]): AlertRow(**row) for row in rows}
