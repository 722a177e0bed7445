"""Topics of Kafka as a source: a vendor's own JSON, or Debezium's envelopes."""

from connectors.kafka.source import KafkaSource
from connectors.mapping import Document

__all__ = ["KafkaSource", "open_source"]


def open_source(document: Document) -> KafkaSource:
    """The topic of a document. Raises `BrokenSourceError`."""
    return KafkaSource(document)
