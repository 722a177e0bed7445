"""Forms of reports of an office's own: the text of each version, which never changes."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, Engine, insert, select

from hub.registry import tables
from hub.registry.errors import RegistryError
from hub.registry.sql import Snapshot, lock, writing
from hub.registry.trail import BY_HUB, Actor, Change, note


@dataclass(frozen=True, slots=True)
class OwnForm:
    """A version of a form; `valid_from`, `valid_to`: the days in which it is in force, None for any
    before or after. Its parts are compiled elsewhere: the registry keeps text."""

    form: str
    version: str
    valid_from: date | None
    valid_to: date | None
    source: str


class VersionTakenError(RegistryError):
    """The version is there with another text."""

    def __init__(self, form: str, version: str) -> None:
        super().__init__(
            "/version",
            f"{version} of {form} is there with another text, by which reports may have been made",
            "give the changed form a new version",
        )


class Forms:
    """Reads come from memory."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._rows = Snapshot(engine, self._load)

    def all(self) -> tuple[OwnForm, ...]:
        """In the order of their names and versions; the same object until something changed."""
        return self._rows.get()

    def put(self, forms: Iterable[OwnForm], by: Actor = BY_HUB) -> int:
        """Add versions, all or none; how many were not there yet.

        Raises `VersionTakenError` for a version that is there with another text.
        """
        with writing(self._engine, self._rows) as connection:
            lock(connection, tables.forms)
            known = {(row.form, row.version): row for row in _read(connection)}
            new: list[OwnForm] = []
            for form in forms:
                there = known.setdefault((form.form, form.version), form)
                if there.source != form.source:
                    raise VersionTakenError(form.form, form.version)
                if there is form:
                    new.append(form)
            if new:
                connection.execute(insert(tables.forms), [asdict(form) for form in new])
                note(connection, by, map(_change, new))
            return len(new)

    def _load(self) -> tuple[OwnForm, ...]:
        with self._engine.connect() as connection:
            return _read(connection)


def _change(form: OwnForm) -> Change:
    """What the trail keeps: the digest, for the text itself does not change any more."""
    after: dict[str, Any] = {
        "form": form.form,
        "version": form.version,
        "valid_from": form.valid_from and form.valid_from.isoformat(),
        "valid_to": form.valid_to and form.valid_to.isoformat(),
        "sha256": sha256(form.source.encode()).hexdigest(),
    }
    return Change("form", f"{form.form} {form.version}", None, after)


def _read(connection: Connection) -> tuple[OwnForm, ...]:
    columns = tables.forms.c
    rows = connection.execute(select(tables.forms).order_by(columns.form, columns.version))
    return tuple(OwnForm(**row) for row in rows.mappings())
