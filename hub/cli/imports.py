"""`hub import`: years of a vendor's files into a hub, looked at before."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from hub.cli.connection import FAILED, NOT_DONE, with_hub
from hub.cli.connector_run import in_words, opened, progress_of, read_once, tell_refused
from hub.cli.printing import console, listed
from hub.client import HubClient

_Mapping = Annotated[
    Path, typer.Argument(metavar="MAPPING", help="The connector: a YAML file whose kind is files.")
]
_Files = Annotated[
    list[Path],
    typer.Argument(metavar="FILE...", help="Files to read (CSV, XLSX, JSON lines), oldest first."),
]


def create_group() -> typer.Typer:
    """The commands about imports."""
    group = typer.Typer(
        name="import",
        help="Years of a vendor's files into a hub, looked at before.",
        no_args_is_help=True,
        pretty_exceptions_enable=False,
    )
    group.command("plan")(plan)
    group.command("run")(run)
    return group


@with_hub
def plan(hub: HubClient, mapping: _Mapping, files: _Files) -> None:
    """Tell what files would change, by unit, quarter and kind of event. Nothing is stored.

    What the hub has already is left out; of several files each is seen behind those before it. The
    dossiers that change are held in memory.

    Exit code: 0 all rows would be accepted, 1 some refused, 2 a file cannot be read.

    Example: hub import plan cu-chi.yaml 2019.csv 2020.csv
    """
    from connectors.guard import FREE
    from connectors.one import run_once
    from connectors.port import BrokenSourceError, SourceError
    from connectors.shadow import ShadowHub

    first = opened(hub, mapping, files[0])
    shadow = ShadowHub(first.hub)
    has_refused = False
    for file in files:
        connector = replace(opened(hub, mapping, file), hub=shadow)
        try:
            with progress_of(file.name) as told:
                summary = run_once(connector, sweep=False, guard=FREE, on_page=told)
        except (SourceError, BrokenSourceError) as error:
            typer.echo(f"{file}: {error}", err=True)
            raise typer.Exit(NOT_DONE) from None
        typer.echo(f"{file}: {in_words(summary)}, if it were run")
        tell_refused(summary, is_stored=False)
        has_refused = has_refused or summary.refused > 0
    names = ("unit", "quarter", "kind", "more", "less")
    rows = ([line[name] for name in names] for line in shadow.tally.changes())
    console().print(listed(names, rows))
    if has_refused:
        raise typer.Exit(FAILED)


@with_hub
def run(hub: HubClient, mapping: _Mapping, files: _Files) -> None:
    """Read files into the hub, one after the other; what was stored is not read again.

    Killed, it goes on where it was when it is run again. It is the same as
    `hub connector run MAPPING --data FILE --once` for each file.

    Exit code: 0 all rows accepted, 1 some refused, 2 not (all) read, 3 something waits for
    approval (`hub connector approve`); the files behind it are not read.

    Example: hub import run cu-chi.yaml 2019.csv 2020.csv
    """
    codes = []
    for file in files:
        codes.append(read_once(hub, mapping, file, sweep=False))
        if codes[-1] > FAILED:
            break
    raise typer.Exit(max(codes))
