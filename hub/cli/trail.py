"""`hub trail`: who changed what in the registry."""

from collections.abc import Iterator
from typing import Annotated, Any

import orjson
import typer

from hub.cli.connection import with_hub
from hub.cli.printing import console, listed
from hub.client import HubClient

_PATH = "/v1/trail"
_PAGE = 1000


@with_hub
def trail(
    hub: HubClient,
    kind: Annotated[
        str | None,
        typer.Option(help="Only unit, procedure, source, key, calendar or dead_letter."),
    ] = None,
    name: Annotated[
        str | None, typer.Option("--object", help="Only the object with this id, such as H29.17.")
    ] = None,
    by: Annotated[
        str | None, typer.Option(help="Only changes by the key with this id; or open, or hub.")
    ] = None,
    start: Annotated[
        str | None, typer.Option("--from", help="First local day, YYYY-MM-DD, or RFC 3339.")
    ] = None,
    end: Annotated[
        str | None, typer.Option("--to", help="Last local day, YYYY-MM-DD, or RFC 3339.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, help="How many at most, such as 1000.")] = 100,
    as_json: Annotated[bool, typer.Option("--json", help="One change a line, as JSON.")] = False,
) -> None:
    """Who changed what, when and from where, newest first. Needs an admin key.

    Example: hub trail --kind key --from 2026-11-01
    """
    params = {"kind": kind, "object": name, "key": by, "from": start, "to": end}
    found = _changes(hub, limit, params)
    if as_json:
        for change in found:
            typer.echo(orjson.dumps(change).decode())
        return
    names = ("number", "at", "key", "address", "call", "kind", "object")
    rows = ([*(change[name] for name in names), _what(change)] for change in found)
    console().print(listed((*names, "change"), rows))


def _changes(hub: HubClient, limit: int, params: dict[str, str | None]) -> Iterator[dict[str, Any]]:
    cursor = None
    while limit > 0:
        page = hub.get(_PATH, **params, limit=min(limit, _PAGE), cursor=cursor)
        yield from page["items"]
        limit -= len(page["items"])
        cursor = page["next"]
        if cursor is None:
            return


def _what(change: dict[str, Any]) -> str:
    """What differs, by member.

    >>> _what({"before": {"a": 1, "b": 2}, "after": {"a": 1, "b": 3}})
    'b: 2 → 3'
    >>> _what({"before": None, "after": {"a": 1, "b": None}})
    'new: a: 1'
    """
    before, after = change["before"], change["after"]
    if before is None or after is None:
        told = after or before or {}
        members = ", ".join(f"{name}: {_plain(it)}" for name, it in told.items() if it is not None)
        return f"{'new' if before is None else 'removed'}: {members}"
    return ", ".join(
        f"{name}: {_plain(before.get(name))} → {_plain(after.get(name))}"
        for name in {**before, **after}
        if before.get(name) != after.get(name)
    )


def _plain(value: object) -> str:
    return value if isinstance(value, str) else orjson.dumps(value).decode()
