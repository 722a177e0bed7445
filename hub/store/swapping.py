"""Tables that are filled in a database beside, and then change places with those in use."""

from hub.store.driver import Engine
from hub.store.tables import TABLES

VIEW = "facts_to_current"
_LAST = "logs"
"""The table that changes places last: as long as it is beside, the change is not done."""


def make_database(engine: Engine, name: str) -> None:
    """Make a database, if it is missing."""
    engine.command(f"CREATE DATABASE IF NOT EXISTS {name}")


def drop_database(engine: Engine, name: str) -> None:
    """Remove a database with all that is in it."""
    engine.command(f"DROP DATABASE IF EXISTS {name}")


def tables_in(engine: Engine, database: str) -> set[str]:
    """The names of the tables in a database; none where it is missing."""
    sql = "SELECT name FROM system.tables WHERE database = %(database)s"
    return {row[0] for row in engine.select(sql, {"database": database})}


def change_places(engine: Engine, live: str, new: str, old: str) -> None:
    """Put the tables of one database aside into a third, and those of another in their place.

    What a crash leaves half done is done by the same call again. The view that feeds `current` is
    removed; creating the tables that are missing makes it anew.
    """
    for database in (live, new):
        engine.command(f"DROP TABLE IF EXISTS {database}.{VIEW}")
    there, beside, aside = (tables_in(engine, database) for database in (live, new, old))
    moves = []
    for name in sorted(TABLES, key=lambda name: name == _LAST):
        if name not in beside:
            continue  # it has changed places already
        if name in there and name not in aside:
            moves.append(f"{live}.{name} TO {old}.{name}")
        moves.append(f"{new}.{name} TO {live}.{name}")
    if moves:
        engine.command(f"RENAME TABLE {', '.join(moves)}")


def last_dossier(engine: Engine) -> tuple[str, str]:
    """The last dossier that has facts, in the order of the table; two empty texts: none has."""
    rows = engine.select(
        "SELECT unit, subject FROM facts ORDER BY unit DESC, subject DESC LIMIT 1", {}
    )
    return (rows[0][0], rows[0][1]) if rows else ("", "")
