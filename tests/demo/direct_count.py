"""Counting straight from events, without any of the hub's own code."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any


@dataclass
class Dossier:
    facts: dict[str, str]
    received: date
    due: date | None = None
    closed: date | None = None
    ending: str = "open"
    voided: bool = False
    supplements: int = 0
    apologies: list[str] = field(default_factory=list)
    returned: list[tuple[str, date]] = field(default_factory=list)

    def timeliness(self) -> str:
        if self.closed is None or self.due is None or self.ending == "withdrawn":
            return "on_time"
        return (
            "early" if self.closed < self.due else "late" if self.closed > self.due else "on_time"
        )


def told(stream: Iterable[Mapping[str, Any]]) -> list[Dossier]:
    """Dossiers from events that come by time; none is reopened, stopped, retracted or a part."""
    dossiers: dict[str, Dossier] = {}
    for event in stream:
        kind, data = event["type"].split(".")[3], dict(event["data"])
        day = date.fromisoformat(event["time"][:10])
        if kind == "received":
            dossiers[event["subject"]] = Dossier(facts={}, received=day)
        dossier = dossiers[event["subject"]]
        if "due_at" in data:
            dossier.due = date.fromisoformat(data.pop("due_at")[:10])
        if kind in ("received", "corrected"):
            dossier.facts |= data
        elif kind in ("resolved", "withdrawn"):
            assert dossier.closed is None
            dossier.closed, dossier.ending = day, kind
        elif kind == "supplement_requested":
            dossier.supplements += 1
        elif kind == "extended":
            dossier.apologies.append(data["apology"])
        elif kind == "result_returned":
            dossier.returned.append((data["channel"], day))
        elif kind == "voided":
            dossier.voided = True
    return [dossier for dossier in dossiers.values() if not dossier.voided]


def counted(dossiers: Iterable[Dossier], last: date) -> Counter[str]:
    """The figures of a period that ends with `last` and begins before the first dossier."""
    count: Counter[str] = Counter()
    for it in dossiers:
        assert it.received <= last
        saturday = it.received.weekday() == 5
        count["received_total"] += 1
        count[f"received_online_{it.facts.get('online_level')}"] += 1
        count["received_by_post"] += it.facts["channel"] == "post"
        count["received_saturday"] += saturday
        count["resolved_same_saturday"] += saturday and it.closed == it.received
        count["supplemented_twice"] += it.supplements >= 2
        count["returned_by_post"] += sum(how == "post" and on <= last for how, on in it.returned)
        for apology in it.apologies:
            count["apologies_" + apology] += 1
        if it.closed and it.closed <= last:
            count["resolved_total"] += 1
            count["resolved_" + it.timeliness()] += 1
        else:
            count["in_progress_total"] += 1
            overdue = it.due is not None and it.due <= last
            count["in_progress_overdue" if overdue else "in_progress_within"] += 1
    return count


DIMENSIONS = ("unit", "field", "procedure", "channel", "level")


class Answers:
    """Answers like the figures API of the public contract, for one period."""

    def __init__(self, dossiers: Iterable[Dossier], last: date) -> None:
        groups: dict[tuple[str, ...], list[Dossier]] = {}
        for it in dossiers:
            groups.setdefault(tuple(it.facts[name] for name in DIMENSIONS), []).append(it)
        self.cells = {key: counted(group, last) for key, group in groups.items()}

    def __call__(self, unit: str, subtree: bool, first: str, last: str, by: str) -> dict[str, Any]:
        wanted = [DIMENSIONS.index(name) for name in by.split(",") if name]
        rows: dict[tuple[str, ...], Counter[str]] = {}
        for key, cell in self.cells.items():
            assert subtree
            assert key[0].startswith(unit)
            rows.setdefault(tuple(key[n] for n in wanted), Counter()).update(cell)
        return {
            "rows": [
                {"key": dict(zip(by.split(","), key, strict=False)), "figures": figures}
                for key, figures in rows.items()
            ],
            "total": sum(self.cells.values(), Counter()),
        }
