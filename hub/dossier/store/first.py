"""Since when anything is known of the dossiers of some units."""

from typing import Any

from hub.dossier.store.questions import dossiers_sql
from hub.store.driver import Engine
from hub.store.scope import Scope


def first_instant(engine: Engine, scope: Scope, as_of: int | None) -> int | None:
    """The instant (µs) before which no dossier of a scope is in any figure, as known now or at
    `as_of`; None: none ever is."""
    params: dict[str, Any] = {}
    dossiers = dossiers_sql(("mark_at",), scope, as_of, params)
    sql = f"SELECT count(), min(at) FROM {dossiers} ARRAY JOIN mark_at AS at"
    ((number, first),) = engine.select(sql, params, narrow=scope.is_narrow)
    return int(first) if number else None
