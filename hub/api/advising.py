"""What the calendar has to say about many dossiers, in bounded memory: it goes through them as the
store gives them, counts all and keeps the first ones. Advice: no figure is touched."""

from collections import Counter
from collections.abc import Iterator
from functools import cache
from heapq import nsmallest
from typing import Any

from fastapi import Response

from hub.api.advice import Finding, advice_json, finding, limits
from hub.api.bodies import json_response
from hub.api.context import Hub
from hub.core.reckoning import DueDates, Limit
from hub.core.time import day_start, days_of, local_day, rfc3339
from hub.core.working_time import WorkingTime
from hub.registry.calendar import CalendarDay, merged_with
from hub.store.limits import Limited, limited
from hub.store.questions import Scope
from hub.store.stopping import check


def checked(hub: Hub, scope: Scope, limit: int, late_rule: bool) -> Response:
    """The dossiers whose first due date is not what the calendar advises; the first `limit`."""
    now, dates = hub.now(), DueDates(late_rule=late_rule)
    calendar_of = cache(hub.registry.calendar.of)
    counts: Counter[str] = Counter()
    number = 0

    def found() -> Iterator[tuple[str, str, Finding, Limited, Limit]]:
        nonlocal number
        for row, allowed in _limited(hub, scope, now, now):
            number += 1
            calendar = calendar_of(row.unit)
            advised_at = dates.due_at(calendar, row.received_at, allowed)
            is_hourly = allowed[1] == "hour"
            if says := finding(calendar, row.due_at, advised_at, is_hourly=is_hourly):
                counts[says] += 1
                yield row.unit, row.subject, says, row, allowed

    items = []
    for unit, _, says, row, allowed in nsmallest(limit, found()):
        check()
        advice = calendar_of(unit).advise(row.received_at, *allowed, late_rule=late_rule)
        items.append({**_dossier(row), "finding": says, "advice": advice_json(advice)})
    return json_response({
        "checked": number,
        "total": counts.total(),
        "counts": counts,
        "decided_until": hub.registry.calendar.public_days().decided_until,
        "items": items,
    })  # fmt: skip


def supposed(
    hub: Hub, scope: Scope, days: list[CalendarDay], limit: int, late_rule: bool
) -> Response:
    """What would flip if days were declared; of the dossiers the first `limit`."""
    now, dates = hub.now(), DueDates(late_rule=late_rule)
    first = day_start(min(days_of(day.day) for day in days))
    last = day_start(max(days_of(day.day) for day in days) + 1)
    figures: Counter[str] = Counter()
    moved = 0

    calendars: dict[tuple[int, tuple[int, ...]], tuple[WorkingTime, WorkingTime]] = {}

    @cache
    def both(unit: str) -> tuple[WorkingTime, WorkingTime]:
        """The unit's calendar now and then; units that have the same share it."""
        calendar = hub.registry.calendar.of(unit)
        own = [n for n, day in enumerate(days) if _has(unit, day.unit)]
        place = id(calendar), tuple(own)
        if place not in calendars:
            calendars[place] = calendar, merged_with(calendar, [days[n] for n in own])
        return calendars[place]

    def flips() -> Iterator[tuple[str, str, Limited, int, int, bool, bool]]:
        nonlocal moved
        for row, allowed in _limited(hub, scope, min(last, now), first):
            before, after = (dates.due_at(c, row.received_at, allowed) for c in both(row.unit))
            if before == after:
                continue
            moved += 1
            is_hourly = allowed[1] == "hour"
            was_late, is_late = (_is_late(row, due, is_hourly, now) for due in (before, after))
            if was_late != is_late and not row.is_part:
                late, well = (
                    ("in_progress_overdue", "in_progress_within")
                    if row.closed_at >= now
                    else ("resolved_late", "resolved_on_time")
                )
                figures[late] += is_late - was_late
                figures[well] += was_late - is_late
            yield row.unit, row.subject, row, before, after, was_late, is_late

    items = [
        {
            **_dossier(row),
            "before": rfc3339(before),
            "after": rfc3339(after),
            "late_before": was_late,
            "late_after": is_late,
        }
        for _, _, row, before, after, was_late, is_late in nsmallest(limit, flips())
    ]
    return json_response({"total": moved, "figures": figures, "items": items})


def _has(unit: str, of: str) -> bool:
    """Whether a day that is declared for a unit ('': for all) is one of another unit, too."""
    return not of or unit == of or unit.startswith(f"{of}.")


def _is_late(row: Limited, due_at: int, is_hourly: bool, now: int) -> bool:
    """Whether a dossier is, or was closed, after a due date."""
    at = min(row.closed_at, now)
    return at > due_at if is_hourly else local_day(at) > local_day(due_at)


def _limited(
    hub: Hub, scope: Scope, received_until: int, open_at: int
) -> Iterator[tuple[Limited, Limit]]:
    """Dossiers of procedures whose limit is registered, and that limit."""
    known = limits(hub)
    for row in limited(hub.store, scope, known, received_until, open_at):
        yield row, known[row.procedure]


def _dossier(row: Limited) -> dict[str, Any]:
    return {
        "unit": row.unit,
        "subject": row.subject,
        "procedure": row.procedure,
        "received_at": rfc3339(row.received_at),
        "due_at": None if row.due_at is None else rfc3339(row.due_at),
        "moved": row.was_moved,
    }
