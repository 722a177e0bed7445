"""`hub ingest`: files of events to a hub."""

import sys
from contextlib import ExitStack, closing
from dataclasses import dataclass
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from hub.cli.client import HubClient
from hub.cli.connection import FAILED, with_hub
from hub.cli.reading import EventFile, Refused, batches
from hub.cli.sending import Sender, Sent


@with_hub
def ingest(
    hub: HubClient,
    files: Annotated[
        list[str],
        typer.Argument(
            metavar="FILE...",
            help="Files of CloudEvents: one event a line (JSON lines), or a JSON array (a batch); "
            "plain or gzip. `-` is standard input.",
        ),
    ],
    batch: Annotated[
        int, typer.Option(min=1, max=10_000, help="Events in one request, such as 500.")
    ] = 1000,
    patience: Annotated[
        float,
        typer.Option(
            min=0,
            metavar="SECONDS",
            help="How long to try again while the hub cannot store or does not answer, such as "
            "600; then give up.",
        ),
    ] = 120,
) -> None:
    """Send files of events to the hub.

    Every refused event is told on standard output: file and line, code, where in the event, what
    to do. To send a file twice is harmless: an event counts once.

    Exit code: 0 all accepted, 1 something was refused, 2 not (all) sent.

    Example: hub ingest january.jsonl february.jsonl.gz --key-file cu-chi.key
    """
    hub.get("/readyz")
    totals = _Totals()
    with ExitStack() as opened:
        found = [opened.enter_context(closing(EventFile(name))) for name in files]
        try:
            with _progress() as progress:
                for file in found:
                    _send(file, hub, batch, patience, totals, progress)
        finally:
            typer.echo(totals.text(), err=True)
    if totals.refused:
        raise typer.Exit(FAILED)


@dataclass
class _Totals:
    accepted: int = 0
    refused: int = 0
    position: str = ""

    def add(self, sent: Sent) -> None:
        self.accepted += sent.accepted
        self.refused += len({refused.place for refused in sent.refused})
        self.position = sent.position or self.position
        for refused in sent.refused:
            where = f" {refused.pointer}" if refused.pointer else ""
            typer.echo(f"{refused.place}: {refused.code}{where}: {refused.message}")

    def text(self) -> str:
        after = f"; figures with all of it: --min-position {self.position}" if self.position else ""
        return f"{self.accepted} accepted, {self.refused} refused{after}"


def _send(
    file: EventFile, hub: HubClient, most: int, patience: float, totals: _Totals, progress: Progress
) -> None:
    task = progress.add_task(file.name, total=file.size, told="")

    def waits(reason: str, seconds: float) -> None:
        progress.console.print(f"{reason}; trying again in {seconds:g} s", style="yellow")

    unsent: list[Refused] = []
    sender = Sender(hub, packed=True, patience=patience, on_wait=waits)
    with closing(sender.send_all(batches(file.items(), most, unsent))) as every:
        for sent in every:
            totals.add(sent._replace(refused=sent.refused + unsent))
            unsent.clear()
            told = f"{totals.accepted:,} accepted, {totals.refused:,} refused"
            progress.update(task, completed=file.read, told=told)
    totals.add(Sent(0, unsent, ""))


def _progress() -> Progress:
    console = Console(stderr=True)
    return Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TextColumn("{task.fields[told]}"),
        TimeElapsedColumn(),
        console=console,
        disable=not console.is_terminal,
        redirect_stdout=sys.stdout.isatty(),  # else refusals would not reach the file
        transient=True,
    )
