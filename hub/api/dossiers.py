"""Dossiers: those behind a figure, and one with its events."""

import re
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from hub.api.access import Reader, may_read
from hub.api.advice import Late, advice_json
from hub.api.asking import Asked, Positions, Question, StrictRoute, is_unit
from hub.api.bodies import json_response
from hub.api.context import Hub, hub_of
from hub.api.figure_sheet import figure_file, figure_heading
from hub.api.figure_words import GROUP_OF, NAMES
from hub.api.figures import dimensions
from hub.api.list_sheet import LISTS, ListKind, list_book
from hub.api.paging import NOT_OF_THIS, NOT_OURS, Cursor, PageSize, pack, unpack
from hub.api.problems import ProblemError, bad_parameter, one_of
from hub.api.sheet_words import Lang, Language, joined, vi
from hub.api.sheets import MOST_ROWS, SheetFormat, period_told, sheet_response, wants_sheet
from hub.api.waiting import answered, reckoned, wait_until_included
from hub.core.advice import finding
from hub.core.identity import ORDER, distinct
from hub.core.said import said
from hub.core.time import NEVER, rfc3339
from hub.dossier.figures import EVENT_FIGURES, FIGURES, Mark, are_apart
from hub.dossier.fold import Facts, deadline, due_at, fold, holds_at, remaining
from hub.dossier.folding import of_dossier
from hub.dossier.store.questions import Moment, counted, figure_rows
from hub.registry import Key
from hub.services.advising import limit_of
from hub.store.events import events_of_dossier
from schemas.cloudevents import TYPE_OF
from schemas.event import Accepted
from schemas.values import SUBJECT

router = APIRouter(prefix="/v1", tags=["dossiers"], route_class=StrictRoute)
_SUBJECT = re.compile(SUBJECT)
_INSTANTS = ("due_at", "received_at", "closed_at")


@router.get("/dossiers")
async def get_counted(
    request: Request,
    key: Reader,
    asked: Asked,
    figure: Annotated[
        list[str], Query(description="Name of the figure; repeat it for a sum of figures")
    ],
    limit: PageSize = 100,
    cursor: Cursor = None,
    by: Annotated[
        str | None, Query(description="As for figures; it splits a figure and so selects nothing")
    ] = None,
    as_format: SheetFormat = None,
    lang: Lang = "vi",
) -> Response:
    """The dossiers (or events) that a figure counts; their number is the figure."""
    dimensions(by)
    names = figures_asked(figure)
    hub, moment, known_at = hub_of(request), asked.moment, asked.as_of
    if wants_sheet(request, as_format):
        return await reckoned(request, lambda: _book(hub, key, asked, names, lang))
    after = ["", "", ""]

    def read() -> list[tuple[str, str, str, int]]:
        place = (after[0], after[1], after[2])
        return counted(hub.store, asked.scope, moment, names, place, limit + 1)

    def answer() -> Response:
        more, total = len(rows) > limit, len(rows)
        if more or cursor is not None:  # a whole list is as long as it is, whatever came since
            found = figure_rows(hub.store, asked.scope, moment).get((), {})
            total = sum(found.get(name, 0) for name in names)
        return json_response({
            "figure": names[0] if len(names) == 1 else names,
            "as_of": known_at,
            "total": total,
            "items": [_counted_item(names[0], row) for row in rows[:limit]],
            "next": pack((*moment, *rows[limit - 1][:3])) if more else None,
        })  # fmt: skip

    if cursor is not None:
        start, end, then, *after = unpack(cursor, int, int, int, str, str, str)
        if not 0 <= then <= hub.now():  # to wait for a future one would move all events there
            raise bad_parameter("cursor", NOT_OURS)
        if Moment(start, end, then) != _known_at(asked, then) or moment.as_of not in (None, then):
            raise bad_parameter("cursor", NOT_OF_THIS)
        moment, known_at = _known_at(asked, then), rfc3339(then)
        await wait_until_included(request, then, [])
    rows = await answered(request, asked.scope, read)
    if len(rows) > limit and moment.as_of is None:
        # all pages show what was known at one moment, whatever arrives between them
        now = hub.now()
        moment, known_at = _known_at(asked, now), rfc3339(now)
        await wait_until_included(request, now, [])
        rows = await answered(request, asked.scope, read)
    return await answered(request, asked.scope, answer)


def _known_at(asked: Question, instant: int) -> Moment:
    """The period asked for as it was known at an instant (µs), after which nothing counts."""
    start, end = asked.period.bounds
    return Moment(min(start, instant), min(end, instant), instant)


def _book(
    hub: Hub, key: Key, asked: Question, names: list[str], lang: Language
) -> Response:  # fmt: skip
    """The workbook of all that figures count."""
    rows = counted(hub.store, asked.scope, asked.moment, names, ("", "", ""), MOST_ROWS + 1)
    total, listed = len(rows), min(len(rows), MOST_ROWS)
    if total > listed:
        found = figure_rows(hub.store, asked.scope, asked.moment).get((), {})
        total = max(total, sum(found.get(name, 0) for name in names))
    which: ListKind = "events" if names[0] in EVENT_FIGURES else "dossiers"
    told = joined((vi("{a}: {b}", a=GROUP_OF[name], b=NAMES[name]) for name in names), ", ")
    lines = [
        vi("Số liệu: {figures}", figures=told), vi("Kỳ: {period}", period=period_told(asked.period))
    ]  # fmt: skip
    heading = figure_heading(hub, key, asked, LISTS[which].title, lines)
    items = (_counted_item(names[0], row) for row in rows[:MOST_ROWS])
    body = list_book(hub, key, asked.scope, heading, which, items, (total, listed), lang)
    what = f"{LISTS[which].file}_{names[0] if len(names) == 1 else 'nhieu-so-lieu'}"
    return sheet_response(body, figure_file(key, asked, what), (total, listed))


def figures_asked(names: list[str]) -> list[str]:
    """The figures of a list: one, or several that count no dossier twice. Raises 422."""
    if not set(names) <= FIGURES.keys():
        raise bad_parameter("figure", one_of(FIGURES))
    if len(names) > 1 and not are_apart(names):
        says = said("figures-twice", "may count a dossier twice together; ask for one of them")
        raise bad_parameter("figure", says)
    return names


def _counted_item(figure: str, row: tuple[str, str, str, int]) -> dict[str, Any]:
    unit, subject, event, instant = row
    item: dict[str, Any] = {"unit": unit, "subject": subject}
    if figure in EVENT_FIGURES:
        source, name = event.split(" ")
        return item | {"source": source, "id": name, "time": rfc3339(instant)}
    return item | {"received_at": rfc3339(instant)}


@router.get("/dossiers/{unit}/{subject:path}")
async def get_dossier(
    request: Request,
    key: Reader,
    unit: str,
    subject: str,
    late_rule: Late = False,
    min_position: Positions = None,
) -> dict[str, Any]:
    """One dossier: its state, and the events behind it."""
    hub = hub_of(request)
    may_read(hub, key, [unit])
    await wait_until_included(request, None, min_position or [])
    possible = is_unit(unit) and _SUBJECT.fullmatch(subject)
    stored = (
        await run_in_threadpool(events_of_dossier, hub.store, unit, subject) if possible else []
    )
    rows = sorted(of_dossier(distinct(stored, [])), key=lambda row: ORDER(row.event))
    if not rows:
        raise ProblemError(404, "no such dossier", "no event of this unit and subject is known")
    events = [row.event for row in rows]
    facts = fold(events)
    counts = {event.identity for event in remaining(events)}
    return {
        "unit": unit,
        "subject": subject,
        **_state(facts, hub.now()),
        **_advised(hub, unit, facts, late_rule),
        "events": [_event(row, row.event.identity in counts) for row in rows],
    }


def _state(facts: Facts, now: int) -> dict[str, Any]:
    """The state at `now` (µs)."""
    state: dict[str, Any] = {"status": facts.status, **facts.attributes}
    if facts.status != "dossier":
        return state
    hourly = facts.attributes.get("due_basis") == "hour"
    due = due_at(facts.due, min(now, facts.closed_at))
    is_open = facts.received_at < now <= facts.closed_at
    return state | {
        "received_at": rfc3339(facts.received_at),
        "closed_at": None if facts.closed_at == NEVER else rfc3339(facts.closed_at),
        "outcome": facts.outcome,
        "timeliness": facts.timeliness,
        "due_at": None if due is None else rfc3339(due),
        "deadline": None if due is None else rfc3339(deadline(due, hourly)),
        "open": is_open,
        "overdue": holds_at(facts.marks, Mark.OVERDUE, Mark.OVERDUE_END, now),
        "waiting": holds_at(facts.marks, Mark.WAITING, Mark.WAITING_END, now),
    }


def _advised(hub: Hub, unit: str, facts: Facts, late_rule: bool) -> dict[str, Any]:
    """What the calendar advises where nobody stated a due date, or where it disagrees with the
    first one stated; in no figure, and no mark.

    Neither where the limit of the dossier's procedure is not registered.
    """
    told: dict[str, Any] = {"advisory": None, "disagreement": None}
    allowed = limit_of(hub.registry.procedures.get(str(facts.attributes.get("procedure", ""))))
    if facts.status != "dossier" or allowed is None:
        return told
    calendar = hub.registry.calendar.of(unit)
    advice = calendar.advise(facts.received_at, *allowed, late_rule=late_rule)
    if not facts.due:
        return told | {"advisory": advice_json(advice)}
    stated = facts.due[0][1]
    found = finding(calendar, stated, advice.due_at, is_hourly=advice.basis == "hour")
    if found is None:
        return told
    flag = {"finding": found, "due_at": rfc3339(stated), "advice": advice_json(advice)}
    return told | {"disagreement": flag}


def _event(row: Accepted, counts: bool) -> dict[str, Any]:
    """An event as it is told; `counts`: no retraction or voiding takes it out."""
    event = row.event
    data = {
        name: rfc3339(value) if name in _INSTANTS else value for name, value in event.data.items()
    }
    return {
        "id": event.id,
        "source": event.source,
        "type": TYPE_OF[event.kind],
        "time": rfc3339(event.time),
        "sequence": str(event.sequence),
        "data": {"unit": event.unit, **data},
        "accepted": rfc3339(row.accepted),
        "counts": counts,
    }
