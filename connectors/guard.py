"""What stops a page that takes back too much, until a person has looked at it."""

from collections.abc import Iterable
from hashlib import sha256
from typing import Any, NamedTuple

from connectors.plan import Step
from connectors.tally import Tally

_EXAMPLES = 20
_MOST_LINES = 200
_MOST_EVENTS = 10_000


class Guard(NamedTuple):
    """A page waits for a person if it takes anything back of more than so many dossiers, or of more
    than a share of its rows; never for so few as `floor`."""

    dossiers: int = 100
    share: float = 0.05
    floor: int = 10
    looks_back: bool = True
    """Whether a page of a source that went back waits, whatever is on it."""

    def why(self, steps: Iterable[Step], rows: int, went_back: str | None) -> str | None:
        """Why a page of so many rows waits; None: it does not."""
        if went_back is not None and self.looks_back:
            return went_back
        found = len(_taken_back(steps))
        if found <= self.floor or (found <= self.dossiers and found <= self.share * rows):
            return None
        return f"it takes something back of {found} dossiers, on a page of {rows} rows"


GUARD = Guard()
"""The one that connectors have."""
FREE = Guard(2**62, 1.0, 2**62, looks_back=False)
"""It stops nothing."""


def would(steps: list[Step], rows: int, *, went_back: bool) -> dict[str, Any]:
    """What a page would change. `token` stands for what it takes back: it stays the same though
    other rows come to the page while a person looks."""
    tally = Tally()
    for event in (it for step in steps for part in step.change for it in part):
        tally.add(event)
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


def _token(steps: Iterable[Step], *, went_back: bool) -> str:
    digest = sha256(b"back" if went_back else b"")
    ids = sorted((*step.dossier, it["id"]) for step in steps for it in step.change.retracted)
    for one in ids:
        digest.update("\0".join((*one, "")).encode())
    return digest.hexdigest()[:16]


def _taken_back(steps: Iterable[Step]) -> list[Step]:
    return [step for step in steps if step.change.retracted]
