"""What refusals are called in Vietnamese, and what to do: one table, for the page and for texts."""

import json
import re
from functools import cache
from pathlib import Path
from typing import NamedTuple

_TABLE = Path(__file__).with_name("static") / "refusals_vi.json"
_SENTENCES = _TABLE.with_name("says_vi.json")
_QUOTED = re.compile(r" ?\(?\{told\}\)?")


class Table(NamedTuple):
    """By code what it is called and what to do, and by `CODE POINTER` what more can be said."""

    codes: dict[str, tuple[str, str]]
    places: dict[str, str]


@cache
def table() -> Table:
    """The table that the page shows."""
    return Table(**json.loads(_TABLE.read_text("utf-8")))


@cache
def sentences() -> dict[str, str]:
    """By the code of a sentence of the hub (`hub.core.said`) the same in Vietnamese."""
    found: dict[str, str] = json.loads(_SENTENCES.read_text("utf-8"))
    return found


def called(code: str) -> str:
    """What a code is called; itself where it has no name."""
    return table().codes.get(code, (code, ""))[0]


def sentence(code: str, pointer: str, message: str) -> str:
    """What is wrong and what to do, without what the hub's own `message` quotes; that itself where
    the code is unknown."""
    known = table().places.get(f"{code} {pointer}") or table().codes.get(code, ("", message))[1]
    return _QUOTED.sub("", known)
