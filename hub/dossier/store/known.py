"""What is known of dossiers that are asked for by their codes alone."""

from collections.abc import Collection
from typing import Any, NamedTuple

from hub.core.time import NEVER
from hub.dossier.store.questions import dossiers_sql
from hub.store.driver import Engine
from hub.store.scope import Scope


class Known(NamedTuple):
    """A dossier. `status`: `dossier`, `void` or `orphan`; instants in µs, NEVER where there is
    none."""

    unit: str
    subject: str
    status: str
    received_at: int
    closed_at: int
    parent: str

    @property
    def is_received(self) -> bool:
        """Whether it has an instant of reception."""
        return self.received_at < NEVER

    @property
    def is_closed(self) -> bool:
        """Whether it is closed."""
        return self.closed_at < NEVER


def known_dossiers(
    engine: Engine, scope: Scope, subjects: Collection[str], as_of: int | None
) -> list[Known]:
    """Dossiers of a scope with some codes, parts of linked ones as well; several units may use one
    code."""
    params: dict[str, Any] = {"subjects": tuple(subjects) or ("",)}
    dossiers = dossiers_sql(Known._fields, scope._replace(parts=True), as_of, params)
    rows = engine.select(
        f"SELECT {', '.join(Known._fields)} FROM {dossiers} WHERE subject IN %(subjects)s "
        "ORDER BY subject, unit",
        params,
    )
    return [Known(*row) for row in rows]
