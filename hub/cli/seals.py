"""`hub report seal|sealed|fetch|restate|verify`: reports that stay as they were reported."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from hub.cli.connection import FAILED, failing_clearly, with_hub
from hub.cli.files import kind_of, write_whole
from hub.cli.printing import console, listed
from hub.cli.report import (
    AsOf,
    Calendar,
    DataDate,
    End,
    Form,
    Period,
    Start,
    Unit,
    View,
    asked_of,
)
from hub.client import HubClient, HubError, json_of

_KINDS = ("xlsx", "docx", "csv", "html", "json")
_SealId = Annotated[str, typer.Argument(metavar="ID", help="Its id in `hub report sealed`: 3-….")]
_Out = Annotated[
    Path | None, typer.Option(help="The file; left out: named as the hub says; -: standard output.")
]


@with_hub
def seal(
    hub: HubClient, form: Form, unit: Unit = None, period: Period = None,
    calendar: Calendar = None, start: Start = None, end: End = None, data_date: DataDate = None,
    as_of: AsOf = None, view: View = None,
    waive: Annotated[
        list[str] | None,
        typer.Option(metavar="CHECK=REASON", help="Let a failing check pass; repeat it."),
    ] = None,
    reason: Annotated[
        str | None, typer.Option(help="Why it supersedes the seal before; needed if there is one.")
    ] = None,
) -> None:  # fmt: skip
    """Seal a report: whatever arrives later, it stays as it is now. Standard output has its id.

    Needs an admin key, or one made with --may-seal. The period must be over. Nothing can be
    unsealed; a newer seal of the same form, unit, period and --map supersedes.

    Example: hub report seal vpcp-06a --unit H29.17 --period 2020-Q1
    """
    asked = asked_of(unit, period, calendar, start, end, data_date, as_of, None, view)
    body: dict[str, Any] = {"waive": [_waiver(text) for text in waive or []], "reason": reason}
    answer = hub.call("POST", f"/v1/reports/{form}/seal", params=asked, json=body)
    made = json_of(answer)
    typer.echo(made["id"])
    was = "sealed" if answer.status_code == 201 else "was sealed before and says the same"
    typer.echo(f"{form} {was}: {made['verdict']}, SHA-256 {made['sha256']}", err=True)


@with_hub
def sealed(
    hub: HubClient,
    form: Annotated[str | None, typer.Option(help="Only of this form.")] = None,
    unit: Annotated[str | None, typer.Option(help="Only of this unit.")] = None,
    period: Annotated[str | None, typer.Option(help="Only with this label: 2020-Q1.")] = None,
) -> None:
    """The sealed reports, newest first.

    Example: hub report sealed --unit H29.17
    """
    wanted = {"form": form, "unit": unit, "period": period}
    given = {name: value for name, value in wanted.items() if value is not None}
    rows = []
    for row in pages(hub, "/v1/sealed", given):
        days = row["period"]
        rows.append((
            row["id"], row["form"], row["unit"], days["label"] or f"{days['from']}…{days['to']}",
            _map_of(row), row["verdict"], row["sealed_at"], row["by"], row["superseded_by"],
            row["reason"],
        ))  # fmt: skip
    names = ("id", "form", "unit", "period", "map", "verdict", "sealed_at", "by", "superseded_by",
             "reason")  # fmt: skip
    console().print(listed(names, rows))


def _map_of(said: dict[str, Any]) -> str | None:
    """By which units a seal counts: of a day, or None as they were registered."""
    day, asked = said.get("map"), said.get("map_asked")
    return f"today, {day}" if asked == "today" else day


def pages(hub: HubClient, path: str, given: dict[str, str]) -> Iterator[dict[str, Any]]:
    """All items of a list."""
    cursor = None
    while True:
        page = hub.get(path, limit=1000, cursor=cursor, **given)
        yield from page["items"]
        cursor = page["next"]
        if cursor is None:
            return


@with_hub
def fetch(
    hub: HubClient, name: _SealId,
    as_format: Annotated[
        str | None,
        typer.Option(
            "--format",
            help="json, csv, xlsx, docx, html, or seal: all, to be verified; left out: as --out "
            "ends, else seal.",
        ),
    ] = None,
    out: _Out = None,
) -> None:  # fmt: skip
    """A sealed report into a file: the bytes that were sealed.

    Example: hub report fetch 3-1f0c9a27be44 --format xlsx
    """
    kind = kind_of(as_format, out, _KINDS) or "seal"
    answer = hub.call("GET", f"/v1/sealed/{name}", params={"format": kind})
    ending = "seal.zip" if kind == "seal" else kind
    save(answer.content, out or Path(f"{name}.{ending}"))


@with_hub
def restate(
    hub: HubClient, name: _SealId, as_of: AsOf = None,
    as_format: Annotated[
        Literal["xlsx", "docx", "csv", "html", "json"] | None,
        typer.Option("--format", help="A file of this kind instead of a table on the screen."),
    ] = None,
    out: _Out = None,
) -> None:  # fmt: skip
    """What a sealed report would say today: each cell that differs, the dossiers or statements that
    make it, and why. Exit code: 0 nothing differs, 1 something does, 2 not done.

    Example: hub report restate 3-1f0c9a27be44 --format xlsx
    """
    path, asked = f"/v1/sealed/{name}/restatement", {"as_of": as_of} if as_of else {}
    found = json_of(hub.call("GET", path, params=asked))
    kind = kind_of(as_format, out, _KINDS)
    if kind is not None:
        same = {"as_of": found["as_of"], "format": kind}
        answer = hub.call("GET", path, params=same)
        save(answer.content, out or Path(f"{name}-restatement.{kind}"))
    else:
        _print(found)
    if found["cells"]:
        raise typer.Exit(FAILED)


def _print(found: dict[str, Any]) -> None:
    rows: list[tuple[object, ...]] = []
    for cell in found["cells"]:
        said = [it and (it["text"] or it["state"]) for it in (cell["sealed"], cell["today"])]
        place = f"{cell['section']}.{cell['row']}.{cell['column']}"
        made = ", ".join(f"{it['row']}.{it['column']}" for it in cell["made_of"])
        rows.append((place, *said, cell["difference"], made, ""))
        for it in cell["because"]:
            parts = (it.get(part) for part in ("unit", "subject", "code", "source", "id"))
            rows.append(("", "", "", it["change"], " ".join(filter(None, parts)), it["reason"]))
    columns = ("cell", "sealed", "today", "difference", "by", "reason")
    console().print(listed(columns, rows))
    typer.echo(f"{len(found['cells'])} cells differ, as known at {found['as_of']}", err=True)


def save(content: bytes, target: Path) -> None:
    """Into a file, or to standard output. Raises `HubError`."""
    if str(target) == "-":
        sys.stdout.buffer.write(content)
        return
    write_whole(target, content)
    typer.echo(str(target))


def verify(
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE…", help="Seal files (`hub report fetch`).")
    ],
    public_key: Annotated[
        str | None,
        typer.Option(help="The hub's public key as it was noted, in hex: another is not accepted."),
    ] = None,
) -> None:
    """Check seal files without a hub: signature, and that no byte was changed; of several, too,
    that they follow each other. Exit code: 0 whole, 1 not.

    Without --public-key a file is held against the key in it: compare that with the one that the
    hub tells at /v1/sealed/public-key.

    Example: hub report verify vpcp-06a-H29.17-2020-Q1-3-1f0c9a27be44.seal.zip
    """
    with failing_clearly():
        is_whole = _verified(files, public_key and public_key.strip().lower())
    if not is_whole:
        raise typer.Exit(FAILED)


def _verified(files: list[Path], public_key: str | None) -> bool:
    from hub.core.sealed import SealFileError, check_file, digest

    hashes: dict[int, str] = {}
    before: list[tuple[Path, int, str]] = []
    is_whole = True

    def tell(file: Path, fault: str) -> None:
        nonlocal is_whole
        is_whole = False
        typer.echo(f"{file}: {fault}", err=True)

    for file in files:
        try:
            found, faults = check_file(file.read_bytes())
        except OSError as error:
            raise HubError(f"cannot read {file}: {error.strerror}") from None
        except SealFileError as error:
            tell(file, str(error))
            continue
        if public_key and found.public_key != public_key:
            faults.append("is signed by another key than the one given")
        for fault in faults:
            tell(file, fault)
        if not faults:
            said = found.said
            hashes[said["number"]] = digest(found.statement)
            before.append((file, said["number"], said["before"]))
            typer.echo(f"{file}: {_summary(said)}; signed by {found.public_key}")
    for file, number, wanted in before:
        if hashes.get(number - 1, wanted) != wanted:
            tell(file, f"does not follow the file that holds seal {number - 1}")
    return is_whole


def _summary(said: dict[str, Any]) -> str:
    days, on = said["period"], said.get("map")
    seen = f" by the units as on {on}" if on else ""
    return (
        f"whole; {said['form']} {said['version']}, {said['unit'] or 'all units'}{seen}, "
        f"{days['from']} to {days['to']}, sealed {said['sealed_at']}, {said['verdict']}"
    )


def _waiver(text: str) -> dict[str, str]:
    check, is_given, reason = text.partition("=")
    if not is_given:
        raise HubError(f"--waive {check}: give the reason, too: --waive '{check}=REASON'")
    return {"check": check.strip(), "reason": reason.strip()}
