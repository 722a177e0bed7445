"""How far long work is, told on standard error."""

import sys
import time


class Told:
    """Says on standard error how far long work is: now and then, on a terminal in one line."""

    def __init__(self) -> None:
        self._on_terminal = sys.stderr.isatty()
        self._every = 0.5 if self._on_terminal else 10.0
        self._next = time.monotonic() + self._every

    def now(self, text: str) -> None:
        """Say how far the work is, if it is time."""
        if time.monotonic() >= self._next:
            self._next = time.monotonic() + self._every
            line = f"\r\x1b[K{text}" if self._on_terminal else f"{text}\n"
            print(line, end="", file=sys.stderr, flush=True)

    def done(self) -> None:
        """Say that the work is done: what follows begins a line."""
        if self._on_terminal:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)
