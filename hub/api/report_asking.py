"""For which unit and days a report is asked, and as known when."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Literal, NamedTuple

from fastapi import Depends, Query

from hub.api.asking import NO_UNIT, Day, is_unit, period_of, scope_of
from hub.api.context import Hub
from hub.api.forms import check_level, versions_of
from hub.api.moments import moment_of_knowledge
from hub.api.problems import bad_parameter
from hub.core.periods import Period, named
from hub.core.said import said, why
from hub.core.time import date_of, local_day
from hub.registry import Key
from hub.reports.asked import Asked
from hub.reports.form import Form
from hub.reports.spans import Days
from hub.reports.versions import at
from hub.store.events import units_of

Calendar = Literal["civil", "nd09"]


class ReportQuery(NamedTuple):
    """What the query parameters say."""

    unit: str | None = None
    period: str | None = None
    calendar: Calendar | None = None
    start: date | None = None
    end: date | None = None
    data_date: date | None = None
    as_of: str | None = None


async def _query(
    unit: Annotated[
        str | None, Query(description="Unit code, with all below it; left out: all")
    ] = None,
    period: Annotated[str | None, Query(description="2020-Q1, -H1, -9M, 2020, 2020-03")] = None,
    calendar: Annotated[Calendar | None, Query(description="Left out: the form's")] = None,
    start: Annotated[Day | None, Query(alias="from", description="First local day")] = None,
    end: Annotated[Day | None, Query(alias="to", description="Last local day")] = None,
    data_date: Annotated[
        Day | None, Query(description="Nothing later is counted; left out: today")
    ] = None,
    as_of: Annotated[str | None, Query(description="As known at this moment; RFC 3339")] = None,
) -> ReportQuery:
    return ReportQuery(unit, period, calendar, start, end, data_date, as_of)


OfReport = Annotated[ReportQuery, Depends(_query)]


def asked_by(
    hub: Hub, key: Key, name: str, query: ReportQuery, now: int, *, of_each: bool = False
) -> tuple[Form, Asked]:  # fmt: skip
    """The version of a form that a report is made by, and what it is asked for at a moment (µs).
    Raises 403, 404, 422."""
    found, unit = versions_of(hub, name), query.unit
    scope = scope_of(hub, key, None if unit is None else [unit], subtree=True)
    form, days = _form_and_days(found, query)
    if not of_each:  # else the form is for units below it
        check_level(hub, form, unit)
    known_at = moment_of_knowledge(query.as_of, now)
    limit = now if known_at is None else known_at
    data_date = query.data_date or date_of(local_day(limit))
    of_days = Days(days, days.calendar or form.document.calendar, data_date)
    as_of = query.as_of and query.as_of.replace(" ", "+")
    return form, Asked(unit, scope, of_days, limit, known_at, as_of)


def check_known(hub: Hub, asked: Asked) -> None:
    """Raise 422 for a unit that nobody registered and nothing is known of: all would be 0."""
    if asked.unit is None or asked.unit in hub.registry.units.tree().units:
        return
    if not units_of(hub.store, asked.scope, None):
        told = said(
            "unit-unknown",
            "is not registered and nothing was ever sent of it; look for its code in /v1/units",
        )
        raise bad_parameter("unit", told)


def _form_and_days(found: Sequence[Form], query: ReportQuery) -> tuple[Form, Period]:
    """The version of a form in force on the period's last day, and the period, which is in that
    version's calendar where who asks names none."""
    period, start, end = query.period, query.start, query.end
    if period is None or query.calendar is not None:
        days = period_of(period, query.calendar, start, end)
        return at(found, days.end), days
    made_by = at(found, period_of(period, found[-1].document.calendar, start, end).end)
    return made_by, period_of(period, made_by.document.calendar, start, end)


def kept_reports(
    form: Annotated[str | None, Query(description="Only of this form")] = None,
    unit: Annotated[str | None, Query(description="Only of this unit")] = None,
    period: Annotated[
        str | None, Query(description="Only with this label: 2020-Q1; '' for none")
    ] = None,
) -> dict[str, str | None]:
    """Which kept reports a list is of. Raises 422."""
    if unit is not None and not is_unit(unit):
        raise bad_parameter("unit", NO_UNIT)
    try:
        if period:
            named(period)
    except ValueError as error:
        raise bad_parameter("period", why(error)) from None
    return {"form": form, "unit": unit, "period": period}


KeptReports = Annotated[dict[str, str | None], Depends(kept_reports)]
