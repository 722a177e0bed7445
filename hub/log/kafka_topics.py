"""Topics: made with all that matters said explicitly, and known again by their identity."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from hub.log.kafka_access import KafkaAccess
from hub.log.port import LogUnavailableError

_DAY_MS = 24 * 3_600_000
_MOST_BYTES = 8 * 2**20
"""Of a record; other producers may send large arrays."""


@dataclass(frozen=True, slots=True)
class TopicPlan:
    """How a topic is to be made. `retention_days` 0: kept for ever."""

    name: str
    partitions: int
    replicas: int
    retention_days: int

    def configs(self) -> dict[str, str]:
        """The topic's settings in Kafka's words."""
        return {
            "cleanup.policy": "delete",
            "message.timestamp.type": "LogAppendTime",
            "min.insync.replicas": str(max(1, self.replicas - 1)),
            "unclean.leader.election.enable": "false",
            "max.message.bytes": str(_MOST_BYTES),
            "retention.ms": str(self.retention_days * _DAY_MS or -1),
            "retention.bytes": "-1",
        }


class TopicIdentity(NamedTuple):
    """A topic deleted and made anew has another `id`."""

    name: str
    id: str
    partitions: int


def make_topics(access: KafkaAccess, *plans: TopicPlan) -> None:
    """Make the topics that are missing, and set the settings of those that are there.

    Raises `LogUnavailableError`.
    """
    from kafka import KafkaAdminClient
    from kafka.admin import ConfigResource, ConfigResourceType
    from kafka.errors import KafkaError

    try:
        admin = KafkaAdminClient(**access.client())
        try:
            there = set(admin.list_topics())
            wanted = {
                plan.name: {
                    "num_partitions": plan.partitions,
                    "replication_factor": plan.replicas,
                    "configs": plan.configs(),
                }
                for plan in plans
                if plan.name not in there
            }
            if wanted:
                admin.create_topics(wanted, wait_for_metadata=True)
            admin.alter_configs(
                [
                    ConfigResource(ConfigResourceType.TOPIC, plan.name, plan.configs())
                    for plan in plans
                    if plan.name in there
                ]
            )
        finally:
            admin.close()
    except KafkaError as error:
        raise LogUnavailableError(f"the topics could not be made: {error}") from error


def identity_of(access: KafkaAccess, topic: str) -> TopicIdentity:
    """The topic that is there. Raises `LogUnavailableError`, also where there is none."""
    from kafka import KafkaAdminClient
    from kafka.errors import KafkaError

    try:
        admin = KafkaAdminClient(**access.client())
        try:
            found: Mapping[str, object] | None = next(iter(admin.describe_topics([topic])), None)
        finally:
            admin.close()
    except KafkaError as error:
        raise LogUnavailableError(f"no Kafka server answers: {error}") from error
    partitions = found["partitions"] if found else None
    if found is None or not isinstance(partitions, list) or not partitions:
        raise LogUnavailableError(f"there is no topic {topic}; make it by `hub migrate`")
    return TopicIdentity(topic, str(found["topic_id"]), len(partitions))
