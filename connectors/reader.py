"""What a pump is made of, and what ends its reading before the end."""

from typing import NamedTuple

from connectors.port import FactMapping, Hub, Source


class PausedError(Exception):
    """A page waits for a person; the text says why."""


class ReadAnewError(Exception):
    """While a page waited the source may have changed: it is to be read again."""


class Reader(NamedTuple):
    """A connector's name and parts."""

    name: str
    owner: str
    mapping: FactMapping
    source: Source
    hub: Hub
