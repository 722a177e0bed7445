"""`hub dead-letters`: what was refused, and why; try again, mend, or discard."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer

from hub.cli.connection import FAILED, with_hub
from hub.cli.letter_plan import tell_plan
from hub.cli.printing import console, listed
from hub.client import HubClient, HubError, json_of
from hub.core.csv_text import write_rows

PATH = "/v1/dead-letters"
_PAGE = 1000
_Reason = Annotated[str | None, typer.Option(help="Only letters with this code, such as conflict.")]
_Source = Annotated[
    str | None, typer.Option(help="Only letters of this source, such as /igate/cu-chi.")
]
_File = Annotated[
    str | None, typer.Option(help="Only letters of rows of this file, such as ho-so-01.csv.")
]


@with_hub
def list_letters(
    hub: HubClient,
    reason: _Reason = None,
    source: _Source = None,
    file: _File = None,
    status: Annotated[
        str, typer.Option(help="open, replayed, mended or discarded: what was decided of them.")
    ] = "open",
    limit: Annotated[int, typer.Option(min=1, help="How many at most, such as 1000.")] = 100,
    as_json: Annotated[bool, typer.Option("--json", help="One letter a line, as JSON.")] = False,
) -> None:
    """Letters, newest first; those that wait for a decision, unless --status says others.

    Rows of connectors are told by the key that `hub connector again` takes, and by their place.

    Example: hub dead-letters list --reason conflict
    """
    found = list(letters_of(hub, limit, reason=reason, source=source, file=file, status=status))
    for more in hub.get(PATH, limit=1, source=source).get("not_kept", ()):
        whose = f"of {more['source']}" if more["source"] else "without a source"
        typer.echo(
            f"{more['letters']} more letters {whose} came and were only counted: there are as many "
            "as are kept; discard some", err=True,
        )  # fmt: skip
    if as_json:
        for letter in found:
            typer.echo(orjson.dumps(letter).decode())
        return
    names = ["id", "reason", "source", "unit", "subject", "event_id", "key", "place", "times",
             "last_seen"]  # fmt: skip
    told = [letter | (letter.get("row") or {"key": None, "place": None}) for letter in found]
    for name in ("unit", "subject", "event_id", "key", "place"):  # the table is wide enough
        if all(letter[name] is None for letter in told):
            names.remove(name)
    rows = ([*(letter[name] for name in names), _why(letter)] for letter in told)
    console().print(listed((*names, "why"), rows))


@with_hub
def groups(
    hub: HubClient,
    reason: _Reason = None,
    source: _Source = None,
    file: _File = None,
    files: Annotated[bool, typer.Option("--files", help="By the rows' file, too.")] = False,
) -> None:
    """Open letters by source and reason, the largest group first.

    Example: hub dead-letters groups --files
    """
    names = ["source", "reason", "letters", "times", "first_seen", "last_seen"]
    if files:
        names.insert(2, "file")
    asked = _given(source, reason, file) | ({"by_file": "true"} if files else {})
    found = hub.get(f"{PATH}/groups", **asked)["groups"]
    console().print(listed(names, ([row[name] for name in names] for row in found)))


@with_hub
def export(
    hub: HubClient,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="CSV to write, such as bad.csv.")],
    reason: _Reason = None,
    source: _Source = None,
    of_file: Annotated[str | None, typer.Option("--file", help="Only rows of this file.")] = None,
) -> None:
    """Write open letters as CSV for who runs the source: where, what is wrong, what to do. No
    value of a refused event or row is in it.

    Example: hub dead-letters export bad.csv --source /igate/cu-chi --reason row
    """
    asked = _given(source, reason, of_file)
    columns = ("id", "source", "unit", "subject", "event_id", "key", "origin", "times", "last_seen")
    of_error = ("pointer", "code", "message")
    rows = [
        [*(letter.get(name) for name in columns), *(error[name] for name in of_error)]
        for letter in map(_with_key, letters_of(hub, sys.maxsize, **asked))
        for error in letter["errors"]
    ]
    try:
        file.write_text(write_rows([(*columns, *of_error), *rows]), "utf-8", newline="")
    except OSError as error:
        raise HubError(f"cannot write {file}: {error.strerror}") from None
    typer.echo(f"{len(rows)} lines written")


@with_hub
def show(
    hub: HubClient,
    letter: Annotated[str, typer.Argument(help="Its id in `hub dead-letters list`.")],
) -> None:
    """All about one letter, as JSON.

    Example: hub dead-letters show 3f2a
    """
    found = hub.get(path_of(letter))
    typer.echo(orjson.dumps(found, option=orjson.OPT_INDENT_2).decode())


@with_hub
def replay(
    hub: HubClient,
    letters: Annotated[
        list[str] | None, typer.Argument(metavar="[ID]...", help="Ids of letters.")
    ] = None,
    source: _Source = None,
    reason: _Reason = None,
    file: _File = None,
    plan: Annotated[
        bool, typer.Option("--plan", help="Only tell which figures that would change.")
    ] = False,
) -> None:
    """Try letters again, such as those whose time was in the future: by their ids, or all of a
    source, with a reason, of a file. Rows of connectors are read again. Exit code 1: some not.

    With --plan nothing changes: it tells the figures that would, and has connectors tell those of
    their rows, which takes until their next turn.

    Example: hub dead-letters replay --file ho-so-01.csv --plan
    """
    given = _given(source, reason, file)
    if bool(letters) == bool(given):
        raise HubError("give ids, or --source, --reason, --file")
    if plan:
        tell_plan(
            hub, [f"{path_of(it)}/replay" for it in letters or ()] or [f"{PATH}/replay"], given
        )
        return
    if letters:
        _each(hub, letters, "replay")
        return
    done = json_of(hub.call("POST", f"{PATH}/replay", params=given))
    typer.echo(
        f"{done['replayed']} replayed, {done['waiting']} rows are read again, {done['left']} left"
    )
    if done["left"]:
        raise typer.Exit(FAILED)


@with_hub
def notice(
    hub: HubClient, source: _Source = None, reason: _Reason = None, file: _File = None
) -> None:
    """A text in Vietnamese for who runs a source: what was refused, why, what to do. No values.

    Example: hub dead-letters notice --source /igate/cu-chi
    """
    given = _given(source, reason, file)
    if not given:
        raise HubError("give --source, --reason or --file")
    typer.echo(hub.get(f"{PATH}/notice", **given)["text"])


@with_hub
def discard(
    hub: HubClient,
    letters: Annotated[
        list[str] | None, typer.Argument(metavar="[ID]...", help="Ids of letters.")
    ] = None,
    source: _Source = None,
    reason: _Reason = None,
    file: _File = None,
) -> None:
    """Discard open letters: by their ids, or all of a source, with a reason, of a file.

    What was kept of them is deleted; the trail tells who did so. Exit code 1: some not.

    Example: hub dead-letters discard --source /igate/cu-chi --reason unknown-attribute
    """
    given = _given(source, reason, file)
    if bool(letters) == bool(given):
        raise HubError("give ids, or --source, --reason, --file")
    if letters:
        _each(hub, letters, "discard")
        return
    done = json_of(hub.call("POST", f"{PATH}/discard", params=given))
    typer.echo(f"{done['discarded']} discarded")


def _each(hub: HubClient, letters: list[str], what: str) -> None:
    """Do something with each letter; exit code 1 where it could not be done with some."""
    failed = False
    for letter in letters:
        try:
            done = json_of(hub.call("POST", f"{path_of(letter)}/{what}"))
            typer.echo(f"{letter}: {done['status']}")
        except HubError as error:
            failed = True
            typer.echo(f"{letter}: {error}", err=True)
    if failed:
        raise typer.Exit(FAILED)


def _given(source: str | None, reason: str | None, file: str | None) -> dict[str, str]:
    asked = {"source": source, "reason": reason, "file": file}
    return {name: value for name, value in asked.items() if value is not None}


def path_of(letter: str) -> str:
    """The address of a letter. Raises `HubError`."""
    if not (letter.isascii() and letter.isalnum()):  # it would be the path of something else
        raise HubError("that is no id of a letter; `hub dead-letters list` tells them")
    return f"{PATH}/{letter}"


def letters_of(hub: HubClient, limit: int, **asked: Any) -> Iterator[dict[str, Any]]:
    """So many letters at most, page by page."""
    cursor = None
    while limit > 0:
        page = hub.get(PATH, limit=min(limit, _PAGE), cursor=cursor, **asked)
        if "items" not in page:
            raise HubError(f"{hub.url} does not answer as a hub; check --url or HUB_URL")
        yield from page["items"]
        limit -= len(page["items"])
        cursor = page["next"]
        if cursor is None:
            return


def _with_key(letter: dict[str, Any]) -> dict[str, Any]:
    """With the key of its row, if it is of one."""
    return letter | {"key": (letter.get("row") or {}).get("key")}


def _why(letter: dict[str, Any]) -> str:
    return "; ".join(f"{error['pointer'] or '/'} {error['message']}" for error in letter["errors"])
