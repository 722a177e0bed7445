"""How far each reader of a log has come."""

from collections.abc import Mapping

from sqlalchemy import Engine, select

from hub.registry import tables
from hub.registry.sql import upsert, writing


class Cursors:
    """One reader for each name: it sets what it later gets."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._set = upsert(engine, tables.cursors)

    def get(self, name: str) -> dict[int, int]:
        """Offset by partition; empty for a reader that never set any."""
        columns = tables.cursors.c
        query = select(columns.partition, columns.position).where(columns.name == name)
        with self._engine.connect() as connection:
            return {row.partition: row.position for row in connection.execute(query)}

    def set(self, name: str, offsets: Mapping[int, int]) -> None:
        """Durable when it returns. Partitions that are not named stay; going back is allowed."""
        if not offsets:
            return
        rows = [
            {"name": name, "partition": partition, "position": offset}
            for partition, offset in sorted(offsets.items())
        ]
        with writing(self._engine) as connection:
            connection.execute(self._set, rows)
