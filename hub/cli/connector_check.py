"""`hub connector check`: what a connector would make of its source, with nothing stored."""

from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hub.cli.connection import FAILED, NOT_DONE
from hub.cli.printing import console, listed
from hub.core.time import microseconds_of, rfc3339

if TYPE_CHECKING:
    from collections.abc import Sequence

    from connectors.mapping import CompiledMapping, Document
    from connectors.port import Fact, Source
    from connectors.trial import Trial, Tried


def check(
    file: Annotated[Path, typer.Argument(help="The connector: a YAML file.")],
    rows: Annotated[int, typer.Option(min=1, help="How many rows are tried.")] = 10,
    data: Annotated[
        Path | None,
        typer.Option(help="Read this file (CSV, XLSX, JSON lines) instead of the folder."),
    ] = None,
    columns: Annotated[
        bool, typer.Option("--columns", help="List the source's columns instead.")
    ] = False,
) -> None:
    """Show what the first rows of a connector's source become, and which are refused and why.

    Nothing is stored, and no hub is needed. Times are those of the hub's zone. Warnings tell what
    more rows (the first 1,000) make doubtful: a condition that never holds, due times of 00:00.

    Exit code: 0 all rows are accepted, 1 the file is wrong or a row is refused, 2 the source
    cannot be read.

    Example: hub connector check igate.yaml --rows 20
    """
    from connectors.mapping import MappingError, compile_mapping, load
    from connectors.port import BrokenSourceError, SourceError
    from connectors.sources import open_source

    try:
        document = load(file)
    except MappingError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(FAILED) from None
    mapping = compile_mapping(document)
    try:
        with closing(open_source(document, data)) as source:
            there = source.columns()
            is_fine = _tell_missing(file, document, there)
            if columns:
                _list_columns(document, mapping, there)
            elif is_fine:
                is_fine = _try(file, document, mapping, source, rows)
    except (SourceError, BrokenSourceError) as error:
        typer.echo(f"{file}: {error}", err=True)
        raise typer.Exit(NOT_DONE) from None
    if not is_fine:
        raise typer.Exit(FAILED)


def _tell_missing(file: Path, document: "Document", there: "Sequence[str] | None") -> bool:
    """Whether nothing is missing."""
    from connectors.mapping import placed
    from connectors.missing_columns import missing_columns

    missing = missing_columns(document, there)
    if missing:
        typer.echo(str(placed(file, missing)), err=True)
    return not missing


def _list_columns(
    document: "Document", mapping: "CompiledMapping", there: "Sequence[str] | None"
) -> None:
    from connectors.missing_columns import used_columns

    if there is None:
        typer.echo("the rows of this source tell their columns; the file names:")
        for name in mapping.columns():
            typer.echo(f"  {name}")
        return
    used = used_columns(document, there)
    console().print(
        listed(("column", "in the file"), [(it, "yes" if it in used else "") for it in there])
    )


def _try(
    file: Path, document: "Document", mapping: "CompiledMapping", source: "Source", rows: int
) -> bool:
    from connectors.mapping import placed
    from connectors.port import Doubtful
    from connectors.trial import try_rows

    trial = try_rows(document, mapping, source, rows)
    doubts = [f"{file}: {it}" for it in source.warnings()] if isinstance(source, Doubtful) else []
    doubts += str(placed(file, trial.doubts)).splitlines()
    if trial.rows:
        console().print(listed(("row", "dossier", "becomes"), map(_cells, trial.rows)))
    if trial.refused_behind:
        doubts.append(
            f"{_of(trial.refused_behind, 'row')} behind these would be refused; "
            f"--rows {trial.looked} shows all that were looked at"
        )
    for doubt in doubts:
        typer.echo(f"warning: {doubt}", err=True)
    typer.echo(_counts(trial))
    return trial.refused == 0


def _cells(row: "Tried") -> tuple[str, str, str]:
    from connectors.port import Wanted

    if isinstance(row.becomes, Wanted):
        facts = "\n".join(map(_told, row.becomes.facts)) or "nothing"
        return row.place, " ".join(row.becomes.dossier), facts
    faults = (": ".join(filter(None, ("refused", it.column, it.says))) for it in row.becomes)
    return row.place, "", "\n".join(faults)


def _told(fact: "Fact") -> str:
    when = "when first seen" if fact.time is None else _local(rfc3339(fact.time))
    data = (f"{name}={_local(value)}" for name, value in fact.data.items())
    return " ".join((fact.kind, when, *data))


def _local(value: str) -> str:
    """A time without the zone, which is the hub's; anything else as it is."""
    try:
        moment = datetime.fromisoformat(value) if value[10:11] == "T" else None
    except ValueError:
        return value
    if moment is None or moment.tzinfo is None:
        return value
    return rfc3339(microseconds_of(moment)).removesuffix("+07:00").replace("T", " ")


def _counts(trial: "Trial") -> str:
    if not trial.rows:
        return "the source has no row"
    kinds = ", ".join(f"{kind} {count}" for kind, count in trial.kinds.items())
    of_kinds = f" ({kinds})" if kinds else ""
    states = "row states" if trial.empty == 1 else "rows state"
    return (
        f"{_of(len(trial.rows), 'row')}: {_of(trial.kinds.total(), 'event')}{of_kinds}, "
        f"{trial.empty} {states} nothing, {_of(trial.refused, 'row')} refused"
    )


def _of(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
