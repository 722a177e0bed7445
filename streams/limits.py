"""A bad release must not empty a topic into the dead letters: a limit stops the worker first."""

from collections import deque

WINDOW = 1000
"""Events over which the share of refused ones is taken."""

_GRAIN = WINDOW // 20
"""Good events that enter and leave the window together."""


class TooManyRefusedError(RuntimeError):
    """So many events were refused that something else than single events must be wrong."""


class LetterLimit:
    """Counts what is refused: a run without one good event, a share of the last events.

    `run` 0 or `share` 1: no such limit.
    """

    def __init__(self, run: int = 500, share: float = 0.5) -> None:
        self._most_run, self._most_share = run, share
        self._run = 0
        self._last: deque[tuple[int, int]] = deque()
        self._events = self._refused = 0

    def accepted(self, events: int) -> None:
        """Count good ones, so many in a row."""
        if events:
            self._run = 0
        for first in range(0, events, _GRAIN):
            self._add(min(_GRAIN, events - first), 0)

    def refused(self, place: str) -> None:
        """Count one that lies at a place. Raises `TooManyRefusedError`."""
        self._run += 1
        self._add(1, 1)
        if self._most_run and self._run >= self._most_run:
            raise TooManyRefusedError(
                f"{self._run} events in a row were refused, the last at {place}; see the dead "
                "letters; mend what sends them, or set HUB_DEAD_LETTER_RUN higher"
            )
        if self._events >= WINDOW and self._refused > self._most_share * self._events:
            raise TooManyRefusedError(
                f"{self._refused} of the last {self._events} events were refused, up to {place}; "
                "see the dead letters; mend what sends them, or set HUB_DEAD_LETTER_SHARE higher"
            )

    def _add(self, events: int, refused: int) -> None:
        self._last.append((events, refused))
        self._events += events
        self._refused += refused
        while self._events - self._last[0][0] >= WINDOW:
            events, refused = self._last.popleft()
            self._events -= events
            self._refused -= refused
