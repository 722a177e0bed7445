"""Options that several commands have."""

from typing import Annotated

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
