"""`hub connector list|status|approve|again`: what each connector reads, what waits for a person."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any
from urllib.parse import quote

import orjson
import typer

from hub.cli.connection import with_hub
from hub.cli.printing import console, duration, listed, local
from hub.client import HubClient, HubError, json_of

_PATH = "/v1/connectors"
_Name = Annotated[str, typer.Argument(help="The connector's name, such as igate-cu-chi.")]


@with_hub
def list_connectors(hub: HubClient) -> None:
    """The connectors that this hub knows, and how each is.

    Example: hub connector list
    """
    rows = hub.get(_PATH)["connectors"]
    names = ("name", "source", "kind", "last_read", "last_changed", "refused")
    told = (
        row | {name: local(row[name]) for name in ("last_read", "last_changed")} for row in rows
    )
    cells = ([*(row[name] for name in names), _state(row)] for row in told)
    console().print(listed((*names, "state"), cells))


@with_hub
def status(
    hub: HubClient,
    name: _Name,
    as_json: Annotated[bool, typer.Option("--json", help="All of it, as JSON.")] = False,
) -> None:
    """How a connector is: how far it has read, what is refused, what waits, what that would change.

    `refused` are the rows that are refused at the moment; the last run is what its process did so
    far, or until it ended.

    Example: hub connector status igate-cu-chi
    """
    row = row_of(hub, name)
    if as_json:
        typer.echo(orjson.dumps(row, option=orjson.OPT_INDENT_2).decode())
        return
    typer.echo(f"{row['name']}: {_state(row)}")
    for line in _told(row):
        typer.echo(f"  {line}")
    if row["waits"]:
        _tell_what_waits(row)


@with_hub
def approve(
    hub: HubClient,
    name: _Name,
    token: Annotated[
        str | None,
        typer.Option(help="Only what has this token; `hub connector status` tells it."),
    ] = None,
) -> None:
    """Let a connector do what it waits with. `hub connector status NAME` says what that changes.

    Example: hub connector approve igate-cu-chi
    """
    done = json_of(hub.call("POST", f"{_path(name)}/approve", json={"token": token}))
    typer.echo(f"{name}: approved {done['approved']}")


@with_hub
def again(
    hub: HubClient,
    name: _Name,
    keys: Annotated[
        list[str] | None, typer.Argument(metavar="[KEY]...", help="Keys of refused rows.")
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="All that are refused.")] = False,
) -> None:
    """Have refused rows read again, after the mapping or the source was mended.

    Example: hub connector again igate-cu-chi --all
    """
    if bool(keys) == every:
        raise HubError("give keys of refused rows, or --all")
    body: dict[str, Any] = {"all": True} if every else {"keys": keys}
    done = json_of(hub.call("POST", f"{_path(name)}/again", json=body))
    typer.echo(f"{name}: {done['again']} rows are read again at its next turn")


def _path(name: str) -> str:
    return f"{_PATH}/{quote(name, safe='')}"


def _state(row: dict[str, Any]) -> str:
    if row["waits"]:
        return "waits for approval"
    words = ["runs" if row["running"] else "does not run"]
    return ", ".join(words + (["late"] if row["late"] else []))


def row_of(hub: HubClient, name: str) -> dict[str, Any]:
    """What the hub tells of a connector. Raises `HubError`."""
    found: dict[str, Any] = hub.get(_path(name))
    return found


def where_told(source: str) -> str:
    """Where the refused rows of a source are told."""
    return f"`hub dead-letters list --reason row --source {source}` tells them"


def _told(row: dict[str, Any]) -> Iterator[str]:
    """How a connector is, line by line."""
    every = "" if row["every"] is None else f", every {duration(row['every'])}"
    expect = "" if row["expect"] is None else f", expected every {duration(row['expect'])}"
    yield f"source: {row['source']} ({row['kind']}){every}{expect}"
    if row["owner"]:
        yield f"owner: {row['owner']}"
    yield f"last read: {local(row['last_read'])}"
    yield f"last changed: {local(row['last_changed'])}"
    letters = f"; {where_told(row['source'])}" if row["refused"] else ""
    yield f"refused: {counted(row['refused'], 'row')} now{letters}"
    run = row["status"]
    if "rows" in run:
        yield f"last run: {in_words(run)}"
    if run.get("problem"):
        yield f"problem: {run['problem']}"
    for warning in run.get("warnings", ()):
        yield f"warning: {warning}"
    if row["approved"]:
        yield f"approved: {row['approved']}; it goes on at its next turn"


def in_words(run: Mapping[str, Any]) -> str:
    """What a run read and sent."""
    rows, refused = counted(run["rows"], "row"), counted(run["refused"], "row")
    dossiers, events = counted(run.get("dossiers", 0), "dossier"), counted(run["events"], "event")
    return f"{rows} read, {dossiers} changed, {events} sent, {refused} refused"


def counted(number: int, what: str) -> str:
    """So many of something."""
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def _tell_what_waits(row: dict[str, Any]) -> None:
    waits = row["waits"]
    would = waits["would"]
    typer.echo(f"  waits since {local(waits['since'])}: {waits['why']}")
    back, added = would.get("retracted", 0), would.get("added", 0)
    dossiers = counted(would.get("dossiers", 0), "dossier")
    typer.echo(f"  {dossiers} would lose or change something: {counted(back, 'event')} taken back")
    only = counted(would.get("only_added", 0), "dossier")
    typer.echo(f"  {only} would only get something; {counted(added, 'event')} added in all")
    if would.get("is_all") is False:
        typer.echo("  there is more behind that: it was not read to the end")
    for unit, subject in would.get("sample", []):
        typer.echo(f"    {unit} {subject}")
    if "figures" in would:
        tell_figures(would)
    typer.echo(f"  `hub connector approve {row['name']} --token {waits['token']}` lets it go on")


def tell_figures(would: Mapping[str, Any]) -> None:
    """The figures that would change, as a table, and how many are left out."""
    if figures := would.get("figures"):
        names = ("unit", "period", "figure", "before", "after")
        console().print(listed(names, ([line[name] for name in names] for line in figures)))
        typer.echo("  (what is open: at the end of the period, at most as of now)")
    else:
        typer.echo("  no figure would change")
    if left := would.get("figures_left_out"):
        typer.echo(f"  and {counted(left, 'more figure')}")
    if left := would.get("events_left_out"):
        typer.echo(f"  the figures are reckoned without {counted(left, 'event')} more")
