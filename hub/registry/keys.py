"""API keys: who may send what, and read what."""

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from sqlalchemy import (
    BigInteger,
    Connection,
    Engine,
    Integer,
    bindparam,
    case,
    insert,
    select,
    update,
)

from hub.registry import tables
from hub.registry.errors import RegistryError
from hub.registry.key import (
    EndedKeyError,
    Key,
    Role,
    check_admin_left,
    digest_of,
    key_of,
    new_key,
    new_secret,
    told,
)
from hub.registry.sql import Snapshot, lock, writing
from hub.registry.trail import BY_HUB, Actor, Change, note


def _now() -> int:
    return time.time_ns() // 1000


class Keys:
    """Secrets are shown once, at their creation, and never kept."""

    def __init__(self, engine: Engine, now: Callable[[], int] = _now) -> None:
        self._engine = engine
        self.now = now
        self._given = Snapshot(engine, self._load)
        self._used: dict[int, int] = {}

    def create(
        self,
        role: Role,
        *,
        source: str | None = None,
        units: Iterable[str] | None = None,
        label: str = "",
        expires: int | None = None,
        may_seal: bool = False,
        by: Actor = BY_HUB,
    ) -> tuple[Key, str]:
        """Make a key; the second value is its secret, which cannot be had again.

        Source and reader keys must name their units, or say `units=()` for all: a key for
        everything is never made by leaving something out. Raises RegistryError.
        """
        row = new_key(role, source, units, label, self.now(), expires, may_seal=may_seal)
        secret = new_secret()
        with writing(self._engine, self._given) as connection:
            key = _insert(connection, row, secret)
            note(connection, by, [_change(None, key)])
            return key, secret

    def first_admin(self, hand_over: Callable[[str], None], by: Actor = BY_HUB) -> bool:
        """Where no admin key opens, make one. Its secret is handed over before the key is there:
        a crash in between leaves a secret without a key, never a key without a secret."""
        with writing(self._engine, self._given) as connection:
            lock(connection, tables.keys)
            now = self.now()
            if any(key.role == "admin" and key.opens(now) for key in _read(connection).values()):
                return False
            secret = new_secret()
            hand_over(secret)
            key = _insert(connection, new_key("admin", None, None, "first start", now), secret)
            note(connection, by, [_change(None, key)])
            return True

    def rotate(
        self,
        number: int,
        overlap: int,
        *,
        expires: int | None = None,
        force: bool = False,
        by: Actor = BY_HUB,
    ) -> tuple[Key, str]:
        """Make a successor with the same rights; the old key ends `overlap` µs from now.

        Unless told when it `expires`, the successor of a key that does lives as long as that was
        to live. Raises RegistryError, EndedKeyError and, unless by `force`, LastAdminError.
        """
        with writing(self._engine, self._given) as connection:
            lock(connection, tables.keys)
            keys, now = _read(connection), self.now()
            old = _known(keys, number)
            if not old.opens(now):
                raise EndedKeyError("id", "the key opens nothing any more", "make a new key")
            if expires is None and old.expires is not None:
                expires = now + old.expires - old.created
            units = None if old.role == "admin" else old.units
            row = new_key(
                old.role, old.source, units, old.label, now, expires, may_seal=old.may_seal
            )
            row["replaces"] = number
            end = now + overlap if old.expires is None else min(now + overlap, old.expires)
            secret = new_secret()
            new = _insert(connection, row, secret)
            if not force:
                check_admin_left([*keys.values(), new], old, now)
            ended = _update(connection, old, expires=end)
            note(connection, by, [_change(old, ended), _change(None, new)])
            return new, secret

    def find(self, secret: str) -> Key | None:
        """The key with this secret, unless unknown, revoked or expired. Asks memory, not the
        database; notes that it was used."""
        key = self._with(secret)
        now = self.now()
        if key is None or not key.opens(now):
            return None
        self._used[key.id] = now
        return key

    def expired(self, secret: str) -> int | None:
        """When (µs) the key with this secret expired; None: it did not, or there is none."""
        key = self._with(secret)
        return None if key is None or key.opens(self.now()) else key.expires

    def revoke(self, number: int, *, force: bool = False, by: Actor = BY_HUB) -> None:
        """From now on the key opens nothing; twice is once.

        Raises RegistryError if unknown, LastAdminError where no admin key would be left that lasts
        as long, unless by `force`.
        """
        with writing(self._engine, self._given) as connection:
            lock(connection, tables.keys)
            keys, now = _read(connection), self.now()
            key = _known(keys, number)
            if key.revoked is not None:
                return
            if not force:
                check_admin_left(keys.values(), key, now)
            note(connection, by, [_change(key, _update(connection, key, revoked=now))])

    def all(self) -> list[Key]:
        """Oldest first, the revoked and expired ones too."""
        with self._engine.connect() as connection:
            keys = _read(connection)
        used = dict(self._used)
        return [
            replace(key, last_used=max(key.last_used or 0, used.get(number, 0)) or None)
            for number, key in sorted(keys.items())
        ]

    def keep_used(self) -> None:
        """Write when keys were used last; to be called now and then, and at the end."""
        used, self._used = self._used, {}
        if not used:
            return
        number, moment = bindparam("number", type_=Integer), bindparam("moment", type_=BigInteger)
        old = tables.keys.c.last_used
        statement = (
            update(tables.keys)
            .where(tables.keys.c.id == number)
            .values(last_used=case((old > moment, old), else_=moment))
        )
        rows = [{"number": key, "moment": at} for key, at in sorted([*used.items()])]
        try:
            with writing(self._engine) as connection:
                connection.execute(statement, rows)
        except BaseException:
            self._used = used | self._used
            raise

    def bound(self) -> dict[str, tuple[str, ...]]:
        """Sources that keys may send as, with the units of all these keys; without units: all."""
        found: dict[str, tuple[str, ...]] = {}
        for key in self._given.get().values():
            if key.source is not None:
                units = found.get(key.source, key.units)
                found[key.source] = (*units, *key.units) if units and key.units else ()
        return found

    def _with(self, secret: str) -> Key | None:
        # Ours are ASCII; anything else could not even be encoded in every case.
        return self._given.get().get(digest_of(secret)) if secret.isascii() else None

    def _load(self) -> Mapping[str, Key]:
        with self._engine.connect() as connection:
            given = select(tables.keys).where(tables.keys.c.revoked.is_(None))
            rows = connection.execute(given).mappings()
            return MappingProxyType({row["digest"]: key_of(row) for row in rows})


def _read(connection: Connection) -> dict[int, Key]:
    rows = connection.execute(select(tables.keys).order_by(tables.keys.c.id)).mappings()
    return {row["id"]: key_of(row) for row in rows}


def _known(keys: Mapping[int, Key], number: int) -> Key:
    if number not in keys:
        hint = "look at the list of keys"
        raise RegistryError("id", "there is no such key", hint, code="unknown-key")
    return keys[number]


def _insert(connection: Connection, row: dict[str, Any], secret: str) -> Key:
    statement = insert(tables.keys).returning(tables.keys.c.id)
    number = connection.execute(statement, {**row, "digest": digest_of(secret)}).scalar_one()
    return key_of({**row, "id": number})


def _update(connection: Connection, key: Key, **values: int) -> Key:
    connection.execute(update(tables.keys).where(tables.keys.c.id == key.id).values(**values))
    return replace(key, **values)  # type: ignore[arg-type] # columns of moments


def _change(before: Key | None, after: Key) -> Change:
    return Change("key", str(after.id), None if before is None else told(before), told(after))
