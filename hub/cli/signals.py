"""`hub signals`: how many dossiers show each signal, and which. Signals are no verdicts."""

from typing import Annotated, Any

import typer

from hub.cli.connection import with_hub
from hub.cli.figures import filters_of
from hub.cli.printing import console, listed, local
from hub.client import HubClient, HubError, json_of
from hub.dossier.signals import SIGNALS

_MOST = 1000


@with_hub
def signals(
    hub: HubClient,
    unit: Annotated[
        list[str] | None,
        typer.Option(help="Code of a unit, such as H29.17; repeat it for more; none: all units."),
    ] = None,
    subtree: Annotated[bool, typer.Option("--subtree", help="The units below them, too.")] = False,
    period: Annotated[
        str | None,
        typer.Option(help="2020-Q1, 2020-H1, 2020-9M, 2020, or a month: 2020-03."),
    ] = None,
    calendar: Annotated[
        str | None,
        typer.Option(help="With --period: civil (default), or nd09, whose months end on the 14th."),
    ] = None,
    start: Annotated[
        str | None,
        typer.Option("--from", metavar="DAY", help="Instead of --period: first day, 2020-01-01."),
    ] = None,
    end: Annotated[
        str | None, typer.Option("--to", metavar="DAY", help="Last day, such as 2020-02-26.")
    ] = None,
    where: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME=VALUE",
            help="Only these dossiers: field=dat-dai; repeat it; names as for hub figures.",
        ),
    ] = None,
    as_of: Annotated[
        str | None,
        typer.Option(help="As known at a moment: 2020-04-01T00:00:00+07:00. Never changes."),
    ] = None,
    wanted: Annotated[
        str | None,
        typer.Option(
            "--list",
            metavar="SIGNAL",
            help=f"The dossiers behind a number, and why. SIGNAL: {', '.join(SIGNALS)}.",
        ),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="The hub's answer; of a list a line a dossier.")
    ] = False,
    as_csv: Annotated[
        bool, typer.Option("--csv", help="A line for each signal and unit; not with --list.")
    ] = False,
) -> None:
    """Dossiers to look at again: how many show each signal, by unit, and which. No verdicts.

    Example: hub signals --unit H29.17 --subtree --period 2020-Q1 --list reopened
    """
    if as_csv and (as_json or wanted):
        raise HubError("give --csv without --json and --list")
    asked: dict[str, Any] = {
        "unit": unit, "subtree": "true" if subtree else None, "period": period,
        "calendar": calendar, "from": start, "to": end, "as_of": as_of, **filters_of(where or []),
    }  # fmt: skip
    params = {name: value for name, value in asked.items() if value is not None}
    if wanted:
        _list(hub, wanted, params, as_json=as_json)
        return
    accept = {"Accept": "text/csv" if as_csv else "application/json"}
    answer = hub.call("GET", "/v1/signals", params=params, headers=accept)
    if as_csv or as_json:
        typer.echo(answer.text.rstrip("\r\n"))
    else:
        _show(json_of(answer))


def _show(found: dict[str, Any]) -> None:
    period, printed = found["period"], console()
    printed.print(f"{period['from']} to {period['to']}, as of {found['as_of']}")
    rows = [
        (it["signal"], row["unit"], row["count"], row["base"], _percent(row))
        for it in found["signals"]
        for row in (it | {"unit": "all"}, *it["units"])
        if row["count"] or row["unit"] == "all"
    ]
    printed.print(listed(("signal", "unit", "dossiers", "of", "share"), rows))
    printed.print(found["notice"])


def _percent(row: dict[str, Any]) -> str:
    return "" if row["share"] is None else f"{100 * row['share']:.2f} %"


def _list(hub: HubClient, signal: str, params: dict[str, Any], *, as_json: bool) -> None:
    """All pages of a list, in one table or line by line."""
    from urllib.parse import quote

    import orjson

    path, rows = f"/v1/signals/{quote(signal, safe='')}/dossiers", []
    page: dict[str, Any] = {"next": None}
    more: dict[str, Any] = {"limit": _MOST}
    while True:
        page = json_of(hub.call("GET", path, params=params | more))
        for item in page["items"]:
            if as_json:
                typer.echo(orjson.dumps(item).decode())
            else:
                rows += [_row(item, why) for why in item["why"]]
        if page["next"] is None:
            break
        more["cursor"] = page["next"]
    if not as_json:
        printed = console()
        printed.print(listed(("unit", "dossier", "how", "at", "entered", "what"), rows))
        printed.print(f"{page['total']} dossiers. {page['notice']}")


def _row(item: dict[str, Any], why: dict[str, Any]) -> tuple[Any, ...]:
    moved = [local(why[name]) for name in ("due_at", "became", "closed_at") if name in why]
    times = local(why["at"]), local(why["recorded_at"])
    return item["unit"], item["subject"], why["how"], *times, " -> ".join(moved)
