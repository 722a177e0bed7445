"""Sealed reports: added once, never changed, each chained to the one before.

A seal is written in one transaction with its bytes and its row of the trail: all of it is there, or
nothing. A removed or changed seal is seen (`verify`).
"""

import time
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any, NamedTuple

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Connection, Engine, Select, select, update

from hub.core.sealed import SealFile, digest, name_of, sign, statement_of
from hub.registry import seal_tables
from hub.registry.errors import RegistryError
from hub.registry.seal_checks import verify_seals
from hub.registry.sql import insert, writing
from hub.registry.trail import BY_HUB, Actor, Change, note

Json = dict[str, Any]
_SEALS, _HEAD = seal_tables.seals, seal_tables.seal_head
_BYTES, _KEYS = seal_tables.seal_bytes, seal_tables.seal_keys
_AT_ONCE = 200


@dataclass(frozen=True)
class Seal:
    """A seal as it is kept."""

    number: int
    id: str
    statement: bytes
    signature: str
    hash: str
    superseded_by: str | None = None

    @cached_property
    def said(self) -> Json:
        """What its statement says."""
        return SealFile(self.statement, "", "", {}).said


class Sealed(NamedTuple):
    """What a seal is about; a newer one of the same by the same units (`view_of`) supersedes it.
    `unit` '': all; `period`: the label, or ''."""

    form: str
    unit: str
    period: str
    start: date
    end: date


class SupersededError(RegistryError):
    """Another seal of the same came in between, or none is there to be superseded."""


class Seals:
    """The chain of seals."""

    def __init__(self, engine: Engine, now: Callable[[], int] | None = None) -> None:
        self._engine = engine
        self._now = now or (lambda: time.time_ns() // 1000)

    def public_key(self) -> str:
        """By which seals are known as this hub's, in hex; made where there is none yet."""
        with self._engine.connect() as connection:
            found = connection.scalar(select(_KEYS.c.public))
        if found is None:
            with writing(self._engine) as connection:
                found, _ = self._key(connection, self._lock(connection))
        return str(found)

    def add(
        self,
        of: Sealed,
        said: Mapping[str, Any],
        parts: Mapping[str, bytes],
        supersedes: str | None,
        by: Actor = BY_HUB,
    ) -> Seal:
        """Seal: `said` and what only the chain knows are signed together.

        `supersedes`: the id of the newest seal of the same, as the caller saw it. Raises
        `SupersededError` where that is another one by now.
        """
        with writing(self._engine) as connection:
            head = self._lock(connection)
            newest = _newest(connection, of, view_of(said))
            if newest != supersedes:
                raise SupersededError(
                    "seal", "another seal of the same form, unit and period was made meanwhile",
                    "look at it, and seal again if it must be superseded",
                )  # fmt: skip
            public, private = self._key(connection, head)
            number = head.number + 1
            named = {
                name: {"sha256": digest(data), "bytes": len(data)} for name, data in parts.items()
            }
            statement = statement_of({
                **said, "number": number, "before": head.hash, "parts": named,
                "public_key": public, "supersedes": supersedes,
            })  # fmt: skip
            seal = Seal(
                number, name_of(number, statement), statement, sign(private, statement),
                digest(statement),
            )  # fmt: skip
            self._write(connection, seal, of, parts, supersedes)
            told = {name: value for name, value in seal.said.items() if name not in _NOT_TOLD}
            note(connection, by, [Change("seal", seal.id, None, told | {"hash": seal.hash})])
            return seal

    def get(self, name: str) -> Seal | None:
        """The seal with this id."""
        return next(self._read(select(_SEALS).where(_SEALS.c.id == name)), None)

    def newest(self, of: Sealed, view: str = "") -> Seal | None:
        """The seal of this, by the units of a view, that no other supersedes."""
        with self._engine.connect() as connection:
            found = _newest(connection, of, view)
        return self.get(found) if found is not None else None

    def newest_first(
        self, before: int | None = None, *, form: str | None = None, unit: str | None = None,
        period: str | None = None,
    ) -> Iterator[Seal]:  # fmt: skip
        """Seals below a number, the newest first."""
        query = select(_SEALS).order_by(_SEALS.c.number.desc())
        for name, value in (("form", form), ("unit", unit), ("period", period)):
            if value is not None:
                query = query.where(_SEALS.c[name] == value)
        while found := [*self._read(_below(query, before).limit(_AT_ONCE))]:
            yield from found
            before = found[-1].number

    def part(self, seal: Seal, name: str) -> bytes:
        """The bytes that a seal names. Raises `KeyError` for a name that it does not have."""
        sha256 = seal.said["parts"][name]["sha256"]
        with self._engine.connect() as connection:
            packed = connection.scalar(select(_BYTES.c.packed).where(_BYTES.c.sha256 == sha256))
        if packed is None:
            raise RegistryError("seal", f"{name} is missing", "restore the registry from a backup")
        return zlib.decompress(packed)

    def file(self, seal: Seal) -> SealFile:
        """All of a seal."""
        parts = {name: self.part(seal, name) for name in seal.said["parts"]}
        return SealFile(seal.statement, seal.signature, seal.said["public_key"], parts)

    def verify(self) -> tuple[int, list[str]]:
        """How many seals there are, and what of them is not as it was written."""
        return verify_seals(self._engine)

    def _read(self, query: Select[Any]) -> Iterator[Seal]:
        with self._engine.connect() as connection:
            rows = connection.execute(query).mappings().all()
            later = {
                row.supersedes: row.id
                for row in connection.execute(
                    select(_SEALS.c.supersedes, _SEALS.c.id).where(
                        _SEALS.c.supersedes.in_([row["id"] for row in rows])
                    )
                )
            }
        for row in rows:
            yield seal_of(row, later.get(row["id"]))

    def _lock(self, connection: Connection) -> Any:
        """The newest seal's number and hash; no other is made till the end of the transaction."""
        return connection.execute(select(_HEAD).with_for_update()).one()

    def _key(self, connection: Connection, _locked: Any) -> tuple[str, str]:
        """What is signed with, public and private; made where there is none."""
        row = connection.execute(select(_KEYS)).one_or_none()
        if row is not None:
            return row.public, row.private
        made = Ed25519PrivateKey.generate()
        public, private = made.public_key().public_bytes_raw().hex(), made.private_bytes_raw().hex()
        values = {"public": public, "private": private, "created": self._now()}
        connection.execute(insert(self._engine, _KEYS), [values])
        return public, private

    def _write(
        self, connection: Connection, seal: Seal, of: Sealed, parts: Mapping[str, bytes],
        supersedes: str | None,
    ) -> None:  # fmt: skip
        rows = [{"sha256": digest(data), "packed": zlib.compress(data)} for data in parts.values()]
        connection.execute(insert(self._engine, _BYTES).on_conflict_do_nothing(), rows)
        row = {
            "number": seal.number, "id": seal.id, **of._asdict(), "supersedes": supersedes,
            "statement": seal.statement.decode(), "signature": seal.signature, "hash": seal.hash,
        }  # fmt: skip
        connection.execute(insert(self._engine, _SEALS), [row])
        connection.execute(update(_HEAD).values(number=seal.number, hash=seal.hash))


_NOT_TOLD = ("parts", "public_key", "format")
"""What the trail leaves out of a statement: the hash stands for it."""


def seal_of(row: Mapping[Any, Any], superseded_by: str | None = None) -> Seal:
    """A seal from its columns."""
    statement = row["statement"].encode()
    return Seal(row["number"], row["id"], statement, row["signature"], row["hash"], superseded_by)


def view_of(said: Mapping[str, Any]) -> str:
    """By which units a seal counts, from its statement: '' as they were registered, `today` as of
    the day when it was made, or as they were on a day."""
    return "today" if said.get("map_asked") == "today" else said.get("map") or ""


def _newest(connection: Connection, of: Sealed, view: str) -> str | None:
    """The id of the newest seal of the same. By which units it counts stands in its statement
    alone, which is signed."""
    query = select(_SEALS.c.id, _SEALS.c.statement).where(_is_of(of))
    for name, statement in connection.execute(query.order_by(_SEALS.c.number.desc())):
        if view_of(SealFile(statement.encode(), "", "", {}).said) == view:
            return str(name)
    return None


def _is_of(of: Sealed) -> Any:
    columns = _SEALS.c
    return (
        (columns.form == of.form) & (columns.unit == of.unit)
        & (columns.start == of.start) & (columns.end == of.end)
    )  # fmt: skip


def _below(query: Select[Any], number: int | None) -> Select[Any]:
    return query if number is None else query.where(_SEALS.c.number < number)
