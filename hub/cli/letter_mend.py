"""`hub dead-letters mend`: another event in the place of a refused one."""

import sys
from pathlib import Path
from typing import Annotated

import orjson
import typer

from hub.cli.connection import with_hub
from hub.cli.letter_plan import tell_plan
from hub.cli.letters import path_of
from hub.client import HubClient, HubError, json_of


@with_hub
def mend(
    hub: HubClient,
    letter: Annotated[str, typer.Argument(help="Its id in `hub dead-letters list`.")],
    file: Annotated[
        Path | None,
        typer.Argument(metavar="[FILE]", help="The mended event, in JSON; `-`: standard input."),
    ] = None,
    plan: Annotated[
        bool, typer.Option("--plan", help="Only tell which figures that would change.")
    ] = False,
) -> None:
    """Send a mended event in the place of a refused one; without FILE print what was kept of it.

    It is checked as all events are. Where it is refused, the letter stays open and nothing of it is
    kept; else the letter keeps what it had, is `mended` and names the new event.

    Example: hub dead-letters mend 3f2a mended.json
    """
    if file is None:
        draft = hub.get(path_of(letter))["draft"]
        if draft is None:
            raise HubError("a row is mended at its source or in the connector's file")
        typer.echo(orjson.dumps(draft, option=orjson.OPT_INDENT_2).decode())
        return
    try:
        body = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
    except OSError as error:
        raise HubError(f"cannot read {file}: {error.strerror}") from None
    if not body.strip():
        raise HubError(
            f"{file} is empty; `hub dead-letters mend {letter}` prints what to begin with"
        )
    if plan:
        tell_plan(hub, [f"{path_of(letter)}/replay"], {}, body)
        return
    headers = {"Content-Type": "application/cloudevents+json"}
    done = json_of(hub.call("POST", f"{path_of(letter)}/replay", content=body, headers=headers))
    by = done["mended_by"]
    typer.echo(f"{letter}: {done['status']} by {by['source']} {by['id']}")
