"""API keys: who may send what, and read what."""

import hashlib
import secrets
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields
from types import MappingProxyType
from typing import Any, Literal, get_args

from sqlalchemy import Engine, func, insert, select, update

from hub.registry import tables
from hub.registry.checks import HUB_ITSELF, SOURCE, UNIT, check_choice, check_match, check_text
from hub.registry.errors import RegistryError
from hub.registry.sql import Snapshot, writing

Role = Literal["admin", "source", "reader"]


@dataclass(frozen=True, slots=True)
class Key:
    """What a key allows. `units` counts with those below; empty means all. Moments are µs."""

    id: int
    role: Role
    source: str | None
    """The only source that a source key may send as."""
    units: tuple[str, ...]
    label: str
    created: int
    revoked: int | None


def _now() -> int:
    return time.time_ns() // 1000


class Keys:
    """Secrets are shown once, at their creation, and never kept."""

    def __init__(self, engine: Engine, now: Callable[[], int] = _now) -> None:
        self._engine = engine
        self._now = now
        self._valid = Snapshot(engine, self._load)

    def create(
        self,
        role: Role,
        *,
        source: str | None = None,
        units: Iterable[str] | None = None,
        label: str = "",
    ) -> tuple[Key, str]:
        """Make a key; the second value is its secret, which cannot be had again.

        Source and reader keys must name their units, or say `units=()` for all: a key for
        everything is never made by leaving something out. Raises RegistryError.
        """
        allowed = _check(role, source, units, label)
        secret = "hub_" + secrets.token_urlsafe(32)
        row: dict[str, Any] = {
            "role": role,
            "source": source,
            "units": list(allowed),
            "label": label,
            "created": self._now(),
            "revoked": None,
        }
        with writing(self._engine) as connection:
            statement = insert(tables.keys).returning(tables.keys.c.id)
            number = connection.execute(statement, {**row, "digest": _digest(secret)}).scalar_one()
        self._valid.forget()
        return _key({**row, "id": number}), secret

    def find(self, secret: str) -> Key | None:
        """The key with this secret, unless unknown or revoked. Asks memory, not the database."""
        # Ours are ASCII; anything else could not even be encoded in every case.
        return self._valid.get().get(_digest(secret)) if secret.isascii() else None

    def revoke(self, number: int) -> None:
        """From now on the key opens nothing; twice is once. Raises RegistryError if unknown."""
        unknown = RegistryError("id", "there is no such key", "look at the list of keys")
        if not 0 < number < 2**31:
            raise unknown
        with writing(self._engine) as connection:
            found = connection.execute(
                update(tables.keys)
                .where(tables.keys.c.id == number)
                .values(revoked=func.coalesce(tables.keys.c.revoked, self._now()))
            )
            if found.rowcount == 0:
                raise unknown
        self._valid.forget()

    def all(self) -> list[Key]:
        """Oldest first, the revoked ones too."""
        with self._engine.connect() as connection:
            rows = connection.execute(select(tables.keys).order_by(tables.keys.c.id)).mappings()
            return [_key(row) for row in rows]

    def _load(self) -> Mapping[str, Key]:
        with self._engine.connect() as connection:
            valid = select(tables.keys).where(tables.keys.c.revoked.is_(None))
            rows = connection.execute(valid).mappings()
            return MappingProxyType({row["digest"]: _key(row) for row in rows})


def _digest(secret: str) -> str:
    # Plain SHA-256: slow salted hashes protect passwords that can be guessed. These are 256
    # random bits, so nobody can search for them, and every request needs this once.
    return hashlib.sha256(secret.encode()).hexdigest()


def _check(
    role: Role, source: str | None, units: Iterable[str] | None, label: str
) -> tuple[str, ...]:
    check_choice(role, get_args(Role), "/role")
    check_text(label, "/label")
    if role == "source":
        check_match(SOURCE, source or "", "/source")
        if source == HUB_ITSELF:
            raise RegistryError("/source", f"{HUB_ITSELF} is the hub itself", "choose another name")
    elif source is not None:
        raise RegistryError("/source", "is only for source keys", "leave it out")
    if role == "admin" and units:
        raise RegistryError("/units", "an admin key is for all units", "leave them out")
    if role != "admin" and units is None:
        raise RegistryError("/units", "are missing", "name units, or say expressly that it is all")
    allowed = tuple(units or ())
    for unit in allowed:
        check_match(UNIT, unit, "/units")
    return allowed


def _key(row: Mapping[Any, Any]) -> Key:
    columns = {field.name: row[field.name] for field in fields(Key)}
    return Key(**{**columns, "units": tuple(row["units"])})
