"""A sheet of somebody else held against a form (CONTRACT §4): what differs, and what fails on the
sheet itself. Nothing is stored."""

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from connectors.files.lines import BrokenFileError
from hub.api.access import Reader
from hub.api.asking import Positions, StrictRoute, View, scope_of, scope_on, units_on
from hub.api.bodies import json_response, read_body
from hub.api.context import Hub, hub_of
from hub.api.problems import ProblemError, bad_parameter, one_of
from hub.api.report_asking import OfReport, asked_by, check_known
from hub.api.waiting import answered, wait_until_included
from hub.core.places import column_at
from hub.core.said import said
from hub.core.time import rfc3339
from hub.dossier.figures import FIGURES
from hub.dossier.store.questions import Moment
from hub.registry import Key
from hub.reports.asked import Asked
from hub.reports.form import Form
from hub.reports.ports import ports, ports_on
from hub.reports.questions import instants_of
from hub.reports.reconcile import Named, Sheet, listing, read_sheets, reconciled

router = APIRouter(prefix="/v1", tags=["reports"], route_class=StrictRoute)
Json = dict[str, Any]
_SAID = "LETTERS=KEY of a column of the form, such as D=q1"
_OF_SHEET = "of one sheet of several: SHEET!"


@router.post("/reconcile")
async def post_reconcile(
    request: Request,
    key: Reader,
    query: OfReport,
    form: Annotated[str, Query(description="Name of the form")],
    section: Annotated[
        list[str] | None, Query(description="SHEET=SECTION, where it is not recognised; repeat it")
    ] = None,
    column: Annotated[
        list[str] | None, Query(description=f"{_SAID}; {_OF_SHEET}D=q1; repeat it")
    ] = None,
    row: Annotated[
        list[str] | None,
        Query(description=f"NUMBER=KEY of a row of the form; {_OF_SHEET}17=r3_1; repeat it"),
    ] = None,
    confirmed: Annotated[
        bool, Query(description="Columns that are known by their place alone are right")
    ] = False,
    lists: Annotated[
        str, Query(description="The figure whose dossiers a sheet of codes lists")
    ] = "received_total",
    min_position: Positions = None,
    view: View = None,
) -> Response:
    """A sheet (XLSX, CSV) against the form; nothing is stored.

    Differing cells, sums that fail on the sheet itself, missing and surplus dossiers where it lists
    them. What was confirmed before goes for rows (`rows_said`, with `since`) and columns (`how`:
    `remembered`): see `/v1/forms/{form}/aliases`."""
    hub = hub_of(request)
    if lists not in FIGURES:
        raise bad_parameter("lists", one_of(FIGURES))
    now = hub.now()
    made_by, asked = asked_by(hub, key, form, query, now)
    then = asked.days.asked.bounds[1] - 1
    known = ports(hub.store, hub.registry)
    if on := units_on(hub, view, then):
        units = [] if asked.unit is None else [asked.unit]
        scope = await scope_on(hub, key, units or None, True, view, then)
        asked = asked._replace(scope=scope, view=on.day.isoformat())
        known = ports_on(hub.store, hub.registry, on, units)
    named = _named(column or [], row or [])
    sections = _sections(made_by, section or [])
    body = await read_body(request)
    await wait_until_included(request, asked.as_of, min_position or [])

    def answer() -> Response:
        check_known(hub, asked)
        sheets = _sheets(body)
        found = reconciled(
            made_by, asked, known, sheets, sections, named,
            confirmed=confirmed, aliases=hub.registry.aliases.of(made_by.id),
        )  # fmt: skip
        found["dossiers"] = _dossiers(hub, key, sheets, lists, asked)
        taken = {it["sheet"] for it in found["dossiers"]}
        found["not_recognised"] = [it for it in found["not_recognised"] if it not in taken]
        period = asked.days.asked
        return json_response({
            "form": made_by.id, "version": made_by.version, "unit": asked.unit,
            "period": {"label": period.label, "calendar": period.calendar,
                       "from": period.start.isoformat(), "to": period.end.isoformat()},
            "as_of": query.as_of or rfc3339(now), **found,
        })  # fmt: skip

    return await answered(request, None, answer)


def _sheets(body: bytes) -> list[Sheet]:
    """The sheets of a body. Raises 422."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "sheet"
        file.write_bytes(body)
        try:
            return read_sheets(file)
        except BrokenFileError as error:
            raise ProblemError(422, "the sheet cannot be read", str(error)) from None


def _dossiers(hub: Hub, key: Key, sheets: Sequence[Sheet], figure: str, asked: Asked) -> list[Json]:
    moment = Moment(*instants_of(asked, asked.days.span("asked", None)), asked.as_of)
    readable = scope_of(hub, key, None, subtree=True)
    return [
        listing.compared(hub.store, listed, figure, asked.scope, moment, readable)
        for sheet in sheets
        if (listed := listing.listing_of(sheet))
    ]


def _sections(form: Form, given: Sequence[str]) -> dict[str, str]:
    known = {part.key for part in form.parts}
    found = {}
    for text in given:
        sheet, sign, section = text.rpartition("=")
        if not sign or section not in known:
            says = said(
                "no-section-said", "give SHEET=SECTION; known: {known}", known=", ".join(known)
            )
            raise bad_parameter("section", says)
        found[sheet] = section
    return found


def _named(columns: Sequence[str], rows: Sequence[str]) -> Named:
    of_columns: defaultdict[str | None, dict[int, str]] = defaultdict(dict)
    of_rows: defaultdict[str | None, dict[int, str]] = defaultdict(dict)
    for text in columns:
        sheet, letters, key = _parted(text)
        at = column_at(letters)
        if at is None or not key:
            raise bad_parameter("column", said("no-column-said", "give {how}", how=_SAID))
        of_columns[sheet][at] = key
    for text in rows:
        sheet, number, key = _parted(text)
        if not (number.isascii() and number.isdecimal() and len(number) < 10 and key):
            says = said("no-row-said", "give NUMBER=KEY of a row of the form, such as 17=r3_1")
            raise bad_parameter("row", says)
        of_rows[sheet][int(number)] = key
    alone = {
        sheet: Named(of_columns[sheet], of_rows[sheet])
        for sheet in {*of_columns, *of_rows}
        if sheet is not None
    }
    return Named(of_columns[None], of_rows[None], alone)


def _parted(text: str) -> tuple[str | None, str, str]:
    """`SHEET!D=KEY` in its parts; without a sheet it is said of all. A sheet may have `=` or `!` in
    its name, a key has neither."""
    place, _, key = text.rpartition("=")
    sheet, sign, place = place.rpartition("!")
    return sheet if sign else None, place, key
