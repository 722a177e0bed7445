"""Sealed reports: made once, kept for ever (CONTRACT §6)."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Annotated, Any, NamedTuple

import orjson
from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from hub.api.access import Acting, Reader, visible_sources
from hub.api.asking import MAP, StrictRoute, View, units_on
from hub.api.bodies import JSON, json_response, media_type_of, parsed, read_body, valid
from hub.api.context import Hub, hub_of
from hub.api.problems import IN_BODY_TOO, ProblemError, bad_parameter
from hub.api.report_asking import Calendar, OfReport, ReportQuery, asked_by, check_known
from hub.api.sealed import told_of
from hub.api.waiting import answered, wait_until_included
from hub.core.said import said
from hub.core.sealed import FORMAT
from hub.core.time import rfc3339
from hub.log.port import encode_position
from hub.registry import Actor, Key, RegistryError
from hub.registry.checks import check_text
from hub.registry.seals import Seal, Sealed, SupersededError, view_of
from hub.registry.unit_map import UnitMap
from hub.reports.asked import Asked
from hub.reports.form import Form
from hub.reports.frozen import (
    FORM,
    Frozen,
    asked_told,
    content_of,
    failing,
    freeze,
    frozen_inputs,
    renderings,
    unwaived,
)
from hub.reports.ports import field_names
from hub.services.freshness import freshness
from hub.store.events import known_units, sources_of

router = APIRouter(prefix="/v1", tags=["reports"], route_class=StrictRoute)
Json = dict[str, Any]


class Waiver(BaseModel):
    """Why a failing check is let pass."""

    model_config = ConfigDict(extra="forbid")
    check: Annotated[str, Field(description="Its id; without what follows the dot: in all rows")]
    reason: str


class SealWish(BaseModel):
    """What is to be sealed; all but `waive` and `reason` may stand in the query instead."""

    model_config = ConfigDict(extra="forbid")
    unit: str | None = None
    period: str | None = None
    calendar: Calendar | None = None
    start: Annotated[date | None, Field(alias="from")] = None
    end: Annotated[date | None, Field(alias="to")] = None
    data_date: date | None = None
    as_of: str | None = None
    view: Annotated[str | None, Field(alias="map", pattern=MAP)] = None
    waive: list[Waiver] = []
    reason: Annotated[
        str | None, Field(description="Why it supersedes the seal before; needed if there is one")
    ] = None


class _Wish(NamedTuple):
    """A checked wish. `waived`: the reasons by check. `view`: what was said of the units, `on`:
    which they then are."""

    form: Form
    asked: Asked
    waived: Mapping[str, str]
    reason: str | None
    position: str
    view: str | None
    on: UnitMap | None


@router.post("/reports/{form}/seal", status_code=201)
async def post_seal(
    request: Request, key: Reader, by: Acting, form: str, query: OfReport, view: View = None
) -> Response:
    """Seal a report for ever: the same bytes, whatever arrives later. Needs a key that may seal.

    By the units of a view (`map`), too: which were whose that day is sealed with it.
    200 with the seal that is there where it says the same. 409 where a check fails that is not
    waived, and where another seal of the same would be superseded without a reason.
    """
    if not (key.role == "admin" or key.may_seal):
        raise ProblemError(
            403, "outside this key",
            "this key may not seal; an administrator makes one by "
            "`hub keys create reader --may-seal`",
        )  # fmt: skip
    hub = hub_of(request)
    said = await _body(request)
    now = hub.now()
    made_by, asked = asked_by(hub, key, form, _joined(query, said), now)
    if view is not None and said.view is not None:
        raise bad_parameter("map", IN_BODY_TOO)
    view = view or said.view
    on = units_on(hub, view, asked.days.asked.bounds[1] - 1)
    at = now if asked.as_of is None else asked.as_of
    asked = asked._replace(limit=at, as_of=at, known_at=rfc3339(at))
    _check_whole(key, asked)
    waived = _waived(said)
    await wait_until_included(request, at, [])
    position = encode_position(await asyncio.wrap_future(hub.log.seal(at)))
    wish = _Wish(made_by, asked, waived, said.reason, position, view, on)
    seal, is_new = await answered(request, None, lambda: _sealed(hub, key, by, wish))
    place = {"Location": f"/v1/sealed/{seal.id}", "Hub-Verdict": seal.said["verdict"]}
    return json_response(told_of(seal), 201 if is_new else 200, place)


async def _body(request: Request) -> SealWish:
    """The body, which may be left out. Raises 400, 413, 415, 422."""
    media_type_of(request, JSON)
    body = await read_body(request)
    return valid(TypeAdapter(SealWish), parsed(body) if body.strip() else {})


def _joined(query: ReportQuery, said: SealWish) -> ReportQuery:
    """What the query and the body say together. Raises 422 where both say it."""
    names = {"start": "from", "end": "to"}
    given = {name: value for name in ReportQuery._fields if (value := getattr(said, name))}
    for name in given:
        if getattr(query, name) is not None:
            raise bad_parameter(names.get(name, name), IN_BODY_TOO)
    return query._replace(**given)


def _check_whole(key: Key, asked: Asked) -> None:
    """Raise 422 where nobody can answer for the report: its period still runs, or it would be of
    whatever units a key has."""
    if asked.unit is None and key.units:
        says = said("unit-of-key", "is required: this key is not for all units")
        raise bad_parameter("unit", says)
    period = asked.days.asked
    if asked.limit < period.bounds[1]:
        raise bad_parameter(
            "period",
            said(
                "period-not-over",
                "is not over: it ends with {day}; seal it afterwards",
                day=period.end.isoformat(),
            ),
        )
    if asked.days.data_date < period.end:
        raise bad_parameter(
            "data_date",
            said(
                "data-before-end", "is before the end of the period, {day}; leave it out",
                day=period.end.isoformat(),
            ),
        )  # fmt: skip


def _waived(said: SealWish) -> dict[str, str]:
    """The reasons by check. Raises RegistryError."""
    found: dict[str, str] = {}
    for index, waiver in enumerate(said.waive):
        check_text(waiver.reason, f"/waive/{index}/reason", least=1)
        if waiver.check in found:
            raise RegistryError(
                f"/waive/{index}/check", "is waived twice", "give it once", "waived-twice"
            )
        found[waiver.check] = waiver.reason
    if said.reason is not None:
        check_text(said.reason, "/reason", least=1)
    return found


def _sealed(hub: Hub, key: Key, by: Actor, wish: _Wish) -> tuple[Seal, bool]:
    """The seal, and whether it is new. Raises 409, 422."""
    frozen = _frozen(hub, key, wish)
    asked = frozen.asked
    check_known(hub, asked)
    found = frozen.report(hub.store)
    _check_checks(found, wish.waived)
    seals, period = hub.registry.seals, asked.days.asked
    of = Sealed(wish.form.id, asked.unit or "", period.label or "", period.start, period.end)
    inputs = frozen_inputs(frozen)
    of_view = {} if asked.view is None else {"map": asked.view, "map_asked": wish.view}
    last = seals.newest(of, view_of(of_view))
    if last is not None:
        if _is_same(hub, last, found, inputs):
            return last, False
        if wish.reason is None:
            raise ProblemError(
                409, "sealed already",
                f"seal {last.id} of this form, unit and period says something else; give `reason` "
                "to supersede it, and see its restatement for what differs",
            )  # fmt: skip
    said = asked_told(asked) | of_view | {
        "format": FORMAT, "form": wish.form.id, "version": wish.form.version,
        "title": found["title"], "unit_name": found["unit_name"], "verdict": found["verdict"],
        "waived": [{"check": name, "reason": why} for name, why in wish.waived.items()],
        "reason": wish.reason, "position": wish.position, "sealed_at": rfc3339(hub.now()),
        "by": by.key,
    }  # fmt: skip
    parts = renderings(wish.form, found) | inputs
    try:
        return seals.add(of, said, parts, last.id if last else None, by), True
    except SupersededError as error:
        raise ProblemError(409, error.problem, error.hint) from None


def _frozen(hub: Hub, key: Key, wish: _Wish) -> Frozen:
    names = field_names(hub.registry)
    known = known_units(hub.store) if wish.on is not None else ()
    frozen = freeze(hub.registry, wish.form, wish.asked, names, {}, wish.waived, wish.on, known)
    sent = sources_of(hub.store, frozen.asked.scope, wish.asked.as_of)
    rows = [it for it in freshness(hub.registry, hub.now()) if it.source.source in sent]
    sources = {
        "visible": visible_sources(hub, key, sent),
        "late": {it.source.source for it in rows if it.is_late},
        "backfilling": {it.source.source for it in rows if it.source.backfilling},
    }
    return replace(frozen, sources=sources)


def _check_checks(found: Json, waived: Mapping[str, str]) -> None:
    """Raise 409 for failing checks that are not waived, 422 for waivers of what does not fail."""
    fails = [check["id"] for check in failing(found)]
    told = ", ".join(fails) or "none"
    for index, name in enumerate(waived):
        if not any(it == name or it.partition(".")[0] == name for it in fails):
            raise RegistryError(
                f"/waive/{index}/check",
                "is no check that fails",
                f"failing: {told}",
                code="no-failing-check",
            )
    if left := unwaived(found):
        raise ProblemError(
            409, "checks fail",
            f"{', '.join(left)}: correct what was sent, or waive each with a reason: "
            '{"waive": [{"check": "…", "reason": "…"}]}',
        )  # fmt: skip


def _is_same(hub: Hub, last: Seal, found: Json, inputs: Mapping[str, bytes]) -> bool:
    """Whether the last seal says what this report says, by the same form."""
    seals = hub.registry.seals
    if seals.part(last, FORM) != inputs[FORM]:
        return False
    before = content_of(orjson.loads(seals.part(last, "report.json")))
    return before == content_of(orjson.loads(orjson.dumps(found)))
