"""`hub ingest`: files of events to a hub."""

import sys
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from hub.cli.conflicts import conflicts_of, source_of
from hub.cli.connection import FAILED, with_hub
from hub.client import EventFile, HubClient, HubError, Item, Refused, Sender, Sent, batches
from hub.core.time import microseconds_of, rfc3339


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
    to do. So is, once the figures hold all of it, every event that was accepted before with other
    content: the first content counts (`conflict`). To send a file twice is harmless: an event
    counts once.

    Exit code: 0 all accepted, 1 something was refused or is a conflict, 2 not (all) sent.

    Example: hub ingest january.jsonl february.jsonl.gz --key-file cu-chi.key
    """
    started = _moment_of(hub)
    totals = _Totals()
    with ExitStack() as opened:
        found = [opened.enter_context(closing(EventFile(name))) for name in files]
        try:
            with _progress() as progress:
                for file in found:
                    _send(file, hub, batch, patience, totals, progress)
            _tell_conflicts(hub, files, totals, started, patience)
        finally:
            typer.echo(totals.text(), err=True)
    if totals.refused or totals.conflicts:
        raise typer.Exit(FAILED)


@dataclass
class _Totals:
    accepted: int = 0
    refused: int = 0
    position: str = ""
    conflicts: int = 0
    sources: set[str] = field(default_factory=set)

    def add(self, sent: Sent) -> None:
        self.accepted += sent.accepted
        self.refused += len({refused.place for refused in sent.refused})
        self.position = sent.position or self.position
        for refused in sent.refused:
            _tell(refused)

    def noting_sources(self, items: Iterable[Item | Refused]) -> Iterator[Item | Refused]:
        """Note the sources of items, and give the items."""
        for item in items:
            if isinstance(item, Item) and isinstance(source := source_of(item.text), str):
                self.sources.add(source)
            yield item

    def text(self) -> str:
        after = f"; figures with all of it: --min-position {self.position}" if self.position else ""
        conflicts = f", {self.conflicts} of the accepted in conflict" if self.conflicts else ""
        return f"{self.accepted} accepted, {self.refused} refused{conflicts}{after}"


def _tell(refused: Refused) -> None:
    where = f" {refused.pointer}" if refused.pointer else ""
    typer.echo(f"{refused.place}: {refused.code}{where}: {refused.message}")


def _moment_of(hub: HubClient) -> str:
    """The present second by the hub's clock, in RFC 3339 as the hub writes it."""
    date = hub.call("GET", "/readyz").headers.get("Date")
    moment = parsedate_to_datetime(date) if date else datetime.now(UTC)
    return rfc3339(microseconds_of(moment.replace(microsecond=0)))


def _tell_conflicts(
    hub: HubClient, files: list[str], totals: _Totals, started: str, patience: float
) -> None:
    if not totals.accepted:
        return
    try:
        for conflict in conflicts_of(
            hub, files, totals.sources, totals.position, started, patience
        ):
            totals.conflicts += 1
            _tell(conflict)
    except HubError as error:  # what was sent is stored all the same
        typer.echo(
            f"which events contradict earlier ones is not known: {error}\n"
            "`hub dead-letters list --reason conflict` tells later", err=True,
        )  # fmt: skip


def _send(
    file: EventFile, hub: HubClient, most: int, patience: float, totals: _Totals, progress: Progress
) -> None:
    task = progress.add_task(file.name, total=file.size, told="")

    def waits(reason: str, seconds: float) -> None:
        progress.console.print(f"{reason}; trying again in {seconds:g} s", style="yellow")

    unsent: list[Refused] = []
    sender = Sender(hub, packed=True, patience=patience, on_wait=waits)
    with closing(
        sender.send_all(batches(totals.noting_sources(file.items()), most, unsent))
    ) as every:
        for sent in every:
            totals.add(sent._replace(refused=sent.refused + unsent))
            unsent.clear()
            told = f"{totals.accepted:,} accepted, {totals.refused:,} refused"
            progress.update(task, completed=file.read, told=told)
    totals.add(Sent(0, unsent, ""))


def _progress() -> Progress:
    console = Console(stderr=True, emoji=False)
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
