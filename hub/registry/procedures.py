"""The register of procedures (thủ tục hành chính) and the fields they belong to."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from types import MappingProxyType
from typing import Literal, get_args

from sqlalchemy import Connection, Engine, select

from hub.registry import tables
from hub.registry.checks import CODE, check_choice, check_match, check_number, check_text
from hub.registry.errors import RegistryError, given_twice
from hub.registry.planning import check_each, check_token, raise_faults
from hub.registry.sql import Snapshot, lock, upsert, writing
from hub.registry.trail import BY_HUB, Actor, Change, note

LimitUnit = Literal["working_day", "calendar_day", "hour"]


@dataclass(frozen=True, slots=True)
class Procedure:
    """A procedure and its legal time limit, for people to read: no figure is computed from it."""

    code: str
    name: str
    field: str | None = None
    field_name: str | None = None
    limit_value: int | None = None
    limit_unit: LimitUnit | None = None


class Procedures:
    """Reads come from memory."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._rows = Snapshot(engine, self._load)

    def get(self, code: str) -> Procedure | None:
        """The procedure with this code."""
        return self._rows.get().get(code)

    def all(self) -> list[Procedure]:
        """In the order of their codes."""
        return [procedure for _, procedure in sorted(self._rows.get().items())]

    def foretell(self, procedures: Iterable[Procedure]) -> list[Change]:
        """What `put` would change; nothing is stored. Raises `FaultyError`, as it would."""
        with self._engine.connect() as connection:
            return _planned(connection, list(procedures))

    def put(
        self, procedures: Iterable[Procedure], by: Actor = BY_HUB, *, token: str | None = None
    ) -> None:
        """Add procedures, or replace those whose code is registered: all of them or none.

        `token`: that of the changes somebody looked at (`planning.token_of`). Raises `FaultyError`,
        which points to rows ("/0" is the first) and columns, and `StaleError`.
        """
        rows = list(procedures)
        if not rows:
            return
        with writing(self._engine, self._rows) as connection:
            lock(connection, tables.procedures)
            changes = _planned(connection, rows)
            check_token(changes, token)
            if not changes:
                return
            connection.execute(
                upsert(self._engine, tables.procedures), [dict(it.after or {}) for it in changes]
            )
            note(connection, by, changes)

    def _load(self) -> Mapping[str, Procedure]:
        with self._engine.connect() as connection:
            return MappingProxyType(_read(connection))


def _planned(connection: Connection, rows: list[Procedure]) -> list[Change]:
    check_each(rows, check_procedure)
    raise_faults(_twice(rows))
    known = _read(connection)
    return [
        Change("procedure", row.code, asdict(before) if before else None, asdict(row))
        for row in rows
        for before in [known.get(row.code)]
        if before != row
    ]


def _twice(rows: list[Procedure]) -> Iterator[RegistryError]:
    first: dict[str, int] = {}
    for index, row in enumerate(rows):
        if first.setdefault(row.code, index) != index:
            yield given_twice(f"/{index}/code", row.code)


def _read(connection: Connection) -> dict[str, Procedure]:
    rows = connection.execute(select(tables.procedures)).mappings()
    return {row["code"]: Procedure(**row) for row in rows}


def check_procedure(procedure: Procedure, pointer: str = "") -> None:
    """Check one row; RegistryError points to `pointer`/column."""
    check_match(CODE, procedure.code, f"{pointer}/code")
    check_text(procedure.name, f"{pointer}/name", least=1, most=2000)
    if procedure.field is not None:
        check_match(CODE, procedure.field, f"{pointer}/field")
    if procedure.field_name is not None:
        check_text(procedure.field_name, f"{pointer}/field_name")
    check_number(procedure.limit_value, f"{pointer}/limit_value", most=10_000)
    check_choice(procedure.limit_unit, get_args(LimitUnit), f"{pointer}/limit_unit")
    if (procedure.limit_value is None) != (procedure.limit_unit is None):
        raise RegistryError(
            f"{pointer}/limit_unit",
            "and limit_value belong together",
            "give both, or leave out both",
            code="belong-together",
        )
