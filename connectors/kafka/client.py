"""A client that says at once when a login is refused: kafka-python would try it again and again,
and in the end say only that it could not get in."""

import sys
from collections.abc import Callable
from typing import Any

from kafka import KafkaConsumer
from kafka.errors import KafkaError, SaslAuthenticationFailedError
from kafka.net.compat import KafkaNetClient
from kafka.net.manager import KafkaConnectionManager
from kafka.net.selector import NetworkSelector

from connectors.kafka.access import arguments_of, knock, servers_of
from connectors.mapping.reads import Kafka

_METADATA = 10_000
"""Milliseconds after which new partitions are noticed."""


def open_consumer(read: Kafka) -> Any:
    """A consumer of no group that commits nothing. Raises `SourceError`, `BrokenSourceError` and
    what kafka-python does."""
    arguments = arguments_of(read)
    knock(servers_of(read), arguments["ssl_context"])
    clients: list[Any] = []

    def client(**settings: Any) -> Any:
        network = NetworkSelector(**settings)
        clients.append(KafkaNetClient(network, _Manager(network, **settings), **settings))
        return clients[-1]

    try:
        return _consumer(arguments, client)
    except KafkaError:
        for one in clients:
            one.close()  # it has a thread of its own
        raise


def _consumer(arguments: dict[str, Any], client: Callable[..., Any]) -> Any:
    return KafkaConsumer(
        **arguments,
        kafka_client=client,
        group_id=None,
        enable_auto_commit=False,
        auto_offset_reset="none",
        allow_auto_create_topics=False,
        isolation_level="read_committed",
        metadata_max_age_ms=_METADATA,
        max_partition_fetch_bytes=2**22,
    )


class _Manager(KafkaConnectionManager):  # type: ignore[misc]
    def update_backoff(self, node_id: Any) -> Any:
        """How long it is waited after the error that is being handled."""
        error = sys.exc_info()[1]
        if isinstance(error, SaslAuthenticationFailedError):
            raise error
        return super().update_backoff(node_id)
