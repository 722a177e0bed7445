"""`hub units change`: mergers, splits and moves of units by a list, looked at before."""

from typing import Annotated, Any

import typer

from hub.cli.connection import NOT_DONE, with_hub
from hub.cli.registry import CsvFile, content_of
from hub.client import HubClient, json_of

_FEW = 40
_DECISION_SIGNS = 500


@with_hub
def change_units(
    hub: HubClient,
    file: CsvFile,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Tell what would change; nothing is stored.")
    ] = False,
) -> None:
    """Mergers, splits, moves and new names of units with effect from a day: all of a list, or
    nothing. No dossier is moved. Exit code: 0 done (or could be), 2 not, with all wrong lines.

    Columns: kind (merge, split, rename, move, close), old_code, day (2025-07-01) and, if wanted,
    old_name, new_code, new_name, new_parent, new_level, resolution. A line for each old unit; for
    one that is split, a line for each part.

    Example: hub units change july-2025.csv --dry-run
    """
    from pydantic import TypeAdapter

    from hub.registry import Unit
    from hub.registry.unit_changes import ChangeListError, planned, read_changes

    rows = [row for row in hub.get("/v1/units")["units"] if row.pop("registered")]
    units = TypeAdapter(list[Unit]).validate_python(rows)
    try:
        plan = planned({unit.code: unit for unit in units}, read_changes(content_of(file)))
    except ChangeListError as error:
        for fault in error.faults[:_FEW]:
            typer.echo(f"{file}, {fault}", err=True)
        if len(error.faults) > _FEW:
            typer.echo(f"and {len(error.faults) - _FEW:,} more", err=True)
        raise typer.Exit(NOT_DONE) from None
    kinds = ", ".join(f"{n:,} {kind}" for kind, n in sorted(plan.by_kind.items()))
    typer.echo(f"from {plan.day}: {kinds}; {plan.opened:,} new units")
    for level in sorted({*plan.before, *plan.after}):
        before, after = plan.before.get(level, 0), plan.after.get(level, 0)
        typer.echo(f"  {level or 'no level'}: {before:,} -> {after:,}")
    if dry_run or not plan.units:
        typer.echo(f"{len(plan.units):,} units would be stored" if dry_run else "nothing changes")
        return
    decision = "; ".join(plan.resolutions)
    if len(decision) > _DECISION_SIGNS:
        decision = f"{len(plan.resolutions)} resolutions, from {plan.resolutions[0]}"
    stored = json_of(hub.call(
        "PUT", "/v1/units", json=[_row(unit) for unit in plan.units],
        params={"from": plan.day.isoformat()} | ({"decision": decision} if decision else {}),
    ))["stored"]  # fmt: skip
    typer.echo(f"{stored:,} units stored")


def _row(unit: Any) -> dict[str, Any]:
    from pydantic import TypeAdapter

    row: dict[str, Any] = TypeAdapter(type(unit)).dump_python(unit, mode="json")
    return row
