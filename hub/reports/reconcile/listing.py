"""A list of dossiers held against those that a figure counts: who is missing where."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from hub.core.places import letters
from hub.core.time import rfc3339
from hub.dossier.store.known import Known, known_dossiers
from hub.dossier.store.questions import Moment, counted
from hub.reports.reconcile.sheets import Sheet
from hub.reports.reconcile.words import plain
from hub.store.driver import Engine
from hub.store.scope import Scope

Json = dict[str, Any]
TOLD = 10_000
"""Dossiers that are told of each kind, at most; all are counted."""
_AT_ONCE = 20_000
_HEADINGS = frozenset({
    "ma ho so", "so ho so", "ma so ho so", "so bien nhan", "ma bien nhan", "so bien nhan ho so",
    "ma so", "dossier", "code", "subject",
})  # fmt: skip
_HEAD_ROWS = 30
_CODE = re.compile(r"[A-Za-z0-9._/-]{1,100}")


class Listed(NamedTuple):
    """The codes of a sheet by the number of their row; `unread`: rows with something else there."""

    sheet: Sheet
    column: int
    codes: Mapping[str, int]
    unread: Sequence[int]
    repeated: Sequence[int]


def listing_of(sheet: Sheet) -> Listed | None:
    """The dossiers that a sheet lists below a heading such as `Mã hồ sơ`; None: it has none."""
    for at, row in enumerate(sheet.rows[:_HEAD_ROWS]):
        for column, cell in enumerate(row.cells):
            if isinstance(cell, str) and plain(cell) in _HEADINGS:
                return _listed(sheet, at + 1, column)
    return None


def _listed(sheet: Sheet, first: int, column: int) -> Listed:
    codes: dict[str, int] = {}
    unread, repeated = [], []
    for row in sheet.rows[first:]:
        cell = row.cells[column] if column < len(row.cells) else None
        code = str(cell).strip() if isinstance(cell, str | int) else ""
        if not _CODE.fullmatch(code):
            unread.append(row.number)
        elif code in codes:
            repeated.append(row.number)
        else:
            codes[code] = row.number
    return Listed(sheet, column, codes, unread, repeated)


def compared(
    store: Engine, listed: Listed, figure: str, scope: Scope, moment: Moment, readable: Scope
) -> Json:
    """Which dossiers a figure counts and the sheet does not list (`missing`), and the other way
    (`surplus`), with what the hub knows of each within `readable`."""
    there = _counted(store, scope, moment, figure)
    missing = sorted(there - listed.codes.keys())
    surplus = sorted(listed.codes.keys() - there, key=lambda code: listed.codes[code])
    known = _known(store, readable, [*missing[:TOLD], *surplus[:TOLD]], moment.as_of)
    return {
        "sheet": listed.sheet.name,
        "column": letters(listed.column),
        "figure": figure,
        "listed": len(listed.codes),
        "counted": len(there),
        "rows_unread": list(listed.unread[:TOLD]),
        "rows_repeated": list(listed.repeated[:TOLD]),
        "missing_total": len(missing),
        "missing": [_told(code, known) for code in missing[:TOLD]],
        "surplus_total": len(surplus),
        "surplus": [
            {"row": listed.codes[code], **_told(code, known)} for code in surplus[:TOLD]
        ],
    }  # fmt: skip


def _counted(store: Engine, scope: Scope, moment: Moment, figure: str) -> set[str]:
    found: set[str] = set()
    after = ("", "", "")
    while page := counted(store, scope, moment, [figure], after, _AT_ONCE):
        found |= {subject for _, subject, _, _ in page}
        after = page[-1][:3]
    return found


def _known(
    store: Engine, scope: Scope, codes: Sequence[str], as_of: int | None
) -> Mapping[str, list[Known]]:
    found: dict[str, list[Known]] = {}
    for first in range(0, len(codes), _AT_ONCE):
        for it in known_dossiers(store, scope, codes[first : first + _AT_ONCE], as_of):
            found.setdefault(it.subject, []).append(it)
    return found


def _told(code: str, known: Mapping[str, Iterable[Known]]) -> Json:
    return {
        "subject": code,
        "known": [
            {
                "unit": it.unit,
                "status": it.status,
                "received_at": rfc3339(it.received_at) if it.is_received else None,
                "closed_at": rfc3339(it.closed_at) if it.is_closed else None,
                "parent": it.parent or None,
            }
            for it in known.get(code, ())
        ],
    }
