"""What a row states about its dossier, against what the hub knows: the events that make them equal.

The truth is the hub's own events of the dossier and source. What a row states and no event in
force says is added; what an event in force says and no row states is taken back. A change is both:
the fact is retracted and sent anew. Ids follow from the content, so what is repeated is the same
event and counts once, and the same id never bears other content.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import lru_cache
from hashlib import blake2b
from typing import Any, NamedTuple

import orjson

from connectors.port import Dossier, Fact, Known
from hub.core.time import microseconds_of, rfc3339
from schemas.cloudevents import TYPE_OF

Json = dict[str, Any]

ORDER = (
    "received", "corrected", "supplement_requested", "supplemented", "suspended", "resumed",
    "extended", "overdue", "reopened", "resolved", "withdrawn", "stopped", "result_returned",
    "rated", "voided",
)  # fmt: skip
"""The kinds of facts in the order in which those of one instant happened."""
ENDED_BY = {"suspended": "resumed", "supplement_requested": "supplemented"}
"""What ends a waiting whose end the row does not date."""
INSTANTS = ("due_at", "received_at", "closed_at")

_PLACE = {kind: place for place, kind in enumerate(ORDER)}
_PASSING = frozenset((*ENDED_BY, *ENDED_BY.values()))
_PLAIN_SLOT = re.compile(r"[A-Za-z0-9_.:/-]{1,100}")
_OWN = re.compile(r"(?:w(?P<number>\d+)@\d+\.)?(?P<label>.+-[0-9a-f]{16})(?:~\d+)?")
_STEP = 16  # more than there are kinds
_CHILDREN = 2**31 // _STEP


class Change(NamedTuple):
    """What is to be sent about one dossier, as CloudEvents: all of `added` before `retracted`, so
    that in between nothing is missing that was there before and is there after."""

    added: list[Json]
    retracted: list[Json]


class _Live(NamedTuple):
    """An event in force that a differ made."""

    event: Known
    label: str
    number: int | None
    """Which of the facts without a time it is; None for those with one."""


def differ(
    dossier: Dossier, source: str, wanted: Sequence[Fact], known: Iterable[Known], now: int
) -> Change:
    """The events after which exactly the wanted facts are in force (none: nothing is).

    `known` are all events of this source about this dossier. Only those that a differ made are
    taken back; they are known by their ids. `now` (µs) is the time of facts that have none.

    A fact without a time is kept as long as kind and data stay. A waiting without times (kinds
    `supplement_requested`, `supplemented`, `suspended`, `resumed`, not of a child) is a chain of
    states: a new one is appended and the older ones stay, and a waiting that the row states no
    more is ended by its counterpart, not taken back.
    """
    known = list(known)
    if not known:
        return Change(_fresh(dossier, source, wanted, now), [])
    spent = {it.id for it in known} | {it.data["id"] for it in known if it.kind == "retracted"}
    live = [own for it in known if it.in_force and (own := _own(it))]
    chain, other = _split(live, wanted)
    stated = {own.label for own in other}
    kept: set[str] = set()
    added = []
    number = _next_number(known)
    for fact in _in_order(_new_states(chain, wanted), wanted):
        label = _label(fact)
        if fact.time is not None or not _is_state(fact):
            kept.add(label)
            if label in stated:
                continue
        if fact.time is None:
            since = max([now, *(own.event.time for own in chain)])
            added.append(_event(dossier, source, f"w{number}@{since}.{label}", fact, since, number))
            number += 1
        else:
            added.append(_event(dossier, source, _unspent(label, spent), fact, fact.time))
    gone = [own for own in other if own.label not in kept] + _doubled(other, kept)
    return Change(added, [_retraction(dossier, source, own.event) for own in gone])


def _fresh(dossier: Dossier, source: str, wanted: Sequence[Fact], now: int) -> list[Json]:
    """The events of a dossier of which nothing is known, as `differ` would make them."""
    added, number = [], 0
    states = [fact for fact in wanted if fact.time is None and _is_state(fact)]
    for fact in _in_order(states, wanted):
        label = _label(fact)
        if fact.time is None:
            added.append(_event(dossier, source, f"w{number}@{now}.{label}", fact, now, number))
            number += 1
        else:
            added.append(_event(dossier, source, label, fact, fact.time))
    return added


def fingerprint(version: str, dossier: Dossier, facts: Sequence[Fact]) -> str:
    """What tells one state of a row from others, under one version of a mapping."""
    stated = [(it.slot, it.kind, it.time, _comparable(it)) for it in facts]
    return _hash((version, *dossier, stated))


def _split(live: list[_Live], wanted: Sequence[Fact]) -> tuple[list[_Live], list[_Live]]:
    """The chain of undated states in their order, and the rest. All is rest where nothing is
    wanted: a row that is gone takes everything back."""
    if not wanted:
        return [], live
    chain = [own for own in live if own.number is not None and _is_passing(own)]
    ids = {own.event.id for own in chain}
    chain.sort(key=lambda own: own.number or 0)
    return chain, [own for own in live if own.event.id not in ids]


def _new_states(chain: list[_Live], wanted: Sequence[Fact]) -> list[Fact]:
    """The states to append to the chain."""
    states = [fact for fact in wanted if fact.time is None and _is_state(fact)]
    if not states:
        end = ENDED_BY.get(chain[-1].event.kind) if chain else None
        return [Fact(end, end, None, {})] if end else []
    last = [own.label for own in chain[-len(states) :]]
    return [] if last == [_label(fact) for fact in states] else states


def _in_order(states: list[Fact], wanted: Sequence[Fact]) -> list[Fact]:
    """The facts to look at: the wanted ones that are no undated states, and the new states."""
    facts = [fact for fact in wanted if fact.time is not None or not _is_state(fact)]
    return sorted([*facts, *states], key=lambda fact: _PLACE[fact.kind])


def _doubled(live: list[_Live], kept: set[str]) -> list[_Live]:
    """Events in force that say what another of them says, too; the one first in order stays."""
    seen: set[str] = set()
    doubled = []
    for own in sorted(live, key=lambda own: (own.event.time, own.event.id)):
        if own.label in seen and own.label in kept:
            doubled.append(own)
        seen.add(own.label)
    return doubled


def _is_state(fact: Fact) -> bool:
    return fact.kind in _PASSING and "." not in fact.slot


def _own(known: Known) -> _Live | None:
    found = _OWN.fullmatch(known.id)
    if known.kind not in _PLACE or not found or not found["label"].startswith(known.kind):
        return None
    number = found["number"]
    return _Live(known, found["label"], None if number is None else int(number))


def _next_number(known: Iterable[Known]) -> int:
    """The first that no fact without a time ever had."""
    found = (_OWN.fullmatch(it.id) for it in known)
    return 1 + max((int(it["number"]) for it in found if it and it["number"]), default=-1)


def _is_passing(own: _Live) -> bool:
    return own.event.kind in _PASSING and "." not in own.label


def _label(fact: Fact) -> str:
    """Slot and content: the id of an event that says it, before it was ever taken back."""
    slot = fact.slot
    if not _PLAIN_SLOT.fullmatch(slot):  # a child's key may hold anything
        slot = f"{fact.kind}.{_hash(slot)}"
    return f"{slot}-{_hash((fact.kind, fact.time, _comparable(fact)))}"


def _comparable(fact: Fact) -> list[tuple[str, Any]]:
    """The data so that what means the same is the same."""
    return sorted(
        [(name, _moment(value) if name in INSTANTS else value) for name, value in fact.data.items()]
    )


@lru_cache(20_000)
def _moment(text: str) -> int:
    return microseconds_of(datetime.fromisoformat(text))


def _hash(value: Any) -> str:
    return blake2b(orjson.dumps(value), digest_size=8).hexdigest()


def _unspent(label: str, spent: set[str]) -> str:
    """The first id for a content under which nothing was sent; what was taken back stays so."""
    found, number = label, 0
    while found in spent:
        number += 1
        found = f"{label}~{number}"
    return found


def _sequence(fact: Fact, number: int | None) -> int:
    """The place among the events of one instant: by kind; states without a time by their number,
    facts of children by the child's key, where that is a number."""
    child = fact.slot.partition(".")[2]
    if number is None:
        number = int(child) % _CHILDREN if child.isascii() and child.isdecimal() else 0
    return number * _STEP + _PLACE[fact.kind]


def _event(
    dossier: Dossier, source: str, event_id: str, fact: Fact, time: int, number: int | None = None
) -> Json:
    event = _envelope(dossier, source, event_id, fact.kind, time)
    if sequence := _sequence(fact, number):
        event["sequence"] = str(sequence)
    event["data"] = {"unit": dossier[0], **fact.data}
    return event


def _retraction(dossier: Dossier, source: str, target: Known) -> Json:
    event = _envelope(dossier, source, f"x.{target.id}", "retracted", target.time)
    event["data"] = {"unit": dossier[0], "id": target.id}
    return event


def _envelope(dossier: Dossier, source: str, event_id: str, kind: str, time: int) -> Json:
    return {
        "specversion": "1.0",
        "id": event_id,
        "source": source,
        "type": TYPE_OF[kind],
        "subject": dossier[1],
        "time": rfc3339(time),
    }
