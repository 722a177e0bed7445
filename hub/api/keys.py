"""Keys over HTTP: made, followed by others, revoked."""

from dataclasses import asdict
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter
from starlette.concurrency import run_in_threadpool

from hub.api.access import Acting, Admin, AnyKey
from hub.api.asking import StrictRoute
from hub.api.bodies import read_json, valid
from hub.api.context import hub_of
from hub.api.moments import moment_of
from hub.api.problems import ProblemError
from hub.core.time import DAY, rfc3339
from hub.registry import EndedKeyError, Key, LastAdminError, RegistryError

router = APIRouter(prefix="/v1/keys", tags=["registry"], route_class=StrictRoute)
_STRICT = ConfigDict(extra="forbid")
_EXPIRES = "Local day, the last on which the key opens, or an instant; left out: never"
_FORCE = "Also where no admin key is left that lasts as long"
Force = Annotated[bool, Query(description=_FORCE)]


class NewKey(BaseModel):
    """What a new key may do. `units: []` means all, and must be said."""

    model_config = _STRICT
    role: Literal["admin", "source", "reader"]
    source: str | None = None
    units: list[str] | None = None
    label: str = ""
    expires: Annotated[str | None, Field(description=_EXPIRES)] = None
    may_seal: Annotated[
        bool, Field(description="May seal reports of its units; an admin key always may")
    ] = False


class Rotation(BaseModel):
    """How a key is followed by another."""

    model_config = _STRICT
    overlap_days: Annotated[
        int, Field(ge=0, le=3650, description="So long both open; 0: the old one ends at once")
    ]
    expires: Annotated[str | None, Field(description=_EXPIRES)] = None


@router.get("")
async def get_keys(request: Request, _: Admin) -> dict[str, Any]:
    """All keys, without their secrets."""
    keys = hub_of(request).registry.keys
    found, now = await run_in_threadpool(keys.all), keys.now()
    return {"keys": [_key(key, now) for key in found]}


@router.get("/own")
async def get_own_key(request: Request, key: AnyKey) -> dict[str, Any]:
    """The key of this call, without its secret: what it may do. Of an open hub that of anybody.

    `signals`: whether this hub tells signals, and so whether the key may ask for them.
    """
    hub = hub_of(request)
    return {
        **_key(key, hub.registry.keys.now()),
        "signals": hub.signals is not None and key.role != "source",
    }


@router.post("", status_code=201)
async def post_key(request: Request, _: Admin, by: Acting) -> dict[str, Any]:
    """Make a key. The answer holds its secret, which is shown this once."""
    hub = hub_of(request)
    new = valid(TypeAdapter(NewKey), await read_json(request))
    expires = _moment(new.expires)
    key, secret = await run_in_threadpool(
        lambda: hub.registry.keys.create(
            new.role,
            source=new.source,
            units=new.units,
            label=new.label,
            expires=expires,
            may_seal=new.may_seal,
            by=by,
        )
    )
    return {**_key(key, hub.registry.keys.now()), "key": secret}


@router.post("/{number}/rotate", status_code=201)
async def rotate_key(
    request: Request, number: int, _: Admin, by: Acting, force: Force = False
) -> dict[str, Any]:
    """Make a successor with the same rights; the old key goes on for the days of overlap.

    The answer holds the new secret, which is shown this once. The successor of a key that expires
    lives as long as that was to live, unless told otherwise.
    """
    hub = hub_of(request)
    wanted = valid(TypeAdapter(Rotation), await read_json(request))
    expires, overlap = _moment(wanted.expires), wanted.overlap_days * DAY
    try:
        key, secret = await run_in_threadpool(
            lambda: hub.registry.keys.rotate(number, overlap, expires=expires, force=force, by=by)
        )
    except RegistryError as error:
        raise _refused(error) from None
    return {**_key(key, hub.registry.keys.now()), "key": secret}


@router.delete("/{number}")
async def delete_key(
    request: Request, number: int, _: Admin, by: Acting, force: Force = False
) -> dict[str, Any]:
    """Revoke a key; from now on it opens nothing. 409 for the last admin key, unless by force."""
    keys = hub_of(request).registry.keys
    try:
        await run_in_threadpool(lambda: keys.revoke(number, force=force, by=by))
    except RegistryError as error:
        raise _refused(error) from None
    return {"id": number, "revoked": True}


def _moment(text: str | None) -> int | None:
    """When a key expires. Raises 422 that names the place in the body."""
    try:
        return None if text is None else moment_of("expires", text, ends=True)
    except ProblemError:
        hint = "give a day like 2027-12-31, or an instant of RFC 3339"
        raise RegistryError(
            "/expires", "is neither a day nor an instant", hint, "no-moment"
        ) from None


def _refused(error: RegistryError) -> RegistryError | ProblemError:
    if isinstance(error, LastAdminError):
        return ProblemError(409, error.problem, error.hint)
    if isinstance(error, EndedKeyError):
        return ProblemError(409, error.problem, error.hint)
    return ProblemError(404, "no such key", error.hint) if error.pointer == "id" else error


def _key(key: Key, now: int) -> dict[str, Any]:
    moments = ("created", "revoked", "expires", "last_used")
    told = {name: value and rfc3339(value) for name in moments for value in [getattr(key, name)]}
    return {**asdict(key), **told, "state": key.state(now)}
