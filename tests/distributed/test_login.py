"""The hub on a Kafka that asks for TLS and a login; what those are told that it does not let in."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("kafka")
pytest.importorskip("faust")

from hub.cli.connection import NOT_DONE
from hub.log.kafka_access import SASL_MECHANISMS, servers_of
from hub.log.kafka_login import check_login
from hub.log.port import LogUnavailableError
from tests.distributed.checks import assert_exact, post
from tests.distributed.cluster import PARTITIONS, Distributed
from tests.engines.clickhouse import own_database
from tests.engines.kafka_tls import SecureKafka, secure_kafka
from tests.faults.load import cloud_event
from tests.store.random_log import random_log

__all__ = ["secure_kafka"]
pytestmark = [
    pytest.mark.filterwarnings("ignore:unclosed <s:ResourceWarning"),  # the clients'
]


@pytest.fixture
def hub(
    secure_kafka: SecureKafka, clickhouse_url: str, topic_prefix: str, tmp_path: Path
) -> Iterator[Distributed]:
    """All that is asked for is in its settings."""
    (tmp_path / "password").write_text(f"{secure_kafka.password}\n")
    folder = tmp_path / "hub"
    with (
        own_database(clickhouse_url) as store,
        Distributed(
            secure_kafka.url, store, f"sqlite:///{folder / 'registry.db'}", topic_prefix, folder,
            HUB_KAFKA_TLS="true", HUB_KAFKA_CA_FILE=str(secure_kafka.ca_file),
            HUB_KAFKA_SASL="SCRAM-SHA-512", HUB_KAFKA_USER=secure_kafka.user,
            HUB_KAFKA_PASSWORD_FILE=str(tmp_path / "password"),
        ) as made,
    ):  # fmt: skip
        made.access = secure_kafka.access
        yield made


def test_events_reach_the_figures_through_tls_and_every_kind_of_login(
    hub: Distributed, secure_kafka: SecureKafka
) -> None:
    first, *others = SASL_MECHANISMS
    hub.env["HUB_KAFKA_SASL"] = first
    hub.migrate()
    workers = []
    for kind in others:  # each has two of the four partitions
        hub.env["HUB_KAFKA_SASL"] = kind
        workers.append(hub.worker())
    hub.api()
    for worker in workers:
        worker.wait_for(PARTITIONS)
    events = [row.event for row in random_log(400, 31)]
    post(hub.url, [cloud_event(event) for event in events])
    assert_exact(hub, {event.identity for event in events})
    assert [worker.end() for worker in workers] == [0, 0]
    assert secure_kafka.password not in "".join(child.output() for child in hub.children)


def test_who_is_not_let_in_is_told_at_once_what_to_do(
    hub: Distributed, secure_kafka: SecureKafka
) -> None:
    (hub.folder / "wrong").write_text("geheim")
    right = dict(hub.env)
    hub.env["HUB_KAFKA_PASSWORD_FILE"] = str(hub.folder / "wrong")
    children = [hub.start(command) for command in ("migrate", "api", "worker")]
    hub.env = right | {"HUB_KAFKA_CA_FILE": str(secure_kafka.other_ca_file)}
    children.append(hub.start("worker"))
    said = []
    for child in children:
        assert child.ended() == NOT_DONE, child.output()
        (line,) = child.output().splitlines()
        assert not any(word in line for word in ("geheim", secure_kafka.password))
        said.append(line)
    for line, name in zip(said, ("migrate", "api", "worker"), strict=False):
        assert re.match(f"hub {name}: .* refuses the login .*HUB_KAFKA_PASSWORD_FILE", line)
    assert re.match("hub worker: .* is not to be believed .*HUB_KAFKA_CA_FILE", said[-1])


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"sasl_mechanism": None}, "ends the connection.*HUB_KAFKA_TLS and HUB_KAFKA_SASL"),
        ({"tls": False}, "ends the connection.*HUB_KAFKA_TLS and HUB_KAFKA_SASL"),
        ({"ca_file": None}, "not to be believed.*HUB_KAFKA_CA_FILE"),
        ({"username": "somebody"}, "refuses the login.*HUB_KAFKA_USER"),
        ({"sasl_mechanism": "OTHER"}, "refuses the login.*HUB_KAFKA_SASL"),
        ({"servers": ("127.0.0.1:1",)}, "127.0.0.1:1: .*whether it runs, and HUB_LOG"),
    ],
)
def test_every_other_reason_is_told_with_its_setting(
    secure_kafka: SecureKafka, change: dict[str, Any], told: str
) -> None:
    with pytest.raises(LogUnavailableError, match=told) as caught:
        check_login(replace(secure_kafka.access, **change), timeout=1.0)
    assert secure_kafka.password not in str(caught.value)


def test_a_certificate_of_another_host_is_not_believed(secure_kafka: SecureKafka) -> None:
    elsewhere = servers_of(secure_kafka.url.replace("127.0.0.1", "localhost"))
    with pytest.raises(LogUnavailableError, match=r"localhost.*as the certificate does"):
        check_login(replace(secure_kafka.access, servers=elsewhere))


def test_one_server_that_answers_is_enough(secure_kafka: SecureKafka) -> None:
    servers = ("127.0.0.1:1", *secure_kafka.access.servers)
    check_login(replace(secure_kafka.access, servers=servers), timeout=1.0)
