"""What a page changes: which row speaks for which dossier, and the events that follow.

One row speaks for a dossier. A second row that states the same facts is as good as the first one,
and one of a later version, or one that comes when the first one is missing, takes its place. Any
other second row is refused by name: of two rows that contradict one another nobody knows the right.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from connectors.differ import Change, differ
from connectors.looking import NOTHING, STALE, Claim, Looked, dossier_of, refuse
from connectors.port import Dossier, Fault, Kept, Known, Unreadable

Owners = Mapping[Dossier, Mapping[str, Kept]]


class Remembered(NamedTuple):
    """A row that is not said anew."""

    key: str
    kept: Kept


class Step(NamedTuple):
    """The change of one dossier, and the row that brings it."""

    key: str
    place: str
    dossier: Dossier
    change: Change


@dataclass
class Plan:
    """What is to be sent and remembered of a page."""

    steps: list[Step] = field(default_factory=list)
    kept: dict[str, Kept] = field(default_factory=dict)
    forgotten: set[str] = field(default_factory=set)
    refused: dict[str, Unreadable] = field(default_factory=dict)
    mended: set[str] = field(default_factory=set)
    before: dict[str, Kept] = field(default_factory=dict)
    """What was remembered of the rows of the page."""
    rivals: dict[Dossier, str] = field(default_factory=dict)
    """Rows that were refused since another row speaks for their dossier."""
    again: set[str] = field(default_factory=set)
    """Rows to be read again now: they may speak for a dossier that another row left."""


def plan(
    looked: Looked,
    owners: Owners,
    known: Mapping[Dossier, Sequence[Known]],
    source: str,
    now: int,
) -> Plan:
    """The changes that a page brings. `owners` and `known`: of all `looked.dossiers()`."""
    found = Plan(before=looked.old, rivals=looked.rivals)
    speakers = _speakers(looked, owners)
    found.kept = looked.kept | {key: claim.kept for key, claim in looked.claims.items()}
    found.forgotten = set(looked.gone)
    found.refused = looked.refused
    found.mended = set(looked.claims)
    for dossier, claim in speakers.items():
        change = differ(dossier, source, claim.facts, known.get(dossier, ()), now)
        _add(found, claim.key, claim.row.place, dossier, change)
    for dossier, (key, kept) in _left(looked).items():
        heirs = _heirs(dossier, looked, owners)
        if not heirs:
            change = differ(dossier, source, (), known.get(dossier, ()), now)
            _add(found, key, key, dossier, change)
        for heir, theirs in heirs.items():
            if theirs.fingerprint != kept.fingerprint and dossier not in speakers:
                found.kept[heir] = theirs._replace(fingerprint=STALE)
                found.again.add(heir)
    return found


def _speakers(looked: Looked, owners: Owners) -> dict[Dossier, Claim]:
    """The row that speaks anew for each dossier; rows that may not are refused or left out."""
    claimed: dict[Dossier, list[Claim]] = {}
    for claim in looked.claims.values():
        if claim.facts:
            claimed.setdefault(claim.dossier, []).append(claim)
    found = {}
    for dossier, claims in claimed.items():
        speaker = _speaker(dossier, claims, looked, owners)
        if isinstance(speaker, Claim):
            found[dossier] = speaker
    return found


def _speaker(
    dossier: Dossier, claims: list[Claim], looked: Looked, owners: Owners
) -> Claim | Remembered:
    """Of all rows that state a dossier, the one that counts."""
    before = owners.get(dossier, {})
    if not before and len(claims) == 1:
        return claims[0]
    holders: list[Claim | Remembered] = [
        Remembered(key, kept) for key, kept in before.items() if _stays(key, kept, looked)
    ]
    holders += [claim for claim in claims if claim.key in before]
    holder = max(holders or claims[:1], key=lambda it: it.kept.version or 0)
    for claim in claims:
        if claim is holder:
            continue
        if claim.fingerprint == holder.kept.fingerprint:
            holder = holder if isinstance(holder, Claim) else claim
            continue
        newer = _is_newer(claim, holder)
        if newer or holder.kept.missing_since is not None:
            holder = claim
        elif newer is None:
            refuse(looked, _duplicate(claim, holder.key))
            looked.rivals[dossier] = claim.key
        else:
            del looked.claims[claim.key]
    return holder


def _stays(key: str, kept: Kept, looked: Looked) -> bool:
    """Whether a row that is not said anew speaks for the dossier that it is remembered with."""
    is_told = key in looked.claims or key in looked.gone or key in looked.refused
    return not is_told and kept.fingerprint != STALE and not kept.fingerprint.startswith(NOTHING)


def _is_newer(claim: Claim, holder: Claim | Remembered) -> bool | None:
    """None where nobody can tell."""
    mine, theirs = claim.row.version, holder.kept.version
    return None if mine is None or theirs is None or mine == theirs else mine > theirs


def _duplicate(claim: Claim, other: str) -> Unreadable:
    says = (
        f"states the same dossier as the row with the key {other}, but otherwise; remove one of "
        "them, or have `none_when` leave it out"
    )
    return Unreadable(claim.key, claim.row.place, (Fault("", "duplicate", says),))


def _left(looked: Looked) -> dict[Dossier, tuple[str, Kept]]:
    """Dossiers that a row stated and states no more, with the row."""
    found = {}
    for key, kept in looked.old.items():
        claim = looked.claims.get(key)
        is_left = claim and (dossier_of(kept) != claim.dossier or not claim.facts)
        if (is_left or key in looked.gone) and not kept.fingerprint.startswith(NOTHING):
            found[dossier_of(kept)] = key, kept
    return found


def _heirs(dossier: Dossier, looked: Looked, owners: Owners) -> dict[str, Kept]:
    """The other rows that state a dossier, as they are remembered after this page."""
    found = {
        key: kept
        for key, kept in owners.get(dossier, {}).items()
        if key not in looked.gone and key not in looked.claims
        if not kept.fingerprint.startswith(NOTHING)
    }
    for key, claim in looked.claims.items():
        if claim.dossier == dossier and claim.facts:
            found[key] = claim.kept
    return found


def _add(found: Plan, key: str, place: str, dossier: Dossier, change: Change) -> None:
    if change.added or change.retracted:
        found.steps.append(Step(key, place, dossier, change))
