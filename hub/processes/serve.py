"""`hub serve`: the whole hub in one process on its embedded engines."""

import logging
import os
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

from hub.api.context import Hub, Originals
from hub.api.edges import is_loopback
from hub.api.guard import Guard
from hub.api.limits import NO_LIMITS, Limits
from hub.api.metrics import Metrics
from hub.dossier.thresholds import Thresholds
from hub.log.copying import LogCopy
from hub.log.port import LogDamagedError
from hub.log.sql import SqlLog
from hub.processes.collector import calm_collector
from hub.processes.connectors import check_folder, connectors_beside
from hub.processes.ending import end_by_signal
from hub.processes.files import check_finished
from hub.processes.own_forms import keep_forms, read_forms
from hub.processes.places import (
    PRIVATE,
    STORE_HINT,
    Places,
    StartError,
    only_of,
    only_process,
    opening,
    places,
    tell_what_others_may_read,
)
from hub.registry import Actor, LetterLimits, Registry, open_registry
from hub.registry.belonging import is_new
from hub.server.descriptors import raise_limit
from hub.server.request_log import RequestLog
from hub.server.serving import answer, listening
from hub.services.alert_rules import NO_ALERTS, AlertSetup
from hub.services.alerts import Alerts
from hub.services.belonging import check_registry
from hub.services.deadlines import DeadlineService, DeadlineThread, Parts
from hub.services.live import LiveBoard
from hub.store.chdb_engine import ChdbEngine
from hub.store.driver import StoreDamagedError
from hub.store.gate import Gate
from hub.store.held import StoreParts
from streams.embedded import KEEP_DAYS, EmbeddedRunner, StoreLostError

logger = logging.getLogger(__name__)
ADMIN_KEY = "admin.key"
DEFAULT_LETTERS = LetterLimits()

_DAMAGED, _FAULT = 2, 70
"""Exit codes: what is stored is damaged, as it is said in a line; what nobody expected."""

_LOST_REGISTRY = (
    " holds nothing, but the log is not new: keys, units, calendar and letters were in a registry "
    "that is lost, or HUB_REGISTRY names another one; give the right one, or restore it from a "
    "backup. To begin with an empty one all the same, start once with --new-registry"
)


def now() -> int:
    """The present moment in µs UTC."""
    return time.time_ns() // 1000


@contextmanager
def embedded_hub(
    data: Path,
    *,
    open_to_all: bool = False,
    keep_log_days: int = KEEP_DAYS,
    letter_limits: LetterLimits = DEFAULT_LETTERS,
    alerts: AlertSetup = NO_ALERTS,
    where: Places | None = None,
    new_registry: bool = False,
    clock: Callable[[], int] = now,
    open_metrics: bool = False,
    signals: Thresholds | None = None,
    limits: Limits = NO_LIMITS,
) -> Iterator[Hub]:
    """The hub on a folder, its processor running. Raises `StartError` if it is in use, lost, or if
    its parts do not belong together.

    Where no admin key exists one is made and written to the file `admin.key` in the folder.
    `new_registry`: begin with an empty registry beside a log that is not new. `clock` gives µs UTC.
    """
    where = where or places(data)
    with only_process(where), ExitStack() as opened:
        check_finished(where.data)
        with opening(where.log):
            log = SqlLog(f"sqlite:///{where.log}", clock)
            opened.callback(log.close)
        originals = Originals(LogCopy(f"sqlite:///{where.log}"), where.registry_file)
        opened.callback(originals.log.close)
        named = where.registry_file or "HUB_REGISTRY"
        with opening(named):
            if log.end()[0] and not new_registry and is_new(where.registry):
                raise StartError(f"{named}{_LOST_REGISTRY}")
            registry = open_registry(where.registry, alone=True, lost=end_now)
            opened.callback(registry.close)
            only_of(registry, None)
            check_registry(registry, log)
        registry.dead_letters.limits = letter_limits
        with opening(where.store, STORE_HINT):
            parts_held = StoreParts(where.store)
            store = ChdbEngine(where.store)
            opened.callback(store.close)
        crashed = threading.Event()
        give_up = partial(_give_up, crashed)
        runner = EmbeddedRunner(log, store, registry, log.now, give_up, keep_log_days, parts_held)
        gate = Gate(store, lambda: runner.upgrading)
        live = LiveBoard(gate, lambda: runner.applied, log.now, give_up)
        metrics = Metrics()
        service = DeadlineService(
            Parts(
                log, gate, registry, clock, live.notice, metrics.fire_delay.observe, runner.includes
            )
        )
        timer = DeadlineThread(service, give_up)

        runner.on_change, runner.on_deadlines = live.changed, service.watch
        if not open_to_all:
            first_key(registry, data / ADMIN_KEY, "hub serve")
        try:
            runner.start()
        except (StoreLostError, LogDamagedError) as error:
            raise StartError(f"{where.store} and {where.log}: {error}") from None
        opened.callback(runner.stop)
        looking = Alerts(alerts, gate, registry, clock)
        parts: list[LiveBoard | DeadlineThread | Alerts] = [live, timer, looking]
        for part in parts:
            part.start()
            opened.callback(part.stop)
        tell_what_others_may_read(where)
        hub = Hub(
            log, gate, registry, runner, log.now, open_to_all,
            open_metrics=open_metrics, live=live, metrics=metrics, clock=clock, parts=parts_held,
            signals=signals, steady=log.steady.now, originals=originals, guard=Guard(limits),
            alerts=alerts,
        )  # fmt: skip
        opened.callback(hub.lanes.end)
        yield hub


def serve(
    data: Path,
    host: str,
    port: int,
    *,
    open_to_all: bool,
    keep_log_days: int = KEEP_DAYS,
    letter_limits: LetterLimits = DEFAULT_LETTERS,
    alerts: AlertSetup = NO_ALERTS,
    where: Places | None = None,
    new_registry: bool = False,
    requests: str | None = None,
    open_metrics: bool = False,
    signals: Thresholds | None = None,
    limits: Limits = NO_LIMITS,
    connectors: Path | None = None,
    forms: Path | None = None,
) -> None:
    """Run until SIGTERM or SIGINT; `requests`: where the request log goes; `connectors`, `forms`:
    folders of those that run beside, and of forms of an office's own. Raises `StartError`."""
    if open_to_all and not is_loopback(host):
        raise StartError(
            f"--open asks for no keys and so listens on loopback only, not on {host}; "
            "leave --host out, or leave --open out and use keys"
        )
    check_folder(connectors)
    own_forms = read_forms(forms)
    end_by_signal()
    calm_collector()
    raise_limit()
    os.umask(PRIVATE)
    with (
        bound(host, port) as listener,
        request_log(requests) as log,
        embedded_hub(
            data,
            open_to_all=open_to_all,
            keep_log_days=keep_log_days,
            letter_limits=letter_limits,
            alerts=alerts,
            where=where,
            new_registry=new_registry,
            open_metrics=open_metrics,
            signals=signals,
            limits=limits,
        ) as hub,
        connectors_beside(hub, connectors, data, listener),
    ):
        keep_forms(hub.registry, own_forms)
        answer(hub, listener, f"data: {data}", log)


@contextmanager
def bound(host: str, port: int) -> Iterator[socket.socket]:
    """A socket on an address. Raises `StartError`."""
    with ExitStack() as opened:
        try:
            listener = opened.enter_context(listening(host, port))
        except OSError as error:
            raise StartError(
                f"cannot listen on {host}:{port}: {error.strerror}; give another --port or --host"
            ) from None
        yield listener


@contextmanager
def request_log(where: str | None) -> Iterator[RequestLog | None]:
    """The request log, if one is wanted. Raises `StartError`."""
    if not where:
        yield None
        return
    with opening(f"HUB_REQUEST_LOG {where}"):
        log = RequestLog(where)
    try:
        yield log
    finally:
        log.close()


def end_now(reason: str) -> None:
    """What this process had it has no more: nothing that it does from here on is safe."""
    print(f"hub: {reason}; it ends, to be started anew", file=sys.stderr, flush=True)
    os._exit(70)


def first_key(registry: Registry, file: Path, command: str) -> None:
    """Where no admin key opens, make one and write it to a file. Raises `StartError`."""
    with opening(file):
        made = registry.keys.first_admin(
            lambda secret: _write_key(file, secret), Actor("hub", command)
        )
    if made:
        print(f"An admin key was made; it is in {file}", flush=True)


def _write_key(file: Path, secret: str) -> None:
    """Write it whole, or leave what was there: only its owner may read it."""
    beside = file.with_name(f"{file.name}.new")
    beside.unlink(missing_ok=True)
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
        out.write(secret + "\n")
        out.flush()
        os.fsync(out.fileno())
    beside.replace(file)


def _give_up(crashed: threading.Event, error: BaseException) -> None:
    """A processor that ended must not leave a hub that accepts and never counts."""
    crashed.set()
    damaged = isinstance(error, LogDamagedError | StoreDamagedError)
    if damaged:
        print(f"hub serve: {error}", file=sys.stderr, flush=True)
    os._exit(_DAMAGED if damaged else _FAULT)
