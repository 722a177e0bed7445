"""What is to be believed of a machine's clock: it may jump, by hand or by a wrong time zone."""

import logging
import time
from collections.abc import Callable

from hub.core.time import DAY, SECOND

logger = logging.getLogger(__name__)

AHEAD = 60 * SECOND
"""By how much (µs) the log may be ahead of the clock and nobody is told: NTP makes small steps."""

_BELIEVED_AFTER = DAY
"""How long (µs) a clock must have gone evenly until it is believed."""


def boot_time() -> int:
    """How long (µs) the machine runs; goes on while it sleeps, and nobody sets it."""
    clock = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)  # on Linux only
    return time.clock_gettime_ns(clock) // 1000


class SteadyClock:
    """The moment (µs UTC) by which old things may be thrown away.

    It begins at a moment that was believed before and goes on with the time that passes, never
    ahead of the clock: a clock that jumped ahead throws nothing away, one that was off for long
    does so later. A clock that went evenly for a day is believed.
    """

    def __init__(self, clock: Callable[[], int], begins: int, elapsed: Callable[[], int]) -> None:
        self._clock, self._elapsed = clock, elapsed
        self._offset = begins - elapsed()
        self._seen, self._even_since = clock() - elapsed(), elapsed()

    def now(self) -> int:
        """The moment; it never decreases by more than the clock does."""
        clock, elapsed = self._clock(), self._elapsed()
        if abs(clock - elapsed - self._seen) > AHEAD:
            self._seen, self._even_since = clock - elapsed, elapsed
        elif elapsed - self._even_since >= _BELIEVED_AFTER:
            self._offset = max(self._offset, clock - elapsed)
        return min(clock, self._offset + elapsed)


class ClockWatch:
    """Tells once, in this process's log, that moments of the event log lie in the future."""

    def __init__(self) -> None:
        self._told = False

    def look(self, ahead: int) -> None:
        """The last moment of the log is so far (µs) ahead of the clock."""
        if ahead > AHEAD and not self._told:
            logger.warning(
                "the last event was accepted %d s after what the clock says now: the clock was "
                "ahead, or is behind. Figures go by the last event until the clock has caught up; "
                "set the clock by NTP, and see Operations in the README",
                ahead // SECOND,
            )
        self._told = ahead > AHEAD
