"""What refused rows of a connector would change: asked by a person, told by who reads them.

The newest question of a connector is the one that is answered. Nothing of it is in the trail: it
changes nothing.
"""

import secrets
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Engine, update

from hub.registry import tables
from hub.registry.connectors import owned
from hub.registry.sql import writing

_TABLE = tables.connectors
MOST_KEYS = 1_000
"""Rows that one question is about; as many are read again at a turn."""


class Forecasts:
    """Safe for threads and processes."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def ask(self, name: str, keys: Sequence[str]) -> str:
        """Ask what some refused rows (the first ones of very many) would change; the token of the
        question."""
        token = secrets.token_hex(8)
        asked = {"token": token, "keys": list(keys[:MOST_KEYS])}
        with writing(self._engine) as connection:
            this = _TABLE.c.name == name
            connection.execute(update(_TABLE).where(this).values(asked=asked, forecast=None))
        return token

    def tell(self, name: str, owner: str, token: str, would: Mapping[str, Any], now: int) -> bool:
        """Answer at `now` (µs). Whether the question still stood. Raises `HeldError`."""
        with writing(self._engine) as connection:
            row = owned(connection, name, owner)
            if row["asked"] is None or row["asked"]["token"] != token:
                return False
            forecast = {"token": token, "at": now, "would": dict(would)}
            this = _TABLE.c.name == name
            connection.execute(update(_TABLE).where(this).values(asked=None, forecast=forecast))
        return True
