"""One page from rows to stored events: looked at, planned, sent, remembered."""

import threading
import time
from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

from connectors.differ import differ
from connectors.looking import NOTHING, STALE, dossier_of, look
from connectors.plan import Plan, Step, plan
from connectors.port import Dossier, FactMapping, Fault, Hub, Kept, Page, Unreadable
from connectors.untouched import Asked
from connectors.waiting import StoppedError

Event = dict[str, Any]
_MOST_FAULTS = 50


class Witness(NamedTuple):
    """The event that was sent last: a log that does not have it ends earlier."""

    unit: str
    subject: str
    id: str
    in_force: bool

    @classmethod
    def of(cls, dossier: Dossier, event: Event) -> "Witness":
        """What an event that was sent leaves."""
        target = event["data"].get("id")
        return cls(*dossier, target or event["id"], target is None)

    @staticmethod
    def told(witness: "Witness | None") -> dict[str, Any]:
        """What the state of a pump has of it."""
        return {} if witness is None else {"witness": list(witness)}

    def is_there(self, hub: Hub, source: str) -> bool:
        """Whether the hub has it."""
        dossier = self.unit, self.subject
        known = hub.known(source, [dossier]).get(dossier, [])
        return any(it.id == self.id and it.in_force <= self.in_force for it in known)


class Draft(NamedTuple):
    """What a page changes, by what the hub knew at a moment of `time.monotonic`."""

    made: Plan
    keys: frozenset[str]
    """All rows of the page."""
    dossiers: frozenset[Dossier]
    """All that the hub was asked about."""
    since: float

    def is_apart(self, stored: Plan) -> bool:
        """Whether asking again would find the same after another page was stored."""
        if not (self.keys.isdisjoint(stored.kept) and self.keys.isdisjoint(stored.forgotten)):
            return False
        about = {dossier_of(kept) for kept in stored.kept.values()}
        about.update(dossier_of(kept) for kept in stored.before.values())
        about.update(step.dossier for step in stored.steps)
        return self.dossiers.isdisjoint(about)


def drafted(
    hub: Asked, name: str, mapping: FactMapping, version: str, page: Page,
    missing: Mapping[str, Kept], now: int, reading_began: int, stop: threading.Event,
) -> Draft:  # fmt: skip
    """What a page changes; nothing is stored. `missing`: the rows of the range that ends here that
    were not met; it takes two readings that miss a row. Raises `StoppedError`: a slow hub is asked
    nothing more when the connector is to end."""
    since = time.monotonic()
    keys = [row.key for row in page.rows] + [one.key for one in page.unreadable]
    old = hub.kept(name, list(dict.fromkeys(keys)))
    looked = look(mapping, version, page.rows, page.unreadable, old)
    for key, kept in missing.items():
        if page.is_sure or (kept.missing_since is not None and kept.missing_since < reading_began):
            looked.gone[key] = looked.old[key] = kept
        elif kept.missing_since is None:
            looked.kept[key] = kept._replace(missing_since=now)
    dossiers = looked.dossiers()
    if not dossiers:
        return Draft(plan(looked, {}, {}, mapping.source, now), frozenset(keys), frozenset(), since)
    _go_on(stop)
    owners = hub.kept_of(name, dossiers)
    _go_on(stop)
    known = hub.known(mapping.source, dossiers)
    made = plan(looked, owners, known, mapping.source, now)
    return Draft(made, frozenset(keys), frozenset(dossiers), since)


def _go_on(stop: threading.Event) -> None:
    if stop.is_set():
        raise StoppedError


def touched(made: Plan) -> tuple[set[Dossier], dict[str, Kept]]:
    """What a crash amid sending leaves in doubt: the dossiers, and what is remembered of their
    rows, which is not to be trusted until the page is stored."""
    rows = {step.key: kept for step in made.steps if (kept := made.before.get(step.key))}
    doubted = {key: kept._replace(fingerprint=STALE) for key, kept in rows.items()}
    return {step.dossier for step in made.steps}, doubted


def new_events(made: Plan) -> list[Event]:
    """The events of a page whose rows are all new, in order; empty for any other."""
    is_new = made.before.keys().isdisjoint(made.kept) and not made.forgotten
    if not is_new or any(step.change.retracted for step in made.steps):
        return []
    return [event for step in made.steps for event in step.change.added]


def left_over(hub: Hub, name: str, source: str, dossiers: Collection[Dossier], now: int) -> Plan:
    """Take back what was said of those of some dossiers that no row states; have the rows read
    again that state the others and are in doubt still."""
    asked = sorted(dossiers)
    owners, known = hub.kept_of(name, asked), hub.known(source, asked)
    made = Plan()
    for dossier in asked:
        rows = owners.get(dossier, {})
        made.again.update(key for key, kept in rows.items() if kept.fingerprint == STALE)
        if all(kept.fingerprint.startswith(NOTHING) for kept in rows.values()):
            change = differ(dossier, source, (), known.get(dossier, ()), now)
            if change.retracted:
                made.steps.append(Step("", "", dossier, change))
    return made


def sent(hub: Hub, made: Plan) -> tuple[int, Witness | None]:
    """Send the events of a plan, those that add before those that take back. A row of which an
    event is refused is refused, and takes nothing back: what it said last stays. How many were
    stored, and the last of them."""
    added = [(step, event) for step in made.steps for event in step.change.added]
    refused = _append(hub, added)
    for key, faults in refused.items():
        _refuse(made, key, faults)
    retracted = [
        (step, event)
        for step in made.steps
        if step.key not in refused
        for event in step.change.retracted
    ]
    for key, faults in _append(hub, retracted).items():
        _refuse(made, key, faults)
    stored = [it for it in (*added, *retracted) if it[0].key not in made.refused]
    return len(stored), Witness.of(stored[-1][0].dossier, stored[-1][1]) if stored else None


def _append(hub: Hub, events: Sequence[tuple[Any, Event]]) -> dict[str, list[Fault]]:
    """The rows of which an event was refused."""
    refused: dict[str, list[Fault]] = {}
    if events:
        outcomes = hub.append([event for _, event in events])
        for (step, _), outcome in zip(events, outcomes, strict=True):
            if not outcome.accepted:
                refused.setdefault(step.key, []).extend(outcome.faults)
    return refused


def _refuse(made: Plan, key: str, faults: list[Fault]) -> None:
    step = next(step for step in made.steps if step.key == key)
    made.refused[key] = Unreadable(key, step.place, tuple(dict.fromkeys(faults))[:_MOST_FAULTS])
    made.mended.discard(key)
    made.forgotten.discard(key)
    before = made.before.get(key)
    kept = before or made.kept.get(key)
    if kept is not None:
        made.kept[key] = kept._replace(fingerprint=STALE)
