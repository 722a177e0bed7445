"""The log in a topic of a real Kafka."""

from collections.abc import Iterator
from contextlib import closing

import pytest

pytest.importorskip("kafka")

from hub.log.kafka import KafkaLog
from hub.log.kafka_access import KafkaAccess, servers_of
from hub.log.kafka_topics import TopicPlan, identity_of, make_topics
from hub.log.port import LogUnavailableError, covers
from schemas.event import Event
from tests.contracts.log import SECONDS, LogContract, Open, event, events, everything
from tests.engines.kafka import KafkaCluster, kafka_url, own_kafka, topic_prefix
from tests.eventually import eventually

__all__ = ["kafka_url", "own_kafka", "topic_prefix"]
PARTITIONS = 3
pytestmark = pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning")  # the client's


def topic_on(url: str, prefix: str) -> tuple[KafkaAccess, str]:
    """A fresh topic."""
    access, topic = KafkaAccess(servers_of(url)), f"{prefix}events"
    make_topics(access, TopicPlan(topic, PARTITIONS, 1, 0))
    return access, topic


class TestKafkaLog(LogContract):
    """The contract."""

    @pytest.fixture
    def opened(self, kafka_url: str, topic_prefix: str) -> Iterator[Open]:
        access, topic = topic_on(kafka_url, topic_prefix)
        logs: list[KafkaLog] = []

        def open_again() -> KafkaLog:
            if logs:
                logs.pop().close()
            logs.append(KafkaLog(access, topic))
            return logs[0]

        yield open_again
        logs.pop().close()


def test_a_missing_topic_and_a_missing_server_are_told(kafka_url: str, topic_prefix: str) -> None:
    access = KafkaAccess(servers_of(kafka_url))
    with pytest.raises(LogUnavailableError, match=f"no topic {topic_prefix}.*hub migrate"):
        KafkaLog(access, topic_prefix)


def test_what_another_process_stored_is_known_to_who_asks_anew(
    kafka_url: str, topic_prefix: str
) -> None:
    access, topic = topic_on(kafka_url, topic_prefix)
    with closing(KafkaLog(access, topic)) as one, closing(KafkaLog(access, topic)) as other:
        for number in range(3):
            appended = other.append([event(number)]).result(SECONDS)
            assert not covers(one.end(), appended.position)
            assert covers(one.newest(), appended.position)
            assert one.newest() == other.newest()


def test_a_topic_is_made_once_and_known_again(kafka_url: str, topic_prefix: str) -> None:
    from kafka import KafkaAdminClient
    from kafka.admin import ConfigResource, ConfigResourceType

    access, topic = topic_on(kafka_url, topic_prefix)
    first = identity_of(access, topic)
    assert first.partitions == PARTITIONS
    make_topics(access, TopicPlan(topic, PARTITIONS + 1, 1, 7))  # partitions stay, settings follow
    assert identity_of(access, topic) == first
    admin = KafkaAdminClient(**access.client())
    try:
        found = admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, topic)])
        text = str(found)
        assert "LogAppendTime" in text
        assert str(7 * 24 * 3_600_000) in text
        admin.delete_topics([topic])
        eventually(lambda: topic not in admin.list_topics(), "the topic is gone")
    finally:
        admin.close()
    make_topics(access, TopicPlan(topic, PARTITIONS, 1, 0))
    assert identity_of(access, topic).id != first.id


def append_until_stored(log: KafkaLog, one: Event) -> None:
    """As a sender does: what is unavailable is sent again."""

    def stored() -> bool:
        try:
            log.append([one]).result(SECONDS)
            return True
        except LogUnavailableError:
            return False

    eventually(stored, "the event is stored")


def test_what_a_dead_broker_did_not_store_is_unavailable_and_later_events_are_stored(
    own_kafka: KafkaCluster, topic_prefix: str
) -> None:
    access, topic = topic_on(own_kafka.url, topic_prefix)
    log = KafkaLog(access, topic, timeout=3.0)
    try:
        log.append(events(0, 3)).result(SECONDS)
        own_kafka.kill9()
        try:
            lost = [log.append([event(10)]), log.append(events(11, 15))]
            for answer in lost:
                with pytest.raises(LogUnavailableError):
                    answer.result(SECONDS)
        finally:
            own_kafka.start()
        append_until_stored(log, event(20))
        found = {row.event.id for row in everything(log)}
        assert {e.id for e in [*events(0, 3), event(20)]} <= found
    finally:
        log.close()
