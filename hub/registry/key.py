"""A key and its rules: what it may be, when it opens, whether the hub can do without it."""

import hashlib
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Literal, get_args

from hub.core.identity import HUB
from hub.core.time import NEVER
from hub.registry.checks import SOURCE, UNIT, check_choice, check_match, check_text
from hub.registry.errors import RegistryError

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
    expires: int | None = None
    """From this moment on it opens nothing."""
    last_used: int | None = field(default=None, compare=False)
    """Written once a minute: a hub that was killed may have forgotten the last one."""
    replaces: int | None = None
    """The key whose successor this is."""
    may_seal: bool = False
    """Whether it may seal reports of its units; an admin key always may."""

    def opens(self, now: int) -> bool:
        """Whether it is neither revoked nor expired at `now`."""
        return self.revoked is None and (self.expires is None or now < self.expires)

    def state(self, now: int) -> Literal["valid", "expired", "revoked"]:
        """What it is at `now`."""
        if self.revoked is not None:
            return "revoked"
        return "valid" if self.opens(now) else "expired"


class LastAdminError(RegistryError):
    """Without this key nobody could administer the hub; `force` does it all the same."""


class EndedKeyError(RegistryError):
    """The key opens nothing any more, so nothing can be done with it."""


def new_key(
    role: Role,
    source: str | None,
    units: Iterable[str] | None,
    label: str,
    now: int,
    expires: int | None = None,
    *,
    may_seal: bool = False,
) -> dict[str, Any]:
    """The columns of a new key, but for its id and digest. Raises RegistryError."""
    allowed = _check(role, source, units, label)
    if may_seal and role == "source":
        hint = "give it to a reader key"
        raise RegistryError("/may_seal", "is not for source keys", hint, code="key-cannot-seal")
    if expires is not None and expires <= now:
        hint = "give a later day, or none"
        raise RegistryError("/expires", "is not in the future", hint, code="key-ended")
    return {
        "role": role,
        "source": source,
        "units": list(allowed),
        "label": label,
        "created": now,
        "revoked": None,
        "expires": expires,
        "last_used": None,
        "replaces": None,
        "may_seal": may_seal or role == "admin",
    }


def check_admin_left(keys: Iterable[Key], key: Key, now: int) -> None:
    """Raise LastAdminError where without this key nobody could administer the hub for as long as
    with it."""
    if key.role != "admin" or not key.opens(now):
        return
    others = [k for k in keys if k.role == "admin" and k.opens(now) and k.id != key.id]
    if max((_end(k) for k in others), default=0) < _end(key):
        problem = "no other admin key is valid as long" if others else "it is the last admin key"
        raise LastAdminError("id", problem, "make another first, or give force")


def told(key: Key) -> dict[str, Any]:
    """What the trail tells of a key."""
    return {name: value for name, value in asdict(key).items() if name not in ("id", "last_used")}


def _end(key: Key) -> int:
    return NEVER if key.expires is None else key.expires


def new_secret() -> str:
    """A secret that nobody can guess."""
    return "hub_" + secrets.token_urlsafe(32)


def digest_of(secret: str) -> str:
    """What is kept of a secret."""
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
        if source == HUB:
            told = f"{HUB} is the hub itself"
            raise RegistryError("/source", told, "choose another name", code="hub-itself")
    elif source is not None:
        told = "is only for source keys"
        raise RegistryError("/source", told, "leave it out", code="key-source")
    if role == "admin" and units:
        told = "an admin key is for all units"
        raise RegistryError("/units", told, "leave them out", code="key-all-units")
    if role != "admin" and units is None:
        hint = "name units, or say expressly that it is all"
        raise RegistryError("/units", "are missing", hint, code="key-no-units")
    allowed = tuple(units or ())
    for unit in allowed:
        check_match(UNIT, unit, "/units")
    return allowed


def key_of(row: Mapping[Any, Any]) -> Key:
    """A key from its columns."""
    columns = {column.name: row[column.name] for column in fields(Key)}
    return Key(**{**columns, "units": tuple(row["units"])})
