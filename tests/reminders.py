"""What the hub says by itself, put into an oracle's log."""

from collections.abc import Iterable

from hub.core.time import DAY
from hub.dossier.deadlines import Clock, to_say
from hub.dossier.figures import Mark
from schemas.encoding import to_cloudevent
from schemas.event import Event
from tests import oracle, pure

SPAN = 7 * DAY
"""Of deadlines that passed longer ago (µs) nothing is said here."""


def said(log: list[oracle.Accepted], now: int, backfilling: Iterable[str] = ()) -> list[Event]:
    """All that is missing in a log."""
    rows = pure.accept(log)
    told = []
    for dossier, facts in pure.dossiers(rows)[0].items():
        if facts.status == "dossier":
            hourly = facts.attributes.get("due_basis") == "hour"
            clock = Clock(facts.due, hourly, facts.received_at, facts.closed_at)
            kinds = ("received", "overdue", "retracted")
            firsts: dict[tuple[str, ...], Event] = {}
            for row in rows:
                if row.event.dossier == dossier and row.event.kind in kinds:
                    firsts.setdefault(row.event.identity, row.event)
            told += to_say(dossier, clock, firsts.values(), now, now - SPAN, frozenset(backfilling))
    return told


def extended(log: list[oracle.Accepted], events: Iterable[Event]) -> list[oracle.Accepted]:
    """A log with events of the hub at its end."""
    stamp = max(row.accepted for row in log)
    place = max(row.position for row in log)
    return log + [
        oracle.Accepted(to_cloudevent(event), stamp, place + i) for i, event in enumerate(events, 1)
    ]


def reminded(log: list[oracle.Accepted], until: int, now: int) -> list[oracle.Accepted]:
    """A log in the midst of which the hub said what was missing at an instant (µs)."""
    return followed(extended(log[:until], said(log[:until], now)), log[until:])


def reminded_often(log: list[oracle.Accepted], until: int) -> list[oracle.Accepted]:
    """The same, where the hub spoke whenever a deadline had passed."""
    begun = log[:until]
    facts = pure.dossiers(pure.accept(begun))[0].values()
    for at in sorted({at for one in facts for code, at, _ in one.marks if code == Mark.OVERDUE}):
        begun = extended(begun, said(begun, at + 1))
    return followed(begun, log[until:])


def followed(begun: list[oracle.Accepted], rest: list[oracle.Accepted]) -> list[oracle.Accepted]:
    """A log, and after it the rest of another one."""
    return begun + [
        oracle.Accepted(row.event, row.accepted, begun[-1].position + i)
        for i, row in enumerate(rest, 1)
    ]
