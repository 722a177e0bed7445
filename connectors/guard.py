"""What stops a page that takes back too much, until a person has looked at it."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from hashlib import sha256
from typing import Any, NamedTuple

from connectors.plan import Step
from schemas.cloudevents import KIND_OF

_EXAMPLES = 20
_MOST_LINES = 200
_MOST_EVENTS = 10_000


class Guard(NamedTuple):
    """A page waits for a person if it takes anything back of more than so many dossiers, or of more
    than a share of its rows; never for so few as `floor`."""

    dossiers: int = 100
    share: float = 0.05
    floor: int = 10

    def why(self, steps: Iterable[Step], rows: int, went_back: str | None) -> str | None:
        """Why a page of so many rows waits; None: it does not."""
        if went_back is not None:
            return went_back
        found = len(_taken_back(steps))
        if found <= self.floor or (found <= self.dossiers and found <= self.share * rows):
            return None
        return f"it takes something back of {found} dossiers, on a page of {rows} rows"


class Tally:
    """Counts what events change, for people: by unit, quarter and kind of event."""

    def __init__(self) -> None:
        self.lines: Counter[tuple[str, str, str, str]] = Counter()
        self.dossiers = self.added = self.retracted = 0

    def add(self, step: Step) -> None:
        """Count one dossier."""
        self.dossiers += 1
        self.added += len(step.change.added)
        self.retracted += len(step.change.retracted)
        for event in step.change.added:
            self.lines[*_place(event), KIND_OF[event["type"]], "more"] += 1
        for event in step.change.retracted:
            self.lines[*_place(event), kind_of_id(event["data"]["id"]), "less"] += 1

    def changes(self) -> list[dict[str, Any]]:
        """Events more and less, by unit, quarter (`2020-Q1`) and kind."""
        found: dict[tuple[str, str, str], dict[str, Any]] = {}
        for (unit, quarter, kind, sign), count in sorted(self.lines.items()):
            line = {"unit": unit, "quarter": quarter, "kind": kind, "more": 0, "less": 0}
            found.setdefault((unit, quarter, kind), line)[sign] = count
        return list(found.values())


def would(steps: list[Step], rows: int, *, went_back: bool) -> dict[str, Any]:
    """What a page would change. `token` stands for what it takes back: it stays the same though
    other rows come to the page while a person looks."""
    tally = Tally()
    for step in steps:
        tally.add(step)
    back = _taken_back(steps)
    changes = tally.changes()
    events = [event for step in back for event in (*step.change.added, *step.change.retracted)]
    return {
        "token": _token(steps, went_back=went_back),
        "rows": rows,
        "dossiers": len(back),
        "added": tally.added,
        "retracted": tally.retracted,
        "emptied": sum(1 for step in back if not step.change.added),
        "changes": changes[:_MOST_LINES],
        "sample": [list(step.dossier) for step in back[:_EXAMPLES]],
        "events": events[:_MOST_EVENTS],
        "events_left_out": max(0, len(events) - _MOST_EVENTS),
    }


def kind_of_id(event_id: str) -> str:
    """The kind of an event that the differ made, from its id."""
    slot = event_id.rpartition("-")[0]
    if slot.startswith("w") and "@" in slot:
        slot = slot.partition(".")[2]
    return slot.partition(".")[0].partition("-")[0]


def _token(steps: Iterable[Step], *, went_back: bool) -> str:
    digest = sha256(b"back" if went_back else b"")
    ids = sorted((*step.dossier, it["id"]) for step in steps for it in step.change.retracted)
    for one in ids:
        digest.update("\0".join((*one, "")).encode())
    return digest.hexdigest()[:16]


def _taken_back(steps: Iterable[Step]) -> list[Step]:
    return [step for step in steps if step.change.retracted]


def _place(event: dict[str, Any]) -> tuple[str, str]:
    time = datetime.fromisoformat(event["time"])
    return event["data"]["unit"], f"{time.year}-Q{(time.month + 2) // 3}"
