"""`hub figures`: a period's figures as a table, JSON or CSV."""

from collections.abc import Sequence
from typing import Annotated, Any

import typer
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from hub.cli.connection import with_hub
from hub.cli.printing import console
from hub.client import HubClient, HubError, json_of
from hub.dossier.figures import DIMENSIONS

_ACROSS = (
    "received_online", "received_direct", "carried_over", "received_total",
    "resolved_early", "resolved_on_time", "resolved_late", "resolved_total",
    "in_progress_within", "in_progress_overdue", "in_progress_total",
)  # fmt: skip
"""The figures of every quarterly report: those that fit beside each other."""
_ACROSS_NARROW = (
    "received_total", "resolved_early", "resolved_on_time", "resolved_late",
    "in_progress_within", "in_progress_overdue",
)  # fmt: skip
_NARROW = 130
_FILTERS = (*DIMENSIONS[1:], "unit_level")


@with_hub
def figures(
    hub: HubClient,
    unit: Annotated[
        list[str] | None,
        typer.Option(help="Code of a unit, such as H29.17; repeat it for more; none: all units."),
    ] = None,
    subtree: Annotated[bool, typer.Option("--subtree", help="The units below them, too.")] = False,
    period: Annotated[
        str | None,
        typer.Option(help="2020-Q1, 2020-H1, 2020-9M, 2020, or a month: 2020-03."),
    ] = None,
    calendar: Annotated[
        str | None,
        typer.Option(help="With --period: civil (default), or nd09, whose months end on the 14th."),
    ] = None,
    start: Annotated[
        str | None,
        typer.Option("--from", metavar="DAY", help="Instead of --period: first day, 2020-01-01."),
    ] = None,
    end: Annotated[
        str | None, typer.Option("--to", metavar="DAY", help="Last day, such as 2020-02-26.")
    ] = None,
    by: Annotated[
        str | None,
        typer.Option(help=f"A row for each: comma list of {', '.join(DIMENSIONS)}; unit,field."),
    ] = None,
    where: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME=VALUE",
            help="Only these dossiers: field=dat-dai; repeat it for any of several values, or for "
            f"other names. NAME: {', '.join(_FILTERS)}; no VALUE: none.",
        ),
    ] = None,
    parts: Annotated[
        str | None,
        typer.Option(help="include: parts of linked dossiers count, too; exclude (default)."),
    ] = None,
    view: Annotated[
        str | None,
        typer.Option(
            "--map",
            help="Merged, split and moved units: then (as at the end of the period) or today.",
        ),
    ] = None,
    as_of: Annotated[
        str | None,
        typer.Option(help="As known at a moment: 2020-04-01T00:00:00+07:00. Never changes."),
    ] = None,
    min_position: Annotated[
        list[str] | None,
        typer.Option(help="Wait until these are in; what `hub ingest` printed: 0-42."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="The hub's answer, as JSON.")] = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="A line a row, all figures.")] = False,
) -> None:
    """The figures of units in a period.

    Example: hub figures --unit H29.17 --subtree --period 2020-Q1 --by unit
    """
    if as_json and as_csv:
        raise HubError("give either --json or --csv")
    asked: dict[str, Any] = {
        "unit": unit, "subtree": "true" if subtree else None, "period": period,
        "calendar": calendar, "from": start, "to": end, "by": by, "parts": parts, "map": view,
        "as_of": as_of,
        "min_position": min_position, **filters_of(where or []),
    }  # fmt: skip
    answer = hub.call(
        "GET", "/v1/figures",
        params={name: value for name, value in asked.items() if value is not None},
        headers={"Accept": "text/csv" if as_csv else "application/json"},
    )  # fmt: skip
    if as_csv or as_json:
        typer.echo(answer.text.rstrip("\r\n"))
    else:
        _show(console(), json_of(answer), by.split(",") if by else [])


def filters_of(where: list[str]) -> dict[str, list[str]]:
    """The query parameters of `--where NAME=VALUE`. Raises `HubError`."""
    found: dict[str, list[str]] = {}
    for text in where:
        name, sign, value = text.partition("=")
        if not sign or name not in _FILTERS:
            known = ", ".join(_FILTERS)
            raise HubError(f"--where takes NAME=VALUE, such as field=dat-dai; NAME: {known}")
        found.setdefault(name, []).append(value)
    return found


_NOTHING = (
    "Nothing is counted here. If that surprises: `hub units list` has the codes of units, "
    "--subtree adds those below."
)


def _show(console: Console, answer: dict[str, Any], by: list[str]) -> None:
    period, unit = answer["period"], answer["unit"]
    units = unit if isinstance(unit, str) else ", ".join(unit or ["all units"])
    label = f"{period['label']} ({period['calendar']}): " if period["label"] else ""
    title = f"{units}, {label}{period['from']} to {period['to']}, as of {answer['as_of']}"
    names = _ACROSS if console.width >= _NARROW else _ACROSS_NARROW
    console.print(_by_rows(title, answer, by, names) if by else _down(title, answer["total"]))
    if not any(answer["total"].values()):
        console.print(_NOTHING)


def _down(title: str, total: dict[str, int]) -> Table:
    """All figures below each other."""
    table = Table("figure", title=title, title_justify="left")
    table.add_column("number", justify="right")
    for name, value in total.items():
        table.add_row(name, f"{value:,}")
    return table


def _by_rows(title: str, answer: dict[str, Any], by: list[str], figures: Sequence[str]) -> Table:
    """A row for each key, and the total; an asterisk: not registered."""
    table = Table(
        title=title, title_justify="left", show_footer=True, box=SIMPLE_HEAD,
        show_edge=False, padding=(0, 1, 0, 0),
        caption="All figures: --json or --csv.  * not registered  - no value",
        caption_justify="left",
    )  # fmt: skip
    for name in by:
        table.add_column(name, "total" if name == by[0] else "", overflow="fold")
    for name in figures:  # no number is ever cut or broken
        footer = f"{answer['total'][name]:,}"
        table.add_column(name.replace("_", "\n"), footer, justify="right", no_wrap=True)
    for row in answer["rows"]:
        star = "" if row.get("registered", True) else " *"
        first, *others = (row["key"][name] or "-" for name in by)
        table.add_row(first + star, *others, *(f"{row['figures'][name]:,}" for name in figures))
    return table
