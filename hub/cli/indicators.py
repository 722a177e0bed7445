"""`hub indicators`: templates that ask for what no dossier tells, and filled-in ones stated."""

import sys
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from hub.cli.connection import FAILED, with_hub
from hub.cli.files import kind_of
from hub.cli.printing import console, listed, local
from hub.client import HubClient, HubError, json_of, problem_text

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_TYPES = {".xlsx": _XLSX, ".xlsm": _XLSX, ".csv": "text/csv", ".txt": "text/csv"}
_SAID = ("value", "text", "date", "status")
_REFUSED = 422
_Unit = Annotated[str, typer.Option(help="Code of the unit that states, such as H29.17.")]
_Period = Annotated[str, typer.Option(help="2020-Q1, 2020-H1, 2020-9M, 2020, or a month: 2020-03.")]
_Calendar = Annotated[
    str | None, typer.Option(help="civil, or nd09, whose months end on the 14th; else the form's.")
]


def create_group() -> typer.Typer:
    """The commands about indicators."""
    group = typer.Typer(
        name="indicators",
        help="What reports need and no dossier tells: templates, entry, who stated what.",
        no_args_is_help=True,
        pretty_exceptions_enable=False,
    )
    group.command("template")(template)
    group.command("import")(import_file)
    group.command("history")(history)
    return group


@with_hub
def template(
    hub: HubClient,
    form: Annotated[str, typer.Argument(help="Name of a form; `hub report list` has them.")],
    unit: _Unit,
    period: _Period,
    calendar: _Calendar = None,
    propose: Annotated[
        Literal["previous"] | None,
        typer.Option(help="previous: a column with what was said for the period before."),
    ] = None,
    as_format: Annotated[
        Literal["xlsx", "csv"] | None,
        typer.Option("--format", help="Kind of the file; left out: as --out ends, else xlsx."),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="The file; left out: nhap-FORM-UNIT-PERIOD; -: stdout.")
    ] = None,
) -> None:
    """A file that asks a unit for what a form needs: to be filled in and imported.

    Example: hub indicators template cu-chi-2020 --unit H29.17 --period 2020-Q1
    """
    kind = kind_of(as_format, out, ("xlsx", "csv")) or "xlsx"
    asked = {"unit": unit, "period": period, "calendar": calendar, "propose": propose,
             "format": kind}  # fmt: skip
    given = {name: it for name, it in asked.items() if it is not None}
    answer = hub.call("GET", f"/v1/reports/{form}/template", params=given)
    target = out or Path(f"nhap-{form}-{unit}-{period}.{kind}")
    if str(target) == "-":
        sys.stdout.buffer.write(answer.content)
        return
    try:
        with target.open("xb") as file:  # what was filled in is not overwritten
            file.write(answer.content)
    except FileExistsError:
        raise HubError(f"{target} is there already; name another with --out") from None
    except OSError as error:
        raise HubError(f"cannot write {target}: {error.strerror}") from None
    where = "yellow cells" if kind == "xlsx" else "column `Giá trị mới`"
    typer.echo(f"{target}: fill in the {where}, then `hub indicators import {target}`")


@with_hub
def import_file(
    hub: HubClient,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A filled-in template: XLSX, CSV.")],
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only tell what would be stated.")
    ] = False,
) -> None:
    """State what was filled in of a template: all of it or nothing. To send it twice is harmless.

    Exit code: 0 done, 1 refused (all faults are told, with sheet and cell), 2 not done.

    Example: hub indicators import nhap-cu-chi-2020-H29.17-2020-Q1.xlsx --dry-run
    """
    media_type = _TYPES.get(file.suffix.lower())
    if media_type is None:
        raise HubError(f"{file} is neither .xlsx nor .csv; save it as one of these")
    try:
        body = file.read_bytes()
    except OSError as error:
        raise HubError(f"cannot read {file}: {error.strerror}") from None
    answer = hub.request(
        "POST", "/v1/indicators/import", content=body, headers={"Content-Type": media_type},
        params={"dry_run": "true"} if dry_run else {},
    )  # fmt: skip
    if answer.status_code == _REFUSED:
        typer.echo(f"{file}: {problem_text(answer.json())}", err=True)
        raise typer.Exit(FAILED)
    if not answer.is_success:
        raise hub.refused(answer)
    told = json_of(answer)
    columns = ("indicator", "level", "name", "place", "what", "before", "after")
    console().print(listed(columns, (
        (row["code"], row["level"], row["name"], row["place"], row["what"], _said(row["before"]),
         _said(row["after"]))
        for row in told["rows"]
    )))  # fmt: skip
    counts = ", ".join(f"{n} {what}" for what, n in told["counts"].items() if n) or "nothing"
    would = "would be " if dry_run else ""
    typer.echo(f"{told['unit']}, {told['period']}: {would}{counts}, as {told['source']}")


@with_hub
def history(
    hub: HubClient,
    code: Annotated[str, typer.Argument(help="Code of an indicator, such as petition.received.")],
    unit: _Unit,
    period: Annotated[str | None, typer.Option(help="Left out: all.")] = None,
    calendar: Annotated[str | None, typer.Option(help="Left out: both.")] = None,
    as_of: Annotated[str | None, typer.Option(help="As known at a moment.")] = None,
) -> None:
    """Who stated what of an indicator, when, and what became of it; the newest first.

    Example: hub indicators history petition.received --unit H29.17
    """
    items = hub.get(
        "/v1/indicators/history", unit=unit, code=code, period=period, calendar=calendar,
        as_of=as_of,
    )["items"]  # fmt: skip
    columns = ("period", "calendar", "level", "said", "state", "by", "time", "source", "id", "note")
    console().print(listed(columns, (_row(item) for item in items)))


def _row(item: dict[str, Any]) -> list[object]:
    by = item["by"]["id"] if item["by"] else None
    beside = "; ".join(filter(None, (item.get("evidence"), item.get("note"))))
    return [
        item["period"], item["calendar"], item["level"], _said(item), item["state"], by,
        local(item["time"]), item["source"], item["id"], beside,
    ]  # fmt: skip


def _said(found: dict[str, Any] | None) -> object:
    return next((found[name] for name in _SAID if name in found), None) if found else None
