"""The commands of the distributed set: `hub migrate`, `hub api`, `hub worker`."""

import gc
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hub.cli.connection import NOT_DONE

if TYPE_CHECKING:
    from hub.processes.settings import Settings

Config = Annotated[
    Path | None,
    typer.Option(
        "--config", envvar="HUB_CONFIG",
        help="File with settings: TOML, or lines HUB_LOG=…; the environment goes before it.",
    ),
]  # fmt: skip


def migrate(
    config: Config = None,
    skip_to: Annotated[
        list[str] | None,
        typer.Option(
            help="PARTITION:OFFSET; go on there, where older records were deleted too early."
        ),
    ] = None,
    admin_key_file: Annotated[
        Path | None,
        typer.Option(
            envvar="HUB_ADMIN_KEY_FILE", help="Where there is no admin key: make one, into here."
        ),
    ] = None,
    take_registry: Annotated[
        bool,
        typer.Option(
            "--take-registry", help="The registry was another hub's that is gone: it is this one's."
        ),
    ] = False,
    new_registry: Annotated[
        bool,
        typer.Option(
            "--new-registry", help="Begin with an empty registry though the store holds events."
        ),
    ] = False,
) -> None:
    """Make or bring up to date the registry's tables, the store's tables and the topics.

    Run it once before the first start and before each new version; again it changes nothing.

    Example: HUB_LOG=kafka://kafka:9092 HUB_STORE=clickhouse://clickhouse:9000/hub
    HUB_REGISTRY=postgresql+psycopg://hub@postgres/hub hub migrate
    """
    from hub.processes.migrate import migrate as do

    try:
        places = [pair.split(":") for pair in skip_to or ()]
        firsts = {int(partition): int(offset) for partition, offset in places}
    except ValueError:
        raise typer.BadParameter("--skip-to must look like 3:1500") from None

    def make(settings: "Settings") -> str:
        return do(
            settings, firsts, admin_key_file,
            take_registry=take_registry, new_registry=new_registry,
        )  # fmt: skip

    typer.echo(run_with_settings("migrate", config, make))


def api(
    config: Config = None,
    host: Annotated[str | None, typer.Option(help="Instead of HUB_HOST.")] = None,
    port: Annotated[int | None, typer.Option(help="Instead of HUB_PORT; 0: a free one.")] = None,
    open_to_all: Annotated[
        bool, typer.Option("--open", help="Ask for no keys, and listen on loopback only.")
    ] = False,
    request_log: Annotated[
        str | None, typer.Option(help="Instead of HUB_REQUEST_LOG; -: standard output.")
    ] = None,
) -> None:
    """Answer HTTP: events into Kafka, figures out of ClickHouse. Until SIGTERM.

    Example: hub api --config /etc/hub.toml --port 8080
    """
    gc.disable()  # `calm_collector` turns it on again
    from hub.processes.api import run_api

    given = {"host": host, "port": port, "request_log": request_log}
    changed = {name: value for name, value in given.items() if value is not None}
    run_with_settings(
        "api", config,
        lambda settings: run_api(settings.model_copy(update=changed), open_to_all=open_to_all),
    )  # fmt: skip


def worker(
    config: Config = None,
    alerts: Annotated[Path | None, typer.Option(help="Instead of HUB_ALERTS.")] = None,
) -> None:
    """Bring events from Kafka into the figures; any number of workers share the work.

    Ends with 0 after SIGTERM, with 1 when something is wrong that does not pass: have it started
    anew then.

    Example: hub worker --config /etc/hub.toml
    """
    gc.disable()  # `calm_collector` turns it on again
    from hub.processes.worker import run_worker

    changed = {"alerts": alerts} if alerts else {}
    run_with_settings(
        "worker", config, lambda settings: run_worker(settings.model_copy(update=changed))
    )


def run_with_settings(
    name: str, config: Path | None, action: "Callable[[Settings], object]"
) -> object:
    """Do it with the settings; what is wrong with them or with the engines is said in a line."""
    from sqlalchemy.exc import DBAPIError

    from hub.log.port import LogUnavailableError
    from hub.processes.places import StartError
    from hub.processes.settings import SettingsError, read_settings
    from hub.store.driver import StoreUnavailableError

    try:
        return action(read_settings(config))
    except (SettingsError, StartError, LogUnavailableError, StoreUnavailableError) as error:
        reason = str(error)
    except DBAPIError as error:
        reason = f"HUB_REGISTRY: the database cannot be used: {error.orig}"
    typer.echo(f"hub {name}: {reason}", err=True)
    raise typer.Exit(NOT_DONE)
