"""Names of the Kafka topics, under one prefix (`HUB_TOPIC_PREFIX`) for all of them."""

DEFAULT_PREFIX = "motcua-"


def dossier_events(prefix: str = DEFAULT_PREFIX) -> str:
    """Accepted events, keyed by the unit; a value is one event or an array of one unit's events."""
    return f"{prefix}dossier-events"


def changes(prefix: str = DEFAULT_PREFIX) -> str:
    """Which units' figures are new, keyed by the unit, for those who watch them live."""
    return f"{prefix}changes"
