"""`hub units`, `hub procedures`: the registry, to and from spreadsheets."""

import sys
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any

import typer

from hub.cli.connection import with_hub
from hub.cli.printing import console, listed
from hub.client import HubClient, HubError, json_of
from hub.core.encodings import decoded

CsvFile = Annotated[
    Path,
    typer.Argument(
        metavar="FILE",
        help="CSV as Excel saves it (CSV UTF-8 or Unicode text), such as units.csv; a workbook "
        "(.xlsx); or JSON. -: stdin",
    ),
]
_To = Annotated[
    Path, typer.Argument(metavar="[FILE]", help="CSV to write, such as units.csv; -: stdout")
]
_STANDARD = Path("-")
_DryRun = Annotated[bool, typer.Option("--dry-run", help="Only tell what would change.")]
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@with_hub
def import_units(
    hub: HubClient,
    file: CsvFile,
    since: Annotated[
        str | None,
        typer.Option(
            "--from",
            metavar="DAY",
            help="The first day on which units are so, such as 2025-07-01: how they were is kept.",
        ),
    ] = None,
    dry_run: _DryRun = False,
) -> None:
    """Add units, or replace those whose code is registered: all of the file, or nothing.

    Columns: code, name and, if wanted, level (ministry, province, district, commune), parent,
    valid_from, valid_to (YYYY-MM-DD), successors (codes separated by spaces). A unit with
    valid_to and one successor was merged into that one; figures with --map today count it there.

    Example: hub units import units.xlsx --from 2025-07-01 --dry-run
    """
    params = {"from": since} if since else {}
    import_file(hub, "units", "units", file, params, is_dry=dry_run)


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
def import_procedures(hub: HubClient, file: CsvFile, dry_run: _DryRun = False) -> None:
    """Add procedures, or replace those whose code is registered: all of the file, or nothing.

    Columns: code, name and, if wanted, field, field_name, limit_value, limit_unit (working_day,
    calendar_day, hour).

    Example: hub procedures import procedures.csv
    """
    import_file(hub, "procedures", "procedures", file, is_dry=dry_run)


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


def import_file(
    hub: HubClient,
    path: str,
    what: str,
    file: Path,
    params: Mapping[str, str] = MappingProxyType({}),
    *,
    is_dry: bool = False,
) -> None:
    """Put the rows of a CSV, XLSX or JSON file under `/v1`, or tell what they would change. Raises
    `HubError`."""
    content = _bytes_of(file)
    media_type = _XLSX
    if not content.startswith(b"PK\x03\x04"):
        text = _text_of(content, file)
        media_type = "application/json" if text.lstrip()[:1] in ("[", "{") else "text/csv"
        content = text.encode()
    asked = dict(params) | ({"dry_run": "true"} if is_dry else {})
    headers = {"Content-Type": media_type}
    told = json_of(hub.call("PUT", f"/v1/{path}", content=content, headers=headers, params=asked))
    if is_dry:
        _tell_changes(told, what)
    else:
        typer.echo(f"{told['stored']} {what} stored")


def _tell_changes(told: dict[str, Any], what: str) -> None:
    names = ("code", "what", "column", "before", "after")
    rows = (
        [it["code"], it["what"], column, before, after]
        for it in told["changes"]
        for column, (before, after) in it["cells"].items()
    )
    console().print(listed(names, rows))
    if told["changes_left_out"]:
        typer.echo(f"and {told['changes_left_out']} more")
    counts = ", ".join(f"{n} {name}" for name, n in told["counts"].items())
    typer.echo(f"{told['rows']} {what}: {counts}; nothing is stored")


def content_of(file: Path) -> str:
    """The text of a file as Excel saves it; `-`: standard input. Raises `HubError`."""
    return _text_of(_bytes_of(file), file)


def _bytes_of(file: Path) -> bytes:
    try:
        return sys.stdin.buffer.read() if file == _STANDARD else file.read_bytes()
    except OSError as error:
        raise HubError(f"cannot read {file}: {error.strerror}") from None


def _text_of(content: bytes, file: Path) -> str:
    try:
        return decoded(content)
    except ValueError as error:
        raise HubError(f"{file} {error}") from None


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
