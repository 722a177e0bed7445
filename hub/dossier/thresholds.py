"""From where on signals are seen (`SIGNALS.md`). Whoever runs the hub may set other thresholds,
within ranges in which a signal neither vanishes nor shows everything."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple


class Thresholds(NamedTuple):
    """All thresholds. What they mean is in `SIGNALS.md`."""

    moved_before: int = 1
    """Working days before the due day, from which on its move is seen."""
    moved_entered: int = 2
    """Working days after the due day, after which a move that is dated before it is seen."""
    closed_hours: int = 2
    """Hours before the midnight at which the period ends."""
    closed_least: int = 20
    """Dossiers that a unit closed in them."""
    closed_percent: int = 10
    """And how many of a hundred that it closed in the period these are, at least."""
    reopened_within: int = 3
    """Local days after the closing."""
    entered_within: int = 2
    """Working days after the day of reception, after which its entry is late."""


DEFAULTS = Thresholds()
RANGES: Mapping[str, tuple[int, int]] = MappingProxyType({
    "moved_before": (1, 10), "moved_entered": (1, 30), "closed_hours": (1, 12),
    "closed_least": (5, 500), "closed_percent": (1, 50), "reopened_within": (0, 30),
    "entered_within": (1, 30),
})  # fmt: skip
"""The least and the most that each may be."""


def thresholds_from(text: str) -> Thresholds:
    """What a setting like `closed_least=30,reopened_within=5` says; the others stay. Raises
    `ValueError`, which names what is wrong and what may stand there."""
    found: dict[str, int] = {}
    for part in filter(None, (it.strip() for it in text.split(","))):
        name, is_given, value = (it.strip() for it in part.partition("="))
        if not is_given:
            raise ValueError("must look like closed_least=30,reopened_within=5")
        if name not in RANGES:
            raise ValueError(f"{name} is no threshold of signals; there are {', '.join(RANGES)}")
        if name in found:
            raise ValueError(f"{name} is given twice; give it once")
        least, most = RANGES[name]
        is_number = value.isascii() and value.isdigit() and len(value) < 10
        if not is_number or not least <= int(value) <= most:
            usual = getattr(DEFAULTS, name)
            raise ValueError(
                f"{name} must be a whole number from {least} to {most} ({usual} where it is left "
                "out)"
            )
        found[name] = int(value)
    return DEFAULTS._replace(**found)
