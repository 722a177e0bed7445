"""`hub status` and `hub audit`: does it work, and are its figures true."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread
from typing import Any

import orjson
import typer

from hub.cli.connection import FAILED, with_hub
from hub.cli.printing import console, listed, local
from hub.client import HubClient, HubError, json_of
from hub.processes.progress import Told

_TELL_EVERY = 1.0
"""Seconds."""


@with_hub
def status(hub: HubClient) -> None:
    """Whether the hub accepts and answers, how far its figures are behind, and (with a key) which
    connectors wait for approval and which sources are late.

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
    for line in _what_lags(hub):
        typer.echo(line)


def _what_lags(hub: HubClient) -> Iterator[str]:
    """What connectors wait with, and which sources are late."""
    answers = [hub.request("GET", path) for path in ("/v1/connectors", "/v1/sources")]
    if any(answer.status_code in (401, 403) for answer in answers):
        yield "with a key it tells connectors that wait and sources that are late, too"
        return
    for answer in answers:
        if not answer.is_success:
            raise hub.refused(answer)
    for row in json_of(answers[0])["connectors"]:
        if waits := row["waits"]:
            yield (
                f"connector {row['name']} waits for approval since {local(waits['since'])}: "
                f"{waits['why']}; `hub connector status {row['name']}`"
            )
        elif row["late"]:
            yield f"connector {row['name']} is late: it read last {local(row['last_read'])}"
    for row in json_of(answers[1])["sources"]:
        if row["late"]:
            heard = max(filter(None, (row["last_seen"], row["last_read"])), default=None)
            yield f"source {row['source']} is late: it was heard of last {local(heard)}"


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
