"""The register of sources: who sends events, and how fresh they are expected to be."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass

from sqlalchemy import Connection, Engine, case, select

from hub.core.identity import HUB
from hub.registry import tables
from hub.registry.checks import SOURCE, check_match, check_number, check_text
from hub.registry.errors import RegistryError, given_twice
from hub.registry.sql import insert, lock, upsert, writing
from hub.registry.trail import BY_HUB, Actor, Change, note


@dataclass(frozen=True, slots=True)
class Source:
    """Who sends events. No event for `max_age_expected_s` seconds is worth an alarm."""

    source: str
    name: str
    max_age_expected_s: int | None = None
    backfilling: bool = False
    """Sends old dossiers just now: no overdue events are made for it."""
    last_seen: int | None = None  # µs


class Sources:
    """Written by people (`put`) and by every request that brings events (`seen`)."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._registered: frozenset[str] = frozenset()
        """Of these it is known that they are registered; nobody takes a source back."""

    def get(self, source: str) -> Source | None:
        """The source of this name."""
        if not SOURCE.fullmatch(source):
            return None
        with self._engine.connect() as connection:
            query = select(tables.sources).where(tables.sources.c.source == source)
            row = connection.execute(query).mappings().one_or_none()
        return None if row is None else Source(**row)

    def all(self) -> list[Source]:
        """In the order of `source`."""
        with self._engine.connect() as connection:
            return list(_read(connection).values())

    def put(self, sources: Iterable[Source], by: Actor = BY_HUB) -> None:
        """Add sources, or replace them: all or none. `last_seen` of a registered one stays.

        Raises RegistryError, which points to the row ("/0" is the first) and the column.
        """
        rows: dict[str, Source] = {}
        for index, source in enumerate(sources):
            _check(source, f"/{index}")
            if source.source in rows:
                raise given_twice(f"/{index}/source", source.source)
            rows[source.source] = source
        if not rows:
            return
        with writing(self._engine) as connection:
            lock(connection, tables.sources)
            known = {name: _told(source) for name, source in _read(connection).items()}
            new = [source for name, source in rows.items() if known.get(name) != _told(source)]
            if not new:
                return
            connection.execute(
                upsert(self._engine, tables.sources, keep=("last_seen",)),
                [asdict(source) for source in new],
            )
            note(connection, by, (_change(known.get(row.source), row) for row in new))

    def seen(self, moments: Mapping[str, int]) -> None:
        """Note when (µs) events of each source came last; registers a source that is new.

        A moment never goes back.
        """
        if not moments:
            return
        statement = insert(self._engine, tables.sources)
        old, new = tables.sources.c.last_seen, statement.excluded.last_seen
        statement = statement.on_conflict_do_update(
            index_elements=["source"], set_={"last_seen": case((old > new, old), else_=new)}
        )
        # In order: two writers of the same rows then wait, never deadlock.
        rows = [
            Source(source=source, name=source, last_seen=moment)
            for source, moment in sorted(moments.items())
        ]
        all_known = moments.keys() <= self._registered
        with writing(self._engine) as connection:
            known = frozenset[str]()
            if not all_known:
                lock(connection, tables.sources)
                known = frozenset(_read(connection))
            connection.execute(statement, [asdict(row) for row in rows])
            if not all_known:
                fresh = (_change(None, row) for row in rows if row.source not in known)
                note(connection, BY_HUB._replace(call="first events"), fresh)
        self._registered |= moments.keys()


def _read(connection: Connection) -> dict[str, Source]:
    """In the order of `source`."""
    rows = connection.execute(select(tables.sources)).mappings()
    return {row["source"]: Source(**row) for row in sorted(rows, key=lambda row: row["source"])}


def _told(source: Source) -> dict[str, object]:
    """What people say of a source."""
    return {name: value for name, value in asdict(source).items() if name != "last_seen"}


def _change(before: dict[str, object] | None, after: Source) -> Change:
    return Change("source", after.source, before, _told(after))


def _check(source: Source, pointer: str) -> None:
    check_match(SOURCE, source.source, f"{pointer}/source")
    if source.source == HUB:
        raise RegistryError(
            f"{pointer}/source", "is the hub itself", "leave it out", code="hub-itself"
        )
    check_text(source.name, f"{pointer}/name", least=1)
    check_number(source.max_age_expected_s, f"{pointer}/max_age_expected_s", most=2**31 - 1)
