"""What was read and sent, for people."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from connectors.plan import Plan
from connectors.port import Fault, Page, Unreadable

_MOST_REASONS = 20
_MOST_KEYS = 500_000
"""Rows of which it is remembered that they were read, so that each counts once: a larger table may
count some rows twice, rather than fill the memory."""
NOT_FOUND = Fault(
    "", "not-found", "was not found in its source; it is read when it changes or is swept; if it "
    "is gone, discard this",
)  # fmt: skip


@dataclass
class Summary:
    """What was read and sent. A row counts once, however often it is read."""

    rows: int = 0
    dossiers: int = 0
    events: int = 0
    reasons: list[Unreadable] = field(default_factory=list)
    """Why rows are refused, of the first ones."""
    _seen: set[int] = field(default_factory=set)
    _refused: set[int] = field(default_factory=set)

    @property
    def refused(self) -> int:
        """How many rows were refused, and not accepted since."""
        return len(self._refused)

    def counts(self) -> dict[str, int]:
        """The numbers, by name."""
        return {
            "rows": self.rows, "dossiers": self.dossiers, "events": self.events,
            "refused": self.refused,
        }  # fmt: skip

    def add(self, page: Page, made: Plan, events: int) -> None:
        """Count a page that was stored."""
        keys = {hash(row.key) for row in page.rows} | {hash(one.key) for one in page.unreadable}
        fresh = keys - self._seen
        self.rows += len(fresh)
        if len(self._seen) < _MOST_KEYS:
            self._seen |= fresh
        self.dossiers += len(made.steps)
        self.events += events
        mended = {*made.mended, *made.forgotten, *made.kept} - made.refused.keys()
        self._refused.difference_update(map(hash, mended))
        self.reasons = [one for one in self.reasons if hash(one.key) in self._refused]
        room = _MOST_REASONS - len(self.reasons)
        fresh_ones = [it for it in made.refused.values() if hash(it.key) not in self._refused]
        self.reasons += fresh_ones[:room]
        self._refused.update(map(hash, made.refused))


def first_reasons(refused: Iterable[Unreadable]) -> list[str]:
    """Refused rows in words."""
    return [
        f"{one.place}: {fault.column + ': ' if fault.column else ''}{fault.says} ({fault.code})"
        for one in refused
        for fault in one.faults[:1]
    ]
