"""A hub in memory, as connectors need it: the twin of `connectors.hub.HttpHub`.

What it answers is what the real one answers (`tests.connectors.hub_contract` runs on both). A test
moves its `clock`, reads its `events`, approves, asks for refused rows again, and may break in
before and after each step (`step`).
"""

import json
from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from connectors.port import (
    Cursor,
    Dossier,
    Fault,
    Held,
    Kept,
    Known,
    LostLeaseError,
    Outcome,
    Unreadable,
)
from hub.core.check import Refusal, check_object
from hub.core.time import SECOND, rfc3339
from schemas.encoding import to_cloudevent
from schemas.event import Event


@dataclass
class Connector:
    """What the hub has of one connector."""

    owner: str = ""
    until: int = 0
    cursor: Cursor | None = None
    status: dict[str, Any] = field(default_factory=dict)
    pause: tuple[str, dict[str, Any]] | None = None
    """Why it waits for a person, and what would change."""
    approved: str | None = None
    kept: dict[str, Kept] = field(default_factory=dict)
    refused: dict[str, tuple[Unreadable, int]] = field(default_factory=dict)
    """By key: why, and how many times."""
    again: set[str] = field(default_factory=set)
    asked: tuple[str, Sequence[str]] | None = None
    forecast: dict[str, Any] | None = None


@dataclass
class MemoryHub:
    """Satisfies `connectors.port.Hub`. `clock`: µs; `step` is called with `before append`,
    `after append`, `before save`, ... and may raise, as a crash or a lost answer would."""

    clock: int = 1_600_000_000 * SECOND
    step: Callable[[str], None] = lambda _: None
    events: list[Event] = field(default_factory=list)
    """Those that count, in the order of the log: each identity once."""
    connectors: dict[str, Connector] = field(default_factory=dict)
    questions: int = 0
    sent: list[dict[str, Any]] = field(default_factory=list)
    """All that was accepted, as CloudEvents, repetitions and conflicts as well."""

    def copy(self) -> "MemoryHub":
        """A backup, as of now."""
        rows = deepcopy(self.connectors)
        return MemoryHub(self.clock, self.step, list(self.events), rows, 0, list(self.sent))

    def known(self, source: str, dossiers: Sequence[Dossier]) -> Mapping[Dossier, list[Known]]:
        """See `connectors.port.Hub`."""
        self.step("before known")
        found: dict[Dossier, list[Event]] = {dossier: [] for dossier in dossiers}
        for event in self.events:
            if event.source == source and event.dossier in found and "." not in event.kind:
                found[event.dossier].append(event)
        return {dossier: _known(events) for dossier, events in found.items() if events}

    def has_any(self, source: str) -> bool:
        """See `connectors.port.Hub`."""
        self.step("before has_any")
        return any(event.source == source and "." not in event.kind for event in self.events)

    def append(self, events: Sequence[Mapping[str, Any]]) -> list[Outcome]:
        """See `connectors.port.Hub`."""
        self.step("before append")
        stored = {event.identity for event in self.events}
        outcomes = []
        for item in events:
            checked = check_object(deepcopy(dict(item)), self.clock)
            if isinstance(checked, Refusal):
                faults = (Fault(p.pointer, p.code, p.message) for p in checked.problems)
                outcomes.append(Outcome(False, tuple(faults)))
                continue
            self.sent.append(deepcopy(dict(item)))
            if checked.identity not in stored:
                self.events.append(checked)
                stored.add(checked.identity)
            outcomes.append(Outcome(True))
        self.step("after append")
        return outcomes

    def kept(self, name: str, keys: Sequence[str]) -> Mapping[str, Kept]:
        """See `connectors.port.Hub`."""
        self.step("before kept")
        kept = self._of(name).kept
        return {key: kept[key] for key in keys if key in kept}

    def kept_in(self, name: str, range_label: str) -> Mapping[str, Kept]:
        """See `connectors.port.Hub`."""
        self.step("before kept_in")
        kept = list(self._of(name).kept.items())  # another thread may save
        return {key: row for key, row in kept if range_label in ("", row.range)}

    def kept_of(
        self, name: str, dossiers: Sequence[Dossier]
    ) -> Mapping[Dossier, Mapping[str, Kept]]:
        """See `connectors.port.Hub`."""
        self.step("before kept_of")
        found: dict[Dossier, dict[str, Kept]] = {}
        for key, row in list(self._of(name).kept.items()):
            if (row.unit, row.subject) in set(dossiers):
                found.setdefault((row.unit, row.subject), {})[key] = row
        return found

    def save(
        self,
        name: str,
        owner: str,
        cursor: Cursor | None,
        kept: Mapping[str, Kept],
        forgotten: Sequence[str],
        refused: Sequence[Unreadable],
        mended: Sequence[str],
        *,
        goes_on: bool = False,
    ) -> None:
        """See `connectors.port.Hub`."""
        self.step("before save")
        found = self._of(name)
        if found.owner != owner:
            raise self._lost(name)
        if cursor is not None:
            found.cursor = json.loads(json.dumps(cursor))
        found.kept |= kept
        for key in forgotten:
            found.kept.pop(key, None)
        for key in {*kept, *forgotten, *mended}:
            found.refused.pop(key, None)
            found.again.discard(key)
        for row in refused:
            times = found.refused[row.key][1] if row.key in found.refused else 0
            found.refused[row.key] = row, times + 1
            found.again.discard(row.key)
        if not goes_on:
            found.pause = found.approved = None
        self.step("after save")

    def store(
        self, name: str, owner: str, before: Cursor, cursor: Cursor,
        events: Sequence[Mapping[str, Any]], kept: Mapping[str, Kept],
        refused: Sequence[Unreadable], *, goes_on: bool = False,
    ) -> bool:  # fmt: skip
        """See `connectors.port.Hub`."""
        if any(isinstance(check_object(deepcopy(dict(it)), self.clock), Refusal) for it in events):
            return False
        self.save(name, owner, before, {}, [], [], [], goes_on=True)
        self.append(events)
        self.save(name, owner, cursor, kept, [], refused, [], goes_on=goes_on)
        return True

    def hold(self, name: str, owner: str, status: Mapping[str, Any], seconds: float = 10) -> Held:
        """See `connectors.port.Hub`."""
        self.step("before hold")
        found = self._of(name)
        if found.owner != owner and found.until > self.clock:
            raise self._lost(name)
        found.owner, found.until = owner, self.clock + int(seconds * SECOND)
        found.status = deepcopy(dict(status))
        return Held(
            deepcopy(found.cursor), found.pause is not None, found.approved, sorted(found.again),
            found.asked,
        )  # fmt: skip

    def tell(self, name: str, owner: str, would: Mapping[str, Any]) -> None:
        """See `connectors.port.Hub`."""
        found = self._of(name)
        if found.owner != owner:
            raise self._lost(name)
        if found.asked is not None and found.asked[0] == would["token"]:
            found.asked, found.forecast = None, deepcopy(dict(would))

    def pause(self, name: str, owner: str, why: str, would: Mapping[str, Any]) -> None:
        """See `connectors.port.Hub`."""
        self.step("before pause")
        found = self._of(name)
        if found.owner != owner:
            raise self._lost(name)
        found.pause, found.approved = (why, deepcopy(dict(would))), None
        self.step("after pause")

    def approve(self, name: str) -> None:
        """A person approves what waits."""
        found = self._of(name)
        assert found.pause is not None, "nothing waits"
        found.approved, found.pause = found.pause[1]["token"], None

    def ask_again(self, name: str, keys: Sequence[str]) -> None:
        """A person wants refused rows read again."""
        found = self._of(name)
        found.again |= {key for key in keys if key in found.refused}

    def foretell(self, name: str) -> str:
        """A person wants to know what the refused rows would change; the question's token."""
        found, self.questions = self._of(name), self.questions + 1
        found.asked, found.forecast = (f"q{self.questions}", sorted(found.refused)), None
        return found.asked[0]

    def _of(self, name: str) -> Connector:
        return self.connectors.setdefault(name, Connector())

    def _lost(self, name: str) -> LostLeaseError:
        found = self._of(name)
        return LostLeaseError(f"{name} is held by {found.owner} until {rfc3339(found.until)}")


def _known(events: list[Event]) -> list[Known]:
    """The events of one dossier and source, without retractions, which show as `in_force`."""
    taken_back = {event.data["id"] for event in events if event.kind == "retracted"}
    return [
        Known(event.id, event.kind, event.time, _data(event), event.id not in taken_back)
        for event in events
        if event.kind != "retracted"
    ]


def _data(event: Event) -> dict[str, Any]:
    data: dict[str, Any] = to_cloudevent(event)["data"]
    return {name: value for name, value in data.items() if name != "unit"}
