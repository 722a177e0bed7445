"""A hub to which nothing is stored: what a connector would send to it is checked and counted."""

import time
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from connectors.port import (
    LEASE,
    Cursor,
    Dossier,
    Fault,
    Held,
    Hub,
    Kept,
    Known,
    Outcome,
    Unreadable,
)
from connectors.tally import Tally
from hub.core.check import Refusal, check_object
from hub.core.time import microseconds_of
from schemas.cloudevents import KIND_OF


class ShadowHub:
    """Satisfies `connectors.port.Hub` in front of a real one, which it only asks. What it was told
    counts for what it is asked later: of several files the second is seen behind the first."""

    def __init__(self, hub: Hub, cursor: Cursor | None = None, *, records: bool = False) -> None:
        """`cursor`: where reading begins; `records`: whether `sent` holds all events."""
        self._hub, self._cursor, self._records = hub, cursor, records
        self.sent: list[Mapping[str, Any]] = []
        self._events: dict[Dossier, dict[str, Known]] = {}
        self._back: dict[Dossier, set[str]] = {}
        self._kept: dict[str, Kept | None] = {}
        self._keys: dict[Dossier, set[str]] = {}
        self.refused: set[str] = set()
        """The keys of rows that were refused and not accepted since."""
        self.tally = Tally()

    def known(self, source: str, dossiers: Sequence[Dossier]) -> Mapping[Dossier, list[Known]]:
        """See `connectors.port.Hub`."""
        found = dict(self._hub.known(source, dossiers))
        for dossier in dossiers:
            mine, back = self._events.get(dossier, {}), self._back.get(dossier, set())
            events = [*found.get(dossier, ()), *mine.values()]
            if events:
                found[dossier] = [
                    it._replace(in_force=it.in_force and it.id not in back) for it in events
                ]
        return found

    def has_any(self, source: str) -> bool:
        """See `connectors.port.Hub`; what it is told is no reason to ask it less."""
        del source
        return True

    def append(self, events: Sequence[Mapping[str, Any]]) -> list[Outcome]:
        """See `connectors.port.Hub`."""
        now, outcomes = time.time_ns() // 1000, []
        for event in events:
            checked = check_object({**event, "data": dict(event["data"])}, now)
            if isinstance(checked, Refusal):
                faults = (Fault(it.pointer, it.code, it.message) for it in checked.problems)
                outcomes.append(Outcome(False, tuple(faults)))
            else:
                self._add(event)
                outcomes.append(Outcome(True))
        return outcomes

    def _add(self, event: Mapping[str, Any]) -> None:
        dossier, kind = (event["data"]["unit"], event["subject"]), KIND_OF[event["type"]]
        self.tally.add(event)
        if self._records:
            self.sent.append(event)
        if kind == "retracted":
            self._back.setdefault(dossier, set()).add(event["data"]["id"])
            return
        moment = microseconds_of(datetime.fromisoformat(event["time"]))
        data = {name: value for name, value in event["data"].items() if name != "unit"}
        known = Known(event["id"], kind, moment, data, True)
        self._events.setdefault(dossier, {})[known.id] = known

    def kept(self, name: str, keys: Sequence[str]) -> Mapping[str, Kept]:
        """See `connectors.port.Hub`."""
        found = {**self._hub.kept(name, keys)}
        return self._with_own(found, {key: it for key in keys if (it := self._kept.get(key))})

    def kept_in(self, name: str, range_label: str) -> Mapping[str, Kept]:
        """See `connectors.port.Hub`."""
        mine = {key: it for key, it in self._kept.items() if it and range_label in ("", it.range)}
        return self._with_own({**self._hub.kept_in(name, range_label)}, mine)

    def kept_of(
        self, name: str, dossiers: Sequence[Dossier]
    ) -> Mapping[Dossier, Mapping[str, Kept]]:
        """See `connectors.port.Hub`."""
        found, theirs = {}, self._hub.kept_of(name, dossiers)
        for dossier in dossiers:
            keys = self._keys.get(dossier, ())
            mine = {
                key: it for key in keys
                if (it := self._kept.get(key)) and (it.unit, it.subject) == dossier
            }  # fmt: skip
            if rows := self._with_own({**theirs.get(dossier, {})}, mine):
                found[dossier] = rows
        return found

    def _with_own(self, theirs: dict[str, Kept], mine: Mapping[str, Kept]) -> dict[str, Kept]:
        return {key: it for key, it in theirs.items() if key not in self._kept} | {**mine}

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
        """See `connectors.port.Hub`; only what it would remember of the rows."""
        del name, owner, cursor, goes_on
        self.refused -= {*kept, *forgotten, *mended}
        self.refused |= {row.key for row in refused}
        for key, it in kept.items():
            self._keys.setdefault((it.unit, it.subject), set()).add(key)
        self._kept |= kept
        self._kept |= dict.fromkeys(forgotten)

    def store(
        self, name: str, owner: str, before: Cursor, cursor: Cursor,
        events: Sequence[Mapping[str, Any]], kept: Mapping[str, Kept],
        refused: Sequence[Unreadable], *, goes_on: bool = False,
    ) -> bool:  # fmt: skip
        """See `connectors.port.Hub`; it is told step by step, since it counts what is refused."""
        del name, owner, before, cursor, events, kept, refused, goes_on
        return False

    def hold(
        self, name: str, owner: str, status: Mapping[str, Any], seconds: float = LEASE
    ) -> Held:
        """See `connectors.port.Hub`; nobody else is hindered."""
        del name, owner, status, seconds
        return Held(self._cursor, False, None, [])

    def pause(self, name: str, owner: str, why: str, would: Mapping[str, Any]) -> None:
        """See `connectors.port.Hub`; there is nothing to wait for."""

    def tell(self, name: str, owner: str, would: Mapping[str, Any]) -> None:
        """See `connectors.port.Hub`; nobody asks."""
