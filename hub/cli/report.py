"""`hub report`: finished reports, and forms of one's own tried.

Forms are imported where they are used, so that `hub --help` stays quick.
"""

import sys
from pathlib import Path
from typing import Annotated, Any, Literal

import typer
from rich.markup import escape
from rich.table import Table

from hub.cli.connection import FAILED, with_hub
from hub.cli.files import kind_of, write_whole
from hub.cli.printing import console, listed
from hub.client import HubClient, HubError, json_of

_PATIENCE = 30.0
"""Seconds that a hub with much to do is asked again."""
Form = Annotated[str, typer.Argument(help="Name of a form; `hub report list` has them.")]
Unit = Annotated[
    str | None, typer.Option(help="Code of a unit, with all below it; left out: all units.")
]
Period = Annotated[
    str | None, typer.Option(help="2020-Q1, 2020-H1, 2020-9M, 2020, or a month: 2020-03.")
]
Calendar = Annotated[
    str | None, typer.Option(help="civil, or nd09, whose months end on the 14th; else the form's.")
]
Start = Annotated[
    str | None, typer.Option("--from", metavar="DAY", help="Instead of --period: first day.")
]
End = Annotated[str | None, typer.Option("--to", metavar="DAY", help="Last day.")]
DataDate = Annotated[
    str | None, typer.Option(metavar="DAY", help="Nothing later is counted; left out: today.")
]
AsOf = Annotated[str | None, typer.Option(help="As known at a moment. Never changes.")]
View = Annotated[
    str | None,
    typer.Option(
        "--map", metavar="then|today|DAY",
        help="Merged, split and moved units: as at the end of the period, today, or on a day.",
    ),
]  # fmt: skip
Position = Annotated[list[str] | None, typer.Option(help="Wait until these are in.")]


@with_hub
def list_reports(hub: HubClient) -> None:
    """The forms by which reports are made.

    Example: hub report list
    """
    rows = hub.get("/v1/reports")["reports"]
    columns = ("form", "version", "for_levels", "calendar", "title")
    console().print(listed(columns, ([row[name] for name in columns] for row in rows)))


@with_hub
def show(
    hub: HubClient, form: Form, unit: Unit = None, period: Period = None,
    calendar: Calendar = None, start: Start = None, end: End = None, data_date: DataDate = None,
    as_of: AsOf = None, view: View = None, min_position: Position = None,
    as_json: Annotated[bool, typer.Option("--json", help="The hub's answer, as JSON.")] = False,
) -> None:  # fmt: skip
    """A report on the screen. Exit code: 0 valid, 1 a check fails, 2 not done.

    Example: hub report show vpcp-06a --unit H29.17 --period 2020-Q1
    """
    asked = asked_of(unit, period, calendar, start, end, data_date, as_of, min_position, view)
    answer = hub.call("GET", f"/v1/reports/{form}", params=asked)
    if as_json:
        typer.echo(answer.text)
    else:
        _print(json_of(answer))
    _end(answer.headers["hub-verdict"])


@with_hub
def export(
    hub: HubClient, form: Form, unit: Unit = None, period: Period = None,
    calendar: Calendar = None, start: Start = None, end: End = None, data_date: DataDate = None,
    as_of: AsOf = None, view: View = None, min_position: Position = None,
    as_format: Annotated[
        Literal["xlsx", "docx", "csv", "html", "json"] | None,
        typer.Option("--format", help="Kind of the file; left out: as --out ends, else xlsx."),
    ] = None,
    each: Annotated[
        Literal["unit"] | None,
        typer.Option(help="unit: a workbook with a sheet for the unit and each below it."),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="The file; left out: FORM.FORMAT here; -: standard output.")
    ] = None,
) -> None:  # fmt: skip
    """A report into a file. Exit code: 0 valid, 1 a check fails (it is written all the same),
    2 not done.

    Example: hub report export vpcp-06a --unit H29.17 --period 2020-Q1 --format xlsx
    """
    asked = asked_of(unit, period, calendar, start, end, data_date, as_of, min_position, view)
    kind = kind_of(as_format, out, ("xlsx", "docx", "csv", "html", "json")) or "xlsx"
    asked |= {"format": kind} | ({"each": each} if each else {})
    target = out or Path(f"{form}.{kind}")
    with hub.download(f"/v1/reports/{form}", asked, _PATIENCE) as (headers, blocks):
        if str(target) == "-":
            sys.stdout.buffer.writelines(blocks)
        else:
            write_whole(target, blocks)
            typer.echo(f"{target}: {headers['hub-verdict']}", err=True)
    _end(headers["hub-verdict"])


def check(
    files: Annotated[list[Path], typer.Argument(metavar="FILE…", help="Forms in YAML.")],
) -> None:
    """Try forms of one's own: all that is wrong, with line and key. Needs no hub. Exit code: 0 all
    can be used, 1 one cannot.

    Example: hub report check my-form.yaml
    """
    from hub.reports.form import FormError, load
    from hub.reports.scoring import form_remarks

    bad = False
    for file in files:
        try:
            form = load(file)
        except FormError as error:
            bad = True
            typer.echo(str(error), err=True)
            continue
        cells = sum(1 for _ in form.plans())
        typer.echo(f"{file}: {form.id} {form.document.version}, {cells} cells, "
                   f"{len(form.rules)} checks, {len(form.indicators())} indicators")  # fmt: skip
        for remark in form_remarks(form):
            typer.echo(f"{file}: {remark}")
    if bad:
        raise typer.Exit(FAILED)


@with_hub
def put(
    hub: HubClient,
    files: Annotated[list[Path], typer.Argument(metavar="FILE…", help="Forms in YAML.")],
) -> None:
    """Keep forms of one's own in the hub. A version that is kept never changes: a changed form gets
    a new one. Exit code: 0 all are kept, 2 not (all).

    Example: hub report put my-form.yaml
    """
    from hub.reports.form import FormError, load

    for file in files:
        try:
            form = load(file)
        except FormError as error:
            raise HubError(str(error)) from None
        answer = json_of(hub.call(
            "PUT", f"/v1/forms/{form.id}", content=form.source.encode(),
            headers={"Content-Type": "application/yaml"},
        ))  # fmt: skip
        told = "is kept" if answer["stored"] else "was there already"
        typer.echo(f"{file}: {form.id} {form.version} {told}")


def asked_of(
    unit: str | None, period: str | None, calendar: str | None, start: str | None,
    end: str | None, data_date: str | None, as_of: str | None, min_position: list[str] | None,
    view: str | None = None,
) -> dict[str, Any]:  # fmt: skip
    """What a report is asked for, as query parameters."""
    given = {
        "unit": unit, "period": period, "calendar": calendar, "from": start, "to": end,
        "data_date": data_date, "as_of": as_of, "min_position": min_position, "map": view,
    }  # fmt: skip
    return {name: value for name, value in given.items() if value is not None}


def _end(verdict: str) -> None:
    if verdict == "failing":
        raise typer.Exit(FAILED)


def _print(report: dict[str, Any]) -> None:
    from hub.reports.render.layout import TABLES, check_text, period_text

    out = console()
    out.print(escape(f"{report['title']}\n{report['unit_name']}\n{period_text(report)}"))
    for section in report["sections"]:
        if section["kind"] in TABLES:
            out.print(_table(section))
        elif section["text"] is not None:
            out.print(escape(f"\n{section['title']}\n{section['text']}"))
    for it in report["checks"]:
        out.print(escape(check_text(it)))
    out.print(f"verdict: {report['verdict']}")


def _table(section: dict[str, Any]) -> Table:
    from hub.reports.render.layout import row_text, shown

    table = Table(title=escape(section["title"]), title_justify="left")
    for column in section["columns"]:
        justify: Literal["left", "right"] = "right" if column["is"] == "value" else "left"
        label = " ".join(filter(None, (column["under"], column["label"])))
        table.add_column(escape(label), justify=justify)
    for row in shown(section):
        table.add_row(*(escape(row_text(row, column)) for column in section["columns"]))
    return table
