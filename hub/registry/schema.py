"""Bring a registry's tables to the form that this version of the hub needs."""

from sqlalchemy import Connection, Engine, String, column, inspect, select, table, text

from hub.registry.errors import RegistryError
from hub.registry.migrations import HEAD
from hub.registry.sql import open_engine, writing

# Any number, the same in every process: the name of the lock that migrations take in PostgreSQL.
_LOCK = 0x6D6F74637561


def migrate(url: str) -> None:
    """Apply the revisions that are missing, all or none; nothing to do is no error.

    Several processes may call this at once. Raises RegistryError for a registry of a newer hub.
    """
    engine = open_engine(url)
    try:
        upgrade(engine)
    finally:
        engine.dispose()


def upgrade(engine: Engine) -> None:
    """As `migrate`, on an engine that is open already."""
    if revision(engine) == HEAD:
        return
    # Imported here: Alembic takes longer to load than an up-to-date registry to open.
    from alembic import command
    from alembic.config import Config
    from alembic.util import CommandError

    config = Config()
    config.set_main_option("script_location", "hub.registry:migrations")
    with writing(engine) as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
        config.attributes["connection"] = connection
        try:
            command.upgrade(config, HEAD)
        except CommandError as error:
            raise _strange(_read(connection)) from error


def check_current(engine: Engine) -> None:
    """Raise RegistryError unless the tables are of this version."""
    found = revision(engine)
    if found is None:
        raise RegistryError("registry", "has no tables yet", "run `hub migrate`")
    if found != HEAD:
        raise _strange(found)


def revision(engine: Engine) -> str | None:
    """The revision that the tables have now; None: there are none yet."""
    with engine.connect() as connection:
        return _read(connection)


def _read(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.scalar(
        select(column("version_num", String)).select_from(table("alembic_version"))
    )


def _strange(found: str | None) -> RegistryError:
    return RegistryError(
        "registry",
        f"its tables have revision {found}, this hub needs {HEAD}",
        "run `hub migrate`, or, if a newer hub made them, use that one",
    )
