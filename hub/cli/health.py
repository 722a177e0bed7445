"""`hub status` and `hub audit`: does it work, and are its figures true."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread
from typing import Any

import orjson
import typer

from hub.cli.connection import FAILED, with_hub
from hub.cli.printing import console, listed
from hub.client import HubClient, HubError, json_of
from hub.processes.progress import Told

_TELL_EVERY = 1.0
"""Seconds."""


@with_hub
def status(hub: HubClient) -> None:
    """Whether the hub accepts and answers, and how far its figures are behind.

    Exit code: 0 ready, 1 not ready, 2 no hub there.

    Example: hub status --url http://127.0.0.1:8000
    """
    answer = hub.request("GET", "/readyz")
    if answer.status_code not in (200, 503):
        raise hub.refused(answer)
    told: dict[str, Any] = json_of(answer)
    console().print(listed(("hub", hub.url), ((name, _plain(it)) for name, it in told.items())))
    if answer.status_code == 503 or not told.get("ready"):
        raise typer.Exit(FAILED)


@with_hub
def audit(hub: HubClient) -> None:
    """Recompute everything from the events, and compare with what the hub holds.

    Needs an admin key; takes about a minute for a million events, and says how far it is. Exit
    code: 0 all is equal, 1 something differs (the first thousand differences are a line of JSON
    each), 2 not done.

    Example: hub audit --key-file data/admin.key
    """
    with _telling(hub):
        found = json_of(hub.call("POST", "/v1/audit", timeout=None))
    for difference in found["differences"]:
        typer.echo(orjson.dumps(difference).decode())
    checked = ", ".join(f"{number:,} {what}" for what, number in found["checked"].items())
    typer.echo(f"{found['differences_total']:,} differences; checked: {checked}", err=True)
    if found["differences_total"]:
        raise typer.Exit(FAILED)


@contextmanager
def _telling(hub: HubClient) -> Iterator[None]:
    """Says meanwhile how far the audit is."""
    told, over = Told(), Event()

    def tell() -> None:
        while not over.wait(_TELL_EVERY):
            told.now(f"audit: {_far(hub)}")
        told.done()

    teller = Thread(target=tell, daemon=True)  # an interrupted command does not wait for it
    teller.start()
    yield
    over.set()
    teller.join()


def _far(hub: HubClient) -> str:
    """How far the audit is that runs."""
    try:
        running = hub.get("/v1/audit").get("running")
    except HubError:  # the audit itself will say what is wrong
        return "no answer about how far it is"
    if not running:
        return "it begins"
    return f"{running['comparing']}: {running['done']:,} of {running['of']:,}"


def _plain(value: object) -> object:
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else value
