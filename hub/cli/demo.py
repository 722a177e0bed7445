"""`hub demo`: two published reports out of events, through a real hub; then live events."""

import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from itertools import count
from pathlib import Path
from random import Random
from typing import Annotated, Any

import orjson
import typer
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from hub.cli.child import ChildHub, child_hub
from hub.cli.connection import FAILED, failing_clearly
from hub.cli.demo_vendors import Vendors
from hub.cli.printing import console as standard_output
from hub.client import HubClient, HubError, Item, Sender, json_of

_BATCH = 4000
_EVERY = 1.0
_VENDORS_TURN = 5
_PATIENCE = 60.0


def demo(
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="Port of its hub, such as 8010; 0: a free one.")
    ] = 8000,
    data: Annotated[
        Path | None,
        typer.Option(
            help="Folder that keeps the data, such as demo-data; "
            "default: a temporary one, removed at the end."
        ),
    ] = None,
    reports: Annotated[
        Path, typer.Option(help="Folder for the two reports as Excel and Word files.")
    ] = Path("demo-reports"),
    once: Annotated[
        bool,
        typer.Option("--once", help="End after the tables; exit code 1 if a figure differs."),
    ] = False,
) -> None:
    """Show the main job: two published reports out of 176 thousand events, figure by figure.

    Starts a hub of its own, sends made-up dossiers whose totals are the published ones through its
    HTTP interface, lets connectors read those of three communes from two made-up vendors, and
    prints published and computed figures side by side. It states the indicators that four reports
    print, prints two of them in their own forms and writes them as files. Then it stays up, with
    about one live event a second, until Ctrl-C.

    Example: hub demo --port 8010
    """
    began = time.monotonic()
    console = standard_output()
    console.print("Motcua Hub: starting a hub …")
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _leave)
    with (
        failing_clearly(),
        _folder(data) as folder,
        child_hub(folder, port) as child,
        Vendors(child) as vendors,
    ):
        console.print(f"It listens on {child.client.url} (data: {folder}).")
        differs = _show_reports(console, child, vendors, began, reports)
        if once:
            raise typer.Exit(FAILED if differs else 0)
        _print_hints(console, child.client)
        vendors.follow()
        _trickle(child, vendors.receive)


def _show_reports(
    console: Console, child: ChildHub, vendors: Vendors, began: float, files: Path
) -> bool:
    """Register, send, let the connectors read, wait, compare, print; whether any figure differs."""
    from hub.cli.demo_forms import as_printed, show_forms
    from hub.cli.demo_tables import print_report, print_summary
    from hub.demo.comparison import comparison
    from hub.demo.reconstruct import events, examples

    _register(child)
    with _progress(console) as progress:
        first, *others = examples()
        _send(child, progress, first.unit, vendors.without_theirs(events(first)))
        vendors.begin()
        connectors = progress.add_task("two vendors: connectors read their dossiers", total=None)
        for example in others:
            _send(child, progress, example.unit, events(example))
        _send(child, progress, "indicators as printed", as_printed())
        told = vendors.finish()
        progress.update(connectors, description=told)
        progress.stop_task(connectors)
        position = str(child.client.get("/readyz")["position"])
        task = progress.add_task("figures: waiting for the last event", total=None)
        asked = _FiguresOf(child, position)
        found = [(example, comparison(example, asked)) for example in examples()]
        progress.remove_task(task)
    for example, rows in found:
        print_report(console, example, rows)
    differs = show_forms(console, child.client, position, files)
    every = [row for _, rows in found for row in rows]
    print_summary(console, every, time.monotonic() - began)
    return differs or any(row.mark == "differs" for row in every)


def _register(child: ChildHub) -> None:
    """Units, procedures and sources of the example, so that they have names."""
    from hub.demo.reconstruct import fields, procedures, units
    from hub.demo.vendors import SOURCES

    names = {field.code: field.name for field in fields()}
    for what, rows in {
        "units": [unit._asdict() for unit in units()],
        "procedures": [
            {
                "code": row.code,
                "name": row.name,
                "field": row.parent,
                "field_name": names[row.parent],
            }
            for row in procedures()
        ],
        "sources": [
            {"source": "/demo/reconstruction", "name": "Dữ liệu tái dựng / reconstruction"},
            {"source": "/demo/as-printed", "name": "Như báo cáo in / as the reports print it"},
            {"source": "/demo/live", "name": "Sự kiện trực tiếp minh họa / made-up live events"},
            *({"source": source, "name": name} for source, name in SOURCES.items()),
        ],
    }.items():
        child.client.call("PUT", f"/v1/{what}", json=rows)


def _send(child: ChildHub, progress: Progress, unit: str, found: Iterable[dict[str, Any]]) -> None:
    """Send events. They are made while others are under way."""

    def waits(reason: str, seconds: float) -> None:
        child.check()
        progress.console.print(f"{reason}; trying again in {seconds:g} s")

    sender = Sender(child.client, packed=False, patience=_PATIENCE, on_wait=waits)
    task = progress.add_task(f"{unit}: sending events", total=None, told="")
    accepted = 0
    with closing(sender.send_all(_batches(found))) as every:
        for sent in every:
            if sent.refused:
                first = sent.refused[0]
                raise HubError(f"the hub refused an event: {first.pointer} {first.message}")
            accepted += sent.accepted
            progress.update(task, description=f"{unit}: {accepted:,} events accepted")
    progress.stop_task(task)


def _batches(found: Iterable[dict[str, Any]]) -> Iterator[list[Item]]:
    batch: list[Item] = []
    for event in found:
        batch.append(Item("", orjson.dumps(event)))
        if len(batch) == _BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


class _FiguresOf:
    """Asks the hub for figures that include a position, however long that takes."""

    def __init__(self, child: ChildHub, position: str) -> None:
        self._child, self._position = child, position

    def __call__(
        self, unit: str, subtree: bool, first: str, last: str, by: str
    ) -> Mapping[str, Any]:
        asked = {
            "unit": unit, "subtree": str(subtree).lower(), "from": first, "to": last,
            "min_position": self._position,
        }  # fmt: skip
        if by:
            asked["by"] = by
        while True:
            answer = self._child.client.request("GET", "/v1/figures", params=asked)
            if answer.is_success:
                found: Mapping[str, Any] = json_of(answer)
                return found
            self._child.check()
            if answer.status_code != 504:  # not there yet
                raise self._child.client.refused(answer)


def _print_hints(console: Console, hub: HubClient) -> None:
    url = hub.url
    at = "" if url.endswith(":8000") else f" --url {url}"
    console.print(
        f"\nThe hub stays up, with about one live event a second (units DEMO…); Ctrl-C ends it.\n"
        f"  {url}/        the operators' page\n"
        f"  {url}/docs    the HTTP interface, described\n"
        f"  hub figures{at} --unit H29.17 --subtree --from 2020-01-01 --to 2020-02-26 --by unit\n"
        f"  hub connector list{at}\n"
        f"  hub figures{at} --unit DEMO --subtree --period {time.strftime('%Y')} --by field"
    )


def _trickle(child: ChildHub, receive: Callable[[], None]) -> None:
    """Send an event a second until a signal ends the program, or the hub ends; now and then a
    vendor's program receives a dossier, too."""
    from hub.demo.trickle import Trickle

    trickle = Trickle(Random())  # noqa: S311 - chance for an example, not a secret
    headers = {"Content-Type": "application/cloudevents+json"}
    for number in count(1):
        if number % _VENDORS_TURN == 0:
            receive()
        event = orjson.dumps(trickle.next(time.time_ns() // 1000))
        child.check()
        try:
            child.client.call("POST", "/v1/events", content=event, headers=headers)
        except HubError as error:  # it may be busy; if it has ended, `check` says so
            typer.echo(f"a live event was not taken: {error}", err=True)
        time.sleep(_EVERY)


@contextmanager
def _folder(data: Path | None) -> Iterator[Path]:
    if data is not None:
        yield data
        return
    with tempfile.TemporaryDirectory(prefix="motcua-demo-") as folder:
        yield Path(folder)


def _leave(*_: object) -> None:
    """End in order: what was started is stopped, what is temporary is removed; once is enough."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    sys.exit(0)


def _progress(console: Console) -> Progress:
    return Progress(
        SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn(), console=console
    )
