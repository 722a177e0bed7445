"""One page from rows to stored events: looked at, planned, sent, remembered."""

from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

from connectors.differ import differ
from connectors.looking import NOTHING, STALE, Looked, look
from connectors.plan import Plan, Step, plan
from connectors.port import Dossier, FactMapping, Fault, Hub, Kept, Page, Unreadable

Event = dict[str, Any]
_MOST_FAULTS = 50


class Witness(NamedTuple):
    """The event that was sent last: a log that does not have it ends earlier."""

    unit: str
    subject: str
    id: str
    in_force: bool

    def is_there(self, hub: Hub, source: str) -> bool:
        """Whether the hub has it."""
        dossier = self.unit, self.subject
        known = hub.known(source, [dossier]).get(dossier, [])
        return any(it.id == self.id and it.in_force <= self.in_force for it in known)


def looked_at(
    hub: Hub, name: str, mapping: FactMapping, version: str, page: Page,
    missing: Sequence[tuple[str, Kept]], now: int, reading_began: int,
) -> Looked:  # fmt: skip
    """What the rows of a page say, and which remembered rows are gone. `missing`: the rows of the
    range that ends here that were not met; it takes two readings that miss a row."""
    keys = dict.fromkeys([row.key for row in page.rows] + [one.key for one in page.unreadable])
    found = look(mapping, version, page.rows, page.unreadable, hub.kept(name, list(keys)))
    for key, kept in missing:
        if page.is_sure or (kept.missing_since is not None and kept.missing_since < reading_began):
            found.gone[key] = found.old[key] = kept
        elif kept.missing_since is None:
            found.kept[key] = kept._replace(missing_since=now)
    return found


def planned(hub: Hub, name: str, source: str, looked: Looked, now: int) -> Plan:
    """What a page changes."""
    dossiers = looked.dossiers()
    if not dossiers:
        return plan(looked, {}, {}, source, now)
    owners = hub.kept_of(name, dossiers)
    return plan(looked, owners, hub.known(source, dossiers), source, now)


def touched(made: Plan) -> tuple[set[Dossier], dict[str, Kept]]:
    """What a crash amid sending leaves in doubt: the dossiers, and what is remembered of their
    rows, which is not to be trusted until the page is stored."""
    rows = {step.key: kept for step in made.steps if (kept := made.before.get(step.key))}
    doubted = {key: kept._replace(fingerprint=STALE) for key, kept in rows.items()}
    return {step.dossier for step in made.steps}, doubted


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
    return len(stored), _witness(stored[-1][0].dossier, stored[-1][1]) if stored else None


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


def _witness(dossier: Dossier, event: Event) -> Witness:
    target = event["data"].get("id")
    return Witness(*dossier, target or event["id"], target is None)
