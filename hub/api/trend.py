"""`GET /v1/reports/{form}/trend`: cells of a form over several periods, counted, sealed and stated
beside each other; so is the same period of the year before."""

import re
from collections.abc import Iterable
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from hub.api.access import Reader
from hub.api.asking import Positions, StrictRoute, View
from hub.api.bodies import json_response
from hub.api.context import Hub, hub_of
from hub.api.forms import versions_of
from hub.api.problems import bad_parameter
from hub.api.report_asking import Calendar, ReportQuery, asked_by, check_known
from hub.api.trend_periods import Wanted, told
from hub.api.waiting import answered, wait_until_included
from hub.core.said import said
from hub.reports.history import trend

router = APIRouter(prefix="/v1", tags=["reports"], route_class=StrictRoute)
Json = dict[str, Any]
MOST_PERIODS = 24
_DAYS = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})\.\.([0-9]{4}-[0-9]{2}-[0-9]{2})")
_KINDS = (
    (re.compile(r"[0-9]{4}-Q[1-4]"), "quarter"), (re.compile(r"[0-9]{4}-H[12]"), "half"),
    (re.compile(r"[0-9]{4}-9M"), "nine months"), (re.compile(r"[0-9]{4}-[0-9]{2}"), "month"),
    (re.compile(r"[0-9]{4}"), "year"), (_DAYS, "days"),
)  # fmt: skip


@router.get("/reports/{form}/trend")
async def get_trend(
    request: Request,
    key: Reader,
    form: str,
    periods: Annotated[
        list[str],
        Query(description="2019-Q1,2020-Q1, all of one kind, or days: 2019-01-01..2019-06-30"),
    ],
    unit: Annotated[
        str | None, Query(description="Unit code, with all below it; left out: all")
    ] = None,
    cells: Annotated[
        list[str] | None,
        Query(description="SECTION/ROW/COLUMN, by commas or repeated; left out: all of the form"),
    ] = None,
    calendar: Annotated[Calendar | None, Query(description="Left out: the form's")] = None,
    same_period: Annotated[
        bool, Query(description="Beside each period the same one of the year before")
    ] = False,
    as_of: Annotated[str | None, Query(description="As known at this moment; RFC 3339")] = None,
    view: View = None,
    min_position: Positions = None,
) -> Response:
    """Cells of a form over periods, each point marked `counted`, `sealed` or `stated`.

    Where a period has several, all are told, and none is ever added to another. Before the hub's
    first dossier of the unit (`counted_from`) nothing is counted: `use` names what speaks for a
    period, which there is the stated report.

    By a `map`, periods before a merger are counted with what was merged into the unit. What those
    units stated or sealed then is told beside, unit by unit, as `predecessors`, and never summed.
    """
    hub = hub_of(request)
    now = hub.now()
    wanted = [_cell(text) for text in _split(cells or [])]
    labels = _labels(_split(periods), same_period=same_period)
    of_days = calendar if all(it[0] == "label" for it in labels) else None
    asked = [
        Wanted(*asked_by(hub, key, form, _query(unit, of_days, as_of, label), now))
        for label in labels
    ]
    _check_cells(hub, form, wanted)
    last = asked[-1].asked
    await wait_until_included(request, last.as_of, min_position or [])

    def answer() -> Response:
        check_known(hub, last)
        return json_response(told(hub, key, asked, wanted, as_of, now, view))

    return await answered(request, None, answer)


def _split(texts: Iterable[str]) -> list[str]:
    return [it for text in texts for it in text.split(",")]


def _cell(text: str) -> trend.Key:
    parts = text.split("/")
    if len(parts) != 3 or not all(parts):
        says = said("no-cell-place", "give SECTION/ROW/COLUMN of the form, such as pl3b/r3_1/q1")
        raise bad_parameter("cells", says)
    return parts[0], parts[1], parts[2]


def _check_cells(hub: Hub, form: str, wanted: Iterable[trend.Key]) -> None:
    known = versions_of(hub, form)
    for n, key in enumerate(wanted, 1):
        if not trend.is_cell(known, key):
            says = said("no-such-cell", "number {n} is no cell of any version of this form", n=n)
            raise bad_parameter("cells", says)


_Label = tuple[str, str, str]
"""`label` and it, or `days` and the two."""


def _labels(texts: list[str], *, same_period: bool) -> list[_Label]:
    """The periods that are wanted, the earliest first. Raises 422."""
    kinds = {next((kind for it, kind in _KINDS if it.fullmatch(text)), "") for text in texts}
    if "" in kinds:
        told = said(
            "no-periods",
            "must look like 2020-Q1, 2020-H1, 2020-9M, 2020, 2020-03 or 2020-01-01..2020-06-30",
        )
        raise bad_parameter("periods", told)
    if len(kinds) > 1:
        told = said(
            "periods-of-kinds", "are of several kinds ({kinds}), which do not compare; ask apart",
            kinds=", ".join(sorted(kinds)),
        )  # fmt: skip
        raise bad_parameter("periods", told)
    found = {_label(text) for text in texts}
    if same_period:
        found |= {_year_before(it) for it in found}
    if len(found) > MOST_PERIODS:
        says = said(
            "periods-too-many", "are more than {most}; ask for fewer at once", most=MOST_PERIODS
        )
        raise bad_parameter("periods", says)
    return sorted(found)


def _label(text: str) -> _Label:
    days = _DAYS.fullmatch(text)
    return ("days", days[1], days[2]) if days else ("label", text, "")


def _year_before(it: _Label) -> _Label:
    kind, first, last = it
    return kind, _before(first), _before(last) if last else ""


def _before(text: str) -> str:
    """The same of the year before; the 29th of February is the 28th."""
    found = f"{int(text[:4]) - 1:04}{text[4:]}"
    return found[:-2] + "28" if found.endswith("-02-29") else found


def _query(
    unit: str | None, calendar: Calendar | None, as_of: str | None, it: _Label
) -> ReportQuery:
    kind, first, last = it
    if kind == "label":
        return ReportQuery(unit, first, calendar, None, None, None, as_of)
    try:
        days = date.fromisoformat(first), date.fromisoformat(last)
    except ValueError:
        says = said("periods-no-day", "names a day that does not exist")
        raise bad_parameter("periods", says) from None
    return ReportQuery(unit, None, None, *days, None, as_of)
