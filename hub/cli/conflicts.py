"""Which of the events that were sent contradict one that was accepted before.

To accept an event is to keep it; whether it counts is known once it is in the figures. An event
whose identity was accepted with other content before is then among the dead letters.
"""

import re
import time
from collections.abc import Iterable, Iterator
from contextlib import closing
from typing import Any

import orjson

from hub.cli.letters import PATH, letters_of
from hub.client import EventFile, HubClient, HubError, Item, Refused, json_of

_SOURCE = re.compile(rb'"source"\s*:\s*"([!#-\[\]-~]+)"')
_MOST_SOURCES = 20
_ALL = 10**6
_PASSING = (429, 503, 504)
Identity = tuple[Any, ...]


def source_of(text: bytes) -> str | None:
    """The source that the JSON text of an event names, without reading all of it where that
    goes."""
    if match := _SOURCE.search(text):
        return match[1].decode()
    value = _parsed(text)
    return value.get("source") if isinstance(value, dict) else None


def conflicts_of(
    hub: HubClient,
    files: Iterable[str],
    sources: set[str],
    position: str,
    since: str,
    patience: float,
) -> Iterator[Refused]:
    """The events of the files that the hub holds for conflicts, by their place. Of standard input,
    which cannot be read again, those that became known `since` (RFC 3339).

    Waits until the figures hold what was sent, up to `patience` seconds. Raises `HubError` where
    they do not then, or where the hub does not tell.
    """
    _wait(hub, position, patience)
    asked: list[str | None] = [*sources] if len(sources) <= _MOST_SOURCES else [None]
    letters = [
        letter
        for source in sorted(asked, key=str)
        for letter in letters_of(hub, _ALL, reason="conflict", source=source)
        if letter["source"] in sources
    ]
    if not letters:
        return
    known = {letter["id"] for letter in letters}
    identities = {_identity(letter, letter["event_id"]) for letter in letters}
    for name in files:
        if name == "-":
            yield from map(_of_letter, (row for row in letters if row["first_seen"] >= since))
            continue
        with closing(EventFile(name)) as file:
            for item in file.items():
                if isinstance(item, Item) and _is_conflict(item.text, identities, known):
                    yield Refused(item.place, "conflict", "/id", _TOLD)


def _wait(hub: HubClient, position: str, patience: float) -> None:
    until = time.monotonic() + patience
    params = {"limit": 1, "reason": "conflict", "min_position": position}
    while True:
        answer = hub.request("GET", PATH, params=params)
        if answer.is_success:
            json_of(answer)
            return
        if answer.status_code not in _PASSING:
            raise hub.refused(answer)
        if time.monotonic() > until:
            raise HubError("the figures do not hold yet all that was sent")
        if answer.status_code != 504:  # which has waited already
            time.sleep(1)


def _is_conflict(text: bytes, identities: set[Identity], known: set[str]) -> bool:
    """Whether an event has the identity of a conflict, and its content."""
    from hub.core.check import check_object
    from hub.core.time import NEVER
    from hub.registry.letters import conflict_id
    from schemas.event import Event

    value = _parsed(text)
    data = value.get("data") if isinstance(value, dict) else None
    if not isinstance(data, dict) and not (isinstance(value, dict) and "data_base64" in value):
        return False
    if isinstance(data, dict):
        names = (data.get("unit"), value.get("subject"), value.get("source"), value.get("id"))
        if not all(isinstance(name, str) for name in names) or names not in identities:
            return False
    event = check_object(value, NEVER)
    return isinstance(event, Event) and conflict_id(event) in known


def _identity(letter: dict[str, Any], event_id: str) -> Identity:
    return letter["unit"], letter["subject"], letter["source"], event_id


def _of_letter(letter: dict[str, Any]) -> Refused:
    event = f"event {letter['event_id']} of dossier {letter['unit']} {letter['subject']}"
    return Refused(f"standard input ({event})", "conflict", "/id", _TOLD)


def _parsed(text: bytes) -> Any:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return None


_TOLD = (
    "this event was accepted before with other content, which counts; to change it, retract the "
    "first and send the new one under a new id"
)
