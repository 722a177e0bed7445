"""Names of the Kafka topics, under one prefix for all of them."""

import os
from collections.abc import Mapping

DEFAULT_PREFIX = "motcua-"


def topic_prefix(environment: Mapping[str, str] = os.environ) -> str:
    """What all topics of this hub begin with: `HUB_TOPIC_PREFIX`, or `motcua-`."""
    return environment.get("HUB_TOPIC_PREFIX", DEFAULT_PREFIX)


def dossier_events(prefix: str = DEFAULT_PREFIX) -> str:
    """Accepted events, keyed by the unit; a value is one event or an array of one unit's events."""
    return f"{prefix}dossier-events"


def changes(prefix: str = DEFAULT_PREFIX) -> str:
    """The figures of a unit's quarter after they changed, keyed by the unit."""
    return f"{prefix}changes"
