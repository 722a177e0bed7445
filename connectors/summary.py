"""What was read and sent, for people."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from connectors.plan import Plan
from connectors.port import Fault, Page, Unreadable

_MOST_REASONS = 20
NOT_FOUND = Fault(
    "", "not-found", "was not found in its source; it is read when it changes or is swept; if it "
    "is gone, discard this",
)  # fmt: skip


@dataclass
class Summary:
    """What was read and sent."""

    rows: int = 0
    dossiers: int = 0
    events: int = 0
    refused: int = 0
    reasons: list[Unreadable] = field(default_factory=list)
    """The first ones."""

    def add(self, page: Page, made: Plan, events: int) -> None:
        """Count a page that was stored."""
        self.rows += len(page.rows) + len(page.unreadable)
        self.dossiers += len(made.steps)
        self.events += events
        self.refused += len(made.refused)
        room = _MOST_REASONS - len(self.reasons)
        self.reasons += list(made.refused.values())[:room]


def first_reasons(refused: Iterable[Unreadable]) -> list[str]:
    """Refused rows in words."""
    return [
        f"{one.place}: {fault.column + ': ' if fault.column else ''}{fault.says} ({fault.code})"
        for one in refused
        for fault in one.faults[:1]
    ]
