"""What a connector that reads on tells on its terminal: a line for each thing that changes."""

import time
from collections.abc import Callable

from connectors.summary import Summary, first_reasons

OFTEN = 60.0
"""Seconds at least between two counts of refused rows."""
_FIRST = 3
Say = Callable[[str], None]


class Telling:
    """Of one connector."""

    def __init__(
        self, name: str, source: str, say: Say, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """`say` prints a line; `clock` gives seconds."""
        self._name, self._source, self._say, self._clock = name, source, say, clock
        self._problem: str | None = None
        self._waits: str | None = None
        self._refused = self._told = 0
        self._at: float | None = None

    def starts(self, kind: str) -> None:
        """The connector begins."""
        self._line(f"reads {self._source} ({kind})")

    def problem(self, text: str) -> None:
        """The connector cannot go on at the moment. The same trouble is told once."""
        if text != self._problem:
            self._line(text)
        self._problem = text

    def waits(self, why: str) -> None:
        """Something waits for a person."""
        if why != self._waits:
            self._line(f"waits for approval: {why}; `hub connector status {self._name}`")
        self._waits = why

    def page(self, summary: Summary) -> None:
        """A page was stored."""
        self._refused = summary.refused
        self._told = min(self._told, self._refused)
        if self._at is None and self._refused:
            for line in first_reasons(summary.reasons[:_FIRST]):
                self._line(f"refuses {line}")
            self._told, self._at = min(_FIRST, self._refused), self._clock()
        self._count()

    def well(self) -> None:
        """The connector read all there was."""
        if self._problem is not None:
            self._line("reads again")
        if self._waits is not None:
            self._line("goes on: nothing waits for approval any more")
        self._problem = self._waits = None
        self._count()

    def _count(self) -> None:
        """How many more rows are refused, once in a while."""
        if self._at is None or self._refused <= self._told or self._clock() - self._at < OFTEN:
            return
        more = self._refused - self._told
        self._line(
            f"refuses {more:,} rows more, {self._refused:,} since it began; "
            f"`hub dead-letters list --reason row --source {self._source}`"
        )
        self._told, self._at = self._refused, self._clock()

    def _line(self, text: str) -> None:
        self._say(f"{self._name}: {text}")
