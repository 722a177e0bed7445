"""How the commands print: tables for people, on a terminal or into a file."""

import sys
import time
from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.markup import escape
from rich.table import Column, Table

_WIDTH = 160
"""Of tables that go to a file or a pipe: nothing there says how wide it is."""


class Told:
    """Says on standard error how far long work is: now and then, on a terminal in one line."""

    def __init__(self) -> None:
        self._on_terminal = sys.stderr.isatty()
        self._every = 0.5 if self._on_terminal else 10.0
        self._next = time.monotonic() + self._every

    def now(self, text: str) -> None:
        """It is so far."""
        if time.monotonic() >= self._next:
            self._next = time.monotonic() + self._every
            line = f"\r\x1b[K{text}" if self._on_terminal else f"{text}\n"
            print(line, end="", file=sys.stderr, flush=True)

    def done(self) -> None:
        """The work is done: what follows begins a line."""
        if self._on_terminal:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)


def console() -> Console:
    """Standard output."""
    found = Console(highlight=False)
    return found if found.is_terminal else Console(highlight=False, width=_WIDTH)


def listed(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> Table:
    """Rows as a table; None and empty cells stay empty, sequences are told with commas.

    Ids stay whole, as other commands take them; other columns are as narrow as need be.
    """
    table = Table(*(Column(name, no_wrap=name == "id") for name in columns))
    for row in rows:
        table.add_row(*(escape(_cell(value)) for value in row))
    return table


def _cell(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return "" if value is None else str(value)
