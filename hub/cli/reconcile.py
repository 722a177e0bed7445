"""`hub reconcile`: the sheet of a ministry or a vendor held against the hub's form."""

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape

from hub.cli.connection import FAILED, with_hub
from hub.cli.printing import console, listed
from hub.cli.report import View
from hub.client import HubClient, HubError, json_of

_FEW = 40


@with_hub
def reconcile(
    hub: HubClient,
    file: Annotated[Path, typer.Argument(help="A workbook (.xlsx) or a CSV file in UTF-8.")],
    form: Annotated[str, typer.Option(help="Name of a form; `hub report list` has them.")],
    unit: Annotated[str | None, typer.Option(help="Code of a unit, with all below it.")] = None,
    period: Annotated[str | None, typer.Option(help="2020-Q1, 2020-H1, 2020, 2020-03.")] = None,
    calendar: Annotated[str | None, typer.Option(help="civil or nd09; else the form's.")] = None,
    start: Annotated[str | None, typer.Option("--from", metavar="DAY", help="First day.")] = None,
    end: Annotated[str | None, typer.Option("--to", metavar="DAY", help="Last day.")] = None,
    data_date: Annotated[
        str | None, typer.Option(metavar="DAY", help="Nothing later is counted.")
    ] = None,
    as_of: Annotated[str | None, typer.Option(help="As known at a moment.")] = None,
    view: View = None,
    section: Annotated[
        list[str] | None, typer.Option(metavar="SHEET=SECTION", help="What a sheet is.")
    ] = None,
    column: Annotated[
        list[str] | None, typer.Option(metavar="D=KEY", help="What a column is; repeat it.")
    ] = None,
    row: Annotated[
        list[str] | None, typer.Option(metavar="17=KEY", help="What a row is; repeat it.")
    ] = None,
    lists: Annotated[
        str, typer.Option(metavar="FIGURE", help="Whose dossiers a sheet of codes lists.")
    ] = "received_total",
    confirmed: Annotated[
        bool, typer.Option("--confirmed", help="Columns known by their place alone are right.")
    ] = False,
    remember: Annotated[
        bool, typer.Option("--remember", help="Rows and columns said here go for later sheets.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="The hub's answer, as JSON.")] = False,
) -> None:
    """Differing cells, sums that fail on the sheet itself, missing and surplus dossiers. Nothing is
    changed. Exit code: 0 nothing differs, 1 something does or waits for a person, 2 not done.

    Example: hub reconcile bo.xlsx --form vpcp-06a --unit H29.17 --period 2020-Q1
    """
    asked = {
        "form": form, "unit": unit, "period": period, "calendar": calendar, "from": start,
        "to": end, "data_date": data_date, "as_of": as_of, "section": section, "column": column,
        "row": row, "lists": lists, "confirmed": "true" if confirmed else None, "map": view,
    }  # fmt: skip
    try:
        body = file.read_bytes()
    except OSError as error:
        raise HubError(f"cannot read {file}: {error.strerror}") from None
    answer = hub.call(
        "POST", "/v1/reconcile", content=body,
        params={name: value for name, value in asked.items() if value is not None},
    )  # fmt: skip
    found = json_of(answer)
    if remember:
        _remember(hub, form, found)
    if as_json:
        typer.echo(answer.text)
    else:
        _print(found)
    if not _is_equal(found):
        raise typer.Exit(FAILED)


def _remember(hub: HubClient, form: str, found: dict[str, Any]) -> None:
    """Have the hub keep what was said of rows and columns that have a label."""
    said = [
        {"section": it["section"], "kind": kind, "label": one[label], "key": one["as"]}
        for it in found["sheets"]
        for kind, label, some in (
            ("row", "label", [row for row in it["rows_said"] if row["since"] is None]),
            ("column", "heading", [one for one in it["columns"] if one["how"] == "given"]),
        )
        for one in some
        if any(sign.isalnum() for sign in one[label])
    ]
    if said:
        told = json_of(hub.call("PUT", f"/v1/forms/{form}/aliases", json=said))
        typer.echo(f"{told['changed']} names remembered; `hub report aliases` has them", err=True)


@with_hub
def aliases(
    hub: HubClient,
    form: Annotated[str, typer.Argument(help="Name of a form.")],
    forget: Annotated[
        list[str] | None, typer.Option(metavar="LABEL", help="Forget what is called so; repeat it.")
    ] = None,
) -> None:
    """How sheets of other offices call rows and columns of a form, as people confirmed it.

    Example: hub report aliases vpcp-06a --forget "tt cu chi"
    """
    path = f"/v1/forms/{form}/aliases"
    found = json_of(hub.call("GET", path))["aliases"]
    if forget:
        gone = [it for it in found if it["label"] in forget]
        if unknown := set(forget) - {it["label"] for it in gone}:
            raise HubError(
                f"nothing is called {', '.join(sorted(unknown))}; see `hub report aliases`"
            )
        said = [{name: it[name] for name in ("section", "kind", "label")} | {"key": None}
                for it in gone]  # fmt: skip
        hub.call("PUT", path, json=said)
        found = [it for it in found if it not in gone]
    columns = ("section", "kind", "label", "key", "since")
    console().print(listed(columns, [[it[name] for name in columns] for it in found]))


def _is_equal(found: dict[str, Any]) -> bool:
    return (
        bool(found["sheets"] or found["dossiers"])
        and not found["differences"]
        and all(it["confirmed"] for it in found["sheets"])
        and all(it["result"] != "false" for it in found["sums"])
        and not any(it["missing_total"] or it["surplus_total"] for it in found["dossiers"])
    )


def _print(found: dict[str, Any]) -> None:
    out = console()
    for it in found["sheets"]:
        guessed = [f"{c['column']}={c['as']}" for c in it["columns"] if c["how"] == "place"]
        out.print(escape(f"{it['sheet'] or 'the file'}: {it['section']}, {it['rows']} rows"))
        if guessed and not it["confirmed"]:
            out.print(escape(f"  by their place alone, so not compared: {', '.join(guessed)}; say "
                             "--confirmed, or --column LETTERS=KEY"))  # fmt: skip
        before = [f"{row['row']}={row['as']}" for row in it["rows_said"] if row["since"]]
        before += [f"{c['column']}={c['as']}" for c in it["columns"] if c["how"] == "remembered"]
        if before:
            out.print(escape(f"  as confirmed before: {', '.join(before)}"))
        for name in ("rows_missing", "rows_unknown"):
            if it[name]:
                told = ", ".join(map(str, it[name][:_FEW]))
                out.print(escape(f"  {name.replace('_', ' ')}: {told}"))
    for name in found["not_recognised"]:
        out.print(escape(f"{name or 'the file'}: no section of the form; say --section SHEET=KEY"))
    _rows(f"{found['compared']} cells compared; differing", found["differences"],
          ("cell", "row", "column", "on_sheet", "in_hub", "difference", "why"))  # fmt: skip
    _rows(
        "sums of the sheet itself",
        found["sums"],
        ("id", "cell", "says", "result", "left", "right", "why"),
    )
    _rows(
        "cannot be checked",
        found["cannot_be_checked"],
        ("cell", "row", "column", "on_sheet", "why"),
    )
    for it in found["dossiers"]:
        told = f"{it['listed']} codes listed, {it['figure']} counts {it['counted']}"
        out.print(escape(f"{it['sheet'] or 'the file'}: {told}"))
        for name in ("missing", "surplus"):
            codes = ", ".join(one["subject"] for one in it[name][:_FEW])
            out.print(escape(f"  {name}: {it[f'{name}_total']} {codes}"))


def _rows(title: str, rows: list[dict[str, Any]], columns: tuple[str, ...]) -> None:
    out = console()
    out.print(escape(f"{title}: {len(rows)}"))
    if rows:
        told = ([row.get(name) for name in columns] for row in rows[:_FEW])
        out.print(listed(columns, told))
    if len(rows) > _FEW:
        out.print(f"… {len(rows) - _FEW} more: --json")
