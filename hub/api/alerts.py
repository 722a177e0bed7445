"""`/v1/alerts`: rules and targets of alerts, of a file and of the registry; the latter are changed
here. And a message to try a target."""

import secrets
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from fastapi import APIRouter, Request, Response
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, TypeAdapter
from starlette.concurrency import run_in_threadpool

from hub.api.access import Acting, Admin
from hub.api.asking import StrictRoute
from hub.api.bodies import json_response, read_json, valid
from hub.api.context import Hub, hub_of
from hub.api.problems import ProblemError, fault
from hub.api.waiting import answered
from hub.core.said import either, said, says
from hub.core.time import rfc3339
from hub.registry import Actor, RegistryError
from hub.registry.alerts import AlertRow, Kind, Rows
from hub.registry.checks import UNIT, check_match
from hub.services.addresses import RefusedError, is_plain, is_reference
from hub.services.alert_rules import OF_A_STATE, Book, Rule, RuleBody
from hub.services.alerts import state_of
from hub.services.targets import Message, TargetSettings, open_target, try_target

router = APIRouter(prefix="/v1/alerts", tags=["health"], route_class=StrictRoute)
Json = dict[str, Any]
_MOST_LINES = 20
_WHERE = either(["env:ALERT_NAME", "file:/PATH/alert-NAME"])


class AlertTest(BaseModel):
    """To whom a test is sent."""

    model_config = ConfigDict(extra="forbid")
    target: str


def _no_secret(text: str) -> str:
    if text and not is_reference(text):
        says = said(
            "alert-secret-plain", "is a secret and is not given here; put it into an environment "
            "variable or a file of the machine that sends the alerts, and write {where}",
            where=_WHERE,
        )  # fmt: skip
        raise ValueError(says)
    return text


class TargetBody(BaseModel):
    """A target that is kept in the registry: no secret, but where it stands."""

    model_config = ConfigDict(extra="forbid")
    kind: Literal["webhook", "apprise"]
    url: str = Field(min_length=1, max_length=500)
    secret: Annotated[str, Field(max_length=500), AfterValidator(_no_secret)] = ""


_RULE: TypeAdapter[RuleBody] = TypeAdapter(RuleBody)
_TARGET: TypeAdapter[TargetBody] = TypeAdapter(TargetBody)


@router.get("")
async def get_alerts(request: Request, _: Admin) -> Response:
    """The rules and targets that count now, without secrets, and without addresses of the file.

    `finds`: what a rule about a state finds at this moment; null for rules about what happens to a
    dossier, which are told when it happens. `in_file`: it stands in the file of alerts, and is not
    changed here; `left_out`: it is in the registry and not looked at, because the file has one of
    the same name. `missing`: targets of a rule that are not there. `set_up`: this process was given
    a file.
    """
    hub = hub_of(request)

    def answer() -> Response:
        book = hub.alerts.book(hub.registry)
        rules = [_rule(hub, book, rule) for rule in book.rules.values()]
        targets = [_target(book, target) for target in book.targets.values()]
        for kind, name in sorted(book.double):
            row = book.kept[kind, name]
            left_out = {"name": name, "in_file": False, "left_out": True, **row.body}
            (rules if row.kind == "rule" else targets).append(left_out)
        told = {"set_up": bool(hub.alerts.file), "rules": rules, "targets": targets}
        return json_response(told)

    return await answered(request, None, answer)


@router.put("/rules/{name}")
async def put_rule(request: Request, _: Admin, by: Acting, name: str) -> Json:
    """Keep a rule in the registry, in the place of the one with its name; it counts within seconds.
    What became overdue before it was made is not told. `new`: there was none of this name. A name
    that the file has is refused (409)."""
    hub = hub_of(request)
    wish = valid(_RULE, await read_json(request))
    if wish.unit is not None:
        check_match(UNIT, wish.unit, "/unit")

    def check(rows: Rows) -> None:
        known = hub.alerts.named("target") | {it for kind, it in rows if kind == "target"}
        for at, target in enumerate(wish.targets):
            if target not in known:
                told = said("alert-no-target", "there is no target {name}", name=target)
                raise RegistryError(
                    f"/targets/{at}", told, "make it first, or leave it out", "invalid"
                )

    row = AlertRow("rule", name, _moment(hub), wish.model_dump())
    return await run_in_threadpool(_put, hub, row, check, by)


@router.put("/targets/{name}")
async def put_target(request: Request, _: Admin, by: Acting, name: str) -> Json:
    """Keep a target in the registry, in the place of the one with its name.

    A secret, and an address that may hold one, is refused: it is given as `env:ALERT_NAME` or
    `file:/PATH/alert-NAME`, the place where it stands on the machine that sends. `new` and 409: as
    of a rule."""
    hub = hub_of(request)
    wish = valid(_TARGET, await read_json(request))
    await run_in_threadpool(_check_address, name, wish)
    row = AlertRow("target", name, _moment(hub), wish.model_dump())
    return await run_in_threadpool(_put, hub, row, lambda _: None, by)


@router.delete("/rules/{name}")
async def delete_rule(request: Request, _: Admin, by: Acting, name: str) -> Json:
    """Remove a rule of the registry; what it found and did not send yet is not sent."""
    return await run_in_threadpool(_remove, hub_of(request), "rule", name, by)


@router.delete("/targets/{name}")
async def delete_target(request: Request, _: Admin, by: Acting, name: str) -> Json:
    """Remove a target of the registry, unless a rule names it (409)."""
    return await run_in_threadpool(_remove, hub_of(request), "target", name, by)


@router.post("/test")
async def post_test(request: Request, _: Admin) -> Json:
    """Send a message to a target, once, now. `sent`: it was taken; else `why` not. Nothing is
    stored."""
    hub = hub_of(request)
    wish = valid(TypeAdapter(AlertTest), await read_json(request))
    named = (await run_in_threadpool(hub.alerts.book, hub.registry)).targets
    if wish.target not in named:
        raise ProblemError(404, "no such target", f"target: known: {', '.join(named) or 'none'}")
    title = "Thử cảnh báo của Motcua Hub (a test)"
    lines = ["Tin này chỉ để thử; không có gì cần làm.", "This is a test; there is nothing to do."]
    message = Message(secrets.token_hex(16), "test", title, lines, rfc3339(hub.now()))
    async with hub.testing:
        why = await run_in_threadpool(try_target, named[wish.target], message)
    return {"target": wish.target, "sent": why is None, "why": why, **says(why)}


def _put(hub: Hub, row: AlertRow, check: Any, by: Actor) -> Json:
    _not_of_the_file(hub, row.kind, row.name)
    return {"name": row.name, "new": hub.registry.alerts.put(row, check, by)}


def _moment(hub: Hub) -> int:
    """By the clock that alerts are looked for by: the log's may be ahead of it."""
    return (hub.clock or hub.now)()


def _remove(hub: Hub, kind: Kind, name: str, by: Actor) -> Json:
    def check(rows: Rows) -> None:
        users = [row.name for row in rows.values() if name in row.body.get("targets", ())]
        if kind == "target" and users and name not in hub.alerts.named("target"):
            told = said(
                "alert-in-use", "is named by the rules {rules}; change them first",
                rules=", ".join(users),
            )  # fmt: skip
            errors = [fault("/name", told)]
            raise ProblemError(409, "not removed", f"name: {told}", errors=errors)

    if not hub.registry.alerts.remove(kind, name, check, by):
        _not_of_the_file(hub, kind, name)
        raise ProblemError(404, "no such alert", f"the registry has no {kind} of this name")
    return {"name": name, "removed": True}


def _not_of_the_file(hub: Hub, kind: Kind, name: str) -> None:
    """Raise 409 for a name that the file has."""
    if name in hub.alerts.named(kind):
        told = said(
            "alert-in-file", "stands in the file of alerts and is changed there; take another name"
        )
        errors = [fault("/name", told)]
        raise ProblemError(409, "not stored", f"name: {told}", errors=errors)


def _check_address(name: str, wish: TargetBody) -> None:
    """Raise RegistryError for an address that may hold a secret, or that cannot be used."""
    if is_reference(wish.url):
        return
    if not is_plain(wish.kind, wish.url):
        told = said(
            "alert-url-secret", "may hold a secret: only a webhook's http or https with words for "
            "a path, or mailto and mailtos without a password, may be written out; put the whole "
            "address into an environment variable or a file of the machine that sends the alerts, "
            "and write {where}", where=_WHERE,
        )  # fmt: skip
        raise RegistryError("/url", told, "correct it", "invalid")
    try:
        open_target(TargetSettings(name=name, kind=wish.kind, url=wish.url))
    except RefusedError as error:
        raise RegistryError("/url", error.args[0], "correct it", "invalid") from None


def _rule(hub: Hub, book: Book, rule: Rule) -> Json:
    finds = None
    if rule.when in OF_A_STATE:
        found = [it.line for it in state_of(rule, hub.store, hub.registry, hub.now())]
        first = found[:_MOST_LINES]
        say = [says(it).get("says") for it in first]
        finds = {"total": len(found), "first": first, "say": say}
    missing = [name for name in rule.targets if name not in book.targets]
    in_file = book.made(rule.name) is None
    return rule.model_dump() | {"in_file": in_file, "missing": missing, "finds": finds}


def _target(book: Book, target: TargetSettings) -> Json:
    """What may be told: of a webhook of the file its host, of other services which one it is; the
    rest of a URL may be a password. What the registry keeps is no secret."""
    told = {"name": target.name, "kind": target.kind}
    if ("target", target.name) in book.kept and ("target", target.name) not in book.double:
        return told | {"in_file": False, "url": target.url, "secret": target.secret}
    place = target.url
    if not is_reference(place):
        parts = urlsplit(place)
        place = (parts.hostname if target.kind == "webhook" else parts.scheme) or ""
    return told | {"in_file": True, "place": place}
