"""The commands."""

import logging
import sys
from pathlib import Path
from typing import Annotated

import typer

from hub.cli.serve import StartError, serve

app = typer.Typer(
    name="hub",
    help="Motcua Hub: dossier events in, exact figures out.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)


@app.command("serve")
def serve_command(
    data: Annotated[Path, typer.Option(envvar="HUB_DATA", help="Folder of the hub's data")] = Path(
        "data"
    ),
    host: Annotated[str, typer.Option(help="Address to listen on")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on; 0: a free one")] = 8000,
    open_to_all: Annotated[
        bool, typer.Option("--open", help="Ask for no keys; loopback only")
    ] = False,
) -> None:
    """Run the whole hub in one process."""
    try:
        serve(data, host, port, open_to_all=open_to_all)
    except StartError as error:
        typer.echo(f"hub serve: {error}", err=True)
        raise typer.Exit(2) from None


@app.callback()
def _options(verbose: Annotated[bool, typer.Option("--verbose", "-v")] = False) -> None:
    logging.basicConfig(
        level=logging.INFO if verbose else logging.WARNING,
        format="%(asctime)s %(levelname)s %(name)s: %(message)s",
        stream=sys.stderr,
    )


def main() -> None:
    """Entry point."""
    app()
