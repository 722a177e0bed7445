"""`hub dead-letters`: what was refused, and why; try again."""

from collections.abc import Iterator
from typing import Annotated, Any

import orjson
import typer

from hub.cli.client import HubClient, HubError, json_of
from hub.cli.connection import FAILED, with_hub
from hub.cli.printing import console, listed

_PATH = "/v1/dead-letters"
_PAGE = 1000


@with_hub
def list_letters(
    hub: HubClient,
    reason: Annotated[
        str | None, typer.Option(help="Only letters with this code, such as conflict.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, help="How many at most, such as 1000.")] = 100,
    as_json: Annotated[bool, typer.Option("--json", help="One letter a line, as JSON.")] = False,
) -> None:
    """Open letters, newest first.

    Example: hub dead-letters list --reason conflict
    """
    found = list(_letters(hub, reason, limit))
    if as_json:
        for letter in found:
            typer.echo(orjson.dumps(letter).decode())
        return
    names = ("id", "reason", "source", "unit", "subject", "event_id", "times", "last_seen")
    rows = ([*(letter[name] for name in names), _why(letter)] for letter in found)
    console().print(listed((*names, "why"), rows))


@with_hub
def show(
    hub: HubClient,
    letter: Annotated[str, typer.Argument(help="Its id in `hub dead-letters list`.")],
) -> None:
    """All about one letter, as JSON.

    Example: hub dead-letters show 3f2a
    """
    found = hub.get(_path(letter))
    typer.echo(orjson.dumps(found, option=orjson.OPT_INDENT_2).decode())


@with_hub
def replay(
    hub: HubClient,
    letters: Annotated[list[str], typer.Argument(metavar="ID...", help="Ids of letters.")],
) -> None:
    """Try letters again, such as those whose time was in the future. Exit code 1: some not.

    Example: hub dead-letters replay 3f2a 9b01
    """
    failed = False
    for letter in letters:
        try:
            done = json_of(hub.call("POST", f"{_path(letter)}/replay"))
            typer.echo(f"{letter}: {done['status']}")
        except HubError as error:
            failed = True
            typer.echo(f"{letter}: {error}", err=True)
    if failed:
        raise typer.Exit(FAILED)


def _path(letter: str) -> str:
    if not (letter.isascii() and letter.isalnum()):  # it would be the path of something else
        raise HubError("that is no id of a letter; `hub dead-letters list` tells them")
    return f"{_PATH}/{letter}"


def _letters(hub: HubClient, reason: str | None, limit: int) -> Iterator[dict[str, Any]]:
    cursor = None
    while limit > 0:
        page = hub.get(_PATH, reason=reason, limit=min(limit, _PAGE), cursor=cursor)
        yield from page["items"]
        limit -= len(page["items"])
        cursor = page["next"]
        if cursor is None:
            return


def _why(letter: dict[str, Any]) -> str:
    return "; ".join(f"{error['pointer'] or '/'} {error['message']}" for error in letter["errors"])
