"""`hub connector list|status|approve|again`: what each connector reads, what waits for a person."""

from typing import Annotated, Any
from urllib.parse import quote

import orjson
import typer

from hub.cli.connection import with_hub
from hub.cli.printing import console, listed
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
    cells = ([*(row[name] for name in names), _state(row)] for row in rows)
    console().print(listed((*names, "state"), cells))


@with_hub
def status(
    hub: HubClient,
    name: _Name,
    as_json: Annotated[bool, typer.Option("--json", help="All of it, as JSON.")] = False,
) -> None:
    """How a connector is: how far it has read, what is refused, what waits, what that would change.

    Example: hub connector status igate-cu-chi
    """
    row = hub.get(_path(name))
    if as_json:
        typer.echo(orjson.dumps(row, option=orjson.OPT_INDENT_2).decode())
        return
    typer.echo(f"{row['name']}: {_state(row)}")
    told = {name: row[name] for name in _TOLD if row[name] is not None} | row["status"]
    for name, value in told.items():
        typer.echo(f"  {name}: {value if isinstance(value, str) else orjson.dumps(value).decode()}")
    if row["refused"]:
        typer.echo(f"  `hub dead-letters list --reason row --source {row['source']}` tells them")
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


def _tell_what_waits(row: dict[str, Any]) -> None:
    waits = row["waits"]
    would = waits["would"]
    typer.echo(f"  waits since {waits['since']}: {waits['why']}")
    for name in ("dossiers", "added", "retracted"):
        if name in would:
            typer.echo(f"  {name}: {would[name]}")
    for unit, subject in would.get("sample", []):
        typer.echo(f"    {unit} {subject}")
    if figures := would.get("figures"):
        names = ("unit", "period", "figure", "before", "after")
        console().print(listed(names, ([line[name] for name in names] for line in figures)))
    typer.echo(f"  `hub connector approve {row['name']} --token {waits['token']}` lets it go on")


_TOLD = ("source", "kind", "owner", "every", "last_read", "last_changed", "cursor", "refused")
