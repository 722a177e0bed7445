"""`hub rebuild`: the store anew from the events."""

import gc
import os
from pathlib import Path
from typing import Annotated

import typer

from hub.cli.connection import NOT_DONE
from hub.cli.options import StoreElsewhere
from hub.cli.processes import Config, run_with_settings


def rebuild(
    data: Annotated[
        Path,
        typer.Option(envvar="HUB_DATA", help="Data folder of a hub that is stopped."),
    ] = Path("data"),
    config: Config = None,
    log: Annotated[
        str | None,
        typer.Option(
            envvar="HUB_LOG", help="Log elsewhere: sqlite:///PATH; kafka://…: the distributed hub."
        ),
    ] = None,
    store: StoreElsewhere = None,
    registry: Annotated[
        str | None,
        typer.Option(envvar="HUB_REGISTRY", help="Registry elsewhere: SQLAlchemy URL."),
    ] = None,
    skip_damaged: Annotated[
        bool,
        typer.Option(
            "--skip-damaged", help="List damaged records of the log, and leave them out of it."
        ),
    ] = False,
) -> None:
    """Make the store anew from the events, where it is damaged or lost. The hub must be stopped.

    The events come from the log; what the log no longer has comes from the old store, where that
    can be read. The old store is put aside, not removed, once the new one is complete. What stops
    in the middle goes on when the command is given again.

    Damaged records of the log stop it. With --skip-damaged they are listed and left out: the log is
    written anew, the damaged one stays beside it, and the old store gives what it has of them.

    With --config, or where HUB_LOG is kafka://…, it is the distributed hub's: its workers must be
    stopped; the tables are filled in a database beside, and change places with the old ones.

    Example: hub rebuild --data /var/lib/hub
    """
    gc.disable()  # `calm_collector` turns it on again
    from hub.processes.places import PRIVATE

    os.umask(PRIVATE)
    if config is not None or (log or "").startswith("kafka://"):
        from hub.processes.rebuilding_distributed import rebuild_distributed

        typer.echo(run_with_settings("rebuild", config, rebuild_distributed))
        return
    from hub.processes.places import StartError, places
    from hub.processes.rebuilding import rebuild_embedded

    try:
        typer.echo(rebuild_embedded(places(data, log, store, registry), skip_damaged=skip_damaged))
    except StartError as error:
        typer.echo(f"hub rebuild: {error}", err=True)
        raise typer.Exit(NOT_DONE) from None
