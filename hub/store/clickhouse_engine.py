"""The columnar engine on servers of its own: ClickHouse, by its native protocol."""

import queue
import re
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from functools import cached_property, partial
from math import inf
from typing import Any

import pyarrow as pa
from clickhouse_driver import Client, errors
from clickhouse_driver.errors import ErrorCodes
from clickhouse_driver.util.helpers import parse_url

from hub.store import stopping
from hub.store.driver import ARROW, ByColumn, Dossiers, Row, StoreUnavailableError, values
from hub.store.revisions import create_tables
from hub.store.tables import DURABLE, Cluster, Layout
from hub.store.text import escape, sets

CLIENTS = 8
"""Queries at once; each has a connection of its own, made when it is first needed."""

_TIMEOUTS = {"connect_timeout": 5, "sync_request_timeout": 5, "send_receive_timeout": 150}
_SETTINGS = {
    "max_execution_time": 120,
    "insert_block_size": 1 << 40,  # the driver's own: one block, so one part, so all or nothing
}
_CLUSTER_SETTINGS = {
    # What an insert has returned, the next read must see, on whichever replica: a fold of fewer
    # events than are stored would be wrong. `insert_quorum_parallel` must be off for it.
    "insert_quorum": 2,
    "insert_quorum_parallel": 0,
    "select_sequential_consistency": 1,
    "insert_distributed_sync": 1,
    # A block that is repeated must reach the view behind the table, too.
    "insert_deduplicate": 0,
}
_PIECE = 16_384
"""Rows of a stream at a time."""

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_DURABLE_SINCE = (20, 10)
_LOW_CARDINALITY_SINCE = (19, 0)

_CONNECTION = (
    errors.NetworkError, errors.SocketTimeoutError, errors.PartiallyConsumedQueryError,
    errors.UnexpectedPacketFromServerError, errors.UnknownPacketFromServerError,
    errors.ChecksumDoesntMatchError, EOFError, OSError,
)  # fmt: skip
_PASSING = frozenset({
    # memory, disk, load
    ErrorCodes.MEMORY_LIMIT_EXCEEDED, ErrorCodes.CANNOT_ALLOCATE_MEMORY, ErrorCodes.STD_EXCEPTION,
    ErrorCodes.NOT_ENOUGH_SPACE, ErrorCodes.CANNOT_WRITE_TO_FILE_DESCRIPTOR,
    ErrorCodes.CANNOT_OPEN_FILE, ErrorCodes.CANNOT_FSYNC, ErrorCodes.CANNOT_CREATE_DIRECTORY,
    ErrorCodes.TOO_MANY_PARTS, ErrorCodes.TOO_MANY_SIMULTANEOUS_QUERIES, ErrorCodes.QUOTA_EXPIRED,
    ErrorCodes.TIMEOUT_EXCEEDED, ErrorCodes.QUERY_WAS_CANCELLED, ErrorCodes.ABORTED,
    439,  # CANNOT_SCHEDULE_TASK, which the driver does not name
    # between servers
    ErrorCodes.NETWORK_ERROR, ErrorCodes.SOCKET_TIMEOUT, ErrorCodes.DNS_ERROR,
    ErrorCodes.ATTEMPT_TO_READ_AFTER_EOF, ErrorCodes.ALL_CONNECTION_TRIES_FAILED,
    ErrorCodes.UNEXPECTED_PACKET_FROM_SERVER, ErrorCodes.ALL_REPLICAS_ARE_STALE,
    ErrorCodes.UNFINISHED,
    # the keeper, replicas, quorums
    ErrorCodes.NO_ZOOKEEPER, ErrorCodes.KEEPER_EXCEPTION, ErrorCodes.TABLE_IS_READ_ONLY,
    ErrorCodes.TOO_LESS_LIVE_REPLICAS, ErrorCodes.UNSATISFIED_QUORUM_FOR_PREVIOUS_WRITE,
    ErrorCodes.REPLICA_IS_NOT_IN_QUORUM, ErrorCodes.UNKNOWN_STATUS_OF_INSERT,
    ErrorCodes.NO_ACTIVE_REPLICAS, ErrorCodes.NO_AVAILABLE_REPLICA,
})  # fmt: skip


class ClickHouseEngine:
    """`Engine` on a ClickHouse server or cluster; connects when first used, and again when cut.

    `url`: `clickhouse://user:password@host:9000/database`, `clickhouses://` for TLS; its query may
    name timeouts, `alt_hosts`, certificates and any setting of the server. `cluster`: the name of
    the cluster that the tables are spread over. Raises `ValueError` for what is not such a URL.

    An insert is one part and so all or nothing. When its outcome stays unknown (the server died,
    the network was cut) it raises `StoreUnavailableError` and may be repeated: what was stored
    twice is one row of a set.
    """

    def __init__(self, url: str, cluster: str = "") -> None:
        host, options = parse_url(url)
        if not url.startswith(("clickhouse://", "clickhouses://")) or not host:
            raise ValueError("the store's URL is not clickhouse://[user:password@]host[:port]/name")
        self._database = options.setdefault("database", "default")
        for name in filter(None, (cluster, self._database)):
            if not _NAME.fullmatch(name):
                raise ValueError(f"{name!r} is no name of a cluster or database: use A-Z a-z 0-9 _")
        self._cluster = Cluster(cluster, self._database) if cluster else None
        defaults = _SETTINGS | (_CLUSTER_SETTINGS if cluster else {})
        options = _TIMEOUTS | options | {"settings": defaults | options.get("settings", {})}
        # Last in, first out: a quiet hub keeps few connections warm.
        self._clients: queue.LifoQueue[Client | None] = queue.LifoQueue()
        self._workers = ThreadPoolExecutor(CLIENTS, "clickhouse")
        for _ in range(CLIENTS):
            self._clients.put(Client(host, **options))

    def create_tables(self) -> None:
        """Create what is missing, and add the columns that tables of earlier releases lack."""
        create_tables(self)

    @cached_property
    def layout(self) -> Layout:
        """How its tables are made, with what this server's version can do."""
        durable = DURABLE if self._version >= _DURABLE_SINCE else ""
        return Layout(durable, self._cluster)

    @cached_property
    def _version(self) -> tuple[int, ...]:
        answer = self.select("SELECT version()", {})[0][0]
        return tuple(int(part) for part in answer.split(".")[:2])

    def select(
        self,
        sql: str,
        params: Mapping[str, Any],
        keys: Dossiers | None = None,
        *,
        narrow: bool = False,
    ) -> list[Row]:
        """The rows of a SELECT; `keys` and large sets travel with it as tables."""
        names, tables = _with_sets(params)
        text = escape(sql.replace("{keys}", "touched"), params, names)
        if keys is not None:
            rows = keys.to_pylist() if isinstance(keys, pa.Table) else list(keys)
            tables.append({"name": "touched", "structure": _KEYS, "data": rows})
        settings = {"max_threads": 1} if narrow else {}
        found = self._execute(text, external_tables=tables or None, settings=settings)
        return list(found)

    def select_columns(self, sql: str, params: Mapping[str, Any]) -> pa.RecordBatch:
        """The rows of a SELECT by columns."""
        names, tables = _with_sets(params)
        found, kinds = self._execute(
            escape(sql, params, names),
            external_tables=tables or None,
            columnar=True,
            with_column_types=True,
        )
        columns = found or [[] for _ in kinds]
        return pa.RecordBatch.from_arrays(
            [pa.array(v, ARROW[kind]) for v, (_, kind) in zip(columns, kinds, strict=True)],
            names=[name for name, _ in kinds],
        )

    def stream(self, sql: str, params: Mapping[str, Any]) -> Iterator[list[Row]]:
        """The rows of a SELECT that are too many to be held, some thousands at a time."""
        with self._client() as client, _errors():
            how: dict[str, Any] = {"settings": {"max_block_size": _PIECE}, "chunk_size": _PIECE}
            names, tables = _with_sets(params)
            text = escape(sql, params, names)
            try:
                pieces = self._run(
                    client, client.execute_iter, text, external_tables=tables or None, **how
                )
                while (piece := self._run(client, next, pieces, None)) is not None:
                    yield piece
            finally:
                if client.connection.is_query_executing:
                    _cut(client)
                    client.disconnect()

    def insert(self, table: str, columns: ByColumn) -> None:
        """Append rows; one part, so all of them become visible at once."""
        names = ", ".join(f"`{name}`" for name in columns)
        sql = f"INSERT INTO {table} ({names}) VALUES"
        self._execute(sql, params=[*map(values, columns.values())], columnar=True)

    def sync(self) -> None:
        """Nothing: an insert that has returned is on the server's disk (see `DURABLE`)."""

    def command(self, sql: str) -> None:
        """Run a statement without an answer."""
        old = {} if self._version >= _LOW_CARDINALITY_SINCE else _OLD_SETTINGS
        self._execute(sql, settings=old)

    def close(self) -> None:
        """Close all connections, each when its query has ended."""
        for _ in range(CLIENTS):
            if client := self._clients.get():
                client.disconnect()
        self._workers.shutdown()
        self._clients.put(None)

    def _execute(self, sql: str, **options: Any) -> Any:
        """Run a statement on the next free connection; a client reconnects by itself."""
        with self._client() as client, _errors():
            return self._run(client, client.execute, sql, **options)

    @contextmanager
    def _client(self) -> Iterator[Client]:
        """The next free connection."""
        client = self._clients.get()
        try:
            if client is None:
                raise RuntimeError("the store is closed")
            yield client
        finally:
            self._clients.put(client)

    def _run(self, client: Client, what: Callable[..., Any], *args: Any, **options: Any) -> Any:
        """Do something with a connection, in a thread that need not be waited for."""
        if stopping.current() is None:
            return what(*args, **options)
        asked = self._workers.submit(what, *args, **options)
        return stopping.result(asked, partial(_cut, client), inf)


def _cut(client: Client) -> None:
    """Ask the server to end the query that it answers on a connection; it then answers no more
    rows. A server that answers none ignores it. Beside what another thread still sends it is
    nonsense at worst, and the query refused."""
    with suppress(*_CONNECTION, AttributeError):  # there may be no connection so far
        client.connection.send_cancel()


_KEYS = [("unit", "String"), ("subject", "String")]
_MEMBER = [("value", "String")]
_OLD_SETTINGS = {"allow_experimental_low_cardinality_type": 1}


def _with_sets(params: Mapping[str, Any]) -> tuple[dict[str, str], list[dict[str, Any]]]:
    """What stands in the SQL for sets that are too many for text, and the tables that it names."""
    many = sets(params)
    names = {name: f"set_{name}" for name in many}
    return names, [
        {"name": names[name], "structure": _MEMBER, "data": [(one,) for one in members]}
        for name, members in many.items()
    ]


@contextmanager
def _errors() -> Iterator[None]:
    """Tell trouble that passes from our own faults, by the server's code of the error."""
    try:
        yield
    except errors.ServerException as error:
        if error.code not in _PASSING:
            raise
        raise StoreUnavailableError(f"ClickHouse: {_first_line(error.message)}") from error
    except _CONNECTION as error:
        raise StoreUnavailableError(
            f"the connection to ClickHouse: {_first_line(str(error)) or type(error).__name__}"
        ) from error


def _first_line(text: str) -> str:
    """The message without the server's stack trace."""
    return text.split("Stack trace", 1)[0].strip().split("\n", 1)[0]
