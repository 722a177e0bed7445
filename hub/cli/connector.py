"""`hub connector`: what reads the systems that exist into a hub."""

import typer

from hub.cli import connector_run, connectors
from hub.cli.connector_check import check


def create_group() -> typer.Typer:
    """The commands about connectors."""
    group = typer.Typer(
        name="connector",
        help="What reads vendors' databases, files, topics and services.",
        no_args_is_help=True,
        pretty_exceptions_enable=False,
    )
    group.command("check")(check)
    group.command("run")(connector_run.run)
    group.command("list")(connectors.list_connectors)
    group.command("status")(connectors.status)
    group.command("approve")(connectors.approve)
    group.command("again")(connectors.again)
    return group
