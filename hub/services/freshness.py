"""How fresh each source is: no figure is complete while a source is silent."""

from collections.abc import Iterable
from typing import NamedTuple

from hub.core.time import SECOND
from hub.registry import Registry
from hub.registry.connectors import Connector
from hub.registry.sources import Source


class Fresh(NamedTuple):
    """A source; moments are µs."""

    source: Source
    last_read: int | None
    """When a connector last read it to the end; a source that has nothing new is not silent."""
    is_late: bool
    """Whether it has been silent for longer than is expected of it."""

    @property
    def since(self) -> int:
        """When it was last heard of; 0: never."""
        return max(self.source.last_seen or 0, self.last_read or 0)


def freshness(registry: Registry, now: int) -> list[Fresh]:
    """The registered sources at a moment (µs), in their order."""
    connectors = registry.connectors.all()
    return [_fresh(source, connectors, now) for source in registry.sources.all()]


def _fresh(source: Source, connectors: Iterable[Connector], now: int) -> Fresh:
    moments = [_read(one) for one in connectors if one.source == source.source]
    last_read = max((moment for moment in moments if moment is not None), default=None)
    fresh = Fresh(source, last_read, is_late=False)
    allowed = source.max_age_expected_s
    late = allowed is not None and now - fresh.since > allowed * SECOND
    return fresh._replace(is_late=late)


def _read(connector: Connector) -> int | None:
    """Until when a connector has brought all that it read: what waits for a person has not come."""
    if connector.last_read is None or connector.paused_since is None:
        return connector.last_read
    return min(connector.last_read, connector.paused_since)
