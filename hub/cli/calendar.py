"""`hub calendar`: working days, the due dates they advise, and what a late declaration changes."""

from datetime import datetime
from typing import Annotated, Any

import orjson
import typer

from hub.cli.connection import FAILED, with_hub
from hub.cli.printing import console, listed
from hub.cli.registry import CsvFile, import_file
from hub.client import HubClient, HubError, json_of

_PATH = "/v1/calendar"
_Unit = Annotated[
    str | None, typer.Option("--unit", help="Only this unit and those below it, such as H29.17.")
]
_Late = Annotated[
    bool,
    typer.Option(
        "--late-rule",
        help="What comes after 15:00 or on a day off counts from the next working day.",
    ),
]
_Json = Annotated[bool, typer.Option("--json", help="The whole answer, as JSON.")]
_Days = Annotated[list[datetime], typer.Option(formats=["%Y-%m-%d"], help="YYYY-MM-DD; repeat it.")]


@with_hub
def check(
    hub: HubClient, unit: _Unit = None, late_rule: _Late = False, as_json: _Json = False
) -> None:
    """Open dossiers whose due date is missing or not what the calendar advises. Exit code 1: some.

    Only those of procedures whose limit is registered. Nothing is changed.

    Example: hub calendar check --unit H29.17
    """
    found = hub.get(f"{_PATH}/check", **_scope(unit), late_rule=late_rule)
    if as_json:
        typer.echo(orjson.dumps(found).decode())
    else:
        names = ("unit", "subject", "procedure", "received_at", "due_at")
        rows = (
            [*(item[name] for name in names), item["advice"]["due_at"], item["finding"]]
            for item in found["items"]
        )
        console().print(listed((*names, "advised", "finding"), rows))
        typer.echo(f"{found['total']} of {found['checked']} dossiers", err=True)
    typer.echo(_reach(found["decided_until"]), err=True)
    if found["total"]:
        raise typer.Exit(FAILED)


@with_hub
def what_if(
    hub: HubClient,
    off: _Days = [],  # noqa: B006 - typer copies it
    working: _Days = [],  # noqa: B006
    unit: _Unit = None,
    late_rule: _Late = False,
    as_json: _Json = False,
) -> None:
    """Which dossiers and figures would flip if days were declared off, or worked.

    Supposes that due dates follow the calendar. Nothing is changed.

    Example: hub calendar what-if --off 2026-12-24 --working 2026-12-26
    """
    days = [
        {"day": day.date().isoformat(), "kind": kind}
        for kind, given in (("off", off), ("working", working))
        for day in given
    ]
    params = {**_scope(unit), "late_rule": late_rule}
    found = json_of(hub.call("POST", f"{_PATH}/what-if", params=params, json={"days": days}))
    if as_json:
        typer.echo(orjson.dumps(found).decode())
        return
    names = ("unit", "subject", "procedure", "before", "after", "late_before", "late_after")
    rows = ([item[name] for name in names] for item in found["items"])
    console().print(listed(names, rows))
    told = ", ".join(f"{name} {change:+}" for name, change in sorted(found["figures"].items()))
    typer.echo(f"{found['total']} due dates would move; figures: {told or 'none'}", err=True)


@with_hub
def declare(
    hub: HubClient,
    off: _Days = [],  # noqa: B006 - typer copies it
    working: _Days = [],  # noqa: B006
    usual: _Days = [],  # noqa: B006
    unit: Annotated[
        str, typer.Option(help="For this unit and those below it; left out: everywhere.")
    ] = "",
    note: Annotated[str, typer.Option(help="Why, such as the number of the decision.")] = "",
) -> None:
    """Declare days off, worked (made up), or as their weekday again.

    Example: hub calendar declare --off 2026-08-31 --working 2026-08-22 --note 'swap'
    """
    days = [
        {"day": day.date().isoformat(), "kind": kind, "unit": unit, "note": note}
        for kind, given in (("off", off), ("working", working), ("usual", usual))
        for day in given
    ]
    if not days:
        raise HubError("nothing to declare; give --off, --working or --usual with a day")
    stored = json_of(hub.call("PUT", _PATH, json={"days": days}))
    typer.echo(f"{stored['days']} days declared")


@with_hub
def decisions(
    hub: HubClient,
    as_csv: Annotated[
        bool, typer.Option("--csv", help="As CSV, which `hub calendar import` reads.")
    ] = False,
) -> None:
    """The public days off and days made up, each with the decision it rests on.

    Example: hub calendar decisions --csv > public-days.csv
    """
    if as_csv:
        answer = hub.call("GET", f"{_PATH}/decisions", headers={"Accept": "text/csv"})
        typer.echo(answer.text, nl=False)
        return
    found = hub.get(f"{_PATH}/decisions")
    names = ("day", "kind", "name", "decision")
    console().print(listed(names, ([row[name] for name in names] for row in found["days"])))
    typer.echo(_reach(found["decided_until"]), err=True)


@with_hub
def import_decisions(hub: HubClient, file: CsvFile) -> None:
    """Replace the public days of whole years, such as the next one: all of the file, or nothing.

    Columns: day (YYYY-MM-DD), kind (off, or working for a Saturday or Sunday made up), name and,
    if wanted, decision (its number).

    Example: hub calendar import public-days-2027.csv
    """
    import_file(hub, "calendar/decisions", "public days", file)


def _reach(until: str) -> str:
    """How far the table of decisions reaches, and what to do after that."""
    return (
        f"Days off by government decision are known until {until}; later ones are reckoned from "
        "the labour code. Add the next year with `hub calendar import FILE`."
    )


def _scope(unit: str | None) -> dict[str, Any]:
    return {"unit": unit, "subtree": True} if unit else {}
