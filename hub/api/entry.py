"""Indicators entered by people: the template of a form, filled in and sent back."""

import re
import unicodedata
from typing import Annotated, Any, Literal

import orjson
from fastapi import APIRouter, Query, Request, Response
from pydantic import ConfigDict, TypeAdapter, with_config
from starlette.concurrency import run_in_threadpool
from typing_extensions import TypedDict

from hub.api.access import AnyKey, Sender, may_send
from hub.api.asking import Positions, StrictRoute, is_unit
from hub.api.bodies import JSON, json_response, media_type_of, parsed, read_body, valid
from hub.api.context import Hub, hub_of
from hub.api.ingest import append, check_stated
from hub.api.problems import RETRY_AFTER, ProblemError
from hub.api.renderings import CSV, Renderings, rendered
from hub.api.report_asking import Calendar, ReportQuery, asked_by
from hub.api.waiting import reckoned, wait_until_included
from hub.core.periods import named
from hub.indicator.history import history
from hub.log.port import encode_position
from hub.registry import Key
from hub.reports.asked import Asked
from hub.reports.entry.as_csv import as_csv
from hub.reports.entry.faults import MOST_TOLD, Fault, FaultsError, fault
from hub.reports.entry.needs import needs
from hub.reports.entry.planning import Step, check_says, plan
from hub.reports.entry.reading import Filled
from hub.reports.entry.sheet import Template, template
from hub.reports.entry.told import import_json, template_json
from hub.reports.form import Form
from hub.reports.ports import ports
from hub.reports.spans import Days
from hub.store.events import events_of

router = APIRouter(prefix="/v1", tags=["indicators"], route_class=StrictRoute)
Json = dict[str, Any]
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_FORMATS = {"json": JSON, "csv": CSV, "xlsx": XLSX}
_TITLE = "nothing was stated"


@with_config(ConfigDict(extra="forbid"))
class EnteredRow(TypedDict, total=False):
    """A row of a template. `value` as a person writes it, or a JSON number; `mark` as the template
    told it."""

    code: str
    level: str | None
    value: str | int | float
    evidence: str
    note: str
    mark: str


@with_config(ConfigDict(extra="forbid"))
class Entry(TypedDict):
    """Rows of a template that were filled in."""

    form: str
    version: str
    unit: str
    period: str
    calendar: str
    rows: list[EnteredRow]


_ENTRY: TypeAdapter[Any] = TypeAdapter(Entry)


@router.get("/reports/{form}/template")
async def get_template(
    request: Request,
    key: AnyKey,
    form: str,
    unit: Annotated[str, Query(description="Code of the unit that states")],
    period: Annotated[str, Query(description="2020-Q1, -H1, -9M, 2020, 2020-03")],
    calendar: Annotated[Calendar | None, Query(description="Left out: the form's")] = None,
    propose: Annotated[
        Literal["previous"] | None,
        Query(description="Show beside what was said for the period before; states nothing"),
    ] = None,
    min_position: Positions = None,
    as_format: Annotated[
        Literal["json", "csv", "xlsx"] | None,
        Query(alias="format", description="Instead of `Accept`"),
    ] = None,
) -> Response:
    """What a form needs of a unit for a period, with what is known: to be filled in and sent back.

    JSON, a workbook whose cells are locked but for those to fill in, or CSV.
    """
    hub = hub_of(request)
    made_by, asked = _asked(hub, key, form, unit, period, calendar)
    await wait_until_included(request, None, min_position or [])

    def answer() -> Response:
        made = _template(hub, made_by, asked, propose=propose is not None)
        may = may_send(hub, key, source_of(key), unit) is None
        forms: Renderings = {
            JSON: lambda: orjson.dumps(template_json(made, may_send=may)),
            CSV: lambda: as_csv(made), XLSX: lambda: _xlsx(made),
        }  # fmt: skip
        name = "-".join(("nhap", made.form, made.unit, made.period))
        names = {CSV: f"{name}.csv", XLSX: f"{name}.xlsx"}
        return rendered(request, forms, _FORMATS[as_format] if as_format else None, names)

    return await reckoned(request, answer)


@router.post("/indicators/import")
async def post_import(
    request: Request,
    key: Sender,
    dry_run: Annotated[bool, Query(description="Only tell what would be stated")] = False,
    form: Annotated[str | None, Query(description="Refuse a file of another form")] = None,
    unit: Annotated[str | None, Query(description="Refuse a file of another unit")] = None,
    period: Annotated[str | None, Query(description="Refuse a file of another period")] = None,
    calendar: Annotated[str | None, Query(description="Refuse one of another calendar")] = None,
) -> Response:
    """State what was filled in of a template: a workbook, CSV, or JSON; all of it or nothing.

    To send the same again is to send the same events again. A row without a new value states
    nothing.
    """
    hub = hub_of(request)
    hub.guard.check_events(key)
    media_type = media_type_of(request, XLSX, CSV, JSON) or JSON
    body = await read_body(request)
    wanted = {"form": form, "unit": unit, "period": period, "calendar": calendar}

    def work() -> tuple[Template, list[Step]]:
        filled = _READERS[media_type](body)
        check_says(filled, wanted)
        made = _template(hub, *_asked_by(hub, key, filled))
        check_says(filled, made.says())
        return made, plan(made, filled, source_of(key), hub.now())

    try:
        async with hub.entering:
            end = await run_in_threadpool(hub.log.newest)
            await wait_until_included(request, None, [encode_position(end)])
            made, steps = await reckoned(request, work)
            if not dry_run:
                await _state(hub, key, steps)
    except FaultsError as error:
        raise _refused(error) from None
    told = import_json(made, steps, source_of(key), dry_run=dry_run)
    return json_response(told, headers={"Hub-Position": encode_position(hub.log.end())})


def _template(hub: Hub, form: Form, asked: Asked, *, propose: bool = False) -> Template:
    """The template as it is now."""
    period, unit = asked.days.asked, str(asked.unit)
    label, calendar = str(period.label), str(period.calendar)
    known = ports(hub.store, hub.registry)
    entry = known.tree.units.get(unit)
    days = Days(period, calendar, period.end)
    found = needs(form, entry.level if entry else None, days, hub.registry.indicators)
    codes = frozenset(need.code for need in found)
    own = events_of(hub.store, [(unit, code) for code in sorted(codes)])
    return template(
        form, found, unit, label, calendar, tree=known.tree, propose=propose,
        histories={code: history(rows) for (_, code), rows in own.items()},
        said=known.statements(asked.scope, codes, calendar, None),
    )  # fmt: skip


def _asked(
    hub: Hub, key: Key, form: str, unit: str, period: str, calendar: Calendar | None
) -> tuple[Form, Asked]:
    """The version of a form, and what is asked of it. Raises 403, 404, 422."""
    query = ReportQuery(unit, period, calendar, None, None, None, None)
    return asked_by(hub, key, form, query, hub.now())


def _asked_by(hub: Hub, key: Key, filled: Filled) -> tuple[Form, Asked]:
    """What a file is of. Raises 403, 404, 422."""
    says = filled.says
    try:
        if not is_unit(says["unit"]):
            raise ValueError
        named(says["period"], says["calendar"])
    except ValueError:
        raise FaultsError(fault("not-a-template", filled.places["unit"])) from None
    if problem := may_send(hub, key, source_of(key), says["unit"]):
        raise ProblemError(403, "outside this key", f"the file's unit {problem.message}")
    calendar: Calendar = "nd09" if says["calendar"] == "nd09" else "civil"
    return _asked(hub, key, says["form"], says["unit"], says["period"], calendar)


def source_of(key: Key) -> str:
    """As whom a key states what people enter: a source key as its source, an administrator under
    the name of the key.

    >>> source_of(Key(3, "admin", None, (), "Phòng Nội vụ", 0, None))
    '/manual/phong-noi-vu'
    """
    if key.source is not None:
        return key.source
    plain = unicodedata.normalize("NFD", key.label.replace("đ", "d").replace("Đ", "D"))
    name = re.sub(r"[^a-z0-9]+", "-", re.sub(r"[\u0300-\u036f]", "", plain).lower()).strip("-")
    return f"/manual/{name[:100] or f'key-{key.id}'}"


def _from_json(body: bytes) -> Filled:
    from hub.reports.entry.from_json import from_json

    return from_json(valid(_ENTRY, parsed(body)))


def _from_csv(body: bytes) -> Filled:
    from hub.reports.entry.from_csv import from_csv

    return from_csv(body)


def _from_xlsx(body: bytes) -> Filled:
    from hub.reports.entry.from_xlsx import from_xlsx

    return from_xlsx(body)


_READERS = {JSON: _from_json, CSV: _from_csv, XLSX: _from_xlsx}
"""The libraries behind them are not needed to start a hub."""


def _xlsx(made: Template) -> bytes:
    from hub.reports.entry.as_xlsx import as_xlsx

    return as_xlsx(made)


async def _state(hub: Hub, key: Key, steps: list[Step]) -> None:
    """Store the events of all steps, or none. Raises `FaultsError`, 503."""
    sent = [step for step in steps if step.event is not None]
    if not sent:
        return
    checked = check_stated(hub, key, [dict(step.event or {}) for step in sent])
    if checked.refused:
        raise FaultsError(*(
            Fault("refused", problem.message, sent[n].entered.places["value"], sent[n].row.key)
            for n, refusal in checked.refused.items() for problem in refusal.problems
        ))  # fmt: skip
    hub.guard.sent(key, len(sent))
    if "unavailable" in await append(hub, checked):
        detail = "some or all of it could not be stored; send the same again, nothing counts twice"
        raise ProblemError(503, "not stored", detail, headers=RETRY_AFTER)


def _refused(error: FaultsError) -> ProblemError:
    """422 that tells all faults together."""
    faults = error.faults
    errors: list[Json] = [
        {"code": it.code, "pointer": it.place, "message": it.message}
        | ({"indicator": it.key[0], "level": it.key[1] or None} if it.key else {})
        for it in faults[:MOST_TOLD]
    ]
    told = "fault was" if len(faults) == 1 else "faults were"
    detail = f"{len(faults)} {told} found; correct the file and send it again"
    return ProblemError(422, _TITLE, detail, errors=errors)
