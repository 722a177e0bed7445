"""`hub connector run`: reads sources into a hub, on and on or once."""

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from hub.cli import connectors
from hub.cli.connection import FAILED, NOT_DONE, with_hub
from hub.client import HubClient, HubError
from hub.processes.collector import OF_PAGES, calm_collector

if TYPE_CHECKING:
    from connectors.one import Connector
    from connectors.summary import Summary

PAUSED = 3
"""Exit code: something waits for a person."""
FOLDER = "HUB_CONNECTORS"


@with_hub
def run(
    hub: HubClient,
    what: Annotated[
        list[str],
        typer.Argument(
            metavar="PATH|NAME...",
            help="YAML files, folders of them, or names of connectors in the folder that "
            "HUB_CONNECTORS names.",
        ),
    ],
    once: Annotated[
        bool, typer.Option("--once", help="Read what there is, tell it, and end.")
    ] = False,
    sweep: Annotated[
        bool,
        typer.Option(
            "--sweep", help="With --once: also what no cursor shows (silent edits, deletes)."
        ),
    ] = False,
    data: Annotated[
        Path | None,
        typer.Option(help="With --once: read this file (CSV, XLSX, JSON lines) alone."),
    ] = None,
) -> None:
    """Read sources into the hub until Ctrl-C or SIGTERM, or (--once) what there is now.

    Files that are new, changed or removed are noticed in seconds. One connector runs in one place:
    a second process waits, and takes over where the first one ends or is silent for ten seconds.

    Exit code of --once: 0 all rows accepted, 1 some refused, now or by an earlier run, 2 not (all)
    read, 3 something waits for approval.

    Example: hub connector run cu-chi.yaml --data ho-so-01.csv --once
    """
    paths = [_found(name) for name in what]
    if once:
        raise typer.Exit(max(read_once(hub, path, data, sweep=sweep) for path in _files(paths)))
    if sweep or data is not None:
        raise HubError("--sweep and --data go with --once")
    for path in paths:
        if path.is_file():
            opened(hub, path)  # a wrong one is told at once
    from connectors.hub import HttpHub
    from connectors.running import Running

    calm_collector(OF_PAGES)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    Running(paths, lambda: HttpHub(hub), typer.echo).run(stop)


def read_once(hub: HubClient, path: Path, data: Path | None, *, sweep: bool) -> int:
    """Read one source; the exit code."""
    from connectors.one import run_once
    from connectors.port import BrokenSourceError, LostLeaseError, SourceError
    from connectors.reader import PausedError

    connector = opened(hub, path, data)
    calm_collector(OF_PAGES)
    try:
        with progress_of(connector.name) as told:
            summary = run_once(connector, sweep=sweep, on_page=told)
    except PausedError as error:
        _tell_pause(connector.name, error)
        return PAUSED
    except (SourceError, BrokenSourceError, LostLeaseError) as error:
        typer.echo(f"{path}: {error}", err=True)
        return NOT_DONE
    typer.echo(f"{connector.name}: {in_words(summary)}")
    tell_refused(summary)
    refused = connectors.row_of(hub, connector.name)["refused"]
    if refused > summary.refused:
        typer.echo(
            f"{connector.name}: {connectors.counted(refused, 'row')} refused now, with those of "
            f"earlier runs; {connectors.where_told(connector.document.source)}"
        )
    return FAILED if refused or summary.refused else 0


def opened(hub: HubClient, path: Path, data: Path | None = None) -> "Connector":
    """The connector of a file. Raises `HubError`."""
    from connectors.hub import HttpHub
    from connectors.mapping import MappingError, load
    from connectors.one import Connector

    if data is not None and not data.is_file():
        raise HubError(f"{data} is no file; give one to read")
    try:
        document = load(path)
    except MappingError as error:
        raise HubError(str(error)) from None
    return Connector(document, sha256(path.read_bytes()).hexdigest(), HttpHub(hub), data)


def in_words(summary: "Summary") -> str:
    """What was read and sent."""
    return connectors.in_words(summary.counts())


def tell_refused(summary: "Summary", *, is_stored: bool = True) -> None:
    """The first refused rows, and why."""
    from connectors.summary import first_reasons

    for line in first_reasons(summary.reasons):
        typer.echo(line)
    if left := summary.refused - len(summary.reasons):
        where = "; `hub dead-letters list --reason row` tells them" if is_stored else ""
        typer.echo(f"and {left:,} more{where}")


def _tell_pause(name: str, error: Exception) -> None:
    typer.echo(
        f"{name} waits for a person: {error}.\n"
        f"Nothing of that page is stored. `hub connector status {name}` shows what would change; "
        f"`hub connector approve {name}` lets it go on at the next run", err=True,
    )  # fmt: skip


def _found(name: str) -> Path:
    """The file or folder that is meant. Raises `HubError`."""
    if (path := Path(name)).exists():
        return path
    folder = os.environ.get(FOLDER)
    if folder is None:
        raise HubError(
            f"there is no file {name}; give one, or name with {FOLDER} the folder that holds the "
            "connector of that name"
        )
    for path in _files([Path(folder)]):
        if path.stem == name or _name_of(path) == name:
            return path
    raise HubError(f"there is no file {name}, and no connector of that name in {folder}")


def _name_of(path: Path) -> str | None:
    from connectors.mapping import MappingError, load

    try:
        return load(path).connector
    except MappingError:
        return None


def _files(paths: list[Path]) -> list[Path]:
    """The YAML files of some files and folders. Raises `HubError` where there is none."""
    from connectors.running import digests

    found = list(digests(paths))
    if not found:
        raise HubError(f"{', '.join(map(str, paths))} holds no YAML file (.yaml, .yml)")
    return found


@contextmanager
def progress_of(name: str) -> "Iterator[Callable[[Summary], None]]":
    """Tells on a terminal, while it lasts, how far a reading is."""
    console = Console(stderr=True, emoji=False)
    with Progress(
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        TextColumn("{task.fields[told]}"),
        TimeElapsedColumn(),
        console=console,
        disable=not console.is_terminal,
        redirect_stdout=sys.stdout.isatty(),
        transient=True,
    ) as progress:
        task = progress.add_task(name, total=None, told="")
        yield lambda summary: progress.update(task, told=in_words(summary))
