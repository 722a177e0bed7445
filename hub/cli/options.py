"""Options that several commands have."""

from typing import Annotated

import typer

LogElsewhere = Annotated[
    str | None,
    typer.Option(envvar="HUB_LOG", help="Log elsewhere than in --data: sqlite:///PATH."),
]
StoreElsewhere = Annotated[
    str | None,
    typer.Option(envvar="HUB_STORE", help="Store elsewhere than in --data: chdb:///PATH."),
]
