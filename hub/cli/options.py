"""Options that several commands have."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from hub.dossier.thresholds import thresholds_from

LogElsewhere = Annotated[
    str | None,
    typer.Option(envvar="HUB_LOG", help="Log elsewhere than in --data: sqlite:///PATH."),
]
StoreElsewhere = Annotated[
    str | None,
    typer.Option(envvar="HUB_STORE", help="Store elsewhere than in --data: chdb:///PATH."),
]

AlertsFile = Annotated[
    Path | None,
    typer.Option(envvar="HUB_ALERTS", help="TOML file with rules and targets of alerts, if any."),
]
AlertsPrivate = Annotated[
    Literal["off", "on"],
    typer.Option(
        envvar="HUB_ALERTS_PRIVATE",
        help="Whether targets of alerts that are not in that file may lie in a private network.",
    ),
]


def _checked(text: str) -> str:
    try:
        thresholds_from(text)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None
    return text


SignalThresholds = Annotated[
    str,
    typer.Option(
        envvar="HUB_SIGNAL_THRESHOLDS", metavar="NAME=NUMBER,NAME=NUMBER", callback=_checked,
        help="Other thresholds of signals than the usual ones: closed_least=30,reopened_within=5.",
    ),
]  # fmt: skip
