"""What trying dead letters again would change, told before it does."""

import time
from collections.abc import Mapping, Sequence
from typing import Any

import typer

from hub.cli.connection import NOT_DONE
from hub.cli.connectors import counted, row_of, tell_figures
from hub.client import HubClient, json_of

_PATIENCE, _EVERY = 60.0, 0.5
"""Seconds for which a connector's answer is waited for, and between two looks."""


def tell_plan(
    hub: HubClient, paths: Sequence[str], given: Mapping[str, str], body: bytes | None = None
) -> None:
    """Tell what some replays would change, one after the other. Raises `typer.Exit` where a
    connector does not answer."""
    headers = {"Content-Type": "application/cloudevents+json"} if body is not None else {}
    for path in paths:
        params = {**given, "dry_run": "true"}
        told = json_of(hub.call("POST", path, params=params, content=body, headers=headers))
        if told["events"] or not told["asked"]:
            typer.echo(f"{counted(told['events'], 'event')} would be sent, {told['left']} left")
            _tell(told["would"])
        for asked in told["asked"]:
            rows = counted(asked["rows"], "row")
            typer.echo(f"{rows} would be read again by {asked['connector']}:")
            found = _answer(hub, asked) if asked["running"] else None
            if found is None:
                says = "it does not answer" if asked["running"] else "it does not run"
                typer.echo(f"  {says}, so nobody can tell what they would change", err=True)
                raise typer.Exit(NOT_DONE)
            typer.echo(f"  {counted(found.get('refused', 0), 'row')} would be refused again")
            _tell(found)


def _answer(hub: HubClient, asked: Mapping[str, Any]) -> dict[str, Any] | None:
    """What a connector tells of its rows; None: it does not, or was asked something else since."""
    until = time.monotonic() + _PATIENCE
    while time.monotonic() < until:
        row = row_of(hub, asked["connector"])
        if (forecast := row["forecast"]) and forecast["token"] == asked["token"]:
            found: dict[str, Any] = forecast["would"]
            return found
        if row["asked"] != asked["token"]:
            return None
        time.sleep(_EVERY)
    return None


def _tell(would: Mapping[str, Any]) -> None:
    typer.echo(
        f"  {counted(would.get('added', 0), 'event')} added, "
        f"{would.get('retracted', 0)} taken back; "
        f"{counted(would.get('only_added', 0), 'dossier')} only get something, "
        f"{would.get('dossiers', 0)} lose something"
    )
    if more := would.get("indicators"):
        typer.echo(f"  and {counted(more, 'statement')} of indicators, which no figure counts")
    tell_figures(would)
