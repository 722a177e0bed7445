"""`hub sources`: who sends events, and how fresh they are expected to be."""

import re
from typing import Annotated, Any

import typer

from hub.cli.connection import with_hub
from hub.cli.printing import console, listed
from hub.client import HubClient, HubError

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


@with_hub
def list_sources(hub: HubClient) -> None:
    """The sources, when each was last heard of, and whether that is longer ago than it should be.

    Example: hub sources list
    """
    rows = hub.get("/v1/sources")["sources"]
    names = ("source", "name", "last_seen", "last_read", "max_age_expected_s")
    cells = (
        [*(row[name] for name in names), _yes(row["late"]), _yes(row["backfilling"])]
        for row in rows
    )
    console().print(listed((*names, "late", "backfilling"), cells))


@with_hub
def set_source(
    hub: HubClient,
    source: Annotated[str, typer.Argument(help="As its events name it, such as /igate/cu-chi.")],
    label: Annotated[
        str | None, typer.Option(help='Its name for people, such as "iGate Củ Chi".')
    ] = None,
    every: Annotated[
        str | None,
        typer.Option(
            help="How long it may be silent, such as 2h or 1d, until it is late; `never`: for ever."
        ),
    ] = None,
    backfilling: Annotated[
        bool | None,
        typer.Option(
            "--backfilling/--live", help="Sends old dossiers: the hub makes no overdue events."
        ),
    ] = None,
) -> None:
    """Register a source, or change what is told of it; what is left out stays.

    Example: hub sources set /igate/cu-chi --label "iGate Củ Chi" --every 1d
    """
    known = {row["source"]: row for row in hub.get("/v1/sources")["sources"]}
    row: dict[str, Any] = known.get(source, {"source": source, "name": source})
    if label is not None:
        row["name"] = label
    if every is not None:
        row["max_age_expected_s"] = None if every == "never" else _seconds(every)
    if backfilling is not None:
        row["backfilling"] = backfilling
    hub.call("PUT", "/v1/sources", json=[row])
    typer.echo(f"{source}: {'changed' if source in known else 'registered'}")


def _seconds(text: str) -> int:
    """How many seconds `90s`, `30m`, `2h` or `1d` are. Raises `HubError`."""
    found = re.fullmatch(r"([1-9][0-9]{0,8})([smhd])", text)
    if found is None:
        raise HubError("--every: write a number and s, m, h or d, such as 2h or 1d, or `never`")
    return int(found[1]) * _UNITS[found[2]]


def _yes(value: bool) -> str:
    return "yes" if value else "no"
