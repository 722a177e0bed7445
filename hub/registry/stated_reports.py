"""Stated reports: what a printed document from before the hub says, as it was entered.

Added once, never changed: a newer one of the same form, unit and period supersedes. Each holds the
hash of the one before, and the trail tells of each, so what was changed or removed is seen.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import orjson
from sqlalchemy import Connection, Engine, Select, select

from hub.core.sealed import digest, name_of, statement_of
from hub.registry import tables
from hub.registry.seals import Sealed, SupersededError
from hub.registry.sql import insert, lock, writing
from hub.registry.stated_tables import stated_reports
from hub.registry.trail import BY_HUB, Actor, Change, note

Json = dict[str, Any]
_TABLE, _C = stated_reports, stated_reports.c
_AT_ONCE, _MOST_FAULTS = 200, 100
_NOT_TOLD = ("cells", "checks")
"""What the trail leaves out: the hash stands for it."""


@dataclass(frozen=True)
class StatedReport:
    """A stated report as it is kept. `known_at`: when it was entered, µs."""

    number: int
    id: str
    known_at: int
    content: bytes
    hash: str
    superseded_by: str | None = None

    @cached_property
    def said(self) -> Json:
        """What it says."""
        found: Json = orjson.loads(self.content)
        return found


class StatedReports:
    """All that were entered."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(
        self, of: Sealed, said: Mapping[str, Any], at: int, supersedes: str | None,
        by: Actor = BY_HUB,
    ) -> StatedReport:  # fmt: skip
        """Keep what a document says, entered at a moment (µs).

        `supersedes`: the id of the newest one of the same, as the caller saw it. Raises
        `SupersededError` where that is another one by now.
        """
        with writing(self._engine) as connection:
            lock(connection, _TABLE)
            newest = select(_C.id).where(_is_of(of)).order_by(_C.number.desc()).limit(1)
            if connection.scalar(newest) != supersedes:
                raise SupersededError(
                    "stated report",
                    "another stated report of the same form, unit and period was entered meanwhile",
                    "look at it, and send yours again if it must be superseded",
                )
            number, before = _last(connection)
            content = statement_of({
                **said, "number": number + 1, "before": before, "supersedes": supersedes,
            })  # fmt: skip
            made = StatedReport(
                number + 1, name_of(number + 1, content), at, content, digest(content)
            )
            connection.execute(insert(self._engine, _TABLE), [{
                "number": made.number, "id": made.id, **of._asdict(), "known_at": at,
                "supersedes": supersedes, "content": content.decode(), "hash": made.hash,
            }])  # fmt: skip
            told = {name: value for name, value in made.said.items() if name not in _NOT_TOLD}
            note(connection, by, [Change("stated", made.id, None, told | {"hash": made.hash})])
            return made

    def get(self, name: str) -> StatedReport | None:
        """The one with this id."""
        return next(self._read(select(_TABLE).where(_C.id == name)), None)

    def newest(self, of: Sealed, until: int | None = None) -> StatedReport | None:
        """The one of this form, unit and days that counts; or that counted at a moment (µs)."""
        query = select(_TABLE).where(_is_of(of)).order_by(_C.number.desc()).limit(1)
        if until is not None:
            query = query.where(_C.known_at <= until)
        return next(self._read(query), None)

    def newest_first(
        self, before: int | None = None, *, form: str | None = None, unit: str | None = None,
        period: str | None = None,
    ) -> Iterator[StatedReport]:  # fmt: skip
        """Those below a number, the newest first."""
        query = select(_TABLE).order_by(_C.number.desc())
        for name, value in (("form", form), ("unit", unit), ("period", period)):
            if value is not None:
                query = query.where(_C[name] == value)
        while True:
            below = query if before is None else query.where(_C.number < before)
            found = [*self._read(below.limit(_AT_ONCE))]
            if not found:
                return
            yield from found
            before = found[-1].number

    def verify(self) -> tuple[int, list[str]]:
        """How many there are, and what of them is not as it was entered."""
        faults: list[str] = []
        number, before, count = 0, "", 0
        with self._engine.connect() as connection:
            rows = connection.execute(select(_TABLE).order_by(_C.number)).mappings()
            for row in rows:
                content = row["content"].encode()
                if row["number"] != number + 1:
                    faults.append(f"those from {number + 1} to {row['number'] - 1} are missing")
                elif digest(content) != row["hash"]:
                    faults.append(f"{row['id']} is not as it was entered")
                elif not _is_listed_right(row, orjson.loads(content), before):
                    faults.append(f"{row['id']} is listed as something else than it is")
                number, before, count = row["number"], row["hash"], count + 1
            told = _last_in_trail(connection)
        if told != before:
            faults.append("the last one is not that of which the trail tells")
        return count, faults[:_MOST_FAULTS]

    def _read(self, query: Select[Any]) -> Iterator[StatedReport]:
        with self._engine.connect() as connection:
            rows = connection.execute(query).mappings().all()
            names = [row["id"] for row in rows]
            later = select(_C.supersedes, _C.id).where(_C.supersedes.in_(names))
            newer = {row.supersedes: row.id for row in connection.execute(later)}
        for row in rows:
            yield StatedReport(
                row["number"], row["id"], row["known_at"], row["content"].encode(), row["hash"],
                newer.get(row["id"]),
            )  # fmt: skip


def _is_of(of: Sealed) -> Any:
    return (_C.form == of.form) & (_C.unit == of.unit) & (_C.start == of.start) & (_C.end == of.end)


def _last(connection: Connection) -> tuple[int, str]:
    """The number and the hash of the last one."""
    row = connection.execute(
        select(_C.number, _C.hash).order_by(_C.number.desc()).limit(1)
    ).one_or_none()
    return (0, "") if row is None else (row.number, row.hash)


def _is_listed_right(row: Mapping[Any, Any], said: Json, before: str) -> bool:
    told = {
        "number": said["number"], "form": said["form"], "unit": said["unit"],
        "period": said["period"]["label"] or "", "supersedes": said["supersedes"],
        "start": said["period"]["from"], "end": said["period"]["to"],
    }  # fmt: skip
    is_right = all(str(row[column]) == str(value) for column, value in told.items())
    return is_right and said["before"] == before


def _last_in_trail(connection: Connection) -> str:
    """The hash of the newest one of which the trail tells."""
    trail = tables.trail.c
    found = connection.scalar(
        select(trail.after).where(trail.kind == "stated").order_by(trail.number.desc()).limit(1)
    )
    return "" if found is None else str(orjson.loads(found)["hash"])
