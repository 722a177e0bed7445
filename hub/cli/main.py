"""The commands, put together. Engines are imported inside them: `hub --help` must be quick."""

import gc
import logging
import sys
from pathlib import Path
from typing import Annotated, Literal

import typer

from hub.api.limits import KEY_QUESTIONS, WRONG_KEYS, Limits
from hub.cli import (
    backup,
    calendar,
    connector,
    demo,
    export,
    figures,
    health,
    imports,
    indicators,
    ingest,
    keys,
    letter_mend,
    letters,
    processes,
    rebuild,
    reconcile,
    registry,
    report,
    restore,
    seals,
    signals,
    sources,
    stating,
    trail,
    unit_changes,
    verify,
)
from hub.cli.connection import NOT_DONE
from hub.cli.options import (
    AlertsFile,
    AlertsPrivate,
    LogElsewhere,
    SignalThresholds,
    StoreElsewhere,
)
from hub.dossier.thresholds import thresholds_from

_HELP = """Motcua Hub: dossier events in, exact figures out.

`hub demo` shows it on two published reports; `hub serve` runs it; the other commands talk to it
over HTTP, to where --url or HUB_URL says.
"""


def create_app() -> typer.Typer:
    """All commands."""
    app = _group("hub", _HELP)
    app.callback()(_options)
    app.command("serve")(serve_command)
    app.command("demo")(demo.demo)
    app.command("ingest")(ingest.ingest)
    app.command("figures")(figures.figures)
    app.command("export")(export.export)
    app.command("signals")(signals.signals)
    app.command("reconcile")(reconcile.reconcile)
    app.command("status")(health.status)
    app.command("audit")(health.audit)
    app.command("verify")(verify.verify)
    app.command("trail")(trail.trail)
    app.command("backup")(backup.backup)
    app.command("restore")(restore.restore)
    app.command("rebuild")(rebuild.rebuild)
    app.command("migrate")(processes.migrate)
    app.command("api")(processes.api)
    app.command("worker")(processes.worker)

    units = _group("units", "The units (đơn vị) and who is below whom.")
    units.command("import")(registry.import_units)
    units.command("change")(unit_changes.change_units)
    units.command("export")(registry.export_units)
    units.command("list")(registry.list_units)
    procedures = _group("procedures", "The procedures (thủ tục) and their fields.")
    procedures.command("import")(registry.import_procedures)
    procedures.command("export")(registry.export_procedures)
    senders = _group("sources", "Who sends events, and how fresh they are.")
    senders.command("list")(sources.list_sources)
    senders.command("set")(sources.set_source)
    access = _group("keys", "Who may send and read.")
    access.command("create")(keys.create)
    access.command("list")(keys.list_keys)
    access.command("rotate")(keys.rotate)
    access.command("revoke")(keys.revoke)
    dead = _group("dead-letters", "What was refused, and why; try again, mend, or discard.")
    dead.command("list")(letters.list_letters)
    dead.command("groups")(letters.groups)
    dead.command("export")(letters.export)
    dead.command("show")(letters.show)
    dead.command("replay")(letters.replay)
    dead.command("mend")(letter_mend.mend)
    dead.command("notice")(letters.notice)
    dead.command("discard")(letters.discard)
    reports = _group("report", "Finished reports, and forms of one's own.")
    reports.command("list")(report.list_reports)
    reports.command("show")(report.show)
    reports.command("export")(report.export)
    reports.command("check")(report.check)
    reports.command("put")(report.put)
    reports.command("seal")(seals.seal)
    reports.command("sealed")(seals.sealed)
    reports.command("fetch")(seals.fetch)
    reports.command("restate")(seals.restate)
    reports.command("verify")(seals.verify)
    reports.command("state")(stating.state)
    reports.command("stated")(stating.stated)
    reports.command("aliases")(reconcile.aliases)
    reports.command("trend")(stating.trend)
    days = _group("calendar", "Working days, and the due dates they advise.")
    days.command("check")(calendar.check)
    days.command("what-if")(calendar.what_if)
    days.command("declare")(calendar.declare)
    days.command("decisions")(calendar.decisions)
    days.command("import")(calendar.import_decisions)
    for group in (
        units,
        procedures,
        senders,
        access,
        dead,
        reports,
        days,
        connector.create_group(),
        imports.create_group(),
        indicators.create_group(),
    ):
        app.add_typer(group)
    return app


def _group(name: str, text: str) -> typer.Typer:
    return typer.Typer(name=name, help=text, no_args_is_help=True, pretty_exceptions_enable=False)


def serve_command(
    data: Annotated[
        Path,
        typer.Option(
            envvar="HUB_DATA", help="Folder of the hub's data, such as /var/lib/hub; made if new."
        ),
    ] = Path("data"),
    host: Annotated[
        str, typer.Option(help="Address to listen on; 0.0.0.0: every one of this machine.")
    ] = "127.0.0.1",
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="Port to listen on, such as 8080; 0: a free one.")
    ] = 8000,
    open_to_all: Annotated[
        bool, typer.Option("--open", help="Ask for no keys, and listen on loopback only.")
    ] = False,
    keep_log_days: Annotated[
        int,
        typer.Option(
            envvar="HUB_KEEP_LOG_DAYS", min=0, help="Days the log keeps what is in the store."
        ),
    ] = 30,
    keep_letters_days: Annotated[
        int,
        typer.Option(
            envvar="HUB_KEEP_LETTERS_DAYS", min=1, help="Days a refused event stays listed."
        ),
    ] = 180,
    letters_per_source: Annotated[
        int,
        typer.Option(
            envvar="HUB_LETTERS_PER_SOURCE",
            min=1,
            help="Refused events of one source that are kept; more are only counted.",
        ),
    ] = 20_000,
    alerts: AlertsFile = None,
    alerts_private: AlertsPrivate = "off",
    connectors: Annotated[
        Path | None,
        typer.Option(
            envvar="HUB_CONNECTORS", help="Folder of connectors (YAML) that run beside the hub."
        ),
    ] = None,
    forms: Annotated[
        Path | None,
        typer.Option(
            envvar="HUB_FORMS", help="Folder of forms of your own (YAML), kept at the start."
        ),
    ] = None,
    log: LogElsewhere = None,
    store: StoreElsewhere = None,
    registry: Annotated[
        str | None,
        typer.Option(
            envvar="HUB_REGISTRY",
            help="Registry elsewhere than in --data: SQLAlchemy URL of SQLite or PostgreSQL.",
        ),
    ] = None,
    new_registry: Annotated[
        bool,
        typer.Option(
            "--new-registry", help="Begin with an empty registry though the log is not new."
        ),
    ] = False,
    request_log: Annotated[
        str | None,
        typer.Option(
            envvar="HUB_REQUEST_LOG",
            help="File for a line of JSON about each request; -: standard output.",
        ),
    ] = None,
    metrics: Annotated[
        Literal["keyed", "open"],
        typer.Option(
            envvar="HUB_METRICS",
            help="Whether /metrics names sources and reasons to all, or only with a key.",
        ),
    ] = "keyed",
    signals: Annotated[
        Literal["off", "on"],
        typer.Option(
            envvar="HUB_SIGNALS",
            help="Whether the hub tells signals: dossiers to look at again. No verdicts.",
        ),
    ] = "off",
    signal_thresholds: SignalThresholds = "",
    key_events: Annotated[
        int,
        typer.Option(
            envvar="HUB_KEY_EVENTS", min=0, help="Events a second of each key, over time; 0: any."
        ),
    ] = 0,
    key_questions: Annotated[
        int,
        typer.Option(
            envvar="HUB_KEY_QUESTIONS", min=0, help="Questions of each key at once; 0: any."
        ),
    ] = KEY_QUESTIONS,
    wrong_keys: Annotated[
        int,
        typer.Option(
            envvar="HUB_WRONG_KEYS",
            min=0,
            help="Wrong keys a minute from an address, then 429 instead of 401; 0: any.",
        ),
    ] = WRONG_KEYS,
) -> None:
    """Run the whole hub in one process, until Ctrl-C or SIGTERM.

    At the first start it makes an admin key, in the file admin.key of the data folder. Each folder
    that holds a part of a hub is that hub's only; so is a registry in PostgreSQL.

    Example: hub serve --data /var/lib/hub --port 8080
    """
    gc.disable()  # `calm_collector` turns it on again
    from hub.processes.alerting import alert_setup
    from hub.processes.places import StartError, places
    from hub.processes.serve import serve
    from hub.registry import LetterLimits

    try:
        serve(
            data, host, port, open_to_all=open_to_all, keep_log_days=keep_log_days,
            alerts=alert_setup(alerts, allow_private=alerts_private == "on"),
            where=places(data, log, store, registry),
            new_registry=new_registry, requests=request_log,
            letter_limits=LetterLimits(letters_per_source, keep_letters_days),
            open_metrics=metrics == "open",
            signals=thresholds_from(signal_thresholds) if signals == "on" else None,
            limits=Limits(key_events, key_questions, wrong_keys), connectors=connectors,
            forms=forms,
        )  # fmt: skip
    except StartError as error:
        typer.echo(f"hub serve: {error}", err=True)
        raise typer.Exit(NOT_DONE) from None


def _options(
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="Tell more about what happens.")
    ] = False,
) -> None:
    logging.basicConfig(
        level=logging.INFO if verbose else logging.WARNING,
        format="%(asctime)s %(levelname)s %(name)s: %(message)s",
        stream=sys.stderr,
    )


def main() -> None:
    """Entry point."""
    create_app()()
