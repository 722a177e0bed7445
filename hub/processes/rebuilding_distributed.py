"""The store of the distributed hub anew, from the topic, or from the stored events where the topic
was trimmed: in a database beside, whose tables then change places with those in use."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from typing import NamedTuple

from sqlalchemy import make_url

from hub.core.batch import Columns
from hub.log.kafka_group import first_records, members
from hub.log.kafka_login import check_login
from hub.log.kafka_reader import KafkaReader
from hub.log.port import Position
from hub.processes.collector import calm_collector
from hub.processes.distributed import log_identity, opened_registry, quiet_libraries
from hub.processes.places import StartError
from hub.processes.progress import Told
from hub.processes.serve import now
from hub.processes.settings import CHDB, Settings
from hub.store.clickhouse_engine import ClickHouseEngine
from hub.store.copying import page_of_events
from hub.store.driver import Engine
from hub.store.progress import (
    FACTS,
    QUARTERS,
    LogIdentity,
    Reached,
    applied,
    read_logs,
    read_reached,
    write_log,
    write_reached,
)
from hub.store.revisions import is_current
from hub.store.swapping import (
    change_places,
    drop_database,
    last_dossier,
    make_database,
    tables_in,
)
from schemas.event import Accepted
from streams.filling import BATCH, fill, fill_aggregates
from streams.intake import LogLostError, check_log
from streams.refresh import Refresh

_TIMEOUT = 60.0
_ALL = 2**62
_CLUSTER = (
    "the tables of a cluster cannot change places: set HUB_STORE to a new database, run "
    "`hub migrate`, and start workers with a HUB_WORKER_GROUP of their own; they fill it from the "
    "topic. Then start all with these settings"
)


class _Stores(NamedTuple):
    """The store in use and the new one, each with its database's name, and where the old goes."""

    live: ClickHouseEngine
    new: ClickHouseEngine
    name: str
    beside: str
    aside: str


def rebuild_distributed(settings: Settings) -> str:
    """Make the store anew; says what became of it. Raises `StartError`, and what passes."""
    url = settings.store.get_secret_value()
    if settings.store_cluster:
        raise StartError(_CLUSTER)
    if url.startswith(CHDB):
        raise StartError("HUB_STORE: the store of `hub serve` is rebuilt with --data, not here")
    quiet_libraries()
    check_login(settings.kafka)
    calm_collector()
    parsed = make_url(url)
    name = parsed.database or "default"
    beside, aside = f"{name}_new", f"{name}_old"
    with ExitStack() as opened:
        live = ClickHouseEngine(url)
        opened.callback(live.close)
        for database in (beside, aside):
            make_database(live, database)
        new = ClickHouseEngine(parsed.set(database=beside).render_as_string(hide_password=False))
        opened.callback(new.close)
        stores = _Stores(live, new, name, beside, aside)
        if not _is_complete(stores):
            _fill(settings, stores)
        change_places(live, name, beside, aside)
        live.create_tables()
        drop_database(live, beside)
        if not tables_in(live, aside):
            drop_database(live, aside)
            return f"{name} has all anew; start the workers"
    return (
        f"{name} has all anew; the old tables lie in the database {aside}, drop it when all is "
        "well; start the workers"
    )


def _is_complete(stores: _Stores) -> bool:
    """Whether the new store was complete when the command before this one was cut off: what notes
    the log is written last, and changes places last."""
    return "logs" in tables_in(stores.live, stores.beside) and bool(read_logs(stores.new))


def _fill(settings: Settings, stores: _Stores) -> None:
    """The new store, complete and noted as such."""
    if tables_in(stores.live, stores.aside):
        raise StartError(
            f"the database {stores.aside} holds the tables that an earlier rebuild put aside; "
            f"drop it first: DROP DATABASE {stores.aside}"
        )
    _check_alone(settings)
    known = _reached(stores.live, stores.name)
    with opened_registry(settings) as registry, ExitStack() as opened:
        reader = KafkaReader(settings.kafka, settings.events_topic, _TIMEOUT)
        opened.callback(reader.close)
        identity = log_identity(settings)
        from_store = _check_log(settings, stores, identity, known, reader.end())
        _begin(stores, known if from_store else {})
        refresh = Refresh[dict[int, Reached]](stores.new, registry.dead_letters, now)
        opened.callback(refresh.close)
        if from_store:
            fill(stores.new, refresh, _of_store(stores), lambda _: None)
            reached = known
        else:
            fill(stores.new, refresh, _of_topic(reader, stores.new), _note(stores.new))
            reached = read_reached(stores.new)[FACTS]
        fill_aggregates(stores.new, refresh, reached)
        at = refresh.complete_at
    _check_alone(settings)
    if _reached(stores.live, stores.name) != known:
        raise StartError("a worker filled the old store meanwhile; stop all workers, begin again")
    write_reached(stores.new, FACTS, reached)
    write_reached(stores.new, QUARTERS, {p: Reached(it.record, at) for p, it in reached.items()})
    write_log(stores.new, identity)


def _reached(engine: Engine, name: str) -> dict[int, Reached]:
    """How far a store is, if it has its tables."""
    return read_reached(engine)[FACTS] if "applied" in tables_in(engine, name) else {}


def _check_alone(settings: Settings) -> None:
    if number := members(settings.kafka, settings.group):
        raise StartError(
            f"{number} workers take records; stop them all first, a killed one is gone after "
            f"{settings.worker_session:g} s (each `hub api` may go on)"
        )


def _check_log(
    settings: Settings,
    stores: _Stores,
    identity: LogIdentity,
    known: dict[int, Reached],
    end: Position,
) -> bool:
    """Whether the events must come from the old store, since the topic lacks its first records.

    `known`: how far the old store is. Raises `StartError` where neither has all of them.
    """
    if "logs" in tables_in(stores.live, stores.name) and read_logs(stores.live):
        try:
            check_log(stores.live, identity)
        except LogLostError as error:
            raise StartError(str(error)) from None
    for partition, place in known.items():
        if end.get(partition, -1) < place.record:
            raise StartError(
                f"{identity.name} lost records: partition {partition} ends at "
                f"{end.get(partition, -1)}, the store has them up to {place.record}; restore it"
            )
    first = first_records(settings.kafka, identity.name)
    for partition, record in first.items():
        if known.get(partition, Reached(-1, 0)).record + 1 < record:
            raise StartError(
                f"{identity.name} begins at record {record} of partition {partition}, and the "
                f"table `events` of {stores.name} does not have what was before: restore that "
                "table from its backup, or send the events again"
            )
    return any(first.values())


def _begin(stores: _Stores, known: dict[int, Reached]) -> None:
    """Make the new tables; what a rebuild before this one left is kept where it goes on there.

    `known`: how far the old store is, where the events come from there: what it got since then
    would be missing in dossiers that are done. Nor does it go on where another release left it.
    """
    found = stores.beside if "applied" in tables_in(stores.live, stores.beside) else None
    if found and not (is_current(stores.new) and read_reached(stores.new)[QUARTERS] == known):
        drop_database(stores.live, stores.beside)
        make_database(stores.live, stores.beside)
    stores.new.create_tables()
    write_reached(stores.new, QUARTERS, known)


Batch = tuple[dict[int, Reached] | None, Sequence[Accepted]]


def _of_topic(reader: KafkaReader, new: Engine) -> Iterator[Batch]:
    """What the topic held at the beginning, after what is in the new store already."""
    end, told = reader.end(), Told()
    at = applied(read_reached(new))
    while any(at.get(partition, -1) < record for partition, record in end.items()):
        events, at = reader.read(at, BATCH, 0.0)
        moments = reader.moments()
        yield {p: Reached(record, moments.get(p, 0)) for p, record in at.items()}, events
        told.now(f"{sum(at.values()):,} of {sum(end.values()):,} records")
    told.done()


def _note(new: Engine) -> Callable[[dict[int, Reached]], None]:
    return lambda reached: write_reached(new, FACTS, reached)


def _of_store(stores: _Stores) -> Iterator[Batch]:
    """The events of the old store, after the dossiers that are in the new one already."""
    told, following = Told(), last_dossier(stores.new)
    while True:
        page = page_of_events(stores.live, -1, _ALL, following)
        if page.events is not None:
            yield None, Columns(page.events)
        if page.next is None:
            break
        following = page.next
        told.now(f"up to unit {following[0]}")
    told.done()
