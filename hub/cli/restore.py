"""`hub restore`: a backup into a new data folder."""

import gc
import os
from pathlib import Path
from typing import Annotated

import typer

from hub.cli.connection import NOT_DONE, failing_clearly
from hub.cli.options import LogElsewhere, StoreElsewhere


def restore(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="What `hub backup` filled.")],
    data: Annotated[
        Path | None,
        typer.Option(envvar="HUB_DATA", help="New data folder, such as /var/lib/hub; empty."),
    ] = None,
    check: Annotated[
        bool, typer.Option("--check", help="Only read the backup, and compare all hashes.")
    ] = False,
    log: LogElsewhere = None,
    store: StoreElsewhere = None,
    registry: Annotated[
        str | None,
        typer.Option(
            envvar="HUB_REGISTRY",
            help="Registry elsewhere than in --data. On PostgreSQL: brought back already, "
            "by its own tools.",
        ),
    ] = None,
) -> None:
    """Bring a backup back into a new data folder; `hub serve --data` then goes on from there.

    First every file of the backup is compared with its hash. What stops in the middle leaves a
    folder that no hub opens; the same command again goes on. Positions, moments of acceptance,
    keys and all of the registry are as they were.

    Example: hub restore /mnt/backup/hub --data /var/lib/hub
    """
    gc.disable()  # `calm_collector` turns it on again
    from hub.processes.places import PRIVATE

    os.umask(PRIVATE)
    from hub.processes.places import StartError, places
    from hub.processes.restoring import check_backup, restore_backup

    with failing_clearly():
        if check:
            typer.echo(check_backup(folder))
            return
        if data is None:
            raise typer.BadParameter("say where to: --data NEW, an empty folder or a new one")
        try:
            typer.echo(restore_backup(folder, places(data, log, store, registry)))
        except StartError as error:
            typer.echo(f"hub restore: {error}", err=True)
            raise typer.Exit(NOT_DONE) from None
