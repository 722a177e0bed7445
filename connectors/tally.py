"""What events change, counted for people."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from schemas.cloudevents import KIND_OF


class Tally:
    """Counts what events change, for people: by unit, quarter and kind of event."""

    def __init__(self) -> None:
        self._lines: Counter[tuple[str, str, str, str]] = Counter()
        self.added = self.retracted = 0

    def add(self, event: Mapping[str, Any]) -> None:
        """Count one CloudEvent that a differ made."""
        kind, sign = KIND_OF[event["type"]], "more"
        if kind == "retracted":
            kind, sign = kind_of_id(event["data"]["id"]), "less"
        self.added += sign == "more"
        self.retracted += sign == "less"
        time = datetime.fromisoformat(event["time"])
        quarter = f"{time.year}-Q{(time.month + 2) // 3}"
        self._lines[event["data"]["unit"], quarter, kind, sign] += 1

    def changes(self) -> list[dict[str, Any]]:
        """Events more and less, by unit, quarter (`2020-Q1`) and kind."""
        found: dict[tuple[str, str, str], dict[str, Any]] = {}
        for (unit, quarter, kind, sign), count in sorted(self._lines.items()):
            line = {"unit": unit, "quarter": quarter, "kind": kind, "more": 0, "less": 0}
            found.setdefault((unit, quarter, kind), line)[sign] = count
        return list(found.values())


def kind_of_id(event_id: str) -> str:
    """The kind of an event that the differ made, from its id."""
    slot = event_id.rpartition("-")[0]
    if slot.startswith("w") and "@" in slot:
        slot = slot.partition(".")[2]
    return slot.partition(".")[0].partition("-")[0]
