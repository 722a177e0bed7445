"""What a list of rows would change: decided once, told by `foretell`, done by `put`."""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from typing import TypeVar

import orjson

from hub.registry.errors import FaultyError, RegistryError
from hub.registry.trail import Change

Row = TypeVar("Row")
MOST_FAULTS = 200
"""So many are told together; a file of another kind would have one in each line."""


class StaleError(Exception):
    """The registry is not as it was when the change was looked at; look at it again."""


def raise_faults(faults: Iterable[RegistryError]) -> None:
    """Raise `FaultyError` if there are some."""
    if found := [*islice(faults, MOST_FAULTS)]:
        raise FaultyError(found)


def check_each(rows: Sequence[Row], check: Callable[[Row, str], None]) -> None:
    """Check the rows one by one. Raises `FaultyError`, which points to "/INDEX/COLUMN"."""
    raise_faults(_faults_of(rows, check))


def _faults_of(rows: Sequence[Row], check: Callable[[Row, str], None]) -> Iterable[RegistryError]:
    for index, row in enumerate(rows):
        try:
            check(row, f"/{index}")
        except RegistryError as error:
            yield error


def token_of(changes: Iterable[Change]) -> str:
    """What stands for these very changes, in their order."""
    told = [[it.object, it.before, it.after] for it in changes]
    return hashlib.sha256(orjson.dumps(told, option=orjson.OPT_SORT_KEYS)).hexdigest()[:32]


def check_token(changes: Iterable[Change], token: str | None) -> None:
    """Raise `StaleError` if these are not the changes that somebody looked at."""
    if token is not None and token != token_of(changes):
        raise StaleError
