"""Events of a dossier as the state that a vendor would keep of it."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from hub.demo.plausible import Event

CHANNELS = {"direct": 1, "online": 2, "post": 3}
LEVELS = {"district": 2, "commune": 3}
ONLINE = {"partial": 3, "full": 4}
OPEN, WITHDRAWN, RESOLVED, RETURNED = 4, 7, 9, 10
State = dict[str, Any]
"""Times are local, `2020-01-15 08:30:00`; what is not there is None. `supplements` are states of
their own, with `asked`, `brought`, `due` and `reason`."""

_EMPTY: State = dict.fromkeys(
    ("due", "online_level", "closed", "outcome", "reason", "returned", "return_channel")
)


def states(events: Iterable[Event]) -> list[State]:
    """The state of each dossier after all of its events, by the time of its reception.

    Raises `ValueError` for an event of a kind that the vendors do not know.
    """
    found: dict[str, State] = {}
    for event in events:
        data, at = event["data"], _local(event["time"])
        kind = event["type"].split(".")[3]
        if kind == "received":
            found[event["subject"]] = _received(event["subject"], at, data)
            continue
        state = found[event["subject"]]
        state["changed"] = at
        match kind:
            case "resolved":
                state |= {"status": RESOLVED, "closed": at}
                state["outcome"] = int(data.get("outcome", "granted") == "granted")
            case "withdrawn":
                state |= {"status": WITHDRAWN, "closed": at, "reason": data["reason"]}
            case "result_returned":
                post = int(data["channel"] == "post")
                state |= {"status": RETURNED, "returned": at, "return_channel": post}
            case "supplement_requested":
                state["supplements"].append({"asked": at, "reason": data["reason"]})
            case "supplemented":
                state["supplements"][-1] |= {"brought": at, "due": _local(data["due_at"])}
            case _:
                raise ValueError(f"a vendor of the demo has no place for {kind}")
    return list(found.values())


def without(
    events: Iterable[Event], aside: Mapping[frozenset[str], list[Event]]
) -> Iterator[Event]:
    """The events of all units but some sets of them, whose events are put aside on the way."""
    for event in events:
        unit = event["data"]["unit"]
        kept = next((kept for units, kept in aside.items() if unit in units), None)
        if kept is None:
            yield event
        else:
            kept.append(event)


def _received(subject: str, at: str, data: dict[str, Any]) -> State:
    due = data.get("due_at")
    return _EMPTY | {
        "subject": subject,
        "unit": data["unit"],
        "procedure": data["procedure"],
        "field": data["field"],
        "level": LEVELS[data["level"]],
        "channel": CHANNELS[data["channel"]],
        "online_level": ONLINE.get(data.get("online_level", "")),
        "received": at,
        "due": due and _local(due),
        "status": OPEN,
        "changed": at,
        "supplements": [],
    }


def _local(time: str) -> str:
    """The local time of an RFC 3339 text of the demo, which states +07:00."""
    return time[:19].replace("T", " ")
