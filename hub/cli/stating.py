"""`hub report state|stated|trend`: reports that were printed before the hub."""

import hashlib
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape

from hub.cli.connection import with_hub
from hub.cli.printing import console, listed
from hub.cli.report import (
    Calendar,
    DataDate,
    End,
    Form,
    Period,
    Position,
    Start,
    Unit,
    View,
    asked_of,
)
from hub.cli.seals import pages, save
from hub.client import HubClient, HubError, json_of

_BLOCK = 1 << 20


@with_hub
def state(
    hub: HubClient,
    file: Annotated[
        Path, typer.Argument(help="A CSV with the columns section, row, column, text.")
    ],
    form: Annotated[str, typer.Option(help="Name of the form; `hub report list` has them.")],
    unit: Unit = None, period: Period = None, calendar: Calendar = None, start: Start = None,
    end: End = None, data_date: DataDate = None,
    document: Annotated[str | None, typer.Option(help="Name of the document.")] = None,
    number: Annotated[str | None, typer.Option(help="Its number, such as 12/BC-UBND.")] = None,
    date: Annotated[str | None, typer.Option(metavar="DAY", help="Its day.")] = None,
    scan: Annotated[
        Path | None, typer.Option(help="Its scan: only the SHA-256 of the file is sent.")
    ] = None,
    sha256: Annotated[str | None, typer.Option(help="Instead: that SHA-256, in hex.")] = None,
    certified_by: Annotated[str | None, typer.Option(help="Who certifies it, by name.")] = None,
    office: Annotated[str | None, typer.Option(help="In which office.")] = None,
    reason: Annotated[
        str | None, typer.Option(help="Why it supersedes the one before; needed if there is one.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only tell what is read.")] = False,
    template: Annotated[
        bool, typer.Option("--template", help="Write FILE, with a row a cell, to be filled in.")
    ] = False,
) -> None:  # fmt: skip
    """Enter a printed report as a document: kept beside what is counted, never added to it.

    A text is as printed: 4.340, 92,1 %, 08; or not_provided, not_applicable, not_yet. What the
    form's checks find wrong is told and kept. Needs a key that may enter for the unit.

    Example: hub report state q1.csv --form cu-chi-2020 --unit H29.17 --period 2019-Q1
    """
    days = asked_of(unit, period, calendar, start, end, data_date, None, None)
    if template:
        save(hub.call("GET", f"/v1/reports/{form}/stated/template", params=days).content, file)
        return
    said = {
        "document": document, "number": number, "date": date, "sha256": _sha256(scan, sha256),
        "certified_by": certified_by, "office": office, "reason": reason,
        "dry_run": "true" if dry_run else None,
    }  # fmt: skip
    try:
        body = file.read_bytes()
    except OSError as error:
        raise HubError(f"cannot read {file}: {error.strerror}") from None
    answer = hub.call(
        "POST", f"/v1/reports/{form}/stated", content=body, headers={"Content-Type": "text/csv"},
        params=days | {name: value for name, value in said.items() if value is not None},
    )  # fmt: skip
    made = json_of(answer)
    for it in made["checks"]:
        if it["result"] == "false":
            typer.echo(f"{it['id']}: {it['says']}: {it['left']} ≠ {it['right']}", err=True)
    for it in made["changes"]:
        place = f"{it['section']}/{it['row']}/{it['column']}"
        typer.echo(f"{place}: {it['before']} → {it['after']}", err=True)
    was = "would be kept" if dry_run else "is kept" if answer.status_code == 201 else "was there"
    typer.echo(f"{len(made['cells'])} cells; it {was}", err=True)
    if made["id"]:
        typer.echo(made["id"])


def _sha256(scan: Path | None, sha256: str | None) -> str | None:
    if scan is None:
        return sha256
    if sha256 is not None:
        raise HubError("give --scan or --sha256, not both")
    found = hashlib.sha256()
    try:
        with scan.open("rb") as file:
            while block := file.read(_BLOCK):
                found.update(block)
    except OSError as error:
        raise HubError(f"cannot read {scan}: {error.strerror}") from None
    return found.hexdigest()


@with_hub
def stated(
    hub: HubClient,
    form: Annotated[str | None, typer.Option(help="Only of this form.")] = None,
    unit: Annotated[str | None, typer.Option(help="Only of this unit.")] = None,
    period: Annotated[str | None, typer.Option(help="Only with this label: 2019-Q1.")] = None,
) -> None:
    """The printed reports that were entered, newest first.

    Example: hub report stated --unit H29.17
    """
    wanted = {"form": form, "unit": unit, "period": period}
    given = {name: value for name, value in wanted.items() if value is not None}
    rows = [
        (
            row["id"], row["form"], row["unit"], _period(row["period"]), row["document"]["number"],
            row["certified_by"]["name"], row["counts"]["cells"], row["counts"]["false"],
            row["known_at"], row["by"], row["superseded_by"],
        )
        for row in pages(hub, "/v1/stated", given)
    ]  # fmt: skip
    names = ("id", "form", "unit", "period", "number", "certified_by", "cells", "wrong", "known_at",
             "by", "superseded_by")  # fmt: skip
    console().print(listed(names, rows))


@with_hub
def trend(
    hub: HubClient, form: Form,
    cell: Annotated[
        list[str] | None, typer.Option(metavar="SECTION/ROW/COLUMN", help="A cell; repeat it.")
    ] = None,
    period: Annotated[
        list[str] | None, typer.Option(help="2019-Q1; repeat it, all of one kind.")
    ] = None,
    unit: Unit = None, calendar: Calendar = None,
    same_period: Annotated[
        bool, typer.Option("--same-period", help="Beside each the same of the year before.")
    ] = False,
    view: View = None, min_position: Position = None,
    as_json: Annotated[bool, typer.Option("--json", help="The hub's answer, as JSON.")] = False,
) -> None:  # fmt: skip
    """Cells of a form over periods: counted, sealed and stated beside each other. With --map,
    what units stated or sealed that were merged since stands there unit by unit, never summed.

    Example: hub report trend cu-chi-2020 --unit H29.17 --period 2020-Q1 --same-period
    """
    asked = asked_of(unit, None, calendar, None, None, None, None, min_position, view)
    more = {"periods": period, "cells": cell, "same_period": "true" if same_period else None}
    given = {name: value for name, value in more.items() if value}
    answer = hub.call("GET", f"/v1/reports/{form}/trend", params=asked | given)
    if as_json:
        typer.echo(answer.text)
        return
    _print(json_of(answer))


def _print(found: dict[str, Any]) -> None:
    for it in found["periods"]:
        document = it["stated"] and it["stated"]["document"]["number"]
        told = f"{_period(it)}: {it['use'] or 'nothing'}; counted: {it['coverage']}"
        console().print(escape(told + (f"; stated by {document}" if document else "")))
    rows = [
        (
            f"{row['section']}/{row['row']}/{row['column']}", row["label"],
            _period(found["periods"][it["period"]]), it["basis"], it.get("unit"),
            it["text"] or it["state"],
        )
        for row in found["cells"] for it in (*row["points"], *row["predecessors"])
    ]  # fmt: skip
    console().print(listed(("cell", "label", "period", "basis", "predecessor", "says"), rows))


def _period(it: dict[str, Any]) -> str:
    return str(it["label"] or f"{it['from']}…{it['to']}")
