"""What stops a page that takes back too much, until a person has looked at it."""

from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from typing import Any, NamedTuple

from connectors.mapping.document import GuardLimits
from connectors.plan import Step
from connectors.tally import Tally
from hub.core.said import said
from schemas.cloudevents import KIND_OF

Event = Mapping[str, Any]

_EXAMPLES = 20
_MOST_LINES = 200
_MOST_EVENTS = 10_000


class Guard(NamedTuple):
    """A page waits for a person if it takes anything back of more than so many dossiers, or of more
    than a share of its rows; never for so few as `floor`."""

    dossiers: int
    share: float
    floor: int
    looks_back: bool = True
    """Whether a page of a source that went back waits, whatever is on it."""

    def why(self, steps: Iterable[Step], rows: int, went_back: str | None) -> str | None:
        """Why a page of so many rows waits; None: it does not."""
        if went_back is not None and self.looks_back:
            return went_back
        found = len(_taken_back(steps))
        if found <= self.floor or (found <= self.dossiers and found <= self.share * rows):
            return None
        return said(
            "takes-back", "it takes something back of {found} dossiers, on a page of {rows} rows",
            found=found, rows=rows,
        )  # fmt: skip


def guard_of(limits: GuardLimits) -> Guard:
    """The guard that a document asks for."""
    return Guard(limits.dossiers, limits.share, limits.floor)


FREE = Guard(2**62, 1.0, 2**62, looks_back=False)
"""A guard that stops nothing."""


def token_of(steps: Iterable[Step], *, went_back: bool) -> str:
    """Stands for what a page takes back: it stays the same though other rows come to the page while
    a person looks."""
    digest = sha256(b"back" if went_back else b"")
    ids = sorted((*step.dossier, it["id"]) for step in steps for it in step.change.retracted)
    for one in ids:
        digest.update("\0".join((*one, "")).encode())
    return digest.hexdigest()[:16]


def would(token: str, rows: int, events: Sequence[Event], *, is_all: bool) -> dict[str, Any]:
    """What some events of so many rows would change, for people: `dossiers` lose or change
    something, `only_added` get something and lose nothing. `is_all`: whether these are all that the
    source would change by now."""
    tally = Tally()
    back: dict[tuple[str, str], None] = {}
    touched = set()
    for event in events:
        tally.add(event)
        dossier = event["data"]["unit"], event["subject"]
        touched.add(dossier)
        if KIND_OF[event["type"]] == "retracted":
            back[dossier] = None
    changes = tally.changes()
    told = sorted(events, key=lambda it: (it["data"]["unit"], it["subject"]) not in back)
    return {
        "token": token,
        "rows": rows,
        "is_all": is_all,
        "dossiers": len(back),
        "only_added": len(touched) - len(back),
        "added": tally.added,
        "retracted": tally.retracted,
        "changes": changes[:_MOST_LINES],
        "sample": [list(dossier) for dossier in list(back)[:_EXAMPLES]],
        "events": told[:_MOST_EVENTS],
        "events_left_out": max(0, len(told) - _MOST_EVENTS),
    }


def _taken_back(steps: Iterable[Step]) -> list[Step]:
    return [step for step in steps if step.change.retracted]
