"""Which hub a registry belongs to: what its log and its store say of themselves."""

from sqlalchemy import Engine, delete, select

from hub.registry import tables
from hub.registry.sql import insert, writing

LOG, WORKERS = "log", "workers"
"""Of the distributed hub to which a registry belongs: its log, and Kafka's name for its workers,
which are those of one store."""

_COLUMNS = tables.identity.c


class Identity:
    """Names and values that are noted once."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def get(self, name: str) -> str | None:
        """What was noted under a name."""
        with self._engine.connect() as connection:
            return connection.scalar(select(_COLUMNS.value).where(_COLUMNS.name == name))

    def renew(self, name: str, value: str) -> None:
        """Note a value in place of all that was noted."""
        with writing(self._engine) as connection:
            connection.execute(delete(tables.identity))
            connection.execute(insert(self._engine, tables.identity), [_row(name, value)])

    def note(self, name: str, value: str) -> str:
        """Note a value where there is none; what is noted then. Of several processes one wins."""
        statement = insert(self._engine, tables.identity).on_conflict_do_nothing()
        with writing(self._engine) as connection:
            connection.execute(statement, [_row(name, value)])
            found = connection.execute(select(_COLUMNS.value).where(_COLUMNS.name == name))
            return str(found.scalar_one())


def _row(name: str, value: str) -> dict[str, str]:
    return {"name": name, "value": value}
