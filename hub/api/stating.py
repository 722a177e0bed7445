"""`POST /v1/reports/{form}/stated`: what a printed report says, entered as a document."""

import re
from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any, NamedTuple

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter
from starlette.concurrency import run_in_threadpool

from hub.api.access import Acting, Sender, may_send
from hub.api.asking import Day, StrictRoute, is_unit
from hub.api.bodies import JSON, json_response, media_type_of, parsed, read_body, valid
from hub.api.context import Hub, hub_of
from hub.api.entry import source_of
from hub.api.problems import IN_BODY_TOO, ProblemError, bad_parameter
from hub.api.renderings import CSV
from hub.api.report_asking import OfReport, ReportQuery, asked_by
from hub.api.stated import told_of
from hub.core.said import said
from hub.core.time import date_of, local_day, rfc3339
from hub.registry import Actor, Key, RegistryError
from hub.registry.checks import check_match, check_text
from hub.registry.seals import Sealed, SupersededError
from hub.registry.stated_reports import StatedReport
from hub.reports.asked import Asked
from hub.reports.form import Form
from hub.reports.history.as_csv import from_csv
from hub.reports.history.checking import checks, verdict
from hub.reports.history.reading import Known, NotStatedError, Row, StatedCell, read
from hub.reports.history.trend import period_told
from hub.reports.numbers import json_number

router = APIRouter(prefix="/v1", tags=["reports"], route_class=StrictRoute)
Json = dict[str, Any]
SHA256 = re.compile(r"[0-9a-f]{64}")
_MOST_CELLS, MOST_TOLD = 20_000, 200


class StatedRow(BaseModel):
    """A cell of the document. `text`: as printed, such as 4.340, 92,1 % or 08, or `not_provided`,
    `not_applicable`, `not_yet`; an empty one states nothing."""

    model_config = ConfigDict(extra="forbid")
    section: str
    row: str
    column: str
    text: str


class StatedDocument(BaseModel):
    """What a document is, and who answers for it; with CSV all of it stands in the query."""

    model_config = ConfigDict(extra="forbid")
    document: Annotated[str | None, Field(description="Name of the document")] = None
    number: Annotated[str | None, Field(description="Its number, such as 12/BC-UBND")] = None
    day: Annotated[date | None, Field(alias="date", description="Its day")] = None
    sha256: Annotated[str | None, Field(description="SHA-256 of its scan, 64 hex digits")] = None
    certified_by: Annotated[str | None, Field(description="Who certifies it, by name")] = None
    office: Annotated[str | None, Field(description="In which office")] = None
    data_date: Annotated[date | None, Field(description="Up to which day it counts")] = None
    reason: Annotated[
        str | None, Field(description="Why it supersedes the one before; needed if there is one")
    ] = None


class StatedWish(StatedDocument):
    """A document with its cells."""

    cells: list[StatedRow]


async def _of_query(
    document: Annotated[str | None, Query(description="Name of the document")] = None,
    number: Annotated[str | None, Query(description="Its number, such as 12/BC-UBND")] = None,
    day: Annotated[Day | None, Query(alias="date", description="Its day")] = None,
    sha256: Annotated[str | None, Query(description="SHA-256 of its scan, 64 hex digits")] = None,
    certified_by: Annotated[str | None, Query(description="Who certifies it, by name")] = None,
    office: Annotated[str | None, Query(description="In which office")] = None,
    reason: Annotated[str | None, Query(description="Why it supersedes the one before")] = None,
) -> StatedDocument:
    return StatedDocument.model_construct(
        document=document, number=number, day=day, sha256=sha256, certified_by=certified_by,
        office=office, reason=reason,
    )  # fmt: skip


OfDocument = Annotated[StatedDocument, Depends(_of_query)]


class _Entered(NamedTuple):
    """A checked document."""

    form: Form
    asked: Asked
    said: Json
    reason: str | None


@router.post("/reports/{form}/stated", status_code=201)
async def post_stated(
    request: Request,
    key: Sender,
    by: Acting,
    form: str,
    query: OfReport,
    beside: OfDocument,
    dry_run: Annotated[bool, Query(description="Only tell what would be kept")] = False,
) -> Response:
    """Enter a report that was printed before the hub, as a document: its cells, who certifies it.

    JSON, or CSV with the columns `section`, `row`, `column`, `text` and the rest in the query. The
    form's checks are told and block nothing. 200 with the one that is there where it says the same;
    409 where another of the same would be superseded without a reason.
    """
    hub = hub_of(request)
    media_type = media_type_of(request, JSON, CSV) or JSON
    body = await read_body(request)

    def work() -> Response:
        document, rows = _sent(media_type, body, beside)
        entered = _entered(hub, key, form, query, document, rows)
        return _answer(hub, by, entered, dry_run=dry_run)

    try:
        return await run_in_threadpool(work)
    except NotStatedError as error:
        raise _refused(error) from None


def _sent(media_type: str, body: bytes, beside: StatedDocument) -> tuple[StatedDocument, list[Row]]:
    """What was sent of a document, and its cells. Raises `NotStatedError`, 400, 422."""
    if media_type == CSV:
        return beside, from_csv(body)
    wish = valid(TypeAdapter(StatedWish), parsed(body))
    given = beside.model_dump(exclude_none=True)
    for name in given:
        if getattr(wish, name) is not None:
            raise bad_parameter(name, IN_BODY_TOO)
    rows = [
        Row(it.section, it.row, it.column, it.text, f"/cells/{n}/{{}}")
        for n, it in enumerate(wish.cells)
    ]
    return wish.model_copy(update=given), rows


def _entered(
    hub: Hub, key: Key, name: str, query: ReportQuery, document: StatedDocument,
    rows: Sequence[Row],
) -> _Entered:  # fmt: skip
    """Raises `NotStatedError`, RegistryError, 403, 404, 422."""
    unit = query.unit
    if unit is None:
        says = said("unit-of-printed", "is required: a printed report is of one unit")
        raise bad_parameter("unit", says)
    if is_unit(unit) and (problem := may_send(hub, key, source_of(key), unit)):
        raise ProblemError(403, "outside this key", f"unit: {problem.message}")
    if query.as_of is not None:
        says = said("as-of-entered", "is not known here: what is entered is known from now on")
        raise bad_parameter("as_of", says)
    now = hub.now()
    data_date = document.data_date or query.data_date
    form, asked = asked_by(hub, key, name, query._replace(data_date=None), now)
    tree = hub.registry.units.tree()
    if unit not in tree.units:
        says = said("unit-unregistered", "is not registered; PUT /v1/units it first")
        raise bad_parameter("unit", says)
    period, today = asked.days.asked, date_of(local_day(now))
    if period.start > today:
        day = period.start.isoformat()
        says = said("period-not-begun", "has not begun: it begins with {day}", day=day)
        raise bad_parameter("period", says)
    _check_document(document, data_date, period.start, today)
    if len(rows) > _MOST_CELLS:
        says = said(
            "cells-too-many", "are more than {most}; enter one report at a time", most=_MOST_CELLS
        )
        raise bad_parameter("cells", says)
    catalogue = {it.code: it for it in hub.registry.indicators.all()}
    cells = read(form, rows, Known(tree, catalogue))
    days = asked.days._replace(data_date=period.end)
    found = checks(
        form, asked._replace(days=days, lists=False, limit=period.bounds[1]), tree, cells
    )
    return _Entered(form, asked, {
        "form": form.id, "version": form.version, "title": form.document.title, "unit": unit,
        "unit_name": tree.units[unit].name, "period": period_told(period),
        "data_date": data_date and data_date.isoformat(),
        "document": {"name": document.document, "number": document.number,
                     "date": document.day and document.day.isoformat(),
                     "sha256": document.sha256},
        "certified_by": {"name": document.certified_by, "office": document.office},
        "cells": [_cell(it) for it in cells], "checks": found, "verdict": verdict(found),
    }, document.reason)  # fmt: skip


def _check_document(
    document: StatedDocument, data_date: date | None, start: date, today: date
) -> None:
    """Raise RegistryError, which names the part of the document that is wrong."""
    for name in ("document", "number", "certified_by", "office", "sha256"):
        if getattr(document, name) is None:
            raise RegistryError(f"/{name}", "is missing", "a stated report needs it", "missing")
    for name in ("document", "number", "certified_by", "office"):
        check_text(getattr(document, name), f"/{name}", least=1, most=300)
    check_match(SHA256, str(document.sha256), "/sha256")
    if document.reason is not None:
        check_text(document.reason, "/reason", least=1)
    if document.day is None:
        raise RegistryError("/date", "is missing", "give the day of the document", "missing")
    for name, day in (("date", document.day), ("data_date", data_date)):
        if day is not None and not start <= day <= today:
            raise RegistryError(
                f"/{name}",
                "is before the period begins, or in the future",
                "correct the day",
                code="day-out-of-range",
            )
    if data_date is not None and data_date > document.day:
        told = "is after the document's own day"
        raise RegistryError("/data_date", told, "correct one of them", "day-after-document")


def _cell(it: StatedCell) -> Json:
    value: object = None
    if it.number.known:
        value = json_number(it.number.value) if it.words is None else it.words
    return {
        "section": it.section, "row": it.row, "column": it.column, "text": it.text,
        "state": it.number.state, "value": value,
    }  # fmt: skip


def _answer(hub: Hub, by: Actor, entered: _Entered, *, dry_run: bool) -> Response:
    """What is kept, or would be. Raises 409."""
    period, said = entered.asked.days.asked, entered.said
    of = Sealed(said["form"], said["unit"], period.label or "", period.start, period.end)
    kept = hub.registry.stated
    last = kept.newest(of)
    is_same = last is not None and all(last.said[name] == said[name] for name in _THE_SAME)
    if last is not None and is_same:
        return json_response(told_of(last, whole=True) | {"dry_run": dry_run, "changes": []})
    changes = _changes(last, said)
    if dry_run:
        more = {"id": None, "dry_run": True, "changes": changes,
                "supersedes": last.id if last else None}  # fmt: skip
        return json_response(said | {"reason": entered.reason} | more)
    if last is not None and entered.reason is None:
        raise ProblemError(
            409, "stated already",
            f"{last.id} of this form, unit and period says something else; give `reason` to "
            "supersede it",
        )  # fmt: skip
    at = hub.now()
    more = {"reason": entered.reason, "known_at": rfc3339(at), "by": by.key}
    try:
        made = kept.add(of, said | more, at, last.id if last else None, by)
    except SupersededError as error:
        raise ProblemError(409, error.problem, error.hint) from None
    told = told_of(made, whole=True) | {"dry_run": False, "changes": changes}
    return json_response(told, 201, {"Location": f"/v1/stated/{made.id}"})


_THE_SAME = ("version", "data_date", "document", "certified_by", "cells")
"""What must be equal for a document to say the same."""


def _changes(last: StatedReport | None, said: Json) -> list[Json]:
    """The cells that differ from the one that would be superseded."""
    if last is None:
        return []
    before, now = ({(it["section"], it["row"], it["column"]): it for it in one["cells"]}
                   for one in (last.said, said))  # fmt: skip
    return [
        {"section": key[0], "row": key[1], "column": key[2],
         "before": before[key]["text"] if key in before else None,
         "after": now[key]["text"] if key in now else None}
        for key in {**before, **now}
        if (before.get(key) or {}).get("text") != (now.get(key) or {}).get("text")
    ]  # fmt: skip


def _refused(error: NotStatedError) -> ProblemError:
    """422 that tells all faults together."""
    errors = [it._asdict() for it in error.problems[:MOST_TOLD]]
    detail = f"{len(error.problems)} rows cannot be taken; correct them and send all again"
    return ProblemError(422, "nothing was stated", detail, errors=errors)
