"""`/v1/alerts`: the rules and targets of the file of alerts, and a message to try a target."""

import secrets
from typing import Any
from urllib.parse import urlsplit

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, TypeAdapter
from starlette.concurrency import run_in_threadpool

from hub.api.access import Admin
from hub.api.asking import StrictRoute
from hub.api.bodies import json_response, read_json, valid
from hub.api.context import Hub, hub_of
from hub.api.problems import ProblemError
from hub.api.waiting import answered
from hub.core.said import says
from hub.core.time import rfc3339
from hub.services.alerts import OF_A_STATE, AlertSettings, Rule, state_of
from hub.services.targets import Message, TargetSettings, try_target

router = APIRouter(prefix="/v1/alerts", tags=["health"], route_class=StrictRoute)
Json = dict[str, Any]
_NONE = AlertSettings(target=[], rule=[])
_MOST_LINES = 20


class AlertTest(BaseModel):
    """To whom a test is sent."""

    model_config = ConfigDict(extra="forbid")
    target: str


@router.get("")
async def get_alerts(request: Request, _: Admin) -> Response:
    """The rules and targets of the file of alerts, without addresses and secrets.

    `finds`: what a rule about a state finds at this moment; null for rules about what happens to a
    dossier, which are told when it happens. `set_up`: this process was given a file.
    """
    hub = hub_of(request)
    settings = hub.alerts or _NONE

    def answer() -> Response:
        rules = [_rule(hub, rule) for rule in settings.rule]
        targets = [_target(target) for target in settings.target]
        return json_response({"set_up": bool(hub.alerts), "rules": rules, "targets": targets})

    return await answered(request, None, answer)


@router.post("/test")
async def post_test(request: Request, _: Admin) -> Json:
    """Send a message to a target of the file of alerts, once, now. `sent`: it was taken; else `why`
    not. Nothing is stored."""
    hub = hub_of(request)
    wish = valid(TypeAdapter(AlertTest), await read_json(request))
    named = {target.name: target for target in (hub.alerts or _NONE).target}
    if wish.target not in named:
        raise ProblemError(404, "no such target", f"target: known: {', '.join(named) or 'none'}")
    title = "Thử cảnh báo của Motcua Hub (a test)"
    lines = ["Tin này chỉ để thử; không có gì cần làm.", "This is a test; there is nothing to do."]
    message = Message(secrets.token_hex(16), "test", title, lines, rfc3339(hub.now()))
    async with hub.testing:
        why = await run_in_threadpool(try_target, named[wish.target], message)
    return {"target": wish.target, "sent": why is None, "why": why, **says(why)}


def _rule(hub: Hub, rule: Rule) -> Json:
    finds = None
    if rule.when in OF_A_STATE:
        found = [it.line for it in state_of(rule, hub.store, hub.registry, hub.now())]
        first = found[:_MOST_LINES]
        say = [says(it).get("says") for it in first]
        finds = {"total": len(found), "first": first, "say": say}
    return rule.model_dump() | {"finds": finds}


def _target(target: TargetSettings) -> Json:
    """What may be told: of a webhook its host, of other services which one it is. The rest of a URL
    may be a password."""
    parts = urlsplit(target.url)
    place = parts.hostname if target.kind == "webhook" else parts.scheme
    return {"name": target.name, "kind": target.kind, "place": place}
