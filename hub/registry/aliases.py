"""How other offices' sheets call the rows and columns of a form, as people confirmed it."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any, Literal

from sqlalchemy import BigInteger, Column, Engine, String, Table, Text, delete, func, select

from hub.registry.errors import RegistryError
from hub.registry.sql import lock, upsert, writing
from hub.registry.tables import metadata
from hub.registry.trail import BY_HUB, Actor, Change, note

MOST_LABEL = 150
"""Characters by which a label is known."""
_MOST_OF_FORM = 2_000
Kind = Literal["row", "column"]

_TABLE = Table(
    "aliases",
    metadata,
    Column("form", Text, primary_key=True),
    Column("section", Text, primary_key=True),
    Column("kind", String(6), primary_key=True),
    Column("label", String(MOST_LABEL), primary_key=True),
    Column("key", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
)
_C = _TABLE.c


@dataclass(frozen=True, slots=True)
class Alias:
    """What a row or column (`kind`) of a sheet is called (`label`, without accents, capitals and
    signs) and which of the section's rows or columns it is (`key`); `at`: since when, µs."""

    section: str
    kind: Kind
    label: str
    key: str
    at: int = 0


class Aliases:
    """Of each form; a label means one thing within a section."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def of(self, form: str) -> list[Alias]:
        """All of a form, in order."""
        names = (_C.section, _C.kind, _C.label, _C.key, _C.at)
        query = select(*names).where(_C.form == form).order_by(*names[:3])
        with self._engine.connect() as connection:
            return [Alias(*row) for row in connection.execute(query)]

    def put(
        self, form: str, kept: Iterable[Alias], forgotten: Iterable[Alias], by: Actor = BY_HUB
    ) -> int:
        """Keep some aliases in the place of those with their labels, and forget others; all or
        none. How many are new or otherwise than before. Raises `RegistryError` where a form would
        have more than 2,000."""
        with writing(self._engine) as connection:
            lock(connection, _TABLE)
            query = select(_TABLE).where(_C.form == form)
            before = {_place(row): row.key for row in connection.execute(query)}
            changes = []
            new = [it for it in kept if before.get(_place(it)) != it.key]
            if new:
                rows = [{"form": form, **asdict(it)} for it in new]
                connection.execute(upsert(self._engine, _TABLE), rows)
                changes += [_change(form, it, before.get(_place(it)), it.key) for it in new]
            gone = [it for it in forgotten if _place(it) in before]
            for it in gone:
                connection.execute(delete(_TABLE).where(
                    _C.form == form, _C.section == it.section, _C.kind == it.kind,
                    _C.label == it.label,
                ))  # fmt: skip
                changes.append(_change(form, it, before[_place(it)], None))
            count = select(func.count()).select_from(_TABLE).where(_C.form == form)
            if (connection.scalar(count) or 0) > _MOST_OF_FORM:
                raise RegistryError(
                    "", f"{form} would have more than {_MOST_OF_FORM:,} aliases",
                    "forget those that no sheet has any more", code="aliases-too-many",
                )  # fmt: skip
            if changes:
                note(connection, by, changes)
        return len(changes)


def _place(it: Any) -> tuple[str, str, str]:
    return it.section, it.kind, it.label


def _change(form: str, it: Alias, before: str | None, after: str | None) -> Change:
    place = {"section": it.section, "kind": it.kind, "label": it.label}
    old, new = (key and place | {"key": key} for key in (before, after))
    return Change("alias", form, old or None, new or None)
