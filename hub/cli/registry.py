"""`hub units`, `hub procedures`: the registry, to and from spreadsheets."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from hub.cli.connection import with_hub
from hub.cli.printing import console, listed
from hub.client import HubClient, HubError, json_of
from hub.core.encodings import decoded

CsvFile = Annotated[
    Path,
    typer.Argument(
        metavar="FILE",
        help="CSV as Excel saves it (CSV UTF-8 or Unicode text), such as units.csv; or JSON. "
        "-: stdin",
    ),
]
_To = Annotated[
    Path, typer.Argument(metavar="[FILE]", help="CSV to write, such as units.csv; -: stdout")
]
_STANDARD = Path("-")


@with_hub
def import_units(hub: HubClient, file: CsvFile) -> None:
    """Add units, or replace those whose code is registered: all of the file, or nothing.

    Columns: code, name and, if wanted, level (ministry, province, district, commune), parent,
    valid_from, valid_to (YYYY-MM-DD), successors (codes separated by spaces).

    Example: hub units import units.csv
    """
    import_file(hub, "units", "units", file)


@with_hub
def export_units(hub: HubClient, file: _To = _STANDARD) -> None:
    """Write the registered units as CSV, which `hub units import` reads.

    Example: hub units export units.csv
    """
    from pydantic import TypeAdapter

    from hub.registry import Unit
    from hub.registry.csv_files import write_units

    rows = [row for row in hub.get("/v1/units")["units"] if row.pop("registered")]
    _export(write_units(TypeAdapter(list[Unit]).validate_python(rows)), file)


@with_hub
def list_units(hub: HubClient) -> None:
    """The units: those registered, and those that only events named.

    Example: hub units list
    """
    rows = hub.get("/v1/units")["units"]
    names = ("code", "name", "level", "parent", "valid_from", "valid_to", "successors")
    cells = ([*(row[name] for name in names), _yes(row["registered"])] for row in rows)
    console().print(listed((*names, "registered"), cells))


@with_hub
def import_procedures(hub: HubClient, file: CsvFile) -> None:
    """Add procedures, or replace those whose code is registered: all of the file, or nothing.

    Columns: code, name and, if wanted, field, field_name, limit_value, limit_unit (working_day,
    calendar_day, hour).

    Example: hub procedures import procedures.csv
    """
    import_file(hub, "procedures", "procedures", file)


@with_hub
def export_procedures(hub: HubClient, file: _To = _STANDARD) -> None:
    """Write the registered procedures as CSV, which `hub procedures import` reads.

    Example: hub procedures export procedures.csv
    """
    from pydantic import TypeAdapter

    from hub.registry import Procedure
    from hub.registry.csv_files import write_procedures

    rows = hub.get("/v1/procedures")["procedures"]
    _export(write_procedures(TypeAdapter(list[Procedure]).validate_python(rows)), file)


def import_file(hub: HubClient, path: str, what: str, file: Path) -> None:
    """Put the rows of a CSV or JSON file under `/v1`. Raises `HubError`."""
    try:
        content = sys.stdin.buffer.read() if file == _STANDARD else file.read_bytes()
    except OSError as error:
        raise HubError(f"cannot read {file}: {error.strerror}") from None
    try:
        text = decoded(content)
    except ValueError as error:
        raise HubError(f"{file} {error}") from None
    media_type = "application/json" if text.lstrip()[:1] in ("[", "{") else "text/csv"
    headers = {"Content-Type": media_type}
    answer = hub.call("PUT", f"/v1/{path}", content=text.encode(), headers=headers)
    typer.echo(f"{json_of(answer)['stored']} {what} stored")


def _export(text: str, file: Path) -> None:
    if file == _STANDARD:
        typer.echo(text, nl=False)
        return
    try:
        file.write_text(text, encoding="utf-8", newline="")
    except OSError as error:
        raise HubError(f"cannot write {file}: {error.strerror}") from None


def _yes(value: bool) -> str:
    return "yes" if value else "no"
