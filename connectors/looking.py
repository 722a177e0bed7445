"""Which rows of a page say something new."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from connectors.differ import fingerprint
from connectors.port import Dossier, Fact, FactMapping, Fault, Kept, Row, Unreadable, Wanted

STALE = ""
"""The fingerprint of a row that must be looked at again: its last state was refused."""
NOTHING = "-"
"""How the fingerprint of a row begins that states nothing about its dossier."""


class Claim(NamedTuple):
    """A row that says something new."""

    row: Row
    dossier: Dossier
    facts: tuple[Fact, ...]
    fingerprint: str

    @property
    def key(self) -> str:
        """The row's key."""
        return self.row.key

    @property
    def kept(self) -> Kept:
        """What is remembered of it."""
        return Kept(self.fingerprint, *self.dossier, self.row.range, self.row.version)


@dataclass
class Looked:
    """The rows of a page, by key."""

    claims: dict[str, Claim] = field(default_factory=dict)
    gone: dict[str, Kept] = field(default_factory=dict)
    """Rows that are no more, as they were remembered."""
    kept: dict[str, Kept] = field(default_factory=dict)
    """Rows that say the same, of which something else is to be remembered."""
    refused: dict[str, Unreadable] = field(default_factory=dict)
    rivals: dict[Dossier, str] = field(default_factory=dict)
    """Rows that were refused since another row speaks for their dossier."""
    old: dict[str, Kept] = field(default_factory=dict)
    """What was remembered of all these rows."""

    def dossiers(self) -> list[Dossier]:
        """All that the page may change, and those that it says something about."""
        found = {claim.dossier for claim in self.claims.values()}
        found.update(dossier_of(self.old[key]) for key in self.claims if key in self.old)
        found.update(dossier_of(kept) for kept in self.gone.values())
        return sorted(found)


def dossier_of(kept: Kept) -> Dossier:
    """The dossier that a row is remembered to have stated."""
    return kept.unit, kept.subject


def look(
    mapping: FactMapping,
    version: str,
    rows: Sequence[Row],
    unreadable: Iterable[Unreadable],
    old: Mapping[str, Kept],
) -> Looked:
    """Map rows and compare them with what is remembered of them. `version` stands for the mapping
    and all else that makes remembered fingerprints worthless."""
    found = Looked(old=dict(old))
    for row in {row.key: row for row in in_time(rows, old)}.values():
        if not row.values:
            if row.key in old:
                found.gone[row.key] = old[row.key]
            continue
        wanted = mapping.wanted(row)
        faults = doubled(wanted) if isinstance(wanted, Wanted) else wanted
        if isinstance(wanted, Wanted) and not faults:
            _compare(found, row, wanted, version)
        else:
            refuse(found, Unreadable(row.key, row.place, faults))
    for one in unreadable:
        refuse(found, one)
    return found


def in_time(rows: Iterable[Row], old: Mapping[str, Kept]) -> Iterable[Row]:
    """Without states that are older than one that was seen; of several of a row, in order."""
    newest = {key: kept.version for key, kept in old.items() if kept.version is not None}
    for row in rows:
        if row.version is not None:
            if row.version < newest.get(row.key, row.version):
                continue
            newest[row.key] = row.version
        yield row


def doubled(wanted: Wanted) -> tuple[Fault, ...]:
    """Facts that stand in the way of one another."""
    slots = [fact.slot for fact in wanted.facts]
    if len(set(slots)) == len(slots):
        return ()
    twice = sorted({slot for slot in slots if slots.count(slot) > 1})
    says = "stands twice: two children have the same key; name another `key` for them"
    return tuple(Fault("", "duplicate", f"{slot} {says}") for slot in twice)


def refuse(found: Looked, one: Unreadable) -> None:
    """A row is refused: what it said last stays, and its next state is looked at."""
    found.refused[one.key] = one
    found.claims.pop(one.key, None)
    kept = found.old.get(one.key)
    if kept is not None and kept.fingerprint != STALE:
        found.kept[one.key] = kept._replace(fingerprint=STALE, missing_since=None)


def _compare(found: Looked, row: Row, wanted: Wanted, version: str) -> None:
    mark = fingerprint(version, wanted.dossier, wanted.facts)
    claim = Claim(row, *wanted, mark if wanted.facts else NOTHING + mark)
    kept = found.old.get(row.key)
    if kept is None or kept.fingerprint != claim.fingerprint:
        found.claims[row.key] = claim
    elif kept != claim.kept:
        found.kept[row.key] = claim.kept
