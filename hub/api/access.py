"""Who may do what: keys and their roles (CONTRACT §4)."""

from collections.abc import Awaitable, Callable, Iterable
from typing import Annotated

from fastapi import Depends
from starlette.requests import Request

from hub.api.context import Hub, hub_of
from hub.api.problems import ProblemError
from hub.core.check import Problem
from hub.core.identity import HUB
from hub.core.time import rfc3339
from hub.registry import Actor, Key

_OPEN = Key(0, "admin", None, (), "--open", 0, None)
_MOST_AGENT = 200
_CHALLENGE = {"WWW-Authenticate": 'Bearer realm="motcua-hub"'}
_NOT_ITS_SOURCE = Problem(
    "source-not-allowed", "/source", "is not the source of this key; send with the source's own key"
)
_THE_HUBS = Problem(
    "source-not-allowed", "/source", "is the hub itself; send under a name of your own"
)
_NOT_ITS_UNIT = Problem(
    "unit-not-allowed", "/data/unit", "is not one of this key's units; ask for a key that has it"
)


async def key_of(request: Request) -> Key:
    """The key of a request. Raises 401, 429."""
    hub = hub_of(request)
    if hub.open:
        return _OPEN
    scheme, _, secret = request.headers.get("authorization", "").partition(" ")
    keys, secret = hub.registry.keys, secret.strip()
    key = keys.find(secret) if scheme.lower() == "bearer" else None
    if key is not None:
        request.state.key = key.id  # for the request log and the lanes
        return key
    detail = "send the header Authorization: Bearer KEY with a valid key"
    why = "unknown" if secret else "missing"
    ended = keys.expired(secret) if scheme.lower() == "bearer" else None
    if ended is not None:  # told to who holds the key, nobody else
        detail = f"this key expired at {rfc3339(ended)}; ask an administrator for a new one"
        why = "expired"
    hub.metrics.refused_keys.labels(why).inc()
    if why == "unknown":
        hub.guard.wrong_key(request.client.host if request.client else None)
    raise ProblemError(401, "no valid key", detail, headers=_CHALLENGE)


async def is_admin(request: Request) -> bool:
    """Whether a call that needs no key was made with that of an administrator."""
    try:
        return (await key_of(request)).role == "admin"
    except ProblemError:
        return False


async def actor_of(request: Request, key: "AnyKey") -> Actor:
    """Who makes a change by this request, as the trail tells."""
    return Actor(
        str(key.id) if key.id else "open",
        f"{request.method} {request.url.path}",
        request.client.host if request.client else None,
        _plain(request.headers.get("user-agent")),
    )


def _plain(text: str | None) -> str | None:
    """What a program says of itself, as printable text of a bearable length."""
    return text and "".join(c if c.isprintable() else "?" for c in text[:_MOST_AGENT])


AnyKey = Annotated[Key, Depends(key_of)]


Acting = Annotated[Actor, Depends(actor_of)]


def _with_role(*roles: str) -> Callable[[Key], Awaitable[Key]]:
    async def check(key: AnyKey) -> Key:
        if key.role not in roles:
            raise ProblemError(
                403, "outside this key", f"this call needs a key with role {' or '.join(roles)}"
            )
        return key

    return check


Sender = Annotated[Key, Depends(_with_role("admin", "source"))]
Reader = Annotated[Key, Depends(_with_role("admin", "reader"))]
Admin = Annotated[Key, Depends(_with_role("admin"))]


def may_send(hub: Hub, key: Key, source: str, unit: str) -> Problem | None:
    """Why a key may not send events of a source about a unit."""
    if source == HUB:
        return _THE_HUBS
    if key.role != "admin":
        if source != key.source:
            return _NOT_ITS_SOURCE
        if not within_units(hub, key, unit):
            return _NOT_ITS_UNIT
    return None


def within_units(hub: Hub, key: Key, unit: str) -> bool:
    """Whether a unit is one of the key's units or below them."""
    return not key.units or unit in hub.registry.units.tree().region(key.units)


def visible_sources(hub: Hub, key: Key, sources: Iterable[str]) -> frozenset[str]:
    """Of some sources those that a key may see: a source key its own; a reader of some units those
    whose keys are all for these units. Which sources sent about which units only events tell."""
    if key.role == "source":
        return frozenset(sources) & {key.source or ""}
    if not key.units:
        return frozenset(sources)
    bound = hub.registry.keys.bound()
    return frozenset(
        source
        for source in sources
        if (units := bound.get(source)) and all(within_units(hub, key, unit) for unit in units)
    )


def may_read(hub: Hub, key: Key, units: Iterable[str]) -> None:
    """Raise 403 if a unit is not one of the key's units or below them."""
    if not all(within_units(hub, key, unit) for unit in units):
        raise ProblemError(403, "outside this key", "unit: is not one of this key's units")
