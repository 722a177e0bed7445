"""`GET /v1/signals`: what a supervisor may want to look at again, and the dossiers behind it.

A signal is no verdict, is about dossiers and units, never about a person, and touches no figure.
Signals are off unless whoever runs the hub switches them on (`HUB_SIGNALS`).
"""

from collections import Counter
from typing import Annotated, Any, Literal
from urllib.parse import quote

import orjson
from fastapi import APIRouter, Depends, Query, Request, Response

from hub.api.access import Reader
from hub.api.asking import Asked, Question, StrictRoute
from hub.api.bodies import json_response
from hub.api.context import Hub, hub_of
from hub.api.paging import NOT_OURS, Cursor, PageSize, pack, unpack
from hub.api.problems import ProblemError, bad_parameter
from hub.api.renderings import CSV, JSON, Renderings, rendered
from hub.api.waiting import reckoned, wait_until_included
from hub.core.time import rfc3339
from hub.dossier.signals import SIGNALS, Look, Seen, Signal, thresholds_of
from hub.dossier.thresholds import DEFAULTS
from hub.reports.render.signal_sheet import XLSX, as_csv, as_xlsx
from hub.services.signalling import BASES, Signals, Tally

_OFF = (
    "signals are switched off in this hub; who runs it switches them on: HUB_SIGNALS=on, or "
    "hub serve --signals on"
)
NOTICE = "A signal is no verdict: each has innocent explanations. Look at the dossiers first."
_FORMATS = {"json": JSON, "csv": CSV, "xlsx": XLSX}
Json = dict[str, Any]


def _is_on(request: Request, _: Reader) -> None:
    """Raises 404 where signals are off."""
    if hub_of(request).signals is None:
        raise ProblemError(404, "signals are off", _OFF)


router = APIRouter(
    prefix="/v1/signals",
    tags=["signals"],
    route_class=StrictRoute,
    dependencies=[Depends(_is_on)],
)


@router.get("")
async def get_signals(
    request: Request,
    asked: Asked,
    as_format: Annotated[
        Literal["json", "csv", "xlsx"] | None,
        Query(alias="format", description="Instead of `Accept`"),
    ] = None,
) -> Response:
    """How many dossiers show each signal, out of how many, by unit.

    `of` names the figures that make up the base; dossiers that show the signal and are in none of
    them are added to it. Signals are not verdicts; SIGNALS.md has their definitions, thresholds and
    innocent explanations.
    """
    hub = hub_of(request)
    signals, known_at = await _known(request, asked, asked.moment.as_of)

    def answer() -> Response:
        found = _told(hub, asked, known_at, signals.tallies(SIGNALS))
        forms: Renderings = {
            JSON: lambda: orjson.dumps(found),
            CSV: lambda: as_csv(found),
            XLSX: lambda: as_xlsx(found),
        }
        names = {CSV: "signals.csv", XLSX: "signals.xlsx"}
        return rendered(request, forms, _FORMATS[as_format] if as_format else None, names)

    return await reckoned(request, answer)


@router.get("/{signal}/dossiers")
async def get_signal_dossiers(
    request: Request,
    asked: Asked,
    signal: str,
    limit: PageSize = 100,
    cursor: Cursor = None,
) -> Response:
    """The dossiers that show a signal, with the times that make it; their number is its count."""
    named = _named(signal)
    known_at, after = asked.moment.as_of, ("", "")
    if cursor is not None:
        known_at, *place = unpack(cursor, int, str, str)
        if not 0 <= known_at <= hub_of(request).now():
            raise bad_parameter("cursor", NOT_OURS)
        after = (place[0], place[1])
    signals, known_at = await _known(request, asked, known_at)

    def answer() -> Response:
        total, looks = signals.listed(named, after, limit + 1)
        more = len(looks) > limit
        return json_response({
            "signal": named,
            "notice": NOTICE,
            "as_of": rfc3339(known_at),
            "total": total,
            "items": [_item(look) for look in looks[:limit]],
            "next": pack((known_at, *looks[limit - 1][:2])) if more else None,
        })  # fmt: skip

    return await reckoned(request, answer)


def _named(signal: str) -> Signal:
    """Raises 404 for a signal that does not exist."""
    for name in SIGNALS:
        if name == signal:
            return name
    raise ProblemError(404, "no such signal", f"signal: must be one of {', '.join(SIGNALS)}")


async def _known(request: Request, asked: Question, known_at: int | None) -> tuple[Signals, int]:
    """Who answers, and as of which moment: all that is counted and listed is known at one moment,
    whatever arrives meanwhile."""
    hub = hub_of(request)
    known_at = hub.now() if known_at is None else known_at
    await wait_until_included(request, known_at, [])
    start, midnight = asked.period.bounds
    moment = asked.moment._replace(start=min(start, known_at), end=min(midnight, known_at))
    calendar_of = hub.registry.calendar.of
    limits = hub.signals or DEFAULTS
    signals = Signals(hub.store, calendar_of, asked.scope, moment, known_at, midnight, limits)
    return signals, known_at


def _told(hub: Hub, asked: Question, known_at: int, tallies: dict[Signal, Tally]) -> Json:
    period = asked.period
    return {
        "unit": asked.unit,
        "period": {
            "label": period.label,
            "calendar": period.calendar,
            "from": period.start.isoformat(),
            "to": period.end.isoformat(),
        },
        "as_of": rfc3339(known_at),
        **({} if asked.on is None else {"map": asked.on.day.isoformat()}),
        "notice": NOTICE,
        "signals": [
            {
                "signal": signal,
                "of": BASES[signal] or ("supplement_requested",),
                "thresholds": thresholds_of(signal, hub.signals or DEFAULTS),
                **_numbers(tally.shown.total(), tally.base.total()),
                "units": _units(hub, asked, tally),
            }
            for signal, tally in tallies.items()
        ],
    }


def _units(hub: Hub, asked: Question, tally: Tally) -> list[Json]:
    """A row for each unit out of whose dossiers a signal is, merged ones under their heirs."""
    shown, base = Counter[str](), Counter[str]()
    for code, number in tally.base.items():
        label = code if asked.on is None else asked.on.label(code, asked.units)
        base[label] += number
        shown[label] += tally.shown[code]
    known = hub.registry.units.tree().units
    return [
        {
            "unit": code,
            "name": known[code].name if code in known else None,
            "registered": code in known,
            **_numbers(shown[code], base[code]),
        }
        for code in sorted(base)
    ]


def _numbers(count: int, base: int) -> Json:
    """`share`: of 1, None where the base is empty."""
    return {"count": count, "base": base, "share": round(count / base, 6) if base else None}


def _item(look: Look) -> Json:
    return {
        "unit": look.unit,
        "subject": look.subject,
        "href": f"/v1/dossiers/{look.unit}/{quote(look.subject)}",
        "why": [_why(seen) for seen in look.seen],
    }


def _why(seen: Seen) -> Json:
    instants = {
        name: rfc3339(value)
        for name, value in seen._asdict().items()
        if name != "how" and value is not None
    }
    return {"how": seen.how, **instants}
