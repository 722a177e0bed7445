"""`hub verify`: are log, store and registry whole, and do they belong together."""

import threading
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer

from hub.cli.connection import FAILED, NOT_DONE, with_hub
from hub.client import HubClient, HubError, json_of

_LOOK_EVERY = 2.0


@with_hub
def verify(
    hub: HubClient,
    data: Annotated[
        Path | None,
        typer.Option(help="Data folder of a hub that is stopped, instead of a running one."),
    ] = None,
    log: Annotated[str | None, typer.Option(help="With --data: log elsewhere.")] = None,
    store: Annotated[str | None, typer.Option(help="With --data: store elsewhere.")] = None,
    registry: Annotated[str | None, typer.Option(help="With --data: registry elsewhere.")] = None,
) -> None:
    """Check that nothing is damaged: each record of the log, its events in the store, all files.

    Of a running hub (--url, an admin key), or of a stopped one (--data). What is wrong is a line
    of JSON each, with what to do. Exit code: 0 all is whole, 1 something is wrong, 2 not done.

    Example: hub verify --data /var/lib/hub
    """
    if data is None:
        found = _running(hub)
    else:
        from hub.processes.places import StartError, places
        from hub.processes.verifying import verify_folder

        try:
            found = verify_folder(places(data, log, store, registry), _tell)
        except StartError as error:
            typer.echo(f"hub verify: {error}", err=True)
            raise typer.Exit(NOT_DONE) from None
    for problem in found["problems"]:
        typer.echo(orjson.dumps(problem).decode())
    checked = ", ".join(f"{number:,} {what}" for what, number in found["checked"].items())
    typer.echo(f"{found['problems_total']:,} problems; checked: {checked}", err=True)
    if found["problems_total"]:
        raise typer.Exit(FAILED)


def _running(hub: HubClient) -> dict[str, Any]:
    """Ask a running hub, and tell meanwhile how far it is."""
    done = threading.Event()

    def follow() -> None:
        while not done.wait(_LOOK_EVERY):
            try:
                running = hub.get("/v1/verify").get("running")
            except HubError:  # the check itself will say what is wrong
                continue
            if running:
                _tell(running["checking"], running["done"], running["of"])

    beside = threading.Thread(target=follow, daemon=True)
    beside.start()
    try:
        found: dict[str, Any] = json_of(hub.call("POST", "/v1/verify", timeout=None))
    finally:
        done.set()
        beside.join()
    return found


def _tell(what: str, done: int, of: int) -> None:
    typer.echo(f"{what}: {done:,} of {of:,}", err=True)
