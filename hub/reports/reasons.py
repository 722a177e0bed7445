"""Why something is known otherwise than it was."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Literal

from hub.core.identity import distinct
from hub.dossier.fold import Facts, fold
from hub.dossier.folding import of_dossier
from hub.dossier.store.changed import NewEvent
from hub.store.driver import Dossier, Engine
from hub.store.events import events_of
from schemas.event import Accepted

Reason = Literal["voided", "retracted", "reopened", "corrected", "late", "unit", "registry"]
_BY_EVENTS: tuple[Reason, ...] = ("voided", "retracted", "reopened", "corrected", "late")
"""In this order: what took more of the dossier back comes first."""


def reasons_of(
    engine: Engine, new: Mapping[Dossier, Sequence[NewEvent]], since: int, until: int, before: int,
    dimensions: Collection[str],
) -> dict[Dossier, Reason]:  # fmt: skip
    """Why each dossier with new events is known otherwise, as far as figures up to the instant
    `before`, by some dimensions, can tell. Where there were events of several kinds, the first
    without which it would be known otherwise again."""
    found: dict[Dossier, Reason] = {}
    doubtful = []
    for dossier, events in new.items():
        kinds = {reason_of(event.kind) for event in events}
        if len(kinds) == 1:
            (found[dossier],) = kinds
        else:
            doubtful.append(dossier)
    for dossier, rows in events_of(engine, doubtful).items():
        known = [row for row in of_dossier(distinct(rows, [])) if row.accepted <= until]
        found[dossier] = _decisive(known, since, lambda facts: _counts(facts, before, dimensions))
    return found


def reason_of(kind: str) -> Reason:
    """What an event of a kind that came later is told as."""
    return next((it for it in _BY_EVENTS if it == kind), "late")


def first_of(reasons: Collection[Reason]) -> Reason:
    """Of several reasons the one that is told."""
    return next((it for it in _BY_EVENTS if it in reasons), "late")


def _decisive(rows: Sequence[Accepted], since: int, counts: Callable[[Facts], object]) -> Reason:
    now = counts(fold(row.event for row in rows))
    new = {reason_of(row.event.kind) for row in rows if row.accepted > since}
    for reason in _BY_EVENTS:
        if reason not in new:
            continue
        without = [
            row.event for row in rows
            if row.accepted <= since or reason_of(row.event.kind) != reason
        ]  # fmt: skip
        if counts(fold(without)) != now:
            return reason
    return first_of(new)


def _counts(facts: Facts, before: int, dimensions: Collection[str]) -> object:
    marks: Iterable[tuple[int, int, str]] = (it for it in facts.marks if it[1] < before)
    found = sorted((int(code), at, event) for code, at, event in marks)
    values = [facts.attributes.get(name) for name in sorted({*dimensions, "parent"})]
    return (values, found) if found else None
