"""What a topic still holds, and whether anyone takes from it."""

from hub.log.kafka_access import KafkaAccess
from hub.log.port import LogUnavailableError


def first_records(access: KafkaAccess, topic: str) -> dict[int, int]:
    """The first record of each partition that is still there. Raises `LogUnavailableError`."""
    from kafka import KafkaConsumer, TopicPartition
    from kafka.errors import KafkaError

    try:
        consumer = KafkaConsumer(**access.client(), allow_auto_create_topics=False)
        try:
            partitions = consumer.partitions_for_topic(topic) or ()
            found = consumer.beginning_offsets([TopicPartition(topic, p) for p in partitions])
        finally:
            consumer.close()
    except KafkaError as error:
        raise LogUnavailableError(f"no Kafka server answers: {error}") from error
    return {at.partition: offset for at, offset in found.items()}


def members(access: KafkaAccess, group: str) -> int:
    """How many processes take records for a group. Raises `LogUnavailableError`."""
    from kafka import KafkaAdminClient
    from kafka.errors import KafkaError

    try:
        admin = KafkaAdminClient(**access.client())
        try:
            found = admin.describe_groups([group])[group]
        finally:
            admin.close()
    except KafkaError as error:
        raise LogUnavailableError(f"no Kafka server answers: {error}") from error
    return len(found.get("members") or ())
