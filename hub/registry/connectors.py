"""Connectors: who runs each, how far it has read, what waits for a person.

What is remembered of a connector is written by its owner alone, who has its lease; each call looks
for that in its own transaction, so a process that was thought dead changes nothing any more.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import Connection, Engine, delete, func, select, update

from hub.core.time import SECOND
from hub.registry import tables
from hub.registry.connector_rows import KeptRows, Page, asked_again, of_keys, store_page
from hub.registry.dead_letters import DeadLetters
from hub.registry.sql import insert, texts, writing
from hub.registry.trail import BY_HUB, Actor, Change, note

LEASE = 10 * SECOND
_TABLE, _ROWS, _REFUSED = tables.connectors, tables.connector_rows, tables.connector_refused
_NOTHING = {
    "paused_since": None, "why": None, "would": None, "token": None, "approved": None,
}  # fmt: skip


_READ = ("last_read", "last_changed")


class HeldError(Exception):
    """Another owner has the connector, until a moment (µs); 0: it has been nobody's yet."""

    def __init__(self, owner: str, until: int) -> None:
        super().__init__(owner)
        self.owner, self.until = owner, until


class NothingWaitsError(Exception):
    """Nothing waits for approval, or something else than what was approved; the text says which."""


@dataclass(frozen=True, slots=True)
class Connector:
    """One connector. Moments are µs."""

    name: str
    source: str
    kind: str
    digest: str | None
    """Of its file."""
    owner: str
    until: int
    """When the owner's lease ends."""
    cursor: Any
    position: str | None
    """Of the log, when a page was stored last."""
    status: dict[str, Any]
    every: float | None
    """Seconds between polls."""
    expect: int | None
    """Seconds within which it should have read something."""
    last_read: int | None
    last_changed: int | None
    paused_since: int | None
    why: str | None
    would: dict[str, Any] | None
    token: str | None
    """Of exactly the change that waits, or is approved."""
    approved: str | None
    asked: dict[str, Any] | None
    """Refused rows (`keys`) of which somebody wants to know what they would change (`token`)."""
    forecast: dict[str, Any] | None
    """What that is (`would`), as it was last told (`at`), and for which `token`."""
    refused: int
    """Rows that are refused at the moment."""


class Told(NamedTuple):
    """What the owner of a connector tells of it."""

    source: str
    kind: str
    digest: str | None
    status: Mapping[str, Any]
    every: float | None = None
    expect: int | None = None
    last_read: int | None = None
    last_changed: int | None = None


class Lease(NamedTuple):
    """What the hub tells the owner."""

    cursor: Any
    paused: bool
    approved: str | None
    again: list[str]
    asked: dict[str, Any] | None
    is_new: bool
    """Whether the connector was not known, or read something else."""


class Connectors(KeptRows):
    """Safe for threads and processes."""

    def __init__(self, engine: Engine, letters: DeadLetters) -> None:
        super().__init__(engine)
        self._letters = letters

    def all(self) -> list[Connector]:
        """In the order of their names."""
        counted = select(_REFUSED.c.connector, func.count().label("refused"))
        with self._engine.connect() as connection:
            counts = connection.execute(counted.group_by(_REFUSED.c.connector))
            refused = {row.connector: row.refused for row in counts}
            rows = connection.execute(select(_TABLE)).mappings().all()
        found = [Connector(**row, refused=refused.get(row["name"], 0)) for row in rows]
        return sorted(found, key=lambda row: row.name)

    def get(self, name: str) -> Connector | None:
        """The connector of this name."""
        counted = select(func.count()).where(_REFUSED.c.connector == name)
        with self._engine.connect() as connection:
            row = connection.execute(select(_TABLE).where(_TABLE.c.name == name)).mappings().first()
            refused = connection.scalar(counted) if row else 0
        return Connector(**row, refused=refused or 0) if row else None

    def hold(
        self, name: str, owner: str, told: Told, now: int, by: Actor = BY_HUB, lasts: int = LEASE
    ) -> Lease:
        """Take or keep the lease at `now`, for as long as it `lasts` (µs). What was remembered of
        another source or kind of source is of no use and is dropped. Raises `HeldError`."""
        with writing(self._engine) as connection:
            row = _locked(connection, name)
            if row is None:
                fresh = {
                    "name": name, "source": told.source, "kind": told.kind, "owner": owner,
                    "until": 0, "status": {},
                }  # fmt: skip
                statement = insert(self._engine, _TABLE).on_conflict_do_nothing()
                is_ours = connection.scalar(statement.returning(_TABLE.c.name), fresh) is not None
                row = _locked(connection, name)
                before = None if is_ours else _told(row)
            else:
                before = _told(row)
            assert row is not None  # noqa: S101 - it was inserted just now
            # a lease that seems longer than any is of a clock that went back
            if row["owner"] != owner and now < row["until"] <= now + LEASE:
                raise HeldError(row["owner"], row["until"])
            changed: dict[str, Any] = told._asdict() | {"owner": owner, "until": now + lasts}
            if (row["source"], row["kind"]) != (told.source, told.kind):
                _forget(connection, name)
                row = {**row, "cursor": None}
            else:  # who begins anew has read nothing yet
                changed = {**changed, **{it: row[it] for it in _READ if changed[it] is None}}
            connection.execute(update(_TABLE).where(_TABLE.c.name == name).values(changed))
            again = asked_again(connection, name)
            note(connection, by, [Change("connector", name, before, _told(changed))])
        is_new = before != _told(changed)
        is_paused = row["paused_since"] is not None
        return Lease(row["cursor"], is_paused, _approved(row), again, row["asked"], is_new)

    def save(self, name: str, owner: str, page: Page, now: int) -> None:
        """Remember a page, all of it or nothing. Raises `HeldError`."""
        with writing(self._engine) as connection:
            row = owned(connection, name, owner)
            changed = ({} if page.goes_on else _NOTHING) | {"position": page.position}
            if page.cursor is not None:
                changed["cursor"] = page.cursor
            connection.execute(update(_TABLE).where(_TABLE.c.name == name).values(changed))
            store_page(
                self._engine, connection, name, row["source"], row["kind"], page, now,
                self._letters.limits,
            )  # fmt: skip

    def pause(
        self,
        name: str,
        owner: str,
        why: str,
        would: Mapping[str, Any],
        now: int,
        by: Actor = BY_HUB,
    ) -> None:
        """Wait for a person; `would` has the `token`. What waits already and is another change by
        now waits since it began to. Raises `HeldError`."""
        with writing(self._engine) as connection:
            row = owned(connection, name, owner)
            changed = {
                "why": why, "would": dict(would), "token": would["token"], "approved": None,
                "paused_since": row["paused_since"] or now,
            }  # fmt: skip
            connection.execute(update(_TABLE).where(_TABLE.c.name == name).values(changed))
            after = _waits(changed)
            note(connection, by, [Change("connector", name, _waits(row), after)])

    def approve(self, name: str, token: str | None, by: Actor) -> str:
        """Let go on what waits (with `token`: only that); the token. Raises `NothingWaitsError`."""
        with writing(self._engine) as connection:
            row = _locked(connection, name)
            if row is None or row["paused_since"] is None:
                raise NothingWaitsError("nothing waits for approval")
            waits: str = row["token"]
            if token is not None and token != waits:
                raise NothingWaitsError("something else waits by now; look at it first")
            changed = {"approved": waits, "paused_since": None}
            connection.execute(update(_TABLE).where(_TABLE.c.name == name).values(changed))
            note(
                connection, by,
                [Change("connector", name, _waits(row), _waits({**row, **changed}))],
            )  # fmt: skip
        return waits

    def read_again(
        self, name: str, by: Actor, *, keys: list[str], letters: list[str], every: bool = False
    ) -> int:
        """Have refused rows read again, by their keys or letters, or all; how many are meant."""
        which = of_keys(self._engine, _REFUSED, keys)
        which |= _REFUSED.c.letter.in_(texts(self._engine, letters))
        this = _REFUSED.c.connector == name
        with writing(self._engine) as connection:
            wanted = update(_REFUSED).where(this if every else this & which)
            found = connection.execute(wanted.values(again=True)).rowcount
            if found:
                note(connection, by, [Change("connector", name, {}, {"again": found})])
        return found

    def forget(self, name: str) -> None:
        """Forget rows and cursor: all is compared anew with the events."""
        with writing(self._engine) as connection:
            _forget(connection, name)


Row = Mapping[Any, Any]


def _locked(connection: Connection, name: str) -> Row | None:
    query = select(_TABLE).where(_TABLE.c.name == name).with_for_update()
    return connection.execute(query).mappings().one_or_none()


def owned(connection: Connection, name: str, owner: str) -> Row:
    """The connector of an owner, till the end of the transaction. Raises `HeldError`."""
    row = _locked(connection, name)
    if row is None or row["owner"] != owner:
        raise HeldError(*((row["owner"], row["until"]) if row else ("", 0)))
    return row


def _forget(connection: Connection, name: str) -> None:
    connection.execute(delete(_ROWS).where(_ROWS.c.connector == name))
    changed = {"cursor": None, "position": None}
    connection.execute(update(_TABLE).where(_TABLE.c.name == name).values(changed))


def _approved(row: Row) -> str | None:
    found: str | None = row["approved"]
    return found


def _told(row: Row | None) -> dict[str, Any] | None:
    """What the trail tells of a connector."""
    return (
        None
        if row is None
        else {"source": row["source"], "kind": row["kind"], "file": row["digest"]}
    )


def _waits(row: Row) -> dict[str, Any]:
    """What the trail tells of a change that waits."""
    if row["token"] is None:
        return {}
    would = row["would"] or {}
    told = {name: would[name] for name in ("dossiers", "retracted") if name in would}
    return {"token": row["token"], "why": row["why"], "approved": row["approved"], **told}
