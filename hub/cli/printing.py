"""How the commands print: tables for people, on a terminal or into a file."""

from collections.abc import Iterable, Sequence
from functools import partial

from rich.console import Console
from rich.markup import escape
from rich.table import Column, Table

_WIDTH = 160
"""Of tables that go to a file or a pipe: nothing there says how wide it is."""
_WHOLE = ("id", "key")


def console() -> Console:
    """Standard output."""
    plain = partial(Console, highlight=False, emoji=False)  # `:x:` of a name is no picture
    found = plain()
    return found if found.is_terminal else plain(width=_WIDTH)


def listed(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> Table:
    """Rows as a table; None and empty cells stay empty, sequences are told with commas.

    Ids and keys stay whole, as other commands take them; other columns are as narrow as need be.
    """
    table = Table(*(Column(name, no_wrap=name in _WHOLE) for name in columns))
    for row in rows:
        table.add_row(*(escape(_cell(value)) for value in row))
    return table


def _cell(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return "" if value is None else str(value)


def local(moment: str | None) -> str:
    """A moment that the hub tells, for people: its local day and time."""
    return "never" if moment is None else moment[:19].replace("T", " ")


def duration(seconds: float) -> str:
    """Some seconds for people, such as `1 h 30 min`: the two largest parts."""
    if seconds < 1:
        return f"{seconds:g} s"
    parts, rest = [], round(seconds)
    for size, name in ((86_400, "d"), (3_600, "h"), (60, "min"), (1, "s")):
        number, rest = divmod(rest, size)
        if number:
            parts.append(f"{number} {name}")
    return " ".join(parts[:2])
