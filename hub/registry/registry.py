"""The registry as a whole: what people tell the hub, and what it must remember beside events."""

from dataclasses import dataclass

from sqlalchemy import Engine, text

from hub.registry.alerts import AlertRows
from hub.registry.aliases import Aliases
from hub.registry.calendar import Calendar
from hub.registry.connectors import Connectors
from hub.registry.cursors import Cursors
from hub.registry.dead_letters import DeadLetters
from hub.registry.forecasts import Forecasts
from hub.registry.forms import Forms
from hub.registry.holding import Holding, Lost
from hub.registry.identity import Identity
from hub.registry.indicators import Indicators
from hub.registry.keys import Keys
from hub.registry.procedures import Procedures
from hub.registry.schema import check_current, upgrade
from hub.registry.seals import Seals
from hub.registry.sources import Sources
from hub.registry.sql import open_engine
from hub.registry.stated_reports import StatedReports
from hub.registry.trail import Trail
from hub.registry.units import Units


@dataclass(frozen=True, slots=True)
class Registry:
    """Safe for threads. Outages surface as SQLAlchemy's OperationalError; the next call retries."""

    units: Units
    procedures: Procedures
    indicators: Indicators
    forms: Forms
    sources: Sources
    keys: Keys
    dead_letters: DeadLetters
    connectors: Connectors
    forecasts: Forecasts
    cursors: Cursors
    calendar: Calendar
    trail: Trail
    identity: Identity
    seals: Seals
    stated: StatedReports
    aliases: Aliases
    alerts: AlertRows
    _engine: Engine
    _holding: Holding | None = None

    def integrity(self) -> list[str]:
        """What SQLite finds wrong with the file; a server looks after its own."""
        if self._engine.dialect.name != "sqlite":
            return []
        with self._engine.connect() as connection:
            found = connection.execute(text("PRAGMA integrity_check(20)")).scalars().all()
        return [said for said in found if said != "ok"]

    def close(self) -> None:
        """Give back the connections that are not in use."""
        if self._holding:
            self._holding.stop()
        self._engine.dispose()


def open_registry(
    url: str, *, migrate: bool = True, alone: bool = False, lost: Lost | None = None
) -> Registry:
    """Open the registry at an SQLAlchemy URL of SQLite or PostgreSQL.

    With `lost`, one on a server is held until `close`, for this process `alone` or together with
    the others of one distributed hub. `lost` is called with a reason, from a thread, when another
    hub has it after an outage: this process must end then.

    Raises RegistryError for another URL, for one that another hub holds, for tables of a newer hub
    and, unless it may `migrate` them, for missing or older ones.
    """
    engine = open_engine(url)
    holding = Holding(url, alone=alone, lost=lost) if lost else None
    try:
        if holding:
            holding.start()
        if migrate:
            upgrade(engine)
        else:
            check_current(engine)
    except BaseException:
        if holding:
            holding.stop()
        engine.dispose()
        raise
    letters = DeadLetters(engine)
    return Registry(
        units=Units(engine),
        procedures=Procedures(engine),
        indicators=Indicators(engine),
        forms=Forms(engine),
        sources=Sources(engine),
        keys=Keys(engine),
        dead_letters=letters,
        connectors=Connectors(engine, letters),
        forecasts=Forecasts(engine),
        cursors=Cursors(engine),
        calendar=Calendar(engine),
        trail=Trail(engine),
        identity=Identity(engine),
        seals=Seals(engine),
        stated=StatedReports(engine),
        aliases=Aliases(engine),
        alerts=AlertRows(engine),
        _engine=engine,
        _holding=holding,
    )
