"""Which hub a registry belongs to: what its log and its store say of themselves."""

from sqlalchemy import Engine, select

from hub.registry import tables
from hub.registry.sql import insert, writing

_COLUMNS = tables.identity.c


class Identity:
    """Names and values that are noted once."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def get(self, name: str) -> str | None:
        """What was noted under a name."""
        with self._engine.connect() as connection:
            return connection.scalar(select(_COLUMNS.value).where(_COLUMNS.name == name))

    def note(self, name: str, value: str) -> str:
        """Note a value where there is none; what is noted then. Of several processes one wins."""
        statement = insert(self._engine, tables.identity).on_conflict_do_nothing()
        with writing(self._engine) as connection:
            connection.execute(statement, {"name": name, "value": value})
            found = connection.execute(select(_COLUMNS.value).where(_COLUMNS.name == name))
            return str(found.scalar_one())
