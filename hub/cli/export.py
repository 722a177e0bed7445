"""`hub export`: the hub's numbers as a table for Excel, Power BI, DuckDB or pandas."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from hub.cli.connection import with_hub
from hub.cli.files import write_whole
from hub.client import HubClient, HubError

_FORMATS = {".parquet": "parquet", ".arrows": "arrow", ".csv": "csv"}


@with_hub
def export(
    hub: HubClient,
    view: Annotated[
        Literal["figures", "indicators"],
        typer.Argument(help="figures: a row a unit and quarter; indicators: a row a statement."),
    ],
    file: Annotated[
        Path, typer.Argument(help="Its ending says the format: .parquet, .arrows (Arrow), .csv.")
    ],
    unit: Annotated[
        list[str] | None, typer.Option(help="Code of a unit; repeat it; left out: all units.")
    ] = None,
    subtree: Annotated[bool, typer.Option("--subtree", help="The units below them, too.")] = False,
    calendar: Annotated[Literal["civil", "nd09"], typer.Option(help="Of the periods.")] = "civil",
    as_of: Annotated[
        str | None, typer.Option(help="As known at a moment: 2020-04-01T00:00:00+07:00.")
    ] = None,
) -> None:
    """All figures by unit and quarter, or all statements of indicators, as one table.

    Example: hub export figures figures.parquet --unit H29 --subtree
    """
    form = _FORMATS.get(file.suffix.lower())
    if form is None:
        raise HubError(f"{file}: the name must end in one of {', '.join(_FORMATS)}")
    asked = {
        "unit": unit, "subtree": "true" if subtree else None, "calendar": calendar,
        "as_of": as_of, "format": form,
    }  # fmt: skip
    answer = hub.call(
        "GET", f"/v1/export/{view}", params={k: v for k, v in asked.items() if v is not None}
    )
    write_whole(file, answer.content)
    typer.echo(f"{file}: {len(answer.content):,} bytes", err=True)
